"""GraphQL types of why two proposals are no match."""

import strawberry

from schema.core.enums import describe
from schema.matching.types import Match
from schema.proposals.types import Proposal
from services.matching.terms import Constraint, MatchChangeField

describe(
    Constraint,
    "What two proposals must keep to be a match, however well the rest fits.",
    VISIBLE="You may see both.",
    OPEN="Both are open today; the first may be a draft of yours.",
    PLACES_LEFT="Both have places left.",
    OTHER_DELEGATION="They are of two delegations.",
    TAKES_PART="The delegation of the second takes part in the Group.",
    OPPOSITE_SIDE="One needs and the other offers, or one is joint.",
    COMMON_LANGUAGE="A working language in common, or interpretation offered by either.",
    PERIOD="Their periods overlap.",
    OWN_REGIONS="The first accepts partners from a region of the second's state.",
    PARTNER_REGIONS="The second accepts partners from a region of the first's state.",
    OWN_MODALITIES="The first accepts the modality that the two states have today.",
    PARTNER_MODALITIES="The second accepts it.",
)
describe(
    MatchChangeField,
    "What of a proposal would have to be another.",
    STATUS="Its status.",
    EXPIRES_ON="Its last day: it is renewed.",
    OPENS_ON="Its first day.",
    PLACES="Its places.",
    SIDE="Its side; that of an open proposal is fixed, so post another.",
    INTERPRETATION_OFFERED="Whether it offers interpretation.",
    PERIOD_FROM="The first day of the cooperation.",
    REGIONS_ACCEPTED="The regions it accepts partners from (M49); none named accepts all.",
    MODALITIES_ACCEPTED="The modalities it accepts.",
    CAPACITY_AREAS="The capacity areas it names.",
)


@strawberry.type(description="A hard constraint that two proposals break.")
class BrokenConstraint:
    """Broken constraint."""

    code: Constraint = strawberry.field(description="Which one.")
    sentence: str = strawberry.field(description="The same in one English sentence.")


@strawberry.type(description="One part of the smallest change that would make two proposals a match.")
class MatchChange:
    """Change."""

    proposal: Proposal = strawberry.field(description="The proposal to be changed.")
    field: MatchChangeField = strawberry.field(description="What of it.")
    values: list[str] = strawberry.field(
        description="The whole value that it would have: words and codes as in GraphQL, days as ISO 8601; empty for a list "
        "that names none."
    )
    sentence: str = strawberry.field(description="The same in one English sentence.")


@strawberry.type(
    description="Why two proposals are no match now, and the smallest change that would make them one. Each broken "
    "constraint needs one change, and none mends two, so it is all `changes` together."
)
class WhyNot:
    """Why not."""

    first: Proposal = strawberry.field(
        description="The one of the two that is your delegation's; the need, where neither or both are."
    )
    second: Proposal = strawberry.field(description="The other one.")
    match: Match | None = strawberry.field(
        description="The match of the first with the second; null where they are none."
    )
    broken: list[BrokenConstraint] = strawberry.field(description="The hard constraints that they break.")
    changes: list[MatchChange] = strawberry.field(
        description="What would have to be changed; empty where they match. Where they keep all constraints and yet "
        "nothing agrees, a capacity area that both would name."
    )
    is_possible: bool = strawberry.field(
        description="Whether changes of the two make them a match at all: not where both are of one delegation, one is "
        "closed or withdrawn, or the second's delegation takes no part."
    )
