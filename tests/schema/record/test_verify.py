"""`gof verify` and the stand-alone script against a real server, whole and tampered with."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from schema.record.source import HttpSource
from schema.verifying import Asked, Verdict, verify
from services.core.actor import SYSTEM, Role
from services.core.db import Reader, Writer, make_engine
from services.core.errors import Invalid, Unavailable
from services.core.postgres import Cluster
from services.core.settings import Settings
from services.identity.commands import invite_person, remove_person
from services.identity.terms import Invitation
from services.privacy.commands import erase
from services.record.jobs import keys_of
from services.record.publishing import publish
from tests.builders import actor
from tests.conftest import WORKER, Urls, clone
from tests.schema.live.conftest import Running
from tests.schema.live.world import Place
from tests.services.record.tampering import TAMPERINGS, Tamperer
from tests.services.record.world import Kept, kept_record

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "docs" / "verify_record.py"
SIZES = (10, 25, 40)


@dataclass(frozen=True)
class Served:
    """A record with three heads, and its address."""

    kept: Kept
    address: str
    folder: Path
    token: Path

    async def verify(self, **asked: object) -> Verdict:
        given = {"heads": [self.folder / "heads"], "keep": self.folder / "kept", "token": self.token, **asked}
        return await asyncio.to_thread(verify, Asked(self.address, **given), lambda _: None)  # type: ignore[arg-type]

    async def script(self, *options: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            SCRIPT,
            self.address,
            *options,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    async def tamper(self, name: str, chance: random.Random) -> list[int]:
        engine = make_engine(self.kept.urls.owner, size=1)
        async with engine.begin() as connection:
            session = AsyncSession(connection, expire_on_commit=False)
            places = await TAMPERINGS[name](Tamperer(Writer(Reader(session)), chance, SIZES[-1]))
            await session.flush()
        await engine.dispose()
        return places


@pytest.fixture(scope="module")
def verify_urls(cluster: Cluster) -> Urls:
    """A database whose record belongs to these tests alone."""
    return clone(cluster, f"gof_{WORKER}_verify")


@pytest.fixture
async def served(verify_urls: Urls, tmp_path: Path) -> AsyncIterator[Served]:
    urls = verify_urls
    keys = keys_of(Settings(data_dir=tmp_path, public_url="http://gof.test"))
    async with kept_record(urls) as kept:
        for size, more in zip(SIZES, (10, 15, 15), strict=True):
            await kept.fill(more)
            assert await publish(kept.db, keys, every=timedelta()), size
        token = tmp_path / "token"
        token.write_text((await Place(kept.db, tmp_path, urls).token("ZMB viewer")).removeprefix("Bearer "))
        server = await Running.of(urls, tmp_path)
        address = f"http://{server.host}"
        notes = await HttpSource(address).published()
        (tmp_path / "heads").write_text("\n\n".join(notes), encoding="utf-8")
        yield Served(kept, address, tmp_path, token)
        server.listener.stop()
        await server.stop()


async def test_a_whole_record_is_found_whole_by_both(served: Served) -> None:
    for _ in range(2):
        assert await served.verify() == Verdict(size=40, heads=3)
    leaf = await served.kept.owner.fetchval("SELECT leaf_id FROM record_node WHERE level = 0 AND place = 17")
    options = ["--head", str(served.folder / "heads"), "--all", "--token", str(served.token)]
    status, said = await served.script(*options, "--leaf", f"record_leaf_{leaf.hex}")
    assert (status, "whole, as far as checked: 3 heads held" in said) == (0, True), said


@pytest.mark.parametrize("name", sorted(TAMPERINGS))
async def test_whoever_tampers_is_found_by_both_at_the_place(served: Served, name: str) -> None:
    assert (await served.verify()).findings == []
    places = await served.tamper(name, random.Random(f"over http {name}"))
    verdict = await served.verify()
    where = f"{name} at {places}: {[*map(str, verdict.findings)]}"
    assert {place for place in places if any(one.first == place for one in verdict.findings)} == set(places), where
    status, said = await served.script("--head", str(served.folder / "heads"), "--all", "--token", str(served.token))
    if name != "change_a_subtree":  # the script computes all of them itself; who proves with a wrong one is refused
        assert status == 1, f"{where} {said}"
        assert "WRONG  place" in said, said


async def test_a_record_stays_whole_when_a_person_is_erased(served: Served) -> None:
    who, kept = actor("ZMB focal point"), served.kept
    async with kept.db.write(who) as session:
        person = await invite_person(session, who, Invitation("mutale@ministry.example", "Mutale Banda", Role.VIEWER))
        await remove_person(session, who, person.id)
    await kept.sequence()
    assert await served.verify() == Verdict(size=42, heads=3)
    salts = "SELECT count(DISTINCT salt) FROM record_leaf WHERE object_id = $1"
    assert await kept.owner.fetchval(salts, person.id) == 2
    async with kept.db.write(SYSTEM) as session:
        assert await erase(session, person.id)
    await kept.sequence()
    assert await served.verify() == Verdict(size=43, heads=3)
    assert await kept.owner.fetchval(salts, person.id) == 1, "what bound name and address cannot be guessed any more"
    status, said = await served.script("--head", str(served.folder / "heads"), "--all", "--token", str(served.token))
    assert (status, "whole, as far as checked: 3 heads held" in said) == (0, True), said
    found = await kept.owner.fetchrow("SELECT name, email FROM person WHERE id = $1", person.id)
    assert "Mutale" not in str(found)
    assert "mutale" not in str(found)


async def test_a_head_that_no_trusted_key_signed_is_a_doubt(served: Served) -> None:
    await served.verify()
    forged = (served.folder / "heads").read_text(encoding="utf-8").replace("\n40\n", "\n39\n")
    (served.folder / "forged").write_text(forged, encoding="utf-8")
    verdict = await served.verify(heads=[served.folder / "forged"])
    assert [doubt for doubt in verdict.doubts if "1 of the heads that you hold" in doubt]
    other = await served.verify(keys=["ab" * 32])
    assert len(other.doubts) == 2, "what another key signed is not believed, wherever it comes from"
    status, said = await served.script("--head", str(served.folder / "forged"))
    assert (status, "was not signed by a key" in said) == (1, True)


async def test_what_cannot_be_checked_is_said_in_a_sentence(served: Served) -> None:
    (served.folder / "empty").write_text("nothing")
    with pytest.raises(Invalid, match="holds no signed head"):
        await served.verify(heads=[served.folder / "empty"])
    with pytest.raises(Invalid, match="64 digits"):
        await served.verify(keys=["short"])
    with pytest.raises(Invalid, match="begins with https"):
        HttpSource("ftp://gof.test")
    with pytest.raises(Unavailable, match="does not answer as a record does"):
        await HttpSource("http://127.0.0.1:9").size()
    with pytest.raises(Unavailable, match="answers 404"):
        await HttpSource(f"{served.address}/graphql").size()


def test_the_script_is_short_and_needs_little() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    names = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert names - set(sys.stdlib_module_names) == {"cryptography"}
