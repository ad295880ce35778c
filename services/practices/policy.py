"""Who may see a practice, and why someone may not act on it (product.md, "Who may")."""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row, Way
from services.practices import rules
from services.practices.terms import PracticeStatus

WRITERS = frozenset({Role.CONTRIBUTOR, Role.FOCAL_POINT})


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """The practices that ``viewer`` may know of; ``row`` is the table or an alias of it.

    ``viewer.role`` is real and may steer Python; personal values may only meet a column.
    """
    return sa.or_(*(way.condition for way in ways(viewer, row)))


def ways(viewer: Viewer, row: Row) -> list[Way]:
    """The same in parts: what is published for the viewer, and what is its delegation's own."""
    published = sa.and_(row.status == PracticeStatus.PUBLISHED, row.visibility.in_(viewer.audiences))
    shared = Way(published, {"status": set(PracticeStatus) - {PracticeStatus.PUBLISHED}})
    match viewer.role:
        case Role.PUBLIC:
            return [shared]
        case Role.SECRETARIAT:
            return [Way(row.status != PracticeStatus.DRAFT, {"status": {PracticeStatus.DRAFT}})]
        case Role.SYSTEM:
            return [Way(sa.true())]
        case _:
            return [shared, Way(row.delegation_id == viewer.delegation_id)]


def _own(viewer: Viewer, row: Row, roles: frozenset[Role], sentence: str) -> list[Refusal]:
    return [
        not_permitted(viewer.role not in roles or not viewer.actor.acts, sentence),
        not_permitted(
            row.delegation_id.is_distinct_from(viewer.delegation_id), "This is another delegation's practice."
        ),
    ]


def _wrong_status(row: Row, allowed: list[PracticeStatus], sentence: str) -> Refusal:
    return Refusal("PRACTICE_WRONG_STATUS", row.status.not_in(allowed), sentence)


def refusals_to_revise(viewer: Viewer, row: Row) -> list[Refusal]:
    """Contributors and focal points revise their delegation's drafts; what is published only a focal point."""
    return [
        *_own(viewer, row, WRITERS, "Only contributors and focal points of a delegation taking part can revise."),
        not_permitted(
            sa.and_(row.status == PracticeStatus.PUBLISHED, sa.literal(viewer.role is not Role.FOCAL_POINT)),
            "Only a focal point can revise what is published.",
        ),
        _wrong_status(
            row,
            [PracticeStatus.DRAFT, PracticeStatus.PUBLISHED],
            "Only a draft or a published practice can be revised.",
        ),
    ]


def refusals_to_delete(viewer: Viewer, row: Row) -> list[Refusal]:
    """A delegation's writers may delete its drafts."""
    return [
        *_own(
            viewer, row, WRITERS, "Only contributors and focal points of a delegation taking part can delete a draft."
        ),
        _wrong_status(row, [PracticeStatus.DRAFT], "Only a draft can be deleted."),
    ]


def refusals_to_submit(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point submits its delegation's draft for review."""
    return [
        *_own(
            viewer,
            row,
            frozenset({Role.FOCAL_POINT}),
            "Only a focal point of a delegation taking part can submit a practice.",
        ),
        _wrong_status(row, rules.sources(PracticeStatus.IN_REVIEW), "Only a draft can be submitted."),
    ]


def refusals_to_review(viewer: Viewer, row: Row) -> list[Refusal]:
    """Why ``viewer`` may not publish or return a practice; none of them true: may."""
    return [
        not_permitted(viewer.role is not Role.SECRETARIAT, "Only the secretariat can publish or return a practice."),
        _wrong_status(
            row, rules.sources(PracticeStatus.PUBLISHED), "Only a practice in review can be published or returned."
        ),
    ]


def refusals_to_withdraw(viewer: Viewer, row: Row) -> list[Refusal]:
    """The delegation's focal point withdraws; so may the secretariat, with a reason that the owner is told."""
    status = _wrong_status(row, rules.sources(PracticeStatus.WITHDRAWN), "Only a published practice can be withdrawn.")
    if viewer.role is Role.SECRETARIAT:
        return [status]
    sentence = "Only a focal point of the delegation, or the secretariat, can withdraw a practice."
    return [*_own(viewer, row, frozenset({Role.FOCAL_POINT}), sentence), status]


def refusals_to_confirm(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point confirms that its delegation's published practice still holds."""
    return [
        *_own(
            viewer, row, frozenset({Role.FOCAL_POINT}), "Only a focal point of the delegation can confirm a practice."
        ),
        _wrong_status(row, [PracticeStatus.PUBLISHED], "Only a published practice can be confirmed."),
    ]


def refusals_to_endorse(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point endorses for its delegation, which has one voice; not its own practice."""
    return [
        not_permitted(
            viewer.role is not Role.FOCAL_POINT or not viewer.actor.acts,
            "Only a focal point of a delegation taking part can endorse a practice.",
        ),
        not_permitted(
            row.delegation_id.is_not_distinct_from(viewer.delegation_id),
            "A delegation does not endorse its own practice.",
        ),
        _wrong_status(row, [PracticeStatus.PUBLISHED], "Only a published practice can be endorsed."),
    ]
