"""Other reads of labs: how parties stand on a day, and what a lab is called."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from services.core.db import Reader
from services.core.read.shape import table_of
from services.labs import rules
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import LabModalityReason, LabPartyRole, LabPartyStatus
from services.membership.tables import Delegation
from services.membership.terms import TAKES_PART
from services.proposals.terms import Modality
from services.taxonomy.shapes import in_force
from services.taxonomy.tables import StateClassification
from services.taxonomy.terms import ClassificationScheme


@dataclass(frozen=True, slots=True)
class Named:
    """A party as it is named: a delegation, or an organisation that it sponsors, with its role."""

    delegation_id: UUID
    role: LabPartyRole
    organisation: str = ""


async def taking_part(session: Reader, delegations: Collection[UUID]) -> set[UUID]:
    """Those of ``delegations`` that take part in the Group today, as far as the asker may know."""
    table = table_of(Delegation)
    found = sa.select(table.c.id).where(table.c.id.in_(delegations), table.c.standing.in_(sorted(TAKES_PART)))
    return set((await session.execute(found)).scalars())


async def modality_of(
    session: Reader, parties: Iterable[Named], day: date
) -> tuple[Modality, LabModalityReason | None]:
    """The modality of a lab of these parties by UNCTAD's classification on ``day``; an organisation is no state."""
    listed = list(parties)
    delegation, listing = table_of(Delegation).alias(), table_of(StateClassification).alias()
    developing = sa.exists().where(
        listing.c.iso3 == delegation.c.state,
        listing.c.scheme == ClassificationScheme.UNCTAD_DEVELOPING,
        in_force(listing.c, sa.literal(day, sa.Date)),
    )
    found = sa.select(delegation.c.id, developing).where(
        delegation.c.id.in_([one.delegation_id for one in listed]), delegation.c.state.is_not(None)
    )
    stands: dict[UUID, bool] = {row[0]: row[1] for row in await session.execute(found)}
    return rules.modality(
        rules.Stand(one.role, None if one.organisation else stands.get(one.delegation_id)) for one in listed
    )


async def parties_of(session: Reader, lab_id: UUID) -> list[Named]:
    """The parties of a lab that have not declined."""
    table = table_of(LabParty)
    found = sa.select(table.c.delegation_id, table.c.role, table.c.organisation).where(
        table.c.lab_id == lab_id, table.c.status != LabPartyStatus.DECLINED
    )
    return [Named(*row) for row in await session.execute(found)]


async def states_of(session: Reader, lab: Lab) -> list[str]:
    """The states that are parties of a lab (ISO 3166-1 alpha-3): the founder's first, then as they were named."""
    party, delegation = table_of(LabParty), table_of(Delegation)
    found = (
        sa.select(delegation.c.state)
        .join_from(party, delegation, delegation.c.id == party.c.delegation_id)
        .where(
            party.c.lab_id == lab.id,
            party.c.organisation == "",
            party.c.status != LabPartyStatus.DECLINED,
            delegation.c.state.is_not(None),
        )
        .order_by((party.c.delegation_id == lab.founder_id).desc(), party.c.created_at, party.c.id)
    )
    return list((await session.execute(found)).scalars())


async def title_in(session: Reader, lab_id: UUID, language: str) -> str:
    """What a lab is called in a language; in its original one where there is no such text."""
    text = table_of(LabText)
    found = sa.select(text.c.title).where(text.c.lab_id == lab_id)
    best = found.order_by((text.c.language == language).desc(), text.c.is_original.desc()).limit(1)
    return str(await session.scalar(best))
