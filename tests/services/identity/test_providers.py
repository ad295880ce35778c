"""A delegation's own provider: named, changed and removed by its focal points alone, who prove a second factor."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.db import Database
from services.core.errors import DomainError
from services.core.read.shape import table_of
from services.identity.provider_tables import IdentityProvider, ProviderLink
from services.identity.providers import Named, remove_provider, set_provider
from services.identity.terms import Proof
from tests.builders import actor, delegation_id, id_of
from tests.services.identity.test_factors import shown, with_authenticator
from tests.services.identity.world import ISSUER, in_session
from tests.services.notices.world import change_person, tell_all, told

WHO, ADDRESS = "ZMB focal point", "https://login.ministry.example"
NAMED = Named(ADDRESS, "gof", "a secret of the client", ["Ministry.Example"])
REFUSED = ["ZMB viewer", "ZMB contributor", "suspended focal point", "applicant focal point", "secretariat"]


async def providers(db: Database) -> str:
    async with db.read(SYSTEM) as session:
        return str(await session.scalar(sa.text("SELECT array_agg(t::text ORDER BY id) FROM identity_provider t")))


async def leaves(db: Database) -> list[str]:
    leaf = table_of(RecordLeaf)
    async with db.read(SYSTEM) as session:
        found = sa.select(leaf.c.act).where(leaf.c.act.like("identity_provider.%")).order_by(leaf.c.id)
        return list((await session.execute(found)).scalars())


async def test_it_is_named_changed_and_removed_on_record_and_all_focal_points_are_told(db: Database) -> None:
    me, _, codes = await with_authenticator(db)
    async with db.write(SYSTEM) as session:
        await change_person(session, "ZMB contributor", role="focal_point")
    key = await set_provider(db, ISSUER, me, NAMED, Proof(codes[0]))
    async with db.read(SYSTEM) as session:
        found = (await session.execute(sa.select(IdentityProvider))).scalar_one()
        assert (found.delegation_id, found.domains, found.revision) == (delegation_id("ZMB"), ["ministry.example"], 1)
        assert NAMED.secret.encode() not in found.sealed_secret
        assert ISSUER.seal.open(found.sealed_secret, delegation_id("ZMB").bytes).decode() == NAMED.secret
    assert await set_provider(db, ISSUER, me, replace(NAMED, trusts_factor=True, revision=1), Proof(codes[1])) == key
    assert await remove_provider(db, ISSUER, me, 2, Proof(codes[2])) == key
    assert await providers(db) == "None"
    assert await leaves(db) == ["identity_provider.set"] * 2 + ["identity_provider.removed"]
    await tell_all(db)
    assert {WHO, "ZMB contributor"} <= set(await told(db))


async def test_another_issuer_knows_nobody_yet(db: Database) -> None:
    me, _, codes = await with_authenticator(db)
    key = await set_provider(db, ISSUER, me, NAMED, Proof(codes[0]))
    async with db.write(SYSTEM) as session:
        session.add(ProviderLink(provider_id=key, subject="x", person_id=id_of(WHO)))
    for changed, links in ((replace(NAMED, client_id="other"), 1), (replace(NAMED, issuer=f"{ADDRESS}/b"), 0)):
        await set_provider(db, ISSUER, me, replace(changed, revision=2 - links), Proof(codes[2 - links]))
        async with db.read(SYSTEM) as session:
            assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(ProviderLink))) == links


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "plain http": ({"issuer": "http://login.ministry.example"}, "ADDRESS_NOT_ALLOWED"),
    "with a password": ({"issuer": "https://a:b@login.ministry.example"}, "ADDRESS_NOT_ALLOWED"),
    "with a fragment": ({"issuer": f"{ADDRESS}/#x"}, "ADDRESS_NOT_ALLOWED"),
    "with a query": ({"issuer": f"{ADDRESS}/?x=1"}, "INVALID"),
    "no address": ({"issuer": ""}, "ADDRESS_NOT_ALLOWED"),
    "a long address": ({"issuer": f"{ADDRESS}/{'x' * 300}"}, "INVALID"),
    "no client": ({"client_id": ""}, "INVALID"),
    "a client of two lines": ({"client_id": "a\nb"}, "INVALID"),
    "no secret": ({"secret": ""}, "INVALID"),
    "no domain": ({"domains": []}, "INVALID"),
    "eleven domains": ({"domains": [f"{number}.example" for number in range(11)]}, "INVALID"),
    "every domain": ({"domains": ["*"]}, "INVALID"),
    "an address as domain": ({"domains": ["a@b@ministry.example"]}, "INVALID"),
    "a revision of none": ({"revision": 1}, "CONFLICT"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_cannot_be_right_names_nothing(db: Database, case: str) -> None:
    me, _, codes = await with_authenticator(db)
    values, code = WRONG[case]
    with pytest.raises(DomainError) as refused:
        await set_provider(db, ISSUER, me, replace(NAMED, **values), Proof(codes[0]))
    assert refused.value.code == code
    assert (await providers(db), await leaves(db)) == ("None", [])


@pytest.mark.parametrize("who", REFUSED)
async def test_only_a_focal_point_of_a_delegation_taking_part_names_or_removes_it(db: Database, who: str) -> None:
    me, _, codes = await with_authenticator(db, who)
    for act in (
        set_provider(db, ISSUER, me, NAMED, Proof(codes[0])),
        remove_provider(db, ISSUER, me, 1, Proof(codes[1])),
    ):
        with pytest.raises(DomainError) as refused:
            await act
        assert refused.value.code == "NOT_PERMITTED"
    assert (await providers(db), await leaves(db)) == ("None", [])


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("no proof", "PROOF_MISSING"), ("a wrong code", "WRONG_CODE"), ("no factor", "NO_SECOND_FACTOR"),
        ("by a token", "NOT_PERMITTED"), ("an old revision", "CONFLICT"), ("no revision", "CONFLICT"),
    ],
)  # fmt: skip
async def test_whoever_does_not_prove_it_or_has_not_seen_it_changes_nothing(db: Database, case: str, code: str) -> None:
    me, secret, codes = await with_authenticator(db)
    await set_provider(db, ISSUER, me, NAMED, Proof(codes[0]))
    before = await providers(db)
    revision, proof = 1, Proof(shown(secret))
    match case:
        case "no proof":
            proof = Proof()
        case "a wrong code":
            proof = Proof(codes[0])
        case "no factor":
            me, _ = await in_session(db, "FRA focal point")
        case "by a token":
            me = actor(WHO)
        case _:
            revision = 0
    seen = None if case == "no revision" else revision
    with pytest.raises(DomainError) as refused:
        await set_provider(db, ISSUER, me, replace(NAMED, client_id="x", revision=seen), proof)
    assert refused.value.code == code
    with pytest.raises(DomainError) as refused:
        await remove_provider(db, ISSUER, me, revision, proof)
    assert refused.value.code == code
    assert (await providers(db), await leaves(db)) == (before, ["identity_provider.set"])
