"""What waits for someone, found in the state of things itself: never stored, so never out of date.

Each source is a SELECT over one table, with the visibility and the refusals that guard the act it asks for: what
stands here can be done. A slice's new kind of matter is one more source.
"""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import Role, Viewer
from services.core.policy import Refusal
from services.core.read.shape import (
    Columns,
    Condition,
    Expression,
    table_of,
)
from services.core.table import text_enum
from services.identity import recovery_policy as recoveries
from services.identity.recovery_tables import Recovery
from services.labs import milestone_policy as milestones
from services.labs import policy as labs
from services.labs.tables import LabParty
from services.labs.terms import LabPartyStatus, MilestoneStatus
from services.labs.work_tables import LabMilestone
from services.matching import answer_policy as answers_policy
from services.matching.answer_tables import MatchAnswer
from services.membership import nomination_policy as nominations
from services.membership import policy as membership
from services.membership.nomination_tables import Nomination
from services.membership.tables import StandingProposal
from services.membership.terms import NominationStatus, StandingProposalStatus
from services.notices.terms import MatterKind
from services.practices import policy as practices
from services.practices.rules import YELLOW_DAYS
from services.practices.tables import Practice
from services.practices.terms import PracticeStatus
from services.proposals import expression_policy
from services.proposals import policy as proposals
from services.proposals.rules import EXPIRY_NOTICE_DAYS
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import Party, ProposalStatus
from services.rounds import policy as rounds
from services.rounds.tables import Allocation
from services.taxonomy.shapes import today
from services.translations import policy as translations
from services.translations.tables import TranslationSuggestion

M = MatterKind
Source = Callable[[Viewer], sa.Select[tuple[object, ...]]]


def _matter(
    kind: MatterKind, noun: str, row: Columns, since: Expression, deadline: Expression | None = None
) -> sa.Select[tuple[object, ...]]:
    """The columns of every source, over one row."""
    return sa.select(
        sa.type_coerce(sa.literal(kind.value), text_enum(MatterKind)).label("kind"),
        sa.literal(noun).label("about_kind"),
        row.id.label("about_id"),
        sa.cast(sa.null() if deadline is None else deadline, sa.Date).label("deadline"),
        sa.cast(since, sa.DateTime(timezone=True)).label("since"),
    )


def _row(table: type[SQLModel]) -> Columns:
    return Columns(table_of(table).alias())


def _can(refusals: Sequence[Refusal]) -> Condition:
    return sa.not_(sa.or_(*(one.holds for one in refusals)))


def _begin_of(day: Expression) -> Expression:
    """The moment at which a day begins, in UTC."""
    return sa.func.timezone("UTC", sa.cast(day, sa.DateTime))


