"""GraphQL types of matching: names, descriptions and nullability; where values come from is in the Shapes."""

from datetime import datetime

import strawberry

from schema.core.enums import describe
from schema.core.texts import Node
from schema.identity.types import Person
from schema.matching.answer_types import MatchAnswer
from schema.matching.cooperation_types import Cooperation
from schema.proposals.types import Proposal
from services.matching.terms import MatchBand, MatchCriterion, MatchMissCode, MatchOrder, ModalityReason, WeightsOrder
from services.proposals.terms import Modality
from services.taxonomy.terms import CapacityArea

describe(
    MatchCriterion,
    "What a match is scored by.",
    CAPACITY_AREAS="The capacity areas that both name.",
    SECTORS="The OECD-DAC purpose codes that both name.",
    SDG_TARGETS="The SDG targets that both name.",
    FORMS="The forms of cooperation that both name.",
    TEXT="How near the two original texts are: in meaning, whatever their languages, and within one language in words.",
    WORKING_LANGUAGES="The working languages that both name.",
    LIKE_CONDITIONS="Regions (M49) and groups (LDC, LLDC, SIDS) that both states are in today.",
    EQUITY="That the state which would receive is an LDC, LLDC or SIDS today.",
    EXPERIENCE="Finished cooperations of the other side's state in capacity areas and sectors that both name. The first "
    "counts as much as all others together.",
)
describe(
    MatchMissCode,
    "What does not fit though it excludes nothing.",
    CAPACITY_AREAS_NOT_COVERED="The need asks for capacity areas that the offer does not name.",
    SECTORS_NOT_COVERED="The need asks for sectors that the offer does not name.",
    SDG_TARGETS_NOT_COVERED="The need asks for SDG targets that the offer does not name.",
    FORMS_NOT_COVERED="The need asks for forms of cooperation that the offer does not name.",
    QUANTITY_SHORT="In the same unit, the offer gives less than the need asks for.",
    INTERPRETATION_NEEDED="There is no working language in common, but interpretation is offered.",
    TEXTS_FAR_APART="The two texts are far apart in meaning.",
    NOT_STATED="Not both sides state it, so it was not compared; its codes are criteria.",
)
describe(
    ModalityReason,
    "Why a match is neither North-South nor South-South cooperation.",
    BOTH_DEVELOPED="No side is a developing economy by UNCTAD today.",
    NO_STATE="A side is no state, so no classification applies.",
)
describe(MatchOrder, "Orders of matches.", SCORE="The highest score first.")
describe(WeightsOrder, "Orders of versions of weights.", NEWEST="The newest version first.")


@strawberry.type(description="Why two proposals match. The contributions of all reasons sum to the score.")
class MatchReason:
    """Reason."""

    code: MatchCriterion = strawberry.field(description="What agrees.")
    contribution: float = strawberry.field(description="Its part of the score, above 0 and up to 1.")
    weight: float = strawberry.field(
        description="How much it counts in this version of the weights, 0 to 1, the mean of need and offer."
    )
    codes: list[str] = strawberry.field(
        description="What agrees: codes, groups or regions; for TEXT the languages of the two originals, your own first; "
        "for EXPERIENCE the capacity areas and sectors that either state has it in."
    )
    cooperations: list[Cooperation] = strawberry.field(
        description="For EXPERIENCE the finished cooperations that it rests on, up to five, the last finished first; "
        "else empty."
    )
    own_passage: str | None = strawberry.field(
        description="For TEXT what your own text says nearest to the other one, its title or some sentences, in its "
        "original language; else null."
    )
    other_passage: str | None = strawberry.field(
        description="For TEXT what the other text says nearest to yours, in its original language; else null."
    )
    sentence: str = strawberry.field(description="The same in one English sentence.")


@strawberry.type(description="What does not fit in a match though it excludes nothing.")
class MatchMiss:
    """MatchMissCode."""

    code: MatchMissCode = strawberry.field(description="What does not fit.")
    codes: list[str] = strawberry.field(
        description="The codes that are meant; for QUANTITY_SHORT what is given and what is asked."
    )
    sentence: str = strawberry.field(description="The same in one English sentence.")


