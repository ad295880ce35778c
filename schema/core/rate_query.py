"""``rateLimit``: how much one may still ask for."""

from datetime import datetime, timedelta

import strawberry

from schema.core.context import Info
from services.core.table import now


@strawberry.type(
    description="How much you may ask for: points, of which a minute brings `limit`. A request takes 1, 1 more for every 100 "
    "objects that it asks for at most (its page sizes multiplied), and 10 for a document that is new here. Signed in, the "
    "points are yours; otherwise those of your address, which all who come from it share."
)
class RateLimit:
    """What is left of a bucket."""

    cost: int = strawberry.field(description="The points that this request took.")
    limit: int = strawberry.field(description="The points of a minute, which are also the most that can be saved.")
    remaining: int = strawberry.field(description="The points that are left, 0 or more; each process counts its own.")
    reset_at: datetime = strawberry.field(description="When all are there again, if nothing is asked until then.")


@strawberry.type
class RateQuery:
    """The root field of limits."""

    @strawberry.field(
        description="How much you may still ask for; null where the operator sets no limit. Headers of an answer to POST say "
        "the same (RateLimit, RateLimit-Policy)."
    )
    def rate_limit(self, info: Info) -> RateLimit | None:
        """As it was when the request had been charged."""
        left = info.context.left
        if left is None:
            return None
        return RateLimit(
            cost=left.cost,
            limit=left.limit,
            remaining=max(left.remaining, 0),
            reset_at=now() + timedelta(seconds=left.reset),
        )
