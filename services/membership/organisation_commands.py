"""Writes of sponsored organisations: a delegation begins to sponsor one, and ends it."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Reader, Writer, unique
from services.core.errors import NotPermitted
from services.core.events import announce
from services.core.policy import lock
from services.core.table import today
from services.membership import organisation_policy as policy
from services.membership import rules
from services.membership.errors import OrganisationThere
from services.membership.organisation_tables import Organisation
from services.membership.terms import OrganisationKind


async def sponsor_organisation(session: Writer, actor: Actor, name: str, kind: OrganisationKind) -> UUID:
    """Let the actor's delegation sponsor an organisation from today on; return its id.

    Raises:
        NotPermitted: the actor is no focal point of a delegation taking part.
        WrongName: the name is empty, too long or more than one line.
        OrganisationThere: the delegation sponsors one of this name.
    """
    if not policy.may_sponsor(actor.viewer) or actor.delegation_id is None:
        raise NotPermitted("Only a focal point of a delegation taking part can sponsor organisations.")
    organisation = Organisation(
        delegation_id=actor.delegation_id, name=rules.checked_name(name), kind=kind, sponsored_since=today()
    )
    async with unique(session, "uq_organisation_sponsored", OrganisationThere()):
        session.add(organisation)
    content = {"name": organisation.name, "of_kind": kind}
    await record(session, actor, "organisation.sponsored", "organisation", organisation.id, **content)
    await announce(session, actor, "organisation.sponsored", organisation.id)
    return organisation.id


async def end_sponsorship(session: Writer, actor: Actor, organisation_id: UUID) -> UUID:
    """End from today on that the actor's delegation sponsors an organisation; what it did with it stays.

    Raises:
        NotFound, NotPermitted, Conflict: see ``organisation_policy.refusals_to_end_sponsorship``.
    """
    seen, refusals = policy.visible_organisation, policy.refusals_to_end_sponsorship
    organisation = await lock(session, actor, Organisation, organisation_id, seen, refusals, what="organisation")
    organisation.sponsored_until, organisation.ended_by = today(), actor.person_id
    organisation.revision += 1
    await session.flush()
    await record(session, actor, "organisation.sponsorship_ended", "organisation", organisation_id)
    await announce(session, actor, "organisation.sponsorship_ended", organisation_id)
    return organisation_id


async def was_sponsored(session: Reader, delegation_id: UUID, name: str) -> bool:
    """Whether the delegation once sponsored an organisation of this name and does no more."""
    of_the_name = sa.and_(col(Organisation.delegation_id) == delegation_id, col(Organisation.name) == name)
    ended = sa.select(sa.func.bool_and(col(Organisation.sponsored_until).is_not(None))).where(of_the_name)
    return bool(await session.scalar(ended))