@strawberry.type(
    description="A possible partner for a proposal, with the reasons. You see a match if you see both proposals; what "
    "you may not see has no influence on it."
)
class Match:
    """Match."""

    score: float = strawberry.field(description="Above 0 and up to 1; the sum of its reasons' contributions.")
    band: MatchBand = strawberry.field(description="How good it is.")
    proposal: Proposal = strawberry.field(description="The proposal that matches.")
    reasons: list[MatchReason] = strawberry.field(description="Why, the weightiest first.")
    misses: list[MatchMiss] = strawberry.field(description="What does not fit though it excludes nothing.")
    modality: Modality = strawberry.field(
        description="What the cooperation would be, by UNCTAD's classification of today; of two parties never TRIANGULAR."
    )
    modality_reason: ModalityReason | None = strawberry.field(description="Why it is OTHER; null where it is not.")
    weights_version: int = strawberry.field(description="The version of the weights that it was scored by.")
    answer: MatchAnswer | None = strawberry.field(
        description="What the side of the proposal whose matches are listed says to it; null where it has said nothing, "
        "or nothing that you may know of."
    )
    other_answer: MatchAnswer | None = strawberry.field(description="The same of the other side.")


@strawberry.input(description="Which matches; everything given must hold.")
class MatchWhere:
    """Match filter."""

    minimum_score: float | None = strawberry.field(default=None, description="Has at least this score, 0 to 1.")
    band: MatchBand | None = strawberry.field(default=None, description="Is in this band or a better one.")
    capacity_areas: list[CapacityArea] | None = strawberry.field(
        default=None, description="Its proposal names any of these."
    )
    region: str | None = strawberry.field(default=None, description="Its state lies in this region (M49 code).")
    delegation: strawberry.ID | None = strawberry.field(default=None, description="Is with this delegation.")
    set_aside: bool | None = strawberry.field(
        default=None,
        description="True: only those that your delegation dismissed or declined, or the other side declined, and of which "
        "nothing has changed since. These are left out otherwise.",
    )


@strawberry.type(description="How much a criterion counts.")
class CriterionWeight:
    """Weight."""

    criterion: MatchCriterion = strawberry.field(description="The criterion.")
    weight: float = strawberry.field(description="0 to 1; the weights of one side sum to 1.")


@strawberry.type(
    description="One version of the weights that matches are scored by. Public. The secretariat proposes, a co-chair "
    "confirms, and the version that was confirmed last is in force."
)
class MatchingWeights(Node):
    """Weights."""

    version: int = strawberry.field(description="1 is the first.")
    need: list[CriterionWeight] = strawberry.field(description="What counts for the side that needs.")
    offer: list[CriterionWeight] = strawberry.field(description="What counts for the side that offers.")
    floor: float = strawberry.field(
        description="What any agreement in a criterion is worth of a full one, 0 to 1. Of the weight of what is not "
        "stated, this part goes to the other criteria."
    )
    strong: float = strawberry.field(description="The least score of the band STRONG.")
    good: float = strawberry.field(description="The least score of the band GOOD.")
    note: str = strawberry.field(description="Why these weights.")
    author: Person | None = strawberry.field(
        description="Who proposed it; null for the first version, or if you may not see the person."
    )
    created_at: datetime = strawberry.field(description="When it was proposed.")
    confirmed_at: datetime | None = strawberry.field(description="When it was confirmed; null before.")
    confirmed_by: Person | None = strawberry.field(
        description="Who confirmed it; null before, for the first version, or if you may not see the person."
    )
    in_force: bool = strawberry.field(description="Whether matches are scored by it now.")
    viewer_can_confirm: bool = strawberry.field(description="Whether you may confirm it now.")


@strawberry.input(description="Which versions of the weights; everything given must hold.")
class MatchingWeightsWhere:
    """Weights filter."""

    in_force: bool | None = strawberry.field(default=None, description="Is the one in force, or is not.")
