"""What delegations say to matches, and their standing searches; one command in one transaction each."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act, act_on
from schema.matching.answer_types import MatchAnswer, StandingSearch
from services.core.actor import Actor
from services.core.db import Writer
from services.core.ids import typed_id, write_id
from services.matching import answer_commands as commands
from services.matching import answer_shapes as shapes
from services.matching import searching
from services.matching.answer_commands import PairKey
from services.matching.terms import MatchBand

ANSWER, SEARCH = commands.KIND, searching.KIND
OWN = "The proposal of your delegation."
OTHER = "The other delegation's proposal, which it is matched with."
_Step = Callable[[Writer, Actor, PairKey], Awaitable[UUID]]


@strawberry.input(description="A match: a proposal of your delegation, and the one it is matched with.")
class MatchInput:
    """Which match."""

    proposal: strawberry.ID = strawberry.field(description=OWN)
    other: strawberry.ID = strawberry.field(description=OTHER)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def pair(self) -> PairKey:
        """What the slice takes.

        Raises:
            Invalid: an id of something else.
        """
        return PairKey(
            typed_id(self.proposal, "proposal", path=("proposal",)), typed_id(self.other, "proposal", path=("other",))
        )


@strawberry.input(description="A match to decline.")
class MatchDeclineInput(MatchInput):
    """Which match, and why."""

    reason: str = strawberry.field(description="Why, 1 to 2,000 characters; the other side reads it.")


@strawberry.input(description="An answer to take back.")
class MatchUndoInput:
    """Which answer."""

    id: strawberry.ID = strawberry.field(description="The answer's id.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A standing search to begin, or to go on with another band.")
class StandingSearchStartInput:
    """Of which proposal."""

    proposal: strawberry.ID = strawberry.field(description="An open proposal of your delegation.")
    band: MatchBand = strawberry.field(default=MatchBand.GOOD, description="The least band of which it tells.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A standing search to end.")
class StandingSearchStopInput:
    """Which search."""

    id: strawberry.ID = strawberry.field(description="The search's id.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="What your delegation says to the match now, or why it was not done.")
class MatchAnswerPayload:
    """What every answer to a match answers."""

    answer_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="What your delegation says now; null if nothing was done.")
    async def answer(self, info: Info) -> MatchAnswer | None:
        """Read back after the commit, through the same Shape."""
        if self.answer_id is None:
            return None
        return await read(info, shapes.ANSWER_BY_ID, id=write_id(ANSWER, self.answer_id))  # type: ignore[no-any-return]


@strawberry.type(description="What is gone, or why it was not done.")
class MatchUndonePayload:
    """What taking back answers."""

    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="What is gone; null if nothing is.")
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="The standing search as it now is, or why it was not done.")
class StandingSearchPayload:
    """What beginning a search answers."""

    search_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The search as it now is; null if nothing was done.")
    async def standing_search(self, info: Info) -> StandingSearch | None:
        """Read back after the commit, through the same Shape."""
        if self.search_id is None:
            return None
        return await read(info, shapes.SEARCH_BY_ID, id=write_id(SEARCH, self.search_id))  # type: ignore[no-any-return]


@strawberry.type(description="What has ended, or why it was not done.")
class StandingSearchStopPayload:
    """What ending a search answers."""

    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="What is gone; null if nothing is.")
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type
class MatchAnswerMutation:
    """Mutations of answers and standing searches."""

    @strawberry.mutation(
        description="Keep a match of your delegation's proposal in mind; nobody else is told. Contributors and focal points."
    )
    async def match_save(self, info: Info, input: Annotated[MatchInput, ASKED]) -> MatchAnswerPayload:
        """One command."""
        return await _say(info, input, commands.save_match)

    @strawberry.mutation(
        description="Set a match aside until something changes: either proposal is revised, or the weights are. Nobody else is "
        "told. Contributors and focal points."
    )
    async def match_dismiss(self, info: Info, input: Annotated[MatchInput, ASKED]) -> MatchAnswerPayload:
        """One command."""
        return await _say(info, input, commands.dismiss_match)

    @strawberry.mutation(
        description="Tell the other side that your delegation wants the match; it is their turn for 14 days. It binds no one. "
        "Focal points."
    )
    async def match_accept(self, info: Info, input: Annotated[MatchInput, ASKED]) -> MatchAnswerPayload:
        """One command."""
        return await _say(info, input, commands.accept_match)

    @strawberry.mutation(
        description="Set a match aside for both sides until something changes, and tell the other side why. Focal points."
    )
    async def match_decline(self, info: Info, input: Annotated[MatchDeclineInput, ASKED]) -> MatchAnswerPayload:
        """One command."""
        return await _say(
            info, input, lambda session, actor, pair: commands.decline_match(session, actor, pair, input.reason)
        )

    @strawberry.mutation(
        description="Take back what your delegation said to a match; the other side is told where it was told. Who may say it."
    )
    async def match_answer_undo(self, info: Info, input: Annotated[MatchUndoInput, ASKED]) -> MatchUndonePayload:
        """One command."""
        done, errors = await act_on(info, ANSWER, input, commands.undo_answer)
        return MatchUndonePayload(deleted_id=None if done is None else strawberry.ID(input.id), errors=errors)

    @strawberry.mutation(
        description="Be told of new matches of an open proposal of your delegation, from now on. Contributors and focal points."
    )
    async def standing_search_start(
        self, info: Info, input: Annotated[StandingSearchStartInput, ASKED]
    ) -> StandingSearchPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: searching.start_search(
                session, actor, typed_id(input.proposal, "proposal", path=("proposal",)), input.band
            ),
            input,
            key=input.idempotency_key,
        )
        return StandingSearchPayload(search_id=done, errors=errors)

    @strawberry.mutation(description="Be told no more. Contributors and focal points of the delegation.")
    async def standing_search_stop(
        self, info: Info, input: Annotated[StandingSearchStopInput, ASKED]
    ) -> StandingSearchStopPayload:
        """One command."""
        done, errors = await act_on(info, SEARCH, input, searching.stop_search)
        return StandingSearchStopPayload(deleted_id=None if done is None else strawberry.ID(input.id), errors=errors)


async def _say(info: Info, asked: MatchInput, step: _Step) -> MatchAnswerPayload:
    done, errors = await act(
        info, lambda session, actor: step(session, actor, asked.pair()), asked, key=asked.idempotency_key
    )
    return MatchAnswerPayload(answer_id=done, errors=errors)
