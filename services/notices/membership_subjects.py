"""What events of membership are about: delegations, their focal points and organisations, the Group's settings."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.db import Reader
from services.identity.tables import Person
from services.membership.nomination_tables import Nomination
from services.membership.organisation_tables import Organisation
from services.membership.setting_tables import GroupSettings
from services.membership.tables import Delegation
from services.notices.terms import ByLanguage, Said, Subject, Who, Word

Facts = Mapping[str, Any]


async def delegation(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """A delegation; ``facts`` hold the ``standing`` that it has ``since`` a day, and the ``reference`` it rests on."""
    found = await session.get(Delegation, key)
    if found is None:
        return None
    said: dict[str, Said] = {
        "delegation": ByLanguage(found.names, "en"),
        "standing": Word("standing", facts["standing"]),
        "reference": facts["reference"],
        **day_of("since", facts["since"]),
    }
    return Subject("delegation", key, {Who.OWNER: key}, said=said)


async def focal_point(session: Reader, key: UUID, _: Facts) -> Subject | None:
    """A nomination, or the person to whom a focal point has handed over; nobody is named, for names can go."""
    nomination = await session.get(Nomination, key)
    found: Nomination | Person | None = nomination
    if found is None:
        found = await session.get(Person, key)
    if found is None or found.delegation_id is None:
        return None
    said: dict[str, Said] = {
        "delegation": await delegation_names(session, found.delegation_id),
        "reference": "" if nomination is None else nomination.reference,
        "reason": "" if nomination is None else nomination.reason,
    }
    kind = "person" if nomination is None else "nomination"
    return Subject(kind, key, {Who.OWNER: found.delegation_id}, said=said)


async def group_settings(session: Reader, key: UUID, _: Facts) -> Subject | None:
    """A version of the settings of the Group, which is nobody's own."""
    found = await session.get(GroupSettings, key)
    if found is None:
        return None
    return Subject("group_settings", key, said={"version": str(found.version), "note": found.note})


async def organisation(session: Reader, key: UUID, _: Facts) -> Subject | None:
    """An organisation that a delegation sponsors."""
    found = await session.get(Organisation, key)
    if found is None:
        return None
    said: dict[str, Said] = {
        "delegation": await delegation_names(session, found.delegation_id),
        "organisation": found.name,
    }
    return Subject("organisation", key, {Who.OWNER: found.delegation_id}, said=said)


async def delegation_names(session: Reader, key: UUID) -> ByLanguage:
    """The names of a delegation."""
    names = (await session.execute(sa.select(col(Delegation.names)).where(col(Delegation.id) == key))).scalar_one()
    return ByLanguage(names, "en")


def day_of(name: str, value: str | None) -> dict[str, Said]:
    """The day of a fact (ISO 8601), under the name by which sentences call it."""
    return {} if value is None else {name: date.fromisoformat(value)}
