"""Live reads of long work."""

from collections.abc import AsyncGenerator

import strawberry

from schema.core.arguments import Id
from schema.core.context import Info
from schema.core.subscription import watched
from schema.exchange.types import Work
from services.core.ids import typed_id
from services.core.live import topic
from services.exchange.shapes import WORK_BY_ID

KIND = "work"


@strawberry.type
class ExchangeSubscription:
    """Live root fields of long work."""

    @strawberry.subscription(
        description="A piece of long work of yours: at once, and again, up to once a second, whenever it is further. "
        "For others it is NOT_FOUND."
    )
    def work_progressed(self, info: Info, id: Id) -> AsyncGenerator[Work, None]:
        """Answered by the Shape."""
        return watched(info, WORK_BY_ID, topic(KIND, typed_id(id, KIND)))
