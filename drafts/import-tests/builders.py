"""The world of the tests: a few delegations and people with fixed ids, and builders that give only what matters."""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from services.core.actor import Actor, Audience, Role
from services.core.db import Writer
from services.core.read.shape import table_of
from services.core.texts import Text, save_text
from services.identity.tables import Person
from services.membership.tables import Delegation, StandingPeriod
from services.membership.terms import TAKES_PART, DelegationKind, Standing
from services.practices.tables import Endorsement, Practice, PracticeText
from services.practices.terms import PracticeStatus
from services.taxonomy.tables import MemberState

_SPACE = UUID("0192f0e1-7c4b-7d0e-8b1f-a0c3d2e4f5a6")
SINCE = date(2025, 1, 1)

DELEGATIONS: dict[str, Standing] = {
    "ZMB": Standing.MEMBER,
    "FRA": Standing.MEMBER,
    "SEN": Standing.MEMBER,
    "EGY": Standing.MEMBER,
    "CHN": Standing.CO_CHAIR,
    "VAT": Standing.OBSERVER,
    "applicant": Standing.APPLICANT,
    "suspended": Standing.SUSPENDED,
}
"""Standing by state; the two that no state should stand for are organisations of the tests."""
ROLES = {"focal point": Role.FOCAL_POINT, "contributor": Role.CONTRIBUTOR, "viewer": Role.VIEWER}


def id_of(name: str) -> UUID:
    """The fixed id of anything that has a name in the tests."""
    return uuid5(_SPACE, name)


def delegation_id(code: str) -> UUID:
    """The id of a delegation of ``DELEGATIONS``."""
    return id_of(f"delegation {code}")


def actor(name: str) -> Actor:
    """An actor by name: ``public``, ``secretariat``, ``ZMB focal point``, ``suspended viewer``, …"""
    if name == "public":
        return Actor()
    if name == "secretariat":
        return Actor(Role.SECRETARIAT, id_of(name), None, reads_members=True, acts=True, languages=("en",))
    code, _, role = name.partition(" ")
    standing = DELEGATIONS[code]
    takes_part = standing in TAKES_PART
    return Actor(
        ROLES[role],
        id_of(name),
        delegation_id(code),
        reads_members=takes_part,
        acts=takes_part,
        co_chair=standing is Standing.CO_CHAIR,
        observer=standing is Standing.OBSERVER,
        languages=("en",),
    )


async def build_world(session: Writer) -> None:
    """Write the delegations and people that ``actor`` names."""
    names: dict[str, Any] = {
        code: (found, places)
        for code, found, places in await session.execute(
            sa.select(MemberState.iso3, MemberState.names, MemberState.places)  # type: ignore[call-overload]
        )
    }
    for code, standing in DELEGATIONS.items():
        state = code if code in names else None
        found, places = names.get(code, ({"en": f"Test organisation ({code})"}, {}))
        kind = DelegationKind.STATE if state and state != "VAT" else DelegationKind.OBSERVER
        session.add(
            Delegation(
                id=delegation_id(code),
                kind=kind,
                state=state,
                names=found,
                places=places,
                standing=standing,
                standing_since=SINCE,
            )
        )
        await session.flush()
        session.add(
            StandingPeriod(
                id=id_of(f"standing {code}"), delegation_id=delegation_id(code), standing=standing, valid_from=SINCE
            )
        )
        for word, role in ROLES.items():
            session.add(_person(f"{code} {word}", role, delegation_id(code)))
    session.add(_person("secretariat", Role.SECRETARIAT, None))
    await session.flush()


def _person(name: str, role: Role, delegation: UUID | None) -> Person:
    email = f"{name.lower().replace(' ', '.')}@test.example"
    return Person(id=id_of(name), delegation_id=delegation, email=email, name=name, role=role, languages=["en"])


async def a_practice(
    session: Writer,
    *,
    by: str = "ZMB",
    title: str = "Teaching with local data",
    language: str = "en",
    status: PracticeStatus = PracticeStatus.DRAFT,
    visibility: Audience = Audience.PUBLIC,
    **columns: Any,
) -> Practice:
    """A practice in any state, made by the platform itself."""
    practice = Practice(
        delegation_id=delegation_id(by), language=language, status=status, visibility=visibility, **columns
    )
    if status in {PracticeStatus.PUBLISHED, PracticeStatus.WITHDRAWN}:
        practice.published_at = practice.listed_at
        practice.last_confirmed_on = practice.listed_at.date()
    session.add(practice)
    await session.flush()
    copied = {"delegation_id": practice.delegation_id, "status": status.value, "visibility": visibility}
    await save_text(session, PracticeText, {"practice_id": practice.id}, copied, Text(language, title))
    return practice


async def count(session: Writer, table: type[Any]) -> int:
    """How many rows the session's actor sees."""
    return int(await session.scalar(sa.select(sa.func.count()).select_from(table_of(table))) or 0)


async def build_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Practices in every state, endorsed and in several languages; returns the ids of all examples with their kinds."""
    made: list[tuple[str, UUID]] = [("delegation", delegation_id(code)) for code in DELEGATIONS]
    titles = [("en", "Training teachers"), ("fr", "Données locales"), ("zh", "教师培训"), ("ar", "تدريب المعلمين")]
    for number, status in enumerate([*PracticeStatus, *[PracticeStatus.PUBLISHED] * 4]):
        language, title = titles[number % len(titles)]
        practice = await a_practice(
            session,
            by=["ZMB", "FRA", "SEN"][number % 3],
            title=f'{title} \u2028 "{number}" \\ 🧪',
            language=language,
            status=status,
            visibility=list(Audience)[(number + 2) % 3],
            external_id=f"P-{number}" if number % 2 else None,
            sectors=["11130", "22040"][: number % 3],
            version=number,
        )
        made.append(("practice", practice.id))
        if status is PracticeStatus.PUBLISHED:
            for code in ("CHN", "EGY", "SEN")[: number % 4]:
                session.add(Endorsement(practice_id=practice.id, delegation_id=delegation_id(code)))
    await session.flush()
    return made
