"""Live reads of allocation rounds."""

from collections.abc import AsyncGenerator

import strawberry

from schema.core.arguments import Id
from schema.core.context import Info
from schema.core.subscription import watched
from schema.rounds.types import AllocationRound
from services.core.ids import typed_id
from services.core.live import topic
from services.rounds.shapes import ROUND_BY_ID

KIND = "allocation_round"


@strawberry.type
class RoundSubscription:
    """Live root fields of rounds."""

    @strawberry.subscription(
        description="One allocation round with its computations: at once, and again, up to once a second, whenever a "
        "computation is further, the round changes, or a side answers. For who may see it; for others it is NOT_FOUND."
    )
    def allocation_round_changed(self, info: Info, id: Id) -> AsyncGenerator[AllocationRound, None]:
        """Answered by the Shape."""
        return watched(info, ROUND_BY_ID, topic(KIND, typed_id(id, KIND)))
