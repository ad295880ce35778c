"""Who may see people, sign-ins and tokens, and why someone may not act on them (product.md, "Who may").

What rests on one's own row (settings, sign-ins, tokens) is open whatever the standing of one's delegation.
"""

import sqlalchemy as sa

from services.core.actor import Role, Scope, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row, table_of, within
from services.identity import rules
from services.identity.tables import Person


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """Oneself and the people of one's delegation; all of them for the secretariat."""
    match viewer.role:
        case Role.PUBLIC:
            return sa.false()
        case Role.SECRETARIAT | Role.SYSTEM:
            return sa.true()
        case _:
            return sa.or_(row.id == viewer.person_id, row.delegation_id == viewer.delegation_id)


def visible_as_self(viewer: Viewer, row: Row) -> Condition:
    """Oneself, as a row of ``person``."""
    return row.id == viewer.person_id  # type: ignore[no-any-return]


def visible_to_its_person(viewer: Viewer, row: Row) -> Condition:
    """One's own sign-ins and API tokens; no delegation and no secretariat sees those of others."""
    return row.person_id == viewer.person_id  # type: ignore[no-any-return]


def may_invite(viewer: Viewer) -> bool:
    """Focal points invite to their own delegation, the secretariat the first focal point of any."""
    return viewer.role in rules.INVITES and viewer.actor.acts


def refusals_to_remove(viewer: Viewer, row: Row) -> list[Refusal]:
    """Focal points remove people of their delegation; the secretariat an invited focal point who has not come."""
    invited = sa.and_(row.role == Role.FOCAL_POINT, row.invitation_hash.is_not(None))
    return [
        _reads_only(viewer),
        not_permitted(
            viewer.role not in rules.INVITES or not viewer.actor.acts,
            "Only a focal point of a delegation taking part can remove its people.",
        ),
        _of_another_delegation(viewer, row),
        not_permitted(
            sa.not_(invited) if viewer.role is Role.SECRETARIAT else False,
            "The secretariat removes only a first focal point who has not accepted the invitation yet.",
        ),
        _left(row),
        last_focal_point(row),
    ]


def refusals_to_give_role(viewer: Viewer, row: Row) -> list[Refusal]:
    """Focal points give roles to the people of their delegation, which keeps one of them."""
    return [
        _reads_only(viewer),
        not_permitted(
            viewer.role not in rules.GIVES or not viewer.actor.acts,
            "Only a focal point of a delegation taking part can give roles to its people.",
        ),
        _of_another_delegation(viewer, row),
        not_permitted(row.delegation_id.is_(None), "People of the secretariat have no other role."),
        _left(row),
        last_focal_point(row),
    ]


def refusals_to_change_settings(viewer: Viewer, row: Row) -> list[Refusal]:
    """Everyone changes their own name and languages, and nobody another's."""
    return [
        _reads_only(viewer),
        not_permitted(row.id.is_distinct_from(viewer.person_id), "These are another person's settings."),
        not_permitted(viewer.actor.enrols, "Add a second factor first: until then you can do nothing else."),
        _left(row),
    ]


def refusals_to_end_session(viewer: Viewer, row: Row) -> list[Refusal]:
    """Everyone ends their own sign-ins."""
    ended = sa.or_(row.ended_at.is_not(None), row.expires_at <= sa.func.now())
    return [_reads_only(viewer), Refusal("SESSION_ENDED", ended, "This session has ended already.")]


def refusals_to_revoke_api_token(viewer: Viewer, row: Row) -> list[Refusal]:
    """Everyone revokes their own API tokens."""
    revoked = row.revoked_at.is_not(None)
    return [_reads_only(viewer), Refusal("API_TOKEN_REVOKED", revoked, "This API token is revoked already.")]


def _reads_only(viewer: Viewer) -> Refusal:
    return not_permitted(Scope.WRITE not in viewer.actor.scopes, "This API token may only read.")


def _of_another_delegation(viewer: Viewer, row: Row) -> Refusal:
    everywhere = viewer.role in {Role.SECRETARIAT, Role.SYSTEM}
    other = False if everywhere else row.delegation_id.is_distinct_from(viewer.delegation_id)
    return not_permitted(other, "This person is not of your delegation.")


def _left(row: Row) -> Refusal:
    return Refusal("PERSON_LEFT", row.left_at.is_not(None), "This person has left already.")


def last_focal_point(row: Row) -> Refusal:
    """A delegation keeps a focal point who has come."""
    other = table_of(Person).alias()
    others = sa.select(other.c.id).where(
        other.c.delegation_id == row.delegation_id,
        other.c.id != row.id,
        other.c.role == Role.FOCAL_POINT,
        other.c.left_at.is_(None),
        other.c.invitation_hash.is_(None),
    )
    return Refusal(
        "LAST_FOCAL_POINT",
        sa.and_(row.role == Role.FOCAL_POINT, row.invitation_hash.is_(None), ~within(row, others).exists()),
        "A delegation keeps at least one focal point who has accepted: give someone else that role first.",
    )


def visible_provider(viewer: Viewer, row: Row) -> Condition:
    """Of a provider of sign-ins: the people of its delegation."""
    return row.delegation_id == viewer.delegation_id  # type: ignore[no-any-return]
