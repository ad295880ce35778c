"""What delegations say to matches: who may, who is told, what stays away and until when."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import Conflict, DomainError, Invalid, NotFound, NotPermitted
from services.core.read.shape import table_of
from services.matching.answer_commands import (
    PairKey,
    accept_match,
    decline_match,
    dismiss_match,
    save_match,
    undo_answer,
)
from services.matching.answer_tables import MatchAnswer
from services.matching.terms import MatchAnswerKind
from services.proposals.commands import close_proposal, renew_proposal
from services.proposals.tables import Proposal
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.services.matching.test_weights import confirm, proposed
from tests.services.matching.world import WHOLE, a_proposal, change, matches
from tests.services.notices.world import tell_all, told
from tests.services.proposals.world import in_days
from tests.services.rounds.world import act, rows_of

K = MatchAnswerKind


async def a_pair(db: Database, **columns: Any) -> tuple[UUID, UUID]:
    """A need of Zambia and an offer of France that match; ``columns`` are those of the need."""
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "ZMB", **(WHOLE | columns))
        return need, await a_proposal(session, "offer", "FRA", **WHOLE)


async def said(db: Database, who: str = "") -> list[tuple[MatchAnswerKind, str]]:
    """What is said, as someone sees it."""
    return [(one.answer, one.reason) for one in await rows_of(db, MatchAnswer, who)]


async def seen(db: Database, proposal: UUID, who: str, **where: Any) -> set[UUID]:
    return set(await matches(db, proposal, actor(who), where=where))


@pytest.mark.parametrize("command", [save_match, dismiss_match])
@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("ZMB focal point", None),
        ("ZMB contributor", None),
        ("ZMB viewer", NotPermitted),
        ("FRA focal point", NotPermitted),
        ("secretariat", NotPermitted),
        ("public", NotPermitted),
    ],
)
async def test_who_saves_and_dismisses(db: Database, command: Any, who: str, error: type[DomainError] | None) -> None:
    need, offer = await a_pair(db)
    if error is None:
        await act(db, who, command, PairKey(need, offer))
    else:
        with pytest.raises(error):
            await act(db, who, command, PairKey(need, offer))
    assert len(await said(db)) == (error is None)


@pytest.mark.parametrize(
    ("who", "error"),
    [("ZMB focal point", None), ("ZMB contributor", NotPermitted), ("EGY focal point", NotPermitted)],
)
async def test_who_accepts_and_declines(db: Database, who: str, error: type[DomainError] | None) -> None:
    need, offer = await a_pair(db)
    for command, given in ((accept_match, ()), (decline_match, ("Too far.",))):
        if error is None:
            await act(db, who, command, PairKey(need, offer), *given)
        else:
            with pytest.raises(error):
                await act(db, who, command, PairKey(need, offer), *given)
    assert await said(db) == ([] if error else [(K.DECLINED, "Too far.")])


async def test_what_is_saved_or_dismissed_is_nobody_else_s(db: OneAtATime) -> None:
    need, offer = await a_pair(db)
    await act(db, "ZMB contributor", save_match, PairKey(need, offer))
    for who, sees in {"ZMB viewer": 1, "FRA focal point": 0, "EGY viewer": 0, "secretariat": 0, "public": 0}.items():
        assert len(await said(db, who)) == sees, who
    await act(db, "ZMB contributor", dismiss_match, PairKey(need, offer))
    assert await said(db, "FRA focal point") == []
    await tell_all(db)
    assert await told(db) == {}


async def test_what_is_dismissed_stays_away_from_its_own_side_only(db: Database) -> None:
    need, offer = await a_pair(db)
    assert await seen(db, need, "ZMB viewer") == {offer}
    answer = await act(db, "ZMB focal point", dismiss_match, PairKey(need, offer))
    assert await seen(db, need, "ZMB viewer") == set()
    assert await seen(db, need, "ZMB viewer", setAside=True) == {offer}
    for who in ("FRA focal point", "EGY viewer", "secretariat", "public"):
        assert await seen(db, need, who) == {offer}, who
    assert await seen(db, offer, "FRA focal point") == {need}
    await act(db, "ZMB contributor", undo_answer, answer)
    assert await seen(db, need, "ZMB viewer") == {offer}
    assert await seen(db, need, "ZMB viewer", setAside=True) == set()


async def test_what_is_declined_stays_away_from_both_sides(db: OneAtATime) -> None:
    need, offer = await a_pair(db)
    answer = await act(db, "ZMB focal point", decline_match, PairKey(need, offer), "  We have one.  ")
    assert await said(db, "FRA viewer") == [(K.DECLINED, "We have one.")]
    assert await seen(db, need, "ZMB viewer") == await seen(db, offer, "FRA viewer") == set()
    assert await seen(db, need, "EGY viewer") == {offer}
    with pytest.raises(NotPermitted):
        await act(db, "ZMB contributor", undo_answer, answer)
    with pytest.raises(NotPermitted):
        await act(db, "FRA focal point", undo_answer, answer)
    await act(db, "ZMB focal point", undo_answer, answer)
    assert await seen(db, need, "ZMB viewer") == {offer}
    assert await said(db) == []


async def revised_need(db: Database, need: UUID, _: UUID) -> None:
    await act(db, "ZMB focal point", renew_proposal, need, in_days(60))


async def revised_offer(db: Database, _: UUID, offer: UUID) -> None:
    await act(db, "FRA focal point", renew_proposal, offer, in_days(60))


async def other_weights(db: Database, _: UUID, __: UUID) -> None:
    await confirm(db, actor("CHN focal point"), await proposed(db))


@pytest.mark.parametrize("what_changes", [revised_need, revised_offer, other_weights])
@pytest.mark.parametrize("command", [dismiss_match, decline_match])
async def test_it_stays_away_until_something_changes(db: Database, command: Any, what_changes: Any) -> None:
    need, offer = await a_pair(db)
    given = ("Too far.",) if command is decline_match else ()
    await act(db, "ZMB focal point", command, PairKey(need, offer), *given)
    assert await seen(db, need, "ZMB viewer") == set()
    await what_changes(db, need, offer)
    assert await seen(db, need, "ZMB viewer") == {offer}
    await act(db, "ZMB focal point", command, PairKey(need, offer), *given)
    assert await seen(db, need, "ZMB viewer") == set()


async def test_the_same_is_not_said_twice_and_what_was_told_is_taken_back_first(db: Database) -> None:
    need, offer = await a_pair(db)
    pair = PairKey(need, offer)
    await act(db, "ZMB focal point", save_match, pair)
    with pytest.raises(Conflict, match="has said SAVED already"):
        await act(db, "ZMB focal point", save_match, pair)
    await act(db, "ZMB focal point", accept_match, pair)
    for command in (save_match, dismiss_match):
        with pytest.raises(Conflict, match="Take it back first"):
            await act(db, "ZMB focal point", command, pair)
    await act(db, "ZMB focal point", decline_match, pair, "Not now.")
    assert await said(db) == [(K.DECLINED, "Not now.")]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001, "a\x00b"])
async def test_a_declined_match_has_a_reason(db: Database, reason: str) -> None:
    need, offer = await a_pair(db)
    with pytest.raises(Invalid):
        await act(db, "ZMB focal point", decline_match, PairKey(need, offer), reason)
    assert await said(db) == []


async def test_only_a_match_is_answered(db: Database) -> None:
    need, offer = await a_pair(db)
    async with db.write(SYSTEM) as session:
        same_side = await a_proposal(session, "need", "FRA", **WHOLE)
        hidden = await a_proposal(session, "offer", "FRA", visibility="delegation", **WHOLE)
        own = await a_proposal(session, "offer", "ZMB", **WHOLE)
    with pytest.raises(Conflict, match="no match now: OPPOSITE_SIDE"):
        await act(db, "ZMB focal point", save_match, PairKey(need, same_side))
    with pytest.raises(Conflict, match="no match now: OTHER_DELEGATION"):
        await act(db, "ZMB focal point", save_match, PairKey(need, own))
    with pytest.raises(NotFound):
        await act(db, "ZMB focal point", save_match, PairKey(need, hidden))
    with pytest.raises(NotFound):
        await act(db, "ZMB focal point", save_match, PairKey(hidden, offer))
    assert await said(db) == []


async def test_the_other_side_is_told_nothing_of_what_it_does_not_see(db: Database) -> None:
    for columns in ({"status": "draft"}, {"visibility": "delegation"}):
        need, offer = await a_pair(db, **columns)
        await act(db, "ZMB focal point", save_match, PairKey(need, offer))
        for command, given in ((accept_match, ()), (decline_match, ("No.",))):
            with pytest.raises(Conflict, match="does not see this proposal"):
                await act(db, "ZMB focal point", command, PairKey(need, offer), *given)
    assert {answer for answer, _ in await said(db)} == {K.SAVED}


async def test_what_the_other_side_accepted_can_be_declined_whatever_became_of_the_pair(db: Database) -> None:
    need, offer = await a_pair(db)
    await act(db, "ZMB focal point", accept_match, PairKey(need, offer))
    async with db.write(SYSTEM) as session:
        await change(session, offer, working_languages=["zh"])
    for command, given in ((accept_match, ()), (save_match, ())):
        with pytest.raises(Conflict, match="no match now: COMMON_LANGUAGE"):
            await act(db, "FRA focal point", command, PairKey(offer, need), *given)
    await act(db, "FRA focal point", decline_match, PairKey(offer, need), "We work in Chinese now.")
    assert len(await said(db)) == 2


async def test_both_sides_are_told_with_what_they_need(db: OneAtATime) -> None:
    need, offer = await a_pair(db)
    await act(db, "ZMB focal point", accept_match, PairKey(need, offer))
    await tell_all(db)
    found = await told(db)
    assert set(found) == {"FRA focal point", "FRA contributor"}
    assert "Zambia" in found["FRA focal point"]
    await act(db, "FRA focal point", accept_match, PairKey(offer, need))
    await tell_all(db)
    found = await told(db)
    assert "Both sides" in found["ZMB focal point"]


async def test_an_ended_proposal_ends_what_was_said_of_it(db: Database) -> None:
    need, offer = await a_pair(db)
    await act(db, "ZMB focal point", accept_match, PairKey(need, offer))
    await act(db, "ZMB focal point", close_proposal, need)
    with pytest.raises(Conflict, match="no match now: OPEN"):
        await act(db, "FRA focal point", decline_match, PairKey(offer, need), "No.")


async def test_a_draft_goes_with_what_was_said_to_its_matches(db: Database) -> None:
    need, offer = await a_pair(db, status="draft")
    await act(db, "ZMB focal point", save_match, PairKey(need, offer))
    table = table_of(Proposal)
    async with db.write(actor("ZMB focal point")) as session:
        await session.execute(sa.delete(table).where(table.c.id == need))
    assert await said(db) == []