def _turn(party: Party) -> Source:
    """The expressions of interest that the viewer's delegation is to answer, as one of the two parties."""

    def select(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
        row = _row(ExpressionOfInterest)
        mine = row.sender_id if party is Party.SENDER else row.receiver_id
        answers = viewer.role is Role.FOCAL_POINT and viewer.actor.acts
        found = _matter(M.EXPRESSION_OF_INTEREST_TURN, "expression_of_interest", row, row.updated_at, row.turn_deadline)
        return found.where(
            sa.literal(answers),
            row.turn == party,
            mine == viewer.delegation_id,
            expression_policy.visible_to(viewer, row),
        )

    return select


def _returned(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The drafts that the secretariat has returned."""
    row = _row(Practice)
    return _matter(M.PRACTICE_RETURNED, "practice", row, row.updated_at).where(
        row.delegation_id == viewer.delegation_id,
        row.status == PracticeStatus.DRAFT,
        row.return_reason != "",
        practices.visible_to(viewer, row),
        _can(practices.refusals_to_revise(viewer, row)),
    )


def _in_review(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The practices that the secretariat is to review."""
    row = _row(Practice)
    return _matter(M.PRACTICE_IN_REVIEW, "practice", row, row.updated_at).where(
        row.status == PracticeStatus.IN_REVIEW,
        practices.visible_to(viewer, row),
        _can(practices.refusals_to_review(viewer, row)),
    )


def _stale(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The published practices that were not confirmed for a year."""
    row = _row(Practice)
    since = _begin_of(row.last_confirmed_on + YELLOW_DAYS)
    return _matter(M.PRACTICE_STALE, "practice", row, since).where(
        row.delegation_id == viewer.delegation_id,
        row.status == PracticeStatus.PUBLISHED,
        row.last_confirmed_on <= today() - YELLOW_DAYS,
        practices.visible_to(viewer, row),
        _can(practices.refusals_to_confirm(viewer, row)),
    )


def _expiring(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The open proposals that expire soon."""
    row = _row(Proposal)
    since = _begin_of(row.expires_on - EXPIRY_NOTICE_DAYS)
    return _matter(M.PROPOSAL_EXPIRING, "proposal", row, since, row.expires_on).where(
        row.delegation_id == viewer.delegation_id,
        row.status == ProposalStatus.OPEN,
        row.expires_on.between(today(), today() + EXPIRY_NOTICE_DAYS),
        proposals.visible_to(viewer, row),
        _can(proposals.refusals_to_renew(viewer, row)),
    )


def _standing(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The changes of standings that co-chairs are to decide."""
    row = _row(StandingProposal)
    return _matter(M.STANDING_PROPOSED, "standing_proposal", row, row.created_at).where(
        row.status == StandingProposalStatus.OPEN,
        membership.visible_proposal(viewer, row),
        _can(membership.refusals_to_decide(viewer, row)),
    )


def _nominated(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The nominations of focal points that the viewer's delegation is to confirm."""
    row = _row(Nomination)
    return _matter(M.FOCAL_POINT_NOMINATED, "nomination", row, row.created_at).where(
        row.delegation_id == viewer.delegation_id,
        row.status == NominationStatus.OPEN,
        nominations.visible_nomination(viewer, row),
        _can(nominations.refusals_to_close(viewer, row)),
    )


def _recovery(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The recoveries of lost second factors that the viewer can agree to."""
    row = _row(Recovery)
    return _matter(M.RECOVERY_TO_APPROVE, "recovery", row, row.created_at, row.expires_at).where(
        recoveries.visible_to(viewer, row),
        _can(recoveries.refusals_to_approve(viewer, row)),
    )


def _match(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The matches that other delegations accepted, and that wait for the viewer's delegation."""
    row = _row(MatchAnswer)
    answers = viewer.role is Role.FOCAL_POINT and viewer.actor.acts
    return _matter(M.MATCH_TO_ANSWER, "match_answer", row, row.updated_at, row.deadline).where(
        sa.literal(answers),
        row.other_delegation_id == viewer.delegation_id,
        answers_policy.visible_to(viewer, row),
        answers_policy.awaited(row),
    )


def _allocation(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The places that a round allocated, and that wait for the viewer's delegation."""
    row = _row(Allocation)
    return _matter(M.ALLOCATION_TO_ANSWER, "allocation", row, row.created_at).where(
        sa.or_(row.need_delegation_id == viewer.delegation_id, row.offer_delegation_id == viewer.delegation_id),
        rounds.visible_allocation(viewer, row),
        _can(rounds.refusals_to_answer(viewer, row)),
    )


def _party(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The parts in planned labs that the viewer's delegation is to confirm."""
    row = _row(LabParty)
    return _matter(M.LAB_PARTY_TO_CONFIRM, "lab_party", row, row.updated_at).where(
        row.delegation_id == viewer.delegation_id,
        row.status == LabPartyStatus.INVITED,
        labs.visible_part(viewer, row),
        _can(labs.refusals_to_confirm(viewer, row)),
    )


def _overdue(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The milestones of active labs of the viewer's delegation whose due day has passed."""
    party, row = table_of(LabParty).alias(), _row(LabMilestone)
    found = _matter(M.LAB_MILESTONE_OVERDUE, "lab_milestone", row, _begin_of(row.due_on + 1), row.due_on)
    mine = sa.select(party.c.lab_id).where(party.c.delegation_id == viewer.delegation_id)
    return found.where(
        row.lab_id.in_(mine),
        row.status == MilestoneStatus.PLANNED,
        row.due_on < today(),
        labs.visible_part(viewer, row),
        _can(milestones.refusals_to_reach(viewer, row)),
    )


def _translation(viewer: Viewer) -> sa.Select[tuple[object, ...]]:
    """The translations that were suggested for texts that are the viewer's side's to decide about."""
    row = _row(TranslationSuggestion)
    return _matter(M.TRANSLATION_TO_ACCEPT, "translation_suggestion", row, row.created_at).where(
        translations.for_own_texts(viewer, row),
        row.decided_at.is_(None),
        translations.visible_to(viewer, row),
        _can(translations.refusals_to_decide(viewer, row)),
    )


SOURCES: list[Source] = [
    _turn(Party.SENDER),
    _turn(Party.RECEIVER),
    _returned,
    _in_review,
    _stale,
    _expiring,
    _standing,
    _nominated,
    _recovery,
    _match,
    _allocation,
    _party,
    _overdue,
    _translation,
]
