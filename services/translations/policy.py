"""Who may see suggested translations, and why someone may not act on them (product.md, "Who may").

The delegation whose text it is decides about its translations; where no delegation owns the thing, the secretariat.
"""

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor, Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Expression, Row
from services.translations import rules
from services.translations.kinds import by_delegation

WRITERS = frozenset({Role.CONTRIBUTOR, Role.FOCAL_POINT})


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """Suggestions for texts that are one's own to decide about, and those that one's own side made."""
    match viewer.role:
        case Role.PUBLIC:
            return sa.false()
        case Role.SECRETARIAT:
            return sa.or_(for_own_texts(viewer, row), row.by_delegation_id.is_(None))
        case Role.SYSTEM:
            return sa.true()
        case _:
            return sa.or_(for_own_texts(viewer, row), row.by_delegation_id == viewer.delegation_id)


def for_own_texts(viewer: Viewer, row: Row) -> Condition:
    """Suggestions for texts of one's delegation; for the secretariat, for what no delegation owns."""
    if viewer.role is Role.SECRETARIAT:
        return row.delegation_id.is_(None)  # type: ignore[no-any-return]
    return row.delegation_id == viewer.delegation_id  # type: ignore[no-any-return]


def decides(actor: Actor, owner: UUID | None) -> bool:
    """Whether what the actor writes itself needs nobody's acceptance; ``owner`` is the delegation of the text."""
    if owner is None:
        return actor.role is Role.SECRETARIAT
    return actor.role is Role.FOCAL_POINT and actor.delegation_id == owner


def refusals_to_suggest(viewer: Viewer, _thing: Row) -> list[Refusal]:
    """Whoever writes for a delegation taking part, and the secretariat, may suggest for what they can see."""
    may = viewer.role in WRITERS | {Role.SECRETARIAT} and viewer.actor.acts
    sentence = "Only contributors and focal points of a delegation taking part, and the secretariat, can suggest."
    return [not_permitted(not may, sentence)]


def refusals_to_keep(viewer: Viewer, thing: Row, owner: Callable[[Row], Expression] = by_delegation) -> list[Refusal]:
    """A focal point confirms and removes the accepted translations of its delegation's texts; ``thing`` has them.

    What no delegation owns (``owner`` is NULL) is the secretariat's to confirm and remove.
    """
    return _of_owner(viewer, owner(thing))


def refusals_to_decide(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point accepts or declines what is suggested for its delegation's texts; ``row`` is the suggestion."""
    return [*_of_owner(viewer, row.delegation_id), _decided(row)]


def refusals_to_withdraw(viewer: Viewer, row: Row) -> list[Refusal]:
    """Who made a suggestion may take it back: the delegation's writers, or the secretariat its own."""
    may = viewer.role in WRITERS | {Role.SECRETARIAT} and viewer.actor.acts
    sentence = "Only contributors and focal points of the delegation that suggested it can withdraw it."
    theirs = row.by_delegation_id.is_distinct_from(viewer.delegation_id)  # the secretariat, and its own, have none
    return [not_permitted(not may, sentence), not_permitted(theirs, sentence), _decided(row)]


def _of_owner(viewer: Viewer, owner: Expression) -> list[Refusal]:
    if viewer.role is Role.SECRETARIAT:
        return [
            not_permitted(owner.is_not(None), "This is a delegation's text, and it decides about its translations.")
        ]
    return [
        not_permitted(
            viewer.role is not Role.FOCAL_POINT or not viewer.actor.acts,
            "Only a focal point of a delegation taking part can accept or decline a translation.",
        ),
        not_permitted(
            owner.is_distinct_from(viewer.delegation_id),
            "This is not your delegation's text: whose it is decides about its translations, of experience the secretariat.",
        ),
    ]


def _decided(row: Row) -> Refusal:
    sentence = "This translation is accepted, declined or withdrawn already."
    return Refusal("TRANSLATION_WRONG_STATUS", row.status.not_in(rules.WAITING), sentence)
