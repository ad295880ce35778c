"""Live reads of expressions of interest."""

from collections.abc import AsyncGenerator

import strawberry

from schema.core.arguments import Id
from schema.core.context import Info
from schema.core.subscription import watched
from schema.proposals.expression_types import ExpressionOfInterest
from services.core.ids import typed_id
from services.core.live import topic
from services.proposals.exchange import KIND
from services.proposals.expression_shapes import EXPRESSION_OF_INTEREST_BY_ID


@strawberry.type
class ProposalSubscription:
    """Live root fields of proposals."""

    @strawberry.subscription(
        description="One expression of interest with its thread: at once, and again whenever it changes, a message is "
        "written or read. For its two delegations; for others it is NOT_FOUND."
    )
    def expression_of_interest_changed(self, info: Info, id: Id) -> AsyncGenerator[ExpressionOfInterest, None]:
        """Answered by the Shape."""
        return watched(info, EXPRESSION_OF_INTEREST_BY_ID, topic(KIND, typed_id(id, KIND)))
