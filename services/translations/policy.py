"""Who may see suggested translations, and why someone may not act on them (product.md, "Who may")."""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row
from services.translations import rules

WRITERS = frozenset({Role.CONTRIBUTOR, Role.FOCAL_POINT})


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """Suggestions for one's delegation's texts, and those that one's delegation, or the secretariat, made itself."""
    match viewer.role:
        case Role.PUBLIC:
            return sa.false()
        case Role.SECRETARIAT:
            return row.by_delegation_id.is_(None)  # type: ignore[no-any-return]
        case Role.SYSTEM:
            return sa.true()
        case _:
            return sa.or_(row.delegation_id == viewer.delegation_id, row.by_delegation_id == viewer.delegation_id)


def refusals_to_suggest(viewer: Viewer, _thing: Row) -> list[Refusal]:
    """Whoever writes for a delegation taking part, and the secretariat, may suggest for what they can see."""
    may = viewer.role in WRITERS | {Role.SECRETARIAT} and viewer.actor.acts
    sentence = "Only contributors and focal points of a delegation taking part, and the secretariat, can suggest."
    return [not_permitted(not may, sentence)]


def refusals_to_keep(viewer: Viewer, thing: Row) -> list[Refusal]:
    """A focal point confirms and removes the accepted translations of its delegation's texts; ``thing`` has them."""
    return _of_owner(viewer, thing)


def refusals_to_decide(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point accepts or declines what is suggested for its delegation's texts."""
    return [*_of_owner(viewer, row), _decided(row)]


def refusals_to_withdraw(viewer: Viewer, row: Row) -> list[Refusal]:
    """Who made a suggestion may take it back: the delegation's writers, or the secretariat its own."""
    may = viewer.role in WRITERS | {Role.SECRETARIAT} and viewer.actor.acts
    sentence = "Only contributors and focal points of the delegation that suggested it can withdraw it."
    theirs = sa.false()
    if viewer.role is not Role.SECRETARIAT:
        theirs = row.by_delegation_id.is_distinct_from(viewer.delegation_id)
    return [not_permitted(not may, sentence), not_permitted(theirs, sentence), _decided(row)]


def _of_owner(viewer: Viewer, row: Row) -> list[Refusal]:
    return [
        not_permitted(
            viewer.role is not Role.FOCAL_POINT or not viewer.actor.acts,
            "Only a focal point of a delegation taking part can accept or decline a translation.",
        ),
        not_permitted(
            row.delegation_id.is_distinct_from(viewer.delegation_id),
            "This is another delegation's text, and it decides about its translations.",
        ),
    ]


def _decided(row: Row) -> Refusal:
    sentence = "This translation is accepted, declined or withdrawn already."
    return Refusal("TRANSLATION_WRONG_STATUS", row.status.not_in(rules.WAITING), sentence)
