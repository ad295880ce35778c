"""GraphQL types of triangles."""

import strawberry

from schema.core.enums import describe
from schema.matching.types import Match
from services.matching.terms import MatchCriterion, TriangleOrder, TriangularRole
from services.proposals.terms import Modality

describe(
    TriangularRole,
    "What an offer is in a triangle; the need is the beneficiary's.",
    PIVOTAL="Of another developing state, in like conditions.",
    FACILITATING="Funding or equipment, of a third delegation.",
)
describe(TriangleOrder, "Orders of triangles.", SCORE="The highest score first.")


@strawberry.type(description="Why a triangle fits. The contributions of all its reasons sum to its score.")
class TriangleReason:
    """Reason."""

    role: TriangularRole = strawberry.field(description="Of which of its two matches it is a reason.")
    code: MatchCriterion = strawberry.field(description="What agrees; `codes` of that match's reason say more.")
    contribution: float = strawberry.field(description="Its part of the triangle's score, above 0 and up to 1.")


@strawberry.type(
    description="Triangular cooperation for a need: a pivotal offer of another developing state in like conditions, and a "
    "facilitating offer of funding or equipment by a third delegation. Both match the need, have a working language in "
    "common or interpretation, and overlap in time."
)
class Triangle:
    """Triangle."""

    score: float = strawberry.field(
        description="Above 0 and up to 1: the harmonic mean of both matches' scores, so no better than the weaker allows."
    )
    pivotal: Match = strawberry.field(description="The need's match with the pivotal offer.")
    facilitating: Match = strawberry.field(description="The need's match with the facilitating offer.")
    like_conditions: list[str] = strawberry.field(
        description="Regions (M49) and groups (LDC, LLDC, SIDS) that beneficiary and pivotal state are both in today."
    )
    modality: Modality = strawberry.field(
        description="TRIANGULAR: both are developing by UNCTAD's classification of today, and a third facilitates."
    )
    reasons: list[TriangleReason] = strawberry.field(description="Why, the weightiest first.")
    weights_version: int = strawberry.field(description="The version of the weights that it was scored by.")
