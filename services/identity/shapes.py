"""What can be read of people: oneself with one's sign-ins and tokens, and the people of one's delegation.

``Person.delegation`` is added by membership, which stands above.
"""

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.policy import may, reasons_against
from services.core.read.shape import Connection, Filter, One, Order, Row, Shape, Value, global_id, table_of, within
from services.identity import policy
from services.identity.factor_tables import Authenticator, RecoveryCode
from services.identity.passkey_tables import Passkey
from services.identity.tables import ApiToken, Person, SignInSession


class PersonOrder(StrEnum):
    """Orders of people."""

    NAME = "name"


class SessionOrder(StrEnum):
    """Orders of sessions."""

    NEWEST = "newest"


class ApiTokenOrder(StrEnum):
    """Orders of API tokens."""

    NEWEST = "newest"


class PasskeyOrder(StrEnum):
    """Orders of passkeys."""

    NEWEST = "newest"


_NEWEST = (sa.DateTime(timezone=True), sa.Uuid())

PERSON = Shape.of(
    "Person",
    Person,
    policy.visible_to,
    {
        "id": global_id("person"),
        "name": Person.name,
        "email": Person.email,
        "role": Person.role,
        "languages": Person.languages,
        "createdAt": Person.created_at,
        "invitationExpiresAt": Person.invitation_expires_at,
        "leftAt": Person.left_at,
        "isDemo": Person.is_demo,
        "viewerCanChangeSettings": may(policy.refusals_to_change_settings),
        "viewerCanGiveRole": may(policy.refusals_to_give_role),
        "viewerCannotGiveRoleReasons": reasons_against(policy.refusals_to_give_role),
        "viewerCanRemove": may(policy.refusals_to_remove),
        "viewerCannotRemoveReasons": reasons_against(policy.refusals_to_remove),
    },
)

SESSION = Shape.of(
    "Session",
    SignInSession,
    policy.visible_to_its_person,
    {
        "id": global_id("session"),
        "device": SignInSession.device,
        "createdAt": SignInSession.created_at,
        "lastUsedAt": SignInSession.last_used_at,
        "expiresAt": SignInSession.expires_at,
        "endedAt": SignInSession.ended_at,
        "viewerCanEnd": may(policy.refusals_to_end_session),
    },
)

API_TOKEN = Shape.of(
    "ApiToken",
    ApiToken,
    policy.visible_to_its_person,
    {
        "id": global_id("api_token"),
        "name": ApiToken.name,
        "scopes": ApiToken.scopes,
        "createdAt": ApiToken.created_at,
        "expiresAt": ApiToken.expires_at,
        "revokedAt": ApiToken.revoked_at,
        "lastUsedAt": ApiToken.last_used_at,
        "viewerCanRevoke": may(policy.refusals_to_revoke_api_token),
    },
)

PASSKEY = Shape.of(
    "Passkey",
    Passkey,
    policy.visible_to_its_person,
    {
        "id": global_id("passkey"),
        "name": Passkey.name,
        "createdAt": Passkey.created_at,
        "lastUsedAt": Passkey.last_used_at,
    },
)


def _authenticator_since(row: Row) -> sa.ColumnElement[Any]:
    one = table_of(Authenticator).alias()
    return within(row, sa.select(one.c.confirmed_at).where(one.c.person_id == row.id)).scalar_subquery()


def _recovery_codes_left(row: Row) -> sa.ColumnElement[Any]:
    one = table_of(RecoveryCode).alias()
    left = sa.select(sa.func.count()).select_from(one).where(one.c.person_id == row.id, one.c.used_at.is_(None))
    return within(row, left).scalar_subquery()


VIEWER = Shape.of(
    "Viewer",
    Person,
    policy.visible_as_self,
    {
        "person": One(lambda: PERSON, on=lambda row, person: person.id == row.id, null=False),
        "readsMembers": Value(lambda _, ask: sa.literal(ask.viewer.actor.reads_members)),
        "acts": Value(lambda _, ask: sa.literal(ask.viewer.actor.acts)),
        "isCoChair": Value(lambda _, ask: sa.literal(ask.viewer.actor.co_chair)),
        "mail": Person.mail,
        "secondFactorDueAt": Person.second_factor_due_at,
        "mustAddSecondFactor": Value(lambda _, ask: sa.literal(ask.viewer.actor.enrols)),
        "authenticatorSince": Value(lambda row, _: _authenticator_since(row), null=True),
        "recoveryCodesLeft": Value(lambda row, _: _recovery_codes_left(row)),
        "viewerCanInvite": Value(lambda _, ask: sa.literal(policy.may_invite(ask.viewer))),
        "sessions": Connection(
            lambda: SESSION,
            orders={
                SessionOrder.NEWEST: Order(
                    "sessions.newest", lambda row, _: [(row.last_used_at, True), (row.id, True)], _NEWEST
                )
            },
            default=lambda _: SessionOrder.NEWEST,
            on=lambda row, it: it.person_id == row.id,
        ),
        "apiTokens": Connection(
            lambda: API_TOKEN,
            orders={
                ApiTokenOrder.NEWEST: Order(
                    "api_tokens.newest", lambda row, _: [(row.created_at, True), (row.id, True)], _NEWEST
                )
            },
            default=lambda _: ApiTokenOrder.NEWEST,
            on=lambda row, it: it.person_id == row.id,
        ),
        "passkeys": Connection(
            lambda: PASSKEY,
            orders={
                PasskeyOrder.NEWEST: Order(
                    "passkeys.newest", lambda row, _: [(row.created_at, True), (row.id, True)], _NEWEST
                )
            },
            default=lambda _: PasskeyOrder.NEWEST,
            on=lambda row, it: it.person_id == row.id,
        ),
    },
)

MYSELF = One(lambda: VIEWER)
"""The root ``viewer``: who asks, or null for the public and for the platform itself."""

PEOPLE = Connection(
    lambda: PERSON,
    orders={
        PersonOrder.NAME: Order(
            "people.name", lambda row, _: [(row.name, False), (row.id, False)], (sa.Text(), sa.Uuid())
        )
    },
    default=lambda _: PersonOrder.NAME,
    on=lambda _, row: row.left_at.is_(None),
    where={
        "role": Filter(lambda row, role: row.role == role),
        "delegation": Filter(lambda row, key: row.delegation_id == key, of_kind("delegation"), (sa.Uuid(),)),
    },
)
"""The people who take part: of one's own delegation, and for the secretariat of all, unless ``where`` names one."""

PERSON_BY_ID = One(lambda: PERSON, by={"id": Filter(lambda row, key: row.id == key, of_kind("person"), (sa.Uuid(),))})
SESSION_BY_ID = One(
    lambda: SESSION, by={"id": Filter(lambda row, key: row.id == key, of_kind("session"), (sa.Uuid(),))}
)
PASSKEY_BY_ID = One(
    lambda: PASSKEY, by={"id": Filter(lambda row, key: row.id == key, of_kind("passkey"), (sa.Uuid(),))}
)
API_TOKEN_BY_ID = One(
    lambda: API_TOKEN, by={"id": Filter(lambda row, key: row.id == key, of_kind("api_token"), (sa.Uuid(),))}
)
