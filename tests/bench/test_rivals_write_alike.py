"""What `make bench` lets every rival write is the same in every table, on the small data of the tests."""

import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson
import pytest

from schema.core.context import Context
from schema.root import SCHEMA
from services.core.keys import SigningKey
from services.core.tokens import Signer
from services.identity.holding import Client, Issuer
from tests.bench.expressing import Expressing
from tests.bench.operations import AGENT, Operation
from tests.bench.ordinary import app
from tests.bench.ordinary.loading import Ordinary
from tests.bench.rounds import plain
from tests.bench.signing import SigningIn
from tests.bench.statements import Hand, Write
from tests.bench.world import FOCAL, InTurn, as_platform, built
from tests.conftest import OneAtATime

ISSUER = Issuer(Signer([SigningKey.generate()], issuer="https://gof.example", audience="https://gof.example"))
CLIENT = Client(AGENT, "127.0.0.1")
WRITTEN = {
    "expression_of_interest": "to_jsonb(t)",
    "thread_message": "to_jsonb(t)",
    "record_leaf": "to_jsonb(t)",
    "record_pending": "to_jsonb(t)",
    "pgqueuer": "to_jsonb(t) || jsonb_build_object('id', 0, 'payload', convert_from(payload, 'UTF8')::jsonb)",
    "pgqueuer_log": 'to_jsonb(t) || \'{"id": 0, "job_id": 0}\'',
    "idempotency_key": "to_jsonb(t)",
    "sign_in_session": "to_jsonb(t)",
    "refresh_token": "to_jsonb(t)",
    "tries": "to_jsonb(t)",
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)")
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.parametrize("name", ["express", "sign in"])
async def test_all_rivals_write_the_same(db: OneAtATime, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    driver, operation = await built(db, name)
    monkeypatch.setattr(secrets, "token_bytes", bytes)  # the same salts, so that what was hashed is compared as well
    before = await everything(driver)
    done = {}
    for rival, act in acts(db, driver, operation).items():
        undone = driver.transaction()
        await undone.start()
        answer = plain(orjson.loads(await act(operation.asked[0])), operation.fresh)
        await as_platform(driver)
        done[rival] = answer, new_rows(before, await everything(driver))
        await undone.rollback()
    answer, rows = done["ours"]
    assert not next(iter(answer.values()))["errors"]
    assert len(rows) >= 5, "there is something to compare"
    for rival in ("limit", "text", "ordinary"):
        assert done[rival] == (answer, rows), rival


def acts(db: OneAtATime, driver: Any, operation: Operation) -> Mapping[str, Callable[[Any], Awaitable[bytes | str]]]:
    """How each rival does it."""

    @asynccontextmanager
    async def hand() -> AsyncIterator[Hand]:
        yield Hand(driver)

    async def ours(asked: Any) -> bytes:
        found = await SCHEMA.execute(operation.document, asked, Context(db, FOCAL, ISSUER, CLIENT))
        assert found.errors is None
        return orjson.dumps(found.data)

    async def ordinary(asked: Any) -> bytes:
        context = Ordinary(cast("Any", InTurn(db)), db, FOCAL, FOCAL.languages, ISSUER, CLIENT)
        found = await app.SCHEMA.execute(operation.document, asked, context)
        assert found.errors is None
        return orjson.dumps(found.data)

    def by_hand(folder: str) -> Callable[[Any], Awaitable[str]]:
        write: Write = SigningIn.of(ISSUER) if operation.name == "sign in" else Expressing.of(folder)
        return lambda asked: write(hand, FOCAL, asked, CLIENT)

    return {"ours": ours, "ordinary": ordinary, "limit": by_hand("limit"), "text": by_hand("text")}


async def everything(driver: Any) -> set[str]:
    """All rows of the tables that are written, each as text behind the name of its table."""
    found = set()
    for table, told in WRITTEN.items():
        rows = await driver.fetch(f"SELECT ({told})::text FROM {table} t")
        found |= {f"{table} {row[0]}" for row in rows}
    return found


def new_rows(before: set[str], after: set[str]) -> list[str]:
    """What is new, without keys and moments that are made anew each time."""
    known = {found[0] for row in before for found in KEY.finditer(row)} | {
        str(FOCAL.person_id),
        str(FOCAL.delegation_id),
    }
    masked = (KEY.sub(lambda found: found[0] if found[0] in known else "new", row) for row in after - before)
    return sorted(MOMENT.sub("now", row) for row in masked)
