"""Signing in with a delegation's own provider: there and back, and who it is that came back.

The provider says who someone is, never what they may: it lets in only people who take part for that delegation.
"""

import secrets
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM
from services.core.audit import record
from services.core.db import Database, Writer, unique
from services.core.errors import NotFound
from services.core.events import announce
from services.core.ids import write_id
from services.core.openid import Attempt, Claimed, Provider, ProviderNotGood
from services.core.read.shape import table_of
from services.core.table import now
from services.core.tokens import new_secret, secret_hash
from services.identity import queries, rules, tickets, tries
from services.identity.errors import FactorFirst, NotKnownToProvider, SecondFactorNeeded
from services.identity.holding import SOMEONE, Client, Issuer, begin_session
from services.identity.provider_tables import IdentityProvider, ProviderLink, ProviderSignIn
from services.identity.tables import Person
from services.identity.terms import Signed

CALLBACK = "/signed-in/"
"""The path that providers lead back to, each to one of its own (RFC 9700 section 4.4.2.2): before the delegation's id."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it must bring along when it is back."""

    address: str = field(repr=False)
    ticket: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Came:
    """What came back: to the address of which delegation, and what the provider gave along."""

    delegation_id: UUID
    state: str = field(repr=False)
    code: str = field(repr=False)


async def begin(db: Database, issuer: Issuer, delegation_id: UUID, client: Client = SOMEONE) -> Begun:
    """Begin a sign-in with the provider of a delegation.

    Raises:
        NotFound: it has none.
        TooManyTries: too many were begun of late from this address.
        AddressNotAllowed, FetchFailed, ProviderNotGood: the provider does not say where people sign in.
    """
    await tries.count(db, {tries.key("provider", rules.network(client.address)): rules.PASSKEY_ASKS})
    async with db.read(SYSTEM) as reader:
        wanted = sa.select(IdentityProvider).where(col(IdentityProvider.delegation_id) == delegation_id)
        found = (await reader.execute(wanted)).scalar_one_or_none()
        if found is None:
            raise NotFound("This delegation has no provider of its own.", path=("delegation",))
        key, revision, provider = found.id, found.revision, _provider(issuer, found)
    attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
    address = await issuer.openid.address(provider, attempt)
    ticket = new_secret(tickets.TICKET)
    async with db.write(SYSTEM) as session:
        session.add(
            ProviderSignIn(
                ticket_hash=secret_hash(ticket),
                provider_id=key,
                provider_revision=revision,
                state=attempt.state,
                nonce=attempt.nonce,
                verifier=attempt.verifier,
                expires_at=now() + rules.TICKET_LIFETIME,
            )
        )
        await session.flush()
    return Begun(address, ticket)


async def finish(db: Database, issuer: Issuer, ticket: str, came: Came, client: Client = SOMEONE) -> Signed:
    """Begin the session of the person for whom the provider vouches in exchange for the code.

    Raises:
        ProviderNotGood: no such sign-in is under way in this browser, or what came back proves nobody.
        AddressNotAllowed, FetchFailed: the provider cannot be asked, or does not take the code.
        NotKnownToProvider: nobody of the delegation, whom it may vouch for, takes part under that name.
        FactorFirst: the person's role needs a second factor here, and there is none.
        SecondFactorNeeded: the person goes on with a second factor of the platform.
    """
    found, attempt = await _spend(db, ticket, came)
    claimed = await issuer.openid.claimed(_provider(issuer, found), attempt, came.code)
    async with db.write(SYSTEM) as session:
        person = await _person(session, issuer, found, claimed)
        has_factor = await queries.has_second_factor(session, person.id)
        if person.role in rules.NEEDS_SECOND_FACTOR and not has_factor:
            raise FactorFirst
        await record(session, SYSTEM, "identity_provider.used", "person", person.id)
        relied = rules.relies_on_provider(person.role, trusted=found.trusts_factor, methods=claimed.methods)
        if relied or not has_factor:
            return await begin_session(session, issuer, person, client)
        half = await tickets.issue_ticket(session, person.id)
    raise SecondFactorNeeded(half)


async def forget(session: Writer) -> None:
    """Remove the sign-ins that did not come back."""
    await session.execute(sa.delete(ProviderSignIn).where(col(ProviderSignIn.expires_at) < now()))


async def _spend(db: Database, ticket: str, came: Came) -> tuple[IdentityProvider, Attempt]:
    """Return what was begun under a ticket; it is good no more, whatever becomes of it."""
    row = ProviderSignIn
    spent = sa.delete(row).where(col(row.ticket_hash) == secret_hash(ticket)).returning(row)
    async with db.write(SYSTEM) as session:
        begun = (await session.execute(spent)).scalar_one_or_none()
        found = None if begun is None else await session.get(IdentityProvider, begun.provider_id)
    if begun is None or found is None or begun.expires_at <= now() or found.revision != begun.provider_revision:
        raise ProviderNotGood
    same = secrets.compare_digest(begun.state.encode(), came.state.encode("utf-8", "surrogatepass"))
    if not same or came.delegation_id != found.delegation_id:  # a code of another provider is never sent to this one
        raise ProviderNotGood
    return found, Attempt(begun.state, begun.nonce, begun.verifier)


async def _person(session: Writer, issuer: Issuer, provider: IdentityProvider, claimed: Claimed) -> Person:
    """Lock the person meant: who came before under that name, else who takes part under the verified address."""
    link = table_of(ProviderLink)
    named = sa.and_(link.c.provider_id == provider.id, link.c.subject == claimed.subject)
    there = sa.select(link.c.person_id).join(Person, col(Person.id) == link.c.person_id)
    person_id = await session.scalar(there.where(named, col(Person.left_at).is_(None)))
    address = rules.vouched(claimed.email, provider.domains)
    meant = col(Person.email) == address if person_id is None else col(Person.id) == person_id
    wanted = sa.select(Person).where(
        meant,
        col(Person.delegation_id) == provider.delegation_id,
        col(Person.left_at).is_(None),
        col(Person.invitation_hash).is_(None),
    )
    person = (await session.execute(wanted.with_for_update(key_share=True))).scalar_one_or_none()
    if person is None or (person.is_demo and not issuer.demo):
        raise NotKnownToProvider
    if person_id is None:
        await session.execute(sa.delete(link).where(named))  # that of someone who left, and has come anew
        new = ProviderLink(provider_id=provider.id, subject=claimed.subject, person_id=person.id)
        async with unique(session, "uq_provider_link_provider_id_person_id", NotKnownToProvider()):
            session.add(new)
        await announce(session, SYSTEM, "person.provider_linked", person.id)
    return person


def _provider(issuer: Issuer, found: IdentityProvider) -> Provider:
    secret = issuer.seal.open(found.sealed_secret, found.delegation_id.bytes).decode()
    back = f"{issuer.signer.issuer}{CALLBACK}{write_id('delegation', found.delegation_id)}"
    return Provider(found.issuer, found.client_id, secret, back)
