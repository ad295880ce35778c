"""Writes of finished cooperations."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.core.actor import Actor, Audience
from services.core.audit import record
from services.core.db import Reader, Writer, as_platform
from services.core.read.shape import table_of
from services.core.table import now, today, uuid7
from services.core.texts import Text, save_text
from services.matching.cooperation_tables import FINISHED, Cooperation, CooperationText
from services.matching.errors import WrongCooperation
from services.matching.rules import check_cooperation
from services.matching.terms import CooperationSource
from services.taxonomy.queries import check_codes, state_codes
from services.taxonomy.terms import CapacityArea


@dataclass(frozen=True, slots=True)
class CooperationContent:
    """What a lab was, once it is concluded.

    States are ISO 3166-1 alpha-3 codes in capitals: ``host_state`` the one whose delegation founded it, or else the
    first of a party; ``partner_states`` the others, none where no other party is a state. ``started_on`` and
    ``ended_on`` are its first and last day, UTC. ``visibility`` is MEMBERS or PUBLIC.
    """

    lab_id: UUID
    text: Text
    host_state: str
    partner_states: tuple[str, ...]
    started_on: date
    ended_on: date
    capacity_areas: tuple[CapacityArea, ...] = ()
    sectors: tuple[str, ...] = ()
    visibility: Audience = Audience.MEMBERS
    is_demo: bool = False


async def record_cooperation(session: Writer, actor: Actor, content: CooperationContent) -> UUID:
    """Record a concluded lab as experience of its states, which the next match counts; return the cooperation's id.

    Whoever may conclude the lab may record it: the lab's own command has checked that. No delegation owns what is
    recorded, for it is evidence about states, so the platform writes it. A lab that is recorded already stays as it is.

    Raises:
        WrongCooperation: days that are out of order or to come, a state named twice or unknown, or a lab that is shown
            to its parties alone.
        Invalid: a text or code is wrong.
    """
    text = content.text.checked()
    check_cooperation(
        content.host_state, content.partner_states, content.started_on, content.ended_on, content.visibility, today()
    )
    await check_codes(session, sectors=content.sectors)
    await _check_states(session, content)
    async with as_platform(session, actor):
        added: UUID | None = await session.scalar(_insertion(content, text.language))
        if added is None:
            return await _recorded(session, content.lab_id)
        copied = {"delegation_id": None, "status": FINISHED, "visibility": content.visibility}
        await save_text(session, CooperationText, {"cooperation_id": added}, copied, text)
    await record(session, actor, "cooperation.recorded", "cooperation", added, lab_id=content.lab_id)
    return added


async def _recorded(session: Reader, lab_id: UUID) -> UUID:
    table = table_of(Cooperation).c
    found: UUID = (await session.execute(sa.select(table.id).where(table.lab_id == lab_id))).scalar_one()
    return found


async def _check_states(session: Reader, content: CooperationContent) -> None:
    known = await state_codes(session)
    for name, codes in (("hostState", [content.host_state]), ("partnerStates", content.partner_states)):
        unknown = next((code for code in codes if code not in known), None)
        if unknown is not None:
            raise WrongCooperation(f"“{unknown[:40]}” is no ISO 3166-1 alpha-3 code of a state.", path=(name,))


def _insertion(content: CooperationContent, language: str) -> Any:
    """The INSERT that returns the new id, or nothing where the lab is recorded already."""
    moment = now()
    values = {
        "id": uuid7(),
        "created_at": moment,
        "updated_at": moment,
        "revision": 1,
        "source": CooperationSource.LAB,
        "lab_id": content.lab_id,
        "language": language,
        "host_state": content.host_state,
        "partner_states": _each_once(content.partner_states),
        "started_on": content.started_on,
        "ended_on": content.ended_on,
        "capacity_areas": _each_once(content.capacity_areas),
        "sectors": _each_once(content.sectors),
        "visibility": content.visibility,
        "is_demo": content.is_demo,
    }
    table = table_of(Cooperation)
    return insert(table).values(values).on_conflict_do_nothing(index_elements=["lab_id"]).returning(table.c.id)


def _each_once(values: tuple[Any, ...]) -> list[Any]:
    return list(dict.fromkeys(values))
