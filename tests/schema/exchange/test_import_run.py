"""importRun: a focal point brings a file, a worker does it, and the report is data."""

import base64
import io
import json
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.ids import typed_id
from services.core.importing.xlsx_writing import SheetWriter
from services.core.read.shape import table_of
from services.exchange.jobs import do_work
from services.exchange.tables import WorkContent
from services.proposals.tables import Proposal
from tests.conftest import Ask, OneAtATime

RUN = """mutation Run($input: ImportRunInput!) { importRun(input: $input) {
  errors { code message path }
  work { id kind format dryRun skipBad asDrafts state done total reason endedAt viewerCanCancel report { kept } }
} }"""
REPORT = """query ($id: ID!) { work(id: $id) { state reason done total report {
  source kept added changed unchanged refusedRows
  refusals(first: 2) { totalCount nodes { line cell column value code message } pageInfo { hasNextPage endCursor } }
} } }"""
CANCEL = "mutation ($input: WorkCancelInput!) { workCancel(input: $input) { errors { code } work { state } } }"
ROW = {"externalId": "A", "delegation": "ZMB", "side": "NEED", "title": "Teachers", "language": "en"}
WHO = "ZMB focal point"


def lines(*rows: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def asked(content: str, **more: Any) -> dict[str, Any]:
    return {"kind": "PROPOSALS", "format": "JSONL", "content": content} | more


async def run(graphql: Ask, content: str, who: str = WHO, **more: Any) -> Any:
    return (await graphql(who, RUN, input=asked(content, **more)))["data"]["importRun"]


async def done(db: OneAtATime, graphql: Ask, work: Any, who: str = WHO) -> Any:
    await do_work(db, str(typed_id(work["id"], "work")))
    return (await graphql(who, REPORT, id=work["id"]))["data"]["work"]


async def how_many(db: OneAtATime, table: type[Any] = Proposal) -> int:
    async with db.read(SYSTEM) as session:
        return int(await session.scalar(sa.select(sa.func.count()).select_from(table_of(table))) or 0)


async def test_a_file_is_taken_on_at_once_and_done_by_a_worker(db: OneAtATime, graphql: Ask) -> None:
    answer = await run(graphql, lines(ROW, {**ROW, "externalId": "B", "title.fr": "Maîtres"}))
    assert answer["errors"] == []
    work = answer["work"]
    assert {name: work[name] for name in ("state", "done", "total", "report", "viewerCanCancel")} == {
        "state": "WAITING", "done": 0, "total": None, "report": None, "viewerCanCancel": True,
    }  # fmt: skip
    before = await how_many(db)
    found = await done(db, graphql, work)
    assert (found["state"], found["reason"]) == ("DONE", "")
    assert found["report"] | {"refusals": None} == {
        "source": "proposals.jsonl", "kept": True, "added": 2, "changed": 0, "unchanged": 0, "refusedRows": 0, "refusals": None,
    }  # fmt: skip
    assert await how_many(db) == before + 2
    assert await how_many(db, WorkContent) == 0
    await do_work(db, str(typed_id(work["id"], "work")))  # a job may come twice
    assert await how_many(db) == before + 2


async def test_a_dry_run_keeps_nothing_and_reports_as_data(db: OneAtATime, graphql: Ask) -> None:
    before = await how_many(db)
    wrong = [{**ROW, "externalId": str(number), "places": "many"} for number in range(3)]
    answer = await run(graphql, lines(ROW, *wrong, {**ROW, "delegation": "FRA"}), dryRun=True)
    found = await done(db, graphql, answer["work"])
    assert (found["state"], found["report"]["kept"], found["report"]["added"]) == ("DONE", False, 1)
    refusals = found["report"]["refusals"]
    assert (found["report"]["refusedRows"], refusals["totalCount"], refusals["pageInfo"]["hasNextPage"]) == (4, 4, True)
    assert refusals["nodes"][0] == {
        "line": 2, "cell": None, "column": "places", "value": "many", "code": "IMPORT_WRONG_CELL",
        "message": "This is not a number. Write digits, with a point before decimals.",
    }  # fmt: skip
    assert await how_many(db) == before


async def test_rows_of_another_delegation_are_refused_and_none_is_kept(db: OneAtATime, graphql: Ask) -> None:
    before = await how_many(db)
    found = await done(db, graphql, (await run(graphql, lines(ROW, {**ROW, "delegation": "FRA"})))["work"])
    assert (found["state"], found["report"]["kept"]) == ("REFUSED", False)
    [refusal] = found["report"]["refusals"]["nodes"]
    assert (refusal["line"], refusal["column"]) == (2, "delegation")
    assert refusal["message"] == "This is the row of another delegation; you import for your own."
    assert await how_many(db) == before


async def test_good_rows_are_kept_where_that_is_wanted(db: OneAtATime, graphql: Ask) -> None:
    answer = await run(graphql, lines(ROW, {**ROW, "externalId": "B", "side": "?"}), skipBad=True)
    found = await done(db, graphql, answer["work"])
    assert (found["state"], found["report"]["added"], found["report"]["refusedRows"]) == ("DONE", 1, 1)


async def test_a_spreadsheet_comes_in_base64_and_its_refusals_name_the_cell(db: OneAtATime, graphql: Ask) -> None:
    file = io.BytesIO()
    sheet = SheetWriter(file, "Practices")
    for row in (["externalId", "delegation", "title", "language", "sectors"], ["A", "ZMB", "Circles", "en", "?"]):
        sheet.write(row)
    sheet.close()
    content = base64.b64encode(file.getvalue()).decode()
    answer = await run(graphql, content, kind="PRACTICES", format="XLSX")
    found = await done(db, graphql, answer["work"])
    [refusal] = found["report"]["refusals"]["nodes"]
    assert (refusal["cell"], refusal["column"], refusal["code"]) == ("E2", "sectors", "IMPORT_WRONG_CELL")


async def test_a_file_that_cannot_be_read_fails_in_words(db: OneAtATime, graphql: Ask) -> None:
    found = await done(db, graphql, (await run(graphql, "a,b\n1,2\n", format="CSV"))["work"])
    assert (found["state"], found["report"]) == ("FAILED", None)
    assert found["reason"].startswith("proposals.csv, line 1: There is no column “a”.")


@pytest.mark.parametrize(
    ("content", "more", "sentence"),
    [
        ("", {}, "There is nothing in this file."),
        ("no base64!", {"format": "XLSX"}, "An XLSX file is sent in base64, the others as the text they are."),
    ],
)
async def test_content_that_is_none_is_refused_at_once(
    db: OneAtATime, graphql: Ask, content: str, more: dict[str, Any], sentence: str
) -> None:
    answer = await run(graphql, content, **more)
    assert answer["work"] is None
    [error] = answer["errors"]
    assert (error["code"], error["message"], error["path"]) == ("IMPORT_WRONG_CONTENT", sentence, ["content"])


MAY = {"ZMB focal point", "CHN focal point", "VAT focal point"}


@pytest.mark.parametrize(
    "who",
    [*sorted(MAY), "ZMB contributor", "ZMB viewer", "secretariat", "suspended focal point", "applicant focal point"],
)
async def test_focal_points_of_delegations_taking_part_may_import_and_nobody_else(
    db: OneAtATime, graphql: Ask, who: str
) -> None:
    answer = await run(graphql, lines(ROW), who)
    assert [error["code"] for error in answer["errors"]] == ([] if who in MAY else ["NOT_PERMITTED"])
    assert await how_many(db, WorkContent) == (1 if who in MAY else 0)
    assert await how_many(db, RecordLeaf) == (1 if who in MAY else 0)


@pytest.mark.parametrize("who", ["public", "ZMB viewer", "FRA focal point", "secretariat"])
async def test_work_is_seen_and_stopped_by_its_person_alone(db: OneAtATime, graphql: Ask, who: str) -> None:
    work = (await run(graphql, lines(ROW)))["work"]
    assert (await graphql(who, REPORT, id=work["id"]))["data"]["work"] is None
    answer = await graphql(who, CANCEL, input={"id": work["id"]})
    if who == "public":
        assert answer["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"
    else:
        assert [error["code"] for error in answer["data"]["workCancel"]["errors"]] == ["NOT_FOUND"]
    assert (await graphql(WHO, REPORT, id=work["id"]))["data"]["work"]["state"] == "WAITING"


async def test_what_waits_is_stopped_at_once_and_stays_so(db: OneAtATime, graphql: Ask) -> None:
    before = await how_many(db)
    work = (await run(graphql, lines(ROW)))["work"]
    stopped = (await graphql(WHO, CANCEL, input={"id": work["id"]}))["data"]["workCancel"]
    assert stopped == {"errors": [], "work": {"state": "INTERRUPTED"}}
    assert (await done(db, graphql, work))["state"] == "INTERRUPTED"
    assert (await how_many(db), await how_many(db, WorkContent)) == (before, 0)
    again = (await graphql(WHO, CANCEL, input={"id": work["id"]}))["data"]["workCancel"]
    assert again == {"errors": [{"code": "WORK_ENDED"}], "work": None}


async def test_the_same_key_asks_once_and_three_may_be_under_way(db: OneAtATime, graphql: Ask) -> None:
    first = await run(graphql, lines(ROW), idempotencyKey="k")
    assert (await run(graphql, lines(ROW), idempotencyKey="k"))["work"]["id"] == first["work"]["id"]
    other = await run(graphql, lines({**ROW, "places": 2}), idempotencyKey="k")
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    for number in range(2):
        assert (await run(graphql, lines(ROW)))["errors"] == [], number
    assert [error["code"] for error in (await run(graphql, lines(ROW)))["errors"]] == ["WORK_TOO_MUCH"]
    await done(db, graphql, first["work"])
    assert (await run(graphql, lines(ROW)))["errors"] == []


async def test_a_person_finds_the_own_work_again(db: OneAtATime, graphql: Ask) -> None:
    ids = [(await run(graphql, lines(ROW)))["work"]["id"] for _ in range(2)]
    answer = await graphql(WHO, "{ viewer { works { totalCount nodes { id } } } }")
    assert answer["data"]["viewer"]["works"] == {"totalCount": 2, "nodes": [{"id": ids[1]}, {"id": ids[0]}]}


LONG = lines({**ROW, "description": "x" * 15_000}) * 7


async def send(http: httpx.AsyncClient, who: str, query: str, variables: dict[str, Any], **more: Any) -> Any:
    body = json.dumps({"query": query, "variables": variables}).encode()

    async def pieces() -> Any:
        for begin in range(0, len(body), 30_000):
            yield body[begin : begin + 30_000]

    headers = {"x-actor": who, "content-type": "application/json"}
    content = pieces() if more.get("chunked") else body
    return await http.post("/graphql", content=content, headers=headers)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("who", ["public", "ZMB viewer", "ZMB contributor", "suspended focal point"])
async def test_a_long_body_is_read_of_nobody_who_may_not_import(
    db: OneAtATime, http: httpx.AsyncClient, who: str, chunked: bool
) -> None:
    answer = await send(http, who, RUN, {"input": asked(LONG)}, chunked=chunked)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (413, "The body may have 64 KB.")


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("who", "kind"), [(WHO, "PROPOSALS"), ("secretariat", "EXPERIENCE")])
async def test_who_may_import_sends_a_file_beyond_a_message(
    db: OneAtATime, http: httpx.AsyncClient, who: str, kind: str, chunked: bool
) -> None:
    answer = await send(http, who, RUN, {"input": asked(LONG, kind=kind)}, chunked=chunked)
    assert answer.json()["data"]["importRun"]["errors"] == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_nobody_sends_more_than_ten_megabytes(db: OneAtATime, http: httpx.AsyncClient, chunked: bool) -> None:
    answer = await send(http, WHO, RUN, {"input": asked("x" * 10_500_000)}, chunked=chunked)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (413, "The body may have 10,240 KB.")


@pytest.mark.parametrize(
    "query",
    [
        "query ($x: String) { viewer { works { totalCount } } }",
        f"{RUN} query Other {{ viewer {{ id }} }}",
        "mutation ($input: ImportRunInput!) { importRun(input: $input) { errors { code } } workCancel(input: {id: 1}) { errors { code } } }",
        "mutation ($input: ImportRunInput!) { ... { importRun(input: $input) { errors { code } } } }",
        "mutation {",
    ],
)
async def test_long_is_the_import_alone(db: OneAtATime, http: httpx.AsyncClient, query: str) -> None:
    answer = await send(http, WHO, query, {"input": asked(LONG)})
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["message"] == "Only importRun, alone in its document, may have more than 64 KB."


async def test_a_document_is_never_long(db: OneAtATime, http: httpx.AsyncClient) -> None:
    answer = await send(http, WHO, f"{RUN} # {'x' * 70_000}", {"input": asked("x")})
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (
        413,
        "A document may have 64 KB. Pass values as variables.",
    )
