"""Triangles: the best ones exactly, with reasons that add up, of what the viewer sees, by today's classifications."""

import random
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor
from services.core.db import Database
from services.core.read.compile import compile_read
from services.core.read.plan import Plan
from services.core.read.selection import Param, Selection
from services.core.read.shape import table_of
from services.core.table import today
from services.matching.answer_commands import PairKey, dismiss_match
from services.proposals.shapes import PROPOSAL_BY_ID
from services.proposals.tables import Proposal
from services.taxonomy.tables import StateClassification
from services.taxonomy.terms import ClassificationScheme
from tests.builders import actor
from tests.services.matching.oracle import read_oracle
from tests.services.matching.world import WHOLE, a_crowd, a_proposal, asked, change, matches, more_delegations
from tests.services.rounds.world import act

SMALL = 1e-9
ASKED = (
    "totalCount",
    (
        "nodes",
        *("score", "likeConditions", "modality", "weightsVersion"),
        ("pivotal", "score", ("proposal", "id"), ("reasons", "code", "contribution")),
        ("facilitating", "score", ("proposal", "id"), ("reasons", "code", "contribution")),
        ("reasons", "role", "code", "contribution"),
    ),
)
FUNDED = WHOLE | {"forms": ["training", "funding"]}


@cache
def plan_of(who: Actor) -> Plan:
    listed = Selection("triangles", "triangles", "Proposal", {"first": Param(("first",))}, tuple(asked(*ASKED)))
    whole = Selection("proposal", "proposal", "Query", {"id": Param(("id",))}, (listed,))
    return compile_read(PROPOSAL_BY_ID, whole, who.viewer)


async def triangles(db: Database, need: UUID, who: Actor = SYSTEM) -> list[dict[str, Any]]:
    values: dict[tuple[str, ...], Any] = {("id",): f"proposal_{need.hex}", ("first",): 100}
    found = orjson.loads(await db.document(plan_of(who), who, values))["triangles"]
    assert found["totalCount"] == len(found["nodes"])
    return found["nodes"]  # type: ignore[no-any-return]


def key(edge: dict[str, Any]) -> UUID:
    return UUID(edge["proposal"]["id"].removeprefix("proposal_"))


def pairs(found: list[dict[str, Any]]) -> list[tuple[UUID, UUID]]:
    return [(key(one["pivotal"]), key(one["facilitating"])) for one in found]


async def a_triangle(db: Database, **funded: Any) -> tuple[UUID, UUID, UUID]:
    """A need of Zambia (LDC, LLDC), an offer of Senegal (LDC), funds of France."""
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        need = await a_proposal(session, "need", "ZMB", **WHOLE)
        pivotal = await a_proposal(session, "offer", "SEN", **WHOLE)
        return need, pivotal, await a_proposal(session, "offer", "FRA", **(FUNDED | funded))


async def test_a_triangle_has_its_parts_and_its_reasons_add_up(db: Database) -> None:
    need, pivotal, facilitating = await a_triangle(db)
    [found] = await triangles(db, need)
    assert pairs([found]) == [(pivotal, facilitating)]
    assert found["modality"] == "TRIANGULAR"
    assert "LDC" in found["likeConditions"]
    assert "002" in found["likeConditions"]
    one, other = found["pivotal"]["score"], found["facilitating"]["score"]
    assert abs(found["score"] - 2 * one * other / (one + other)) < SMALL
    assert abs(sum(reason["contribution"] for reason in found["reasons"]) - found["score"]) < SMALL
    for role, share in (("pivotal", other), ("facilitating", one)):
        told = {one_of["code"]: one_of["contribution"] for one_of in found["reasons"] if one_of["role"] == role.upper()}
        for reason in found[role]["reasons"]:
            assert abs(told.pop(reason["code"]) - reason["contribution"] * share / (one + other)) < SMALL
        assert not told
    listed = await matches(db, need)
    assert [listed[pivotal]["score"], listed[facilitating]["score"]] == [one, other]


