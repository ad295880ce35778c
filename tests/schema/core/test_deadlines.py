"""The routes beside GraphQL are done in time too, and whoever takes a file too slowly is cut off."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from schema import files
from schema.core import attending
from services.core.ids import write_id
from services.record import queries
from tests.builders import id_of

pytestmark = pytest.mark.security


async def endless(*_: Any, **__: Any) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("path", "module", "slow"),
    [
        ("/record/heads", queries, "heads"),
        ("/record/tree?first=0", queries, "size_of"),
        (f"/files/{write_id('attachment', id_of('nothing'))}", files, "attachment_of"),
    ],
)
async def test_what_takes_too_long_is_given_up(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str, module: Any, slow: str
) -> None:
    monkeypatch.setattr(attending, "DEADLINE", 0.2)
    monkeypatch.setattr(module, slow, endless)
    async with asyncio.timeout(20):
        answer = await http.get(path)
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"]["code"] == "DEADLINE_PASSED"


async def test_an_upload_whose_store_does_not_answer_is_given_up(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "DEADLINE", 0.1)
    monkeypatch.setattr(files, "UPLOAD_SECONDS", 0.1)
    monkeypatch.setattr(files, "upload", endless)
    async with asyncio.timeout(20):
        answer = await http.post("/files?name=a.pdf", content=b"%PDF-1.7", headers={"x-actor": "ZMB focal point"})
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"]["code"] == "DEADLINE_PASSED"


async def test_who_takes_nothing_of_a_file_holds_nothing_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "UPLOAD_SECONDS", 0.2)
    closed = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x"
                await asyncio.sleep(0)
        finally:
            closed.set()

    scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
    async with asyncio.timeout(20):
        await files._Sent(pieces())(scope, endless, endless)  # type: ignore[arg-type]
    async with asyncio.timeout(20):
        await files._Sent(pieces())(scope, endless, taken)  # type: ignore[arg-type]
        await closed.wait()


async def taken(_: Any) -> None:
    """Someone who takes whatever comes, without end."""
    await asyncio.sleep(0)
