"""What delegations say to matches: saved, dismissed, accepted, declined, and taken back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Writer
from services.core.errors import NotFound
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import Refusals, lock
from services.core.read.shape import table_of
from services.core.table import now, today
from services.core.texts import check_characters
from services.matching import answer_policy as policy
from services.matching.answer_tables import MatchAnswer
from services.matching.errors import MatchAnswered, NoMatch, WrongAnswer
from services.matching.fitting import Fit, fit_of
from services.matching.queries import version_of
from services.matching.rules import REASON_LIMIT
from services.matching.terms import TOLD, MatchAnswerKind
from services.proposals.policy import visible_to
from services.proposals.rules import turn_deadline
from services.proposals.tables import Proposal

KIND = "match_answer"


@dataclass(frozen=True, slots=True)
class PairKey:
    """A proposal of the actor's delegation, and the one of another delegation that it is matched with."""

    proposal_id: UUID
    other_id: UUID


async def save_match(session: Writer, actor: Actor, pair: PairKey) -> UUID:
    """Keep a match in mind; nobody else is told.

    Raises:
        NotFound, NotPermitted, Conflict: see ``answer_policy.refusals_to_mark``.
        NoMatch: the two are no match now.
        MatchAnswered: it is saved already, or the other side was told something else.
    """
    return await _say(session, actor, pair, MatchAnswerKind.SAVED)


async def dismiss_match(session: Writer, actor: Actor, pair: PairKey) -> UUID:
    """Set a match aside, until something changes; nobody else is told.

    Raises:
        NotFound, NotPermitted, NoMatch, MatchAnswered: as ``save_match``.
    """
    return await _say(session, actor, pair, MatchAnswerKind.DISMISSED)


async def accept_match(session: Writer, actor: Actor, pair: PairKey) -> UUID:
    """Tell the other side that one wants this match; it is their turn, as long as one of an expression
    of interest lasts.

    Raises:
        NotFound, NotPermitted, Conflict: see ``answer_policy.refusals_to_tell``.
        NoMatch: the two are no match now.
        MatchAnswered: it is accepted already.
    """
    return await _say(session, actor, pair, MatchAnswerKind.ACCEPTED)


async def decline_match(session: Writer, actor: Actor, pair: PairKey, reason: str) -> UUID:
    """Set a match aside for both sides, until something changes; the other side is told why.

    Raises:
        NotFound, NotPermitted, NoMatch, MatchAnswered: as ``accept_match``.
        WrongAnswer: no reason, or one that is too long.
    """
    words = reason.strip()
    if not 1 <= len(words) <= REASON_LIMIT:
        raise WrongAnswer(f"A reason of 1 to {REASON_LIMIT:,} characters is needed.", path=("reason",))
    return await _say(session, actor, pair, MatchAnswerKind.DECLINED, check_characters(words, path=("reason",)))


async def undo_answer(session: Writer, actor: Actor, answer_id: UUID) -> UUID:
    """Take back what was said to a match; the other side is told where it was told before.

    Raises:
        NotFound, NotPermitted: see ``answer_policy.refusals_to_undo``.
    """
    row = await lock(
        session, actor, MatchAnswer, answer_id, policy.visible_to, policy.refusals_to_undo, what="answer to a match"
    )
    await session.delete(row)
    await session.flush()
    facts = {"proposal": str(row.proposal_id), "other": str(row.other_id), "answer": row.answer.value}
    await record(session, actor, "match.undone", KIND, row.id, **facts)
    if row.answer in TOLD:
        await announce(session, actor, "match.undone", row.other_id, proposal=str(row.proposal_id))
    await _tell(session, row.delegation_id, row.other_delegation_id)
    return answer_id


