"""The record over GraphQL and plain HTTP: who sees what, and proofs that hold."""

from typing import Any

import httpx
import pytest

from services.core.actor import SYSTEM
from services.core.merkle import is_consistent, is_included, leaf_hash
from services.record.notes import read_note
from tests.conftest import HEAD_KEYS, Ask, OneAtATime
from tests.services.record.examples import build_record_examples

Http = httpx.AsyncClient


@pytest.fixture(autouse=True)
async def examples(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        await build_record_examples(session)


async def got(http: Http, path: str, who: str = "public", status: int = 200) -> dict[str, Any]:
    answer = await http.get(path, headers={"x-actor": who})
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("who", "own", "administrative"),
    [
        ("public", 0, 0),
        ("ZMB focal point", 3, 2),
        ("ZMB viewer", 3, 2),
        ("FRA focal point", 2, 2),
        ("EGY focal point", 0, 2),
        ("VAT viewer", 0, 2),
        ("suspended viewer", 0, 0),
        ("applicant focal point", 0, 0),
        ("secretariat", 0, 3),  # its reading, too
    ],
)
async def test_who_sees_which_entries(graphql: Ask, http: Http, who: str, own: int, administrative: int) -> None:
    answer = await graphql(who, "{ recordEntries(first: 100) { totalCount nodes { role } } }")
    found = answer["data"]["recordEntries"]
    assert found["totalCount"] == own + administrative
    assert sum(node["role"] == "SECRETARIAT" for node in found["nodes"]) == administrative
    placed = (await got(http, "/record/entries?first=0", who))["entries"]
    unplaced = who.startswith("ZMB") or who == "secretariat"  # the newest has no place yet
    assert len(placed) == own + administrative - unplaced


async def test_the_text_of_every_entry_is_what_its_hash_is_taken_of(graphql: Ask, http: Http) -> None:
    answer = await graphql("ZMB focal point", "{ recordEntries { nodes { id place hash text rowsCount rowsRoot } } }")
    nodes = answer["data"]["recordEntries"]["nodes"]
    assert {node["rowsCount"] for node in nodes} == {None, "3"}
    for node in nodes:
        assert node["id"] in node["text"]
        assert (node["place"] is None) == (node["hash"] is None)
        assert node["hash"] in {None, leaf_hash(node["text"].encode()).hex()}


async def test_heads_and_proofs_are_public_and_hold(graphql: Ask, http: Http) -> None:
    keys = (await got(http, "/record/keys"))["keys"]
    heads = [read_note(one["note"], map(bytes.fromhex, keys)) for one in (await got(http, "/record/heads"))["heads"]]
    assert [head.size for head in heads] == [8, 3, 0]
    newest = await got(http, "/record/head")
    assert read_note(newest["note"], HEAD_KEYS.public()).root.hex() == newest["root"]
    for place in range(8):
        proof = await got(http, f"/record/proof/inclusion?place={place}")
        query = f'{{ recordInclusion(place: "{place}", size: "8") {{ hash path }} }}'
        assert (await graphql("public", query))["data"]["recordInclusion"] == {
            "hash": proof["hash"],
            "path": proof["path"],
        }
        path = [bytes.fromhex(step) for step in proof["path"]]
        assert is_included(bytes.fromhex(proof["hash"]), place, 8, path, heads[0].root)
    proof = await got(http, "/record/proof/consistency?first=3&second=8")
    query = '{ recordConsistency(first: "3", second: "8") { path } }'
    assert (await graphql("public", query))["data"]["recordConsistency"] == {"path": proof["path"]}
    path = [bytes.fromhex(step) for step in proof["path"]]
    assert is_consistent(3, 8, heads[1].root, heads[0].root, path)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/record/proof/inclusion?place=8", 404),
        ("/record/proof/inclusion?place=0&size=9", 404),
        ("/record/proof/inclusion?place=-1", 400),
        ("/record/proof/inclusion?leaf=practice_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6", 400),
        ("/record/proof/inclusion?leaf=record_leaf_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6", 404),
        ("/record/proof/consistency?first=0&second=3", 404),
        ("/record/proof/consistency?first=4&second=3", 404),
        ("/record/tree?first=1", 400),
        ("/record/tree", 400),
        ("/record/heads?before=yesterday", 400),
        ("/record/heads?before=2026-01-01T00:00:00", 400),
    ],
)
async def test_what_cannot_be_answered_is_refused_in_a_sentence(http: Http, path: str, status: int) -> None:
    [error] = (await got(http, path, status=status))["errors"]
    assert error["message"].endswith((".", "…"))


async def test_hashes_are_public_and_damage_is_told_to_members(db: OneAtATime, http: Http) -> None:
    assert (await got(http, "/record/tree?first=0"))["damaged"] is None
    found = await got(http, "/record/tree?first=0", "EGY viewer")
    assert found["damaged"] == {}
    assert (found["size"], len(found["hashes"])) == (8, 8)


async def test_a_head_is_handed_out_by_its_id_and_as_the_newest(graphql: Ask) -> None:
    answer = await graphql("public", "{ recordHead { id size note } recordHeads { nodes { id } totalCount } }")
    newest = answer["data"]["recordHead"]
    assert newest["size"] == "8"
    assert answer["data"]["recordHeads"]["nodes"][0]["id"] == newest["id"]
    again = await graphql("public", f'{{ node(id: "{newest["id"]}") {{ ... on RecordHead {{ note }} }} }}')
    assert again["data"]["node"]["note"] == newest["note"]
