"""A delegation's own provider of sign-ins: named, changed and removed by its focal points, who prove a second factor.

Whoever names a provider could let it vouch for others of the delegation, so all its focal points are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor, Role
from services.core.audit import record
from services.core.db import Database, Writer
from services.core.errors import Conflict, NotPermitted
from services.core.events import announce
from services.identity import proofs, rules
from services.identity.holding import Issuer
from services.identity.provider_tables import IdentityProvider, ProviderLink
from services.identity.terms import Proof


@dataclass(frozen=True, slots=True)
class Named:
    """A provider as a focal point names it. ``revision`` is that of the one there is; None where there is none."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    domains: Sequence[str]
    trusts_factor: bool = False
    revision: int | None = None


async def set_provider(db: Database, issuer: Issuer, actor: Actor, named: Named, proof: Proof) -> UUID:
    """Name the provider of the actor's delegation, or change it; another one knows nobody yet.

    Raises:
        NotPermitted: not a focal point, signed in, of a delegation taking part.
        Invalid, AddressNotAllowed: issuer, client or domains cannot be right.
        Conflict: there is another than the one of ``revision``, or none.
        ProofMissing, NoSecondFactor, WrongCode, PasskeyNotGood, TooManyTries: see ``proofs.proven``.
    """
    delegation = _delegation(actor)
    issuer.openid.fetcher.check(named.issuer)
    values = rules.checked_provider(named.issuer, named.client_id, named.secret, named.domains)
    async with proofs.proven(db, issuer, actor, proof) as session:
        found = await _found(session, delegation, named.revision)
        sealed = issuer.seal.close(named.secret.encode(), delegation.bytes)
        if found is None:
            found = IdentityProvider(delegation_id=delegation, sealed_secret=sealed, **values)
            session.add(found)
        else:
            if found.issuer != named.issuer:
                await session.execute(sa.delete(ProviderLink).where(col(ProviderLink.provider_id) == found.id))
            for name, value in values.items():
                setattr(found, name, value)
            found.sealed_secret = sealed
            found.revision += 1
        found.trusts_factor = named.trusts_factor
        await session.flush()
        told = {**values, "trusts_factor": named.trusts_factor}
        await record(session, actor, "identity_provider.set", "identity_provider", found.id, **told)
        await announce(session, actor, "provider.set", delegation, issuer=named.issuer)
    return found.id


async def remove_provider(db: Database, issuer: Issuer, actor: Actor, revision: int, proof: Proof) -> UUID:
    """Let people of the actor's delegation sign in by its provider no more; sessions that were begun live on.

    Raises:
        NotPermitted, Conflict, ProofMissing, NoSecondFactor, WrongCode, PasskeyNotGood, TooManyTries: as above.
    """
    delegation = _delegation(actor)
    async with proofs.proven(db, issuer, actor, proof) as session:
        found = await _found(session, delegation, revision)
        assert found is not None, "it has the revision that was seen"
        await session.delete(found)
        await session.flush()
        await record(session, actor, "identity_provider.removed", "identity_provider", found.id)
        await announce(session, actor, "provider.removed", delegation, issuer=found.issuer)
    return found.id


async def _found(session: Writer, delegation: UUID, revision: int | None) -> IdentityProvider | None:
    """Lock the provider of a delegation, if it is the one that the actor has seen."""
    wanted = sa.select(IdentityProvider).where(col(IdentityProvider.delegation_id) == delegation)
    found = (await session.execute(wanted.with_for_update())).scalar_one_or_none()
    if (None if found is None else found.revision) != revision:
        raise Conflict("Your delegation's provider was changed meanwhile: look at it again.", path=("revision",))
    return found


def _delegation(actor: Actor) -> UUID:
    proofs.in_session(actor)
    if actor.role is not Role.FOCAL_POINT or not actor.acts or actor.delegation_id is None:
        raise NotPermitted("Only a focal point of a delegation taking part names its provider.")
    return actor.delegation_id