async def _say(session: Writer, actor: Actor, pair: PairKey, answer: MatchAnswerKind, reason: str = "") -> UUID:
    told = answer in TOLD
    own = await _own(session, actor, pair.proposal_id, policy.refusals_to_tell if told else policy.refusals_to_mark)
    fit = await fit_of(session, actor, own.id, pair.other_id)
    if fit is None:
        raise NotFound("No such proposal.", path=("other",))
    # What the other side accepted can be declined also where the pair does not fit any more.
    if fit.broken and not (answer is MatchAnswerKind.DECLINED and await _accepted_by_other(session, pair)):
        names = ", ".join(one.name for one in fit.broken)
        raise NoMatch(f"These two proposals are no match now: {names}. `whyNot` tells what would change that.")
    before = await _said(session, pair)
    version = await version_of(session, None)
    if before is not None:
        _check_said(before, answer, (own.revision, fit.other_revision, version))
    deadline = turn_deadline(today()) if answer is MatchAnswerKind.ACCEPTED else None
    key = await _write(session, own, fit, {"answer": answer, "reason": reason, "deadline": deadline}, version)
    facts = {"proposal": str(own.id), "other": str(fit.other_id), "reason": reason}
    await record(session, actor, f"match.{answer}", KIND, key, **facts)
    if told:
        day = None if deadline is None else deadline.isoformat()
        await _announce(session, actor, pair, answer, {"reason": reason, "deadline": day})
    await _tell(session, own.delegation_id, fit.other_delegation_id if told else own.delegation_id)
    return key


async def _own(session: Writer, actor: Actor, key: UUID, refusals: Refusals) -> Proposal:
    return await lock(session, actor, Proposal, key, visible_to, refusals, what="proposal", path=("proposal",))


async def _said(session: Writer, pair: PairKey) -> MatchAnswer | None:
    """What the delegation has said to the pair; nobody else says anything while its proposal is locked."""
    found = sa.select(MatchAnswer).where(
        col(MatchAnswer.proposal_id) == pair.proposal_id, col(MatchAnswer.other_id) == pair.other_id
    )
    return (await session.execute(found)).scalar_one_or_none()


async def _accepted_by_other(session: Writer, pair: PairKey) -> bool:
    """Whether the other side accepts this pair, as it is now."""
    row = table_of(MatchAnswer).alias().c
    accepted = sa.select(row.id).where(
        row.proposal_id == pair.other_id,
        row.other_id == pair.proposal_id,
        row.answer == MatchAnswerKind.ACCEPTED,
        policy.holds(row),
    )
    return await session.scalar(accepted) is not None


def _check_said(before: MatchAnswer, answer: MatchAnswerKind, numbers: tuple[int, int, int]) -> None:
    """Make sure that this is something new.

    Raises:
        MatchAnswered: the same was said of the same, or what the other side was told must be taken back first.
    """
    if before.answer in TOLD and answer not in TOLD:
        raise MatchAnswered("The other side was told your answer. Take it back first (`matchAnswerUndo`).")
    if before.answer is answer and (before.proposal_revision, before.other_revision, before.weights_version) == numbers:
        raise MatchAnswered(f"Your delegation has said {answer.name} already, and nothing has changed since.")


async def _write(session: Writer, own: Proposal, fit: Fit, said: dict[str, Any], version: int) -> UUID:
    row = MatchAnswer(
        proposal_id=own.id,
        other_id=fit.other_id,
        delegation_id=own.delegation_id,
        other_delegation_id=fit.other_delegation_id,
        proposal_revision=own.revision,
        other_revision=fit.other_revision,
        weights_version=version,
        **said,
    )
    values = row.model_dump()
    about = {name: values[name] for name in ("proposal_revision", "other_revision", "weights_version")}
    made = insert(MatchAnswer).values(values)
    changed = made.on_conflict_do_update(
        index_elements=["proposal_id", "other_id"],
        set_={**said, **about, "updated_at": now(), "revision": col(MatchAnswer.revision) + 1},
    )
    key: UUID = (await session.execute(changed.returning(col(MatchAnswer.id)))).scalar_one()
    return key


async def _announce(
    session: Writer, actor: Actor, pair: PairKey, answer: MatchAnswerKind, facts: dict[str, str | None]
) -> None:
    """Tell the other side; where it waits for this very answer, that both sides want the match."""
    verb: str = answer.value
    if answer is MatchAnswerKind.ACCEPTED and await _accepted_by_other(session, pair):
        verb = "settled"
    await announce(session, actor, f"match.{verb}", pair.other_id, proposal=str(pair.proposal_id), **facts)


async def _tell(session: Writer, *delegations: UUID) -> None:
    await tell(session, *(topic("delegation", one) for one in delegations))
