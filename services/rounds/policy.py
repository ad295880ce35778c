"""Who may see rounds and what they allocate, and why someone may not act on them (product.md, "Who may")."""

import sqlalchemy as sa

from services.core.actor import Audience, Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row, table_of, within
from services.rounds.rules import sources
from services.rounds.tables import AllocationComputation
from services.rounds.terms import LIVE, AllocationAnswer, RoundStatus

_ENDED = "ALLOCATION_ROUND_WRONG_STATUS"


def is_staff(viewer: Viewer) -> bool:
    """Those who prepare and decide rounds: the secretariat, and focal points of co-chairing states."""
    chairs = viewer.role is Role.FOCAL_POINT and viewer.actor.co_chair and viewer.actor.acts
    return viewer.role in {Role.SECRETARIAT, Role.SYSTEM} or chairs


def may_propose(viewer: Viewer) -> bool:
    """The secretariat drafts rounds and computes them."""
    return viewer.role is Role.SECRETARIAT


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """Members see confirmed rounds; who prepares and decides them sees all."""
    if is_staff(viewer):
        return sa.true()
    if Audience.MEMBERS not in viewer.audiences:
        return sa.false()
    return row.status == RoundStatus.CONFIRMED  # type: ignore[no-any-return]


def visible_computation(viewer: Viewer, row: Row) -> Condition:
    """Members see the one that a confirmed round stands for."""
    if is_staff(viewer):
        return sa.true()
    return sa.and_(row.shown) if Audience.MEMBERS in viewer.audiences else sa.false()


def visible_allocation(viewer: Viewer, row: Row) -> Condition:
    """Of a confirmed round each delegation sees what is its own."""
    if is_staff(viewer):
        return sa.true()
    if viewer.role is Role.PUBLIC:
        return sa.false()
    mine = sa.or_(row.need_delegation_id == viewer.delegation_id, row.offer_delegation_id == viewer.delegation_id)
    return sa.and_(row.shown, mine)


def refusals_to_revise(viewer: Viewer, row: Row) -> list[Refusal]:
    """The secretariat revises a draft."""
    return [
        not_permitted(not may_propose(viewer), "Only the secretariat can revise a round."),
        Refusal(_ENDED, row.status != RoundStatus.DRAFT, "Only a draft can be revised; look at a preview instead."),
        *_computing(row),
    ]


def refusals_to_compute(viewer: Viewer, row: Row) -> list[Refusal]:
    """The secretariat computes a draft, or anew what was computed."""
    return [
        not_permitted(not may_propose(viewer), "Only the secretariat can compute a round."),
        _wrong(row, RoundStatus.COMPUTED, "Only a draft or a computed round can be computed."),
        *_computing(row),
    ]


def refusals_to_preview(viewer: Viewer, row: Row) -> list[Refusal]:
    """The secretariat and co-chairs look at what other terms would give, until the round is decided."""
    return [
        not_permitted(not is_staff(viewer), "Only the secretariat and co-chairs can preview a round."),
        _wrong(row, RoundStatus.COMPUTED, "This round is decided."),
    ]


def refusals_to_confirm(viewer: Viewer, row: Row) -> list[Refusal]:
    """A co-chair's focal point confirms what was computed."""
    chairs = is_staff(viewer) and viewer.role is Role.FOCAL_POINT
    return [
        not_permitted(not chairs, "Only a focal point of a co-chairing state can confirm a round."),
        _wrong(row, RoundStatus.CONFIRMED, "Only a computed round can be confirmed."),
        *_computing(row),
    ]


def refusals_to_discard(viewer: Viewer, row: Row) -> list[Refusal]:
    """The secretariat or a co-chair discards a round that is not confirmed."""
    return [
        not_permitted(not is_staff(viewer), "Only the secretariat and co-chairs can discard a round."),
        _wrong(row, RoundStatus.DISCARDED, "Only a round that is not decided can be discarded."),
    ]


def refusals_to_cancel(viewer: Viewer, row: Row) -> list[Refusal]:
    """Who prepares and decides rounds stops a computation while it is under way."""
    return [
        not_permitted(not is_staff(viewer), "Only the secretariat and co-chairs can stop a computation."),
        Refusal("ALLOCATION_ENDED", row.state.not_in(LIVE), "This computation has ended already."),
    ]


def refusals_to_answer(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of either side answers once, unless the other side has declined."""
    need, offer = (one == viewer.delegation_id for one in (row.need_delegation_id, row.offer_delegation_id))
    need, offer = (sa.func.coalesce(mine, sa.false(), type_=sa.Boolean()) for mine in (need, offer))
    answered = sa.or_(
        sa.and_(need, row.need_answer != AllocationAnswer.OPEN),
        sa.and_(offer, row.offer_answer != AllocationAnswer.OPEN),
    )
    declined = sa.or_(*(one == AllocationAnswer.DECLINED for one in (row.need_answer, row.offer_answer)))
    focal_point = viewer.role is Role.FOCAL_POINT and viewer.actor.acts
    return [
        not_permitted(not focal_point, "Only a focal point of a delegation taking part can answer."),
        not_permitted(sa.not_(sa.or_(need, offer)), "Only its two delegations answer an allocation."),
        Refusal("ALLOCATION_NOT_CONFIRMED", row.shown.is_(sa.false()), "This round is not confirmed."),
        Refusal("ALLOCATION_ANSWERED", answered, "Your delegation has answered already."),
        Refusal("ALLOCATION_DECLINED", declined, "The other side has declined."),
    ]


def _computing(row: Row) -> list[Refusal]:
    live = table_of(AllocationComputation)
    found = sa.select(live.c.id).where(live.c.round_id == row.id, live.c.state.in_(LIVE), sa.not_(live.c.is_preview))
    sentence = "This round is being computed just now. Wait for it, or stop it."
    return [Refusal("ALLOCATION_ROUND_COMPUTING", within(row, found).exists(), sentence)]


def _wrong(row: Row, wanted: RoundStatus, sentence: str) -> Refusal:
    return Refusal(_ENDED, row.status.not_in(sources(wanted)), sentence)