@pytest.mark.parametrize(
    "changes",
    [
        {"facilitating": {"forms": ["training"]}},
        {"facilitating": {"working_languages": ["zh"]}},
        {"pivotal": {"working_languages": ["en"]}, "facilitating": {"working_languages": ["fr"]}},
        {"need": {"modalities_accepted": ["south_south", "north_south"]}},
        {"pivotal": {"modalities_accepted": ["south_south"]}},
        {"facilitating": {"status": "closed"}},
        {"pivotal": {"status": "closed"}},
        {"pivotal": {"places": 1, "agreed": 1}},
    ],
    ids=str,
)
async def test_what_does_not_fit_is_no_triangle(db: Database, changes: dict[str, dict[str, Any]]) -> None:
    made = dict(zip(("need", "pivotal", "facilitating"), await a_triangle(db), strict=True))
    assert len(await triangles(db, made["need"])) == 1
    async with db.write(SYSTEM) as session:
        for name, columns in changes.items():
            await change(session, made[name], **columns)
    assert await triangles(db, made["need"]) == []


async def test_who_accepts_triangles_alone_is_in_them_and_in_no_match(db: Database) -> None:
    need, pivotal, facilitating = await a_triangle(db, modalities_accepted=["triangular"])
    assert pairs(await triangles(db, need)) == [(pivotal, facilitating)]
    assert facilitating not in await matches(db, need)


async def test_it_follows_the_classifications_of_today(db: Database) -> None:
    need, *_ = await a_triangle(db)
    table = table_of(StateClassification)
    async with db.write(SYSTEM) as session:
        ended = sa.update(table).where(table.c.iso3 == "SEN", table.c.scheme == ClassificationScheme.UNCTAD_DEVELOPING)
        found = await session.execute(ended.values(valid_to=today()))
        assert found.rowcount  # type: ignore[attr-defined]
    assert await triangles(db, need) == []


async def test_one_delegation_is_not_two_parties(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "ZMB", **WHOLE)
        for _ in range(2):
            await a_proposal(session, "offer", "SEN", **FUNDED)
    assert await triangles(db, need) == []


@pytest.mark.security
async def test_only_of_what_the_viewer_sees_and_has_not_set_aside(db: Database) -> None:
    need, pivotal, facilitating = await a_triangle(db, visibility="members")
    for who, count in {"ZMB viewer": 1, "VAT viewer": 1, "public": 0, "suspended viewer": 0}.items():
        assert len(await triangles(db, need, actor(who))) == count
    async with db.write(SYSTEM) as session:
        hidden = await a_proposal(session, "offer", "EGY", visibility="delegation", **FUNDED)
    assert pairs(await triangles(db, need, actor("ZMB viewer"))) == [(pivotal, facilitating)]
    assert hidden in {one for pair in pairs(await triangles(db, need)) for one in pair}
    await act(db, "ZMB focal point", dismiss_match, PairKey(need, pivotal))
    assert await triangles(db, need, actor("ZMB viewer")) == []
    assert len(await triangles(db, need, actor("EGY viewer"))) > 1


async def test_the_best_are_those_of_an_exhaustive_search(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.matching.triangles.BLOCK", 6)
    monkeypatch.setattr("services.matching.triangles.MOST", 12)
    plan_of.cache_clear()
    chance = random.Random(5)
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        crowd = await a_crowd(session, 160, seed=5)
        for one in crowd:
            await change(session, one, modalities_accepted=[], forms=chance.choice([["funding"], ["training"], []]))
        oracle = await read_oracle(session)
        table = table_of(Proposal)
        forms = dict(tuple(one) for one in await session.execute(sa.select(table.c.id, table.c.forms)))
    checked = 0
    for need in [one for one in crowd if oracle.sides[one].side == "need"][:12]:
        expected = best(oracle, need, forms)
        found = await triangles(db, need)
        assert [round(one["score"], 9) for one in found] == [round(score, 9) for score in expected[:12]]
        checked += len(expected) > 12
    assert checked >= 3
    plan_of.cache_clear()


def best(oracle: Any, need: UUID, forms: dict[UUID, list[str]]) -> list[float]:
    """The scores of all triangles of a need, the highest first, by looking at every pair of offers."""
    own = oracle.sides[need]
    scores = {}
    for other in oracle.sides.values():
        if oracle.may_match(own, other) and (score := sum(oracle.parts(own, other).values())) > 0:
            scores[other.id] = score
    found = []
    for one, first in scores.items():
        pivot = oracle.sides[one]
        if oracle.modality(own, pivot) != "south_south" or not oracle.in_common(own, pivot):
            continue
        for other, second in scores.items():
            funder = oracle.sides[other]
            if "funding" not in forms[other] or funder.delegation == pivot.delegation:
                continue
            if oracle.understand(pivot, funder):
                found.append(2 * first * second / (first + second))
    return sorted(found, reverse=True)
