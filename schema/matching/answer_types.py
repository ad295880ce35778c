"""GraphQL types of what delegations say to matches, and of standing searches."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from schema.core.enums import describe
from schema.core.fields import may
from schema.core.texts import Node
from schema.membership.types import Delegation
from schema.proposals.types import Proposal
from services.matching.terms import MatchAnswerKind, MatchAnswerOrder, MatchBand, StandingSearchOrder

describe(
    MatchBand,
    "How good a match is, without false precision; where bands begin stands in the weights.",
    STRONG="It fits in most of what both sides ask for.",
    GOOD="It fits in much of it.",
    POSSIBLE="Something fits: worth a look where nothing better is there.",
)
describe(
    MatchAnswerKind,
    "What a delegation says to a match of a proposal of its own.",
    SAVED="It keeps the match in mind. Nobody else is told.",
    DISMISSED="It sets the match aside until something changes. Nobody else is told.",
    ACCEPTED="It wants the match. The other side is told, and it is their turn.",
    DECLINED="It does not, and says why. The other side is told, and the match stays away from both until something "
    "changes.",
)
describe(MatchAnswerOrder, "Orders of answers to matches.", NEWEST="The newest first.")
describe(StandingSearchOrder, "Orders of standing searches.", NEWEST="The newest first.")


@strawberry.type(
    description="What one delegation says to the match of a proposal of its own with another's. Seen by that delegation; "
    "by the other one where it was told (ACCEPTED, DECLINED)."
)
class MatchAnswer(Node):
    """Answer."""

    proposal: Proposal | None = strawberry.field(
        description="The proposal of the delegation that says it; null once you may not see it any more."
    )
    other: Proposal | None = strawberry.field(
        description="The other delegation's proposal; null once you may not see it any more."
    )
    delegation: Delegation | None = strawberry.field(description="Who says it; null if you may not see it.")
    answer: MatchAnswerKind = strawberry.field(description="What it says.")
    reason: str = strawberry.field(description="Why it was declined; else empty.")
    turn_of: Delegation | None = strawberry.field(
        description="The delegation whose answer to an acceptance is awaited; null where none is: it was answered, its "
        "deadline has passed, or something has changed since."
    )
    deadline: date | None = strawberry.field(
        description="Of an acceptance: the last day on which it waits for the other side; else null."
    )
    holds: bool = strawberry.field(
        description="Whether it is still about the same: neither proposal was revised, renewed or ended since, and the "
        "weights are the same. What was dismissed or declined stays away while it holds."
    )
    created_at: datetime = strawberry.field(description="When its delegation first said something to this match.")
    updated_at: datetime = strawberry.field(description="When it said this.")
    viewer_can_undo: bool = may("take it back")


@strawberry.input(description="Which answers; everything given must hold.")
class MatchAnswerWhere:
    """Filter of answers."""

    answer: MatchAnswerKind | None = strawberry.field(default=None, description="Says this.")
    mine: bool | None = strawberry.field(
        default=None, description="Was said by your own delegation, or was told to it by another."
    )
    proposal: strawberry.ID | None = strawberry.field(
        default=None, description="Is about this proposal, on either side."
    )


@strawberry.type(
    description="A delegation's wish to be told of new matches of an open proposal of its own: each once, at most an hour "
    "after it is there, all of one look in one notice. Seen by that delegation."
)
class StandingSearch(Node):
    """Standing search."""

    proposal: Proposal | None = strawberry.field(description="Whose matches; null once you may not see it any more.")
    band: MatchBand = strawberry.field(description="The least band of which it tells.")
    known: int = strawberry.field(
        description="How many matches it knows of: those that were there when it began, and those it has told of."
    )
    looked_at: datetime = strawberry.field(description="When its matches were last looked at.")
    created_at: datetime = strawberry.field(description="When it began.")
    viewer_can_stop: bool = may("end it")


AnswersWhere = Annotated[MatchAnswerWhere | None, strawberry.argument(description="Which ones; all when absent.")]
AnswersOrder = Annotated[MatchAnswerOrder, strawberry.argument(description="In which order.")]
SearchesOrder = Annotated[StandingSearchOrder, strawberry.argument(description="In which order.")]
