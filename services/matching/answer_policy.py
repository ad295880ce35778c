"""Who may see what was said to a pair, and who may say it."""

from typing import Any

import sqlalchemy as sa

from services.core.actor import Audience, Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Expression, Row, table_of, within
from services.matching.answer_tables import MatchAnswer
from services.matching.formulas import version_in_force
from services.matching.terms import SETS_ASIDE, TOLD, MatchAnswerKind
from services.proposals.policy import FOCAL_POINTS, WRITERS
from services.proposals.tables import Proposal
from services.proposals.terms import ProposalStatus
from services.taxonomy.shapes import today

_OWN = "This is another delegation's proposal."


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """A delegation sees what it said, and what another told it; what others saved or dismissed is nobody else's."""
    if viewer.role is Role.SYSTEM:
        return sa.true()
    if viewer.role in {Role.PUBLIC, Role.SECRETARIAT}:
        return sa.false()
    told = sa.and_(row.other_delegation_id == viewer.delegation_id, row.answer.in_(TOLD))
    return sa.or_(row.delegation_id == viewer.delegation_id, told)


def visible_search(viewer: Viewer, row: Row) -> Condition:
    """A delegation sees its own standing searches."""
    if viewer.role is Role.SYSTEM:
        return sa.true()
    if viewer.role in {Role.PUBLIC, Role.SECRETARIAT}:
        return sa.false()
    return row.delegation_id == viewer.delegation_id  # type: ignore[no-any-return]


def refusals_to_mark(viewer: Viewer, row: Row) -> list[Refusal]:
    """Contributors and focal points save and dismiss matches of their delegation's drafts and open proposals."""
    sentence = "Only contributors and focal points of a delegation taking part can save or dismiss a match."
    return [
        *_own(viewer, row, WRITERS, sentence),
        _status(row, ProposalStatus.DRAFT, ProposalStatus.OPEN, sentence="Only a draft or an open proposal has any."),
    ]


def refusals_to_tell(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point accepts or declines matches of a proposal that the other side can see."""
    hidden = sa.or_(row.status != ProposalStatus.OPEN, row.visibility == Audience.DELEGATION)
    return [
        *_own(viewer, row, FOCAL_POINTS, "Only a focal point of a delegation taking part can accept or decline."),
        Refusal(
            "PROPOSAL_NOT_SHOWN",
            hidden,
            "The other side does not see this proposal: only an open one, shown beyond your delegation, can be "
            "accepted or declined for.",
        ),
    ]


def refusals_to_undo(viewer: Viewer, row: Row) -> list[Refusal]:
    """Whoever may say it may take it back."""
    told = sa.and_(row.answer.in_(TOLD), sa.literal(viewer.role is not Role.FOCAL_POINT))
    return [
        *_own(viewer, row, WRITERS, "Only contributors and focal points of a delegation taking part can undo.", _SAID),
        not_permitted(told, "Only a focal point can take back what the other side was told."),
    ]


_SAID = "This is another delegation's answer."


def refusals_to_search(viewer: Viewer, row: Row) -> list[Refusal]:
    """Contributors and focal points let themselves be told of new matches of their delegation's open proposals."""
    sentence = "Only contributors and focal points of a delegation taking part can keep a standing search."
    return [
        *_own(viewer, row, WRITERS, sentence),
        _status(row, ProposalStatus.OPEN, sentence="Only an open proposal has new matches to tell of."),
    ]


def refusals_to_stop(viewer: Viewer, row: Row) -> list[Refusal]:
    """And they end it."""
    sentence = "Only contributors and focal points of a delegation taking part can end a standing search."
    return _own(viewer, row, WRITERS, sentence, "This is another delegation's standing search.")


def holds(row: Row) -> Condition:
    """Whether what was said is still about the same: both proposals at their revisions, and the weights in force."""
    unchanged = [
        _revision(row, key) == row[f"{name}_revision"]
        for key, name in (("proposal_id", "proposal"), ("other_id", "other"))
    ]
    return sa.func.coalesce(sa.and_(*unchanged, row.weights_version == version_in_force()), sa.false())


def awaited(row: Row) -> Condition:
    """Whether an acceptance waits for the other side: it holds, its day has not passed, and nothing was told back."""
    back = table_of(MatchAnswer).alias()
    told = sa.select(back.c.id).where(
        back.c.proposal_id == row.other_id, back.c.other_id == row.proposal_id, back.c.answer.in_(TOLD), holds(back.c)
    )
    waits = sa.and_(row.answer == MatchAnswerKind.ACCEPTED, row.deadline >= today(), holds(row))
    return sa.and_(sa.func.coalesce(waits, sa.false()), sa.not_(within(row, told).exists()))


def set_aside(own: Row, viewer: Viewer) -> sa.CompoundSelect[Any]:
    """SQL of the ids of the proposals whose pair with ``own`` stays away for this viewer, until something changes.

    What the viewer's delegation dismissed or declined, and what the other side declined. Rankings leave them out
    before they cut, whichever way they are computed.
    """
    table = table_of(MatchAnswer)
    mine, theirs = table.alias(), table.alias()
    said = sa.select(mine.c.other_id).where(
        mine.c.proposal_id == own.id, mine.c.answer.in_(SETS_ASIDE), visible_to(viewer, mine.c), holds(mine.c)
    )
    told = sa.select(theirs.c.proposal_id).where(
        theirs.c.other_id == own.id,
        theirs.c.answer == MatchAnswerKind.DECLINED,
        visible_to(viewer, theirs.c),
        holds(theirs.c),
    )
    return sa.union_all(within(own, said), within(own, told))


def _revision(row: Row, key: str) -> Expression:
    table = table_of(Proposal).alias()
    return within(row, sa.select(table.c.revision).where(table.c.id == row[key])).scalar_subquery()


def _own(viewer: Viewer, row: Row, roles: frozenset[Role], sentence: str, foreign: str = _OWN) -> list[Refusal]:
    return [
        not_permitted(viewer.role not in roles or not viewer.actor.acts, sentence),
        not_permitted(row.delegation_id.is_distinct_from(viewer.delegation_id), foreign),
    ]


def _status(row: Row, *allowed: ProposalStatus, sentence: str) -> Refusal:
    return Refusal("PROPOSAL_WRONG_STATUS", row.status.not_in(allowed), sentence)
