"""Files over HTTP, on a local folder and on a real store of the S3 protocol."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
import sqlalchemy as sa

from services.core import links as links_module
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.ids import write_id
from services.core.read.shape import table_of
from services.core.settings import Settings
from services.core.storage import Storage, local_storage, open_storage
from services.core.table import now
from services.identity.tables import Person
from services.proposals import thread_commands
from services.proposals.tables import ExpressionOfInterest
from services.proposals.thread_files import FILE_LIMIT, UNBOUND_LIMIT
from services.proposals.thread_sweeping import remove_strays, remove_unbound
from services.proposals.thread_tables import FOLDER, Attachment
from tests.builders import id_of
from tests.conftest import Ask, OneAtATime
from tests.services.proposals.thread_world import STRANGERS, a_file, live

pytestmark = pytest.mark.security

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 5_000
WRITE = """mutation ($input: ThreadMessageWriteInput!) { threadMessageWrite(input: $input) {
  errors { code } threadMessage { attachments { id name mediaType size sha256 url } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { ... on Attachment { url } } }"
GONE = {
    "errors": [{"message": "There is no such file, or none that you may know of.", "extensions": {"code": "NOT_FOUND"}}]
}


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """The application on both kinds of store."""
    if request.param == "local":
        return local_storage(tmp_path / "files")
    bucket: Callable[[str], Settings] = request.getfixturevalue("s3")
    return open_storage(bucket("file-tests"))


async def put(http: httpx.AsyncClient, who: str, name: str, content: Any = PDF, **headers: str) -> httpx.Response:
    return await http.post("/files", params={"name": name}, content=content, headers={"x-actor": who, **headers})


async def get(http: httpx.AsyncClient, who: str, path: str) -> httpx.Response:
    return await http.get(path, headers={"x-actor": who})


async def sent(graphql: Ask, expression: ExpressionOfInterest, who: str, *ids: str) -> list[dict[str, Any]]:
    asked = {"id": write_id("expression_of_interest", expression.id), "language": "en", "text": "See the plan."}
    answer = (await graphql(who, WRITE, input={**asked, "attachments": list(ids)}))["data"]["threadMessageWrite"]
    assert answer["errors"] == []
    found: list[dict[str, Any]] = answer["threadMessage"]["attachments"]
    return found


async def stored(storage: Storage) -> set[str]:
    return {key async for keys in storage.older_than(now() + timedelta(minutes=1), FOLDER) for key in keys}


async def rows(db: Database) -> int:
    async with db.read(SYSTEM) as session:
        return int(await session.scalar(sa.select(sa.func.count()).select_from(table_of(Attachment))) or 0)


async def test_a_file_goes_up_with_a_message_across_and_down_to_both_sides_alone(
    http: httpx.AsyncClient, graphql: Ask, db: OneAtATime
) -> None:
    expression = await live(db)
    up = await put(http, "FRA contributor", "план работ — v2.pdf")
    assert up.status_code == 201, up.text
    file = up.json()["attachment"]
    digest = hashlib.sha256(PDF).hexdigest()
    told = {"name": "план работ — v2.pdf", "mediaType": "application/pdf", "size": len(PDF), "sha256": digest}
    assert file == {"id": file["id"], **told}
    path = f"/files/{file['id']}"
    for who in ("ZMB focal point", "FRA focal point", *STRANGERS):  # until it is sent only who uploaded it
        assert (await get(http, who, path)).status_code == 404
    assert (await get(http, "FRA contributor", path)).content == PDF
    [shown] = await sent(graphql, expression, "FRA contributor", file["id"])
    url = shown.pop("url")
    assert shown == file
    for who in ("ZMB viewer", "ZMB focal point", "FRA viewer", "FRA contributor"):
        down = await get(http, who, path)
        assert (down.status_code, down.content) == (200, PDF)
    assert down.headers["content-type"] == "application/pdf"
    assert down.headers["content-length"] == str(len(PDF))
    assert down.headers["x-content-type-options"] == "nosniff"
    assert down.headers["cache-control"] == "private, no-store"
    plain, _, coded = down.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="____ _____ _ v2.pdf"'
    assert unquote(coded) == "план работ — v2.pdf"
    assert (await http.get(url)).content == PDF  # the link needs no token
    assert (await get(http, "public", url)).content == PDF


async def test_what_is_not_visible_is_not_there_byte_for_byte(
    http: httpx.AsyncClient, graphql: Ask, db: OneAtATime
) -> None:
    expression = await live(db)
    file = (await put(http, "FRA focal point", "plan.pdf")).json()["attachment"]
    [shown] = await sent(graphql, expression, "FRA focal point", file["id"])
    nothing = await get(http, "SEN focal point", f"/files/attachment_{id_of('nothing').hex}")
    assert (nothing.status_code, nothing.json()) == (404, GONE)
    asked = {key: value[0] for key, value in parse_qs(urlsplit(shown["url"]).query).items()}
    path = f"/files/{file['id']}"

    def link(**changes: str) -> str:
        return f"{path}?" + "&".join(f"{key}={value}" for key, value in {**asked, **changes}.items())

    answers = [await get(http, who, path) for who in STRANGERS]
    answers += [
        await get(http, "public", one)
        for one in (
            "/files/nonsense",
            f"/files/{write_id('expression_of_interest', expression.id)}",
            link(signature="0" * 64),
            link(signature=asked["signature"].upper()),
            link(**{"for": id_of("ZMB viewer").hex}),
            link(**{"for": "nobody"}),
            link(until=str(int(asked["until"]) + 300)),
            link(until="9" * 40),
            link(until="soon"),
            f"{path}?signature={asked['signature']}",
            shown["url"].replace(file["id"], f"attachment_{id_of('nothing').hex}"),
        )
    ]
    assert {(one.status_code, one.content, tuple(sorted(one.headers.items()))) for one in answers} == {
        (404, nothing.content, tuple(sorted(nothing.headers.items())))
    }


async def test_a_link_ends_with_its_time_and_with_the_rights_of_its_person(
    http: httpx.AsyncClient, graphql: Ask, db: OneAtATime, monkeypatch: pytest.MonkeyPatch
) -> None:
    expression = await live(db)
    file = (await put(http, "FRA focal point", "plan.pdf")).json()["attachment"]
    await sent(graphql, expression, "FRA focal point", file["id"])
    url = (await graphql("ZMB viewer", NODE, id=file["id"]))["data"]["node"]["url"]
    assert (await http.get(url)).status_code == 200
    async with db.write(SYSTEM) as session:
        await session.execute(
            sa.update(Person).where(table_of(Person).c.id == id_of("ZMB viewer")).values(left_at=now())
        )
    gone = await http.get(url)
    assert (gone.status_code, gone.json()) == (404, GONE)
    own = (await graphql("FRA viewer", NODE, id=file["id"]))["data"]["node"]["url"]
    later = now() + timedelta(minutes=11)
    monkeypatch.setattr(links_module, "now", lambda: later)
    late = await http.get(own)
    assert (late.status_code, late.json()["errors"][0]["extensions"]["code"]) == (409, "LINK_EXPIRED")


@pytest.mark.parametrize(
    ("who", "name", "content", "status", "code"),
    [
        ("public", "a.pdf", PDF, 401, "NOT_SIGNED_IN"),
        ("secretariat", "a.pdf", PDF, 403, "NOT_PERMITTED"),
        ("FRA viewer", "a.pdf", PDF, 403, "NOT_PERMITTED"),
        ("suspended focal point", "a.pdf", PDF, 403, "NOT_PERMITTED"),
        ("applicant focal point", "a.pdf", PDF, 403, "NOT_PERMITTED"),
        ("FRA focal point", "", PDF, 400, "WRONG_FILE_NAME"),
        ("FRA focal point", "../a.pdf", PDF, 400, "WRONG_FILE_NAME"),
        ("FRA focal point", "a\x00.pdf", PDF, 400, "WRONG_FILE_NAME"),
        ("FRA focal point", "a.exe", b"MZ", 415, "WRONG_FILE_KIND"),
        ("FRA focal point", "a.pdf", b"MZ", 415, "WRONG_FILE_KIND"),
        ("FRA focal point", "a.txt", b"<html>\x00", 415, "WRONG_FILE_KIND"),
        ("FRA focal point", "a.pdf", b"", 400, "FILE_EMPTY"),
        ("FRA focal point", "a.txt", b"x" * (FILE_LIMIT + 1), 413, "FILE_TOO_LARGE"),
    ],
)
async def test_what_cannot_be_uploaded_is_refused_with_a_sentence_and_nothing_is_kept(
    http: httpx.AsyncClient,
    db: OneAtATime,
    storage: Storage,
    who: str,
    name: str,
    content: bytes,
    status: int,
    code: str,
) -> None:
    before = await stored(storage)
    answer = await put(http, who, name, content)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (status, code)
    assert error["message"].endswith((".", "*"))
    assert (await stored(storage), await rows(db)) == (before, 0)


async def test_a_stream_that_does_not_say_its_length_is_counted_and_cut(
    http: httpx.AsyncClient, db: OneAtATime, storage: Storage
) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1_000_000
            yield b"x" * 1_000_000

    before = await stored(storage)
    answer = await put(http, "FRA focal point", "a.txt", endless())
    assert (answer.status_code, await rows(db), await stored(storage)) == (413, 0, before)
    assert given <= FILE_LIMIT + 2_000_000


async def test_the_largest_file_passes(http: httpx.AsyncClient) -> None:
    whole = b"x" * FILE_LIMIT
    answer = await put(http, "FRA focal point", "a.txt", whole)
    assert answer.status_code == 201
    down = await get(http, "FRA focal point", f"/files/{answer.json()['attachment']['id']}")
    assert down.content == whole


async def test_an_upload_that_takes_too_long_is_ended(
    http: httpx.AsyncClient, db: OneAtATime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7"
        await asyncio.sleep(5)

    monkeypatch.setattr(thread_commands, "UPLOAD_SECONDS", 0.05)
    answer = await put(http, "FRA focal point", "a.pdf", slow())
    assert (answer.status_code, await rows(db)) == (408, 0)


async def test_who_has_many_files_waiting_uploads_no_more(http: httpx.AsyncClient, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        for _ in range(UNBOUND_LIMIT):
            await a_file(session)
    answer = await put(http, "FRA focal point", "a.pdf")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (409, "TOO_MANY_FILES")
    assert (await put(http, "FRA contributor", "a.pdf")).status_code == 201


async def test_files_that_went_with_no_message_are_removed_after_a_day_row_and_content(
    http: httpx.AsyncClient, graphql: Ask, db: OneAtATime, storage: Storage
) -> None:
    expression, before = await live(db), await stored(storage)
    old, bound, new = [
        (await put(http, "FRA focal point", f"{name}.pdf")).json()["attachment"]["id"]
        for name in ("old", "bound", "new")
    ]
    await sent(graphql, expression, "FRA focal point", bound)
    long_ago = sa.update(Attachment).where(table_of(Attachment).c.name == "old.pdf")
    async with db.write(SYSTEM) as session:
        await session.execute(long_ago.values(created_at=now() - timedelta(hours=25)))
    assert [await remove_unbound(db, storage), await remove_unbound(db, storage)] == [1, 0]
    statuses = [(await get(http, "FRA focal point", f"/files/{one}")).status_code for one in (old, bound, new)]
    assert statuses == [404, 200, 200]
    assert len(await stored(storage) - before) == 2


async def test_content_of_which_no_row_tells_is_removed_after_a_day(
    http: httpx.AsyncClient, db: OneAtATime, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for keys in [await stored(storage)]:  # what other tests have rolled back
        for key in keys:
            await storage.remove(key)
    kept, stray = [(await put(http, "FRA focal point", f"{n}.pdf")).json()["attachment"]["id"] for n in range(2)]
    async with db.write(SYSTEM) as session:
        await session.execute(sa.delete(Attachment).where(table_of(Attachment).c.name == "1.pdf"))
    assert await remove_strays(db, storage) == 0  # it could be an upload whose row is just being written
    later = now() + timedelta(hours=25)
    monkeypatch.setattr("services.proposals.thread_sweeping.now", lambda: later)
    assert [await remove_strays(db, storage), await remove_strays(db, storage)] == [1, 0]
    assert await stored(storage) == {f"{FOLDER}/{kept.removeprefix('attachment_')}"}
    assert stray


async def test_a_row_whose_content_is_gone_or_cut_is_told_plainly(
    http: httpx.AsyncClient, db: OneAtATime, storage: Storage
) -> None:
    async with db.write(SYSTEM) as session:
        file = await a_file(session)
    path = f"/files/{write_id('attachment', file.id)}"
    gone = await get(http, "FRA focal point", path)
    assert (gone.status_code, gone.json()["errors"][0]["extensions"]["code"]) == (503, "FILE_MISSING")
    assert (await get(http, "ZMB focal point", path)).status_code == 404
