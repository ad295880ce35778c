"""Live reads of labs."""

from collections.abc import AsyncGenerator

import strawberry

from schema.core.arguments import Id
from schema.core.context import Info
from schema.core.subscription import watched
from schema.labs.types import Lab
from services.core.ids import typed_id
from services.core.live import topic
from services.labs.shapes import LAB_BY_ID

KIND = "lab"


@strawberry.type
class LabSubscription:
    """Live root fields of labs."""

    @strawberry.subscription(
        description="One lab with all that belongs to it: at once, and again whenever it or a party, milestone, "
        "contribution, update, output or translation of it changes. For who may see it; for others it is NOT_FOUND."
    )
    def lab_changed(self, info: Info, id: Id) -> AsyncGenerator[Lab, None]:
        """Answered by the Shape."""
        return watched(info, LAB_BY_ID, topic(KIND, typed_id(id, KIND)))
