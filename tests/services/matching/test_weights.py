"""The weights: data with versions, proposed by the secretariat, in force once a co-chair has confirmed them."""

import math
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor
from services.core.audit import RecordLeaf
from services.core.db import Database
from services.core.errors import Conflict, DomainError, Invalid, NotFound, NotPermitted
from services.core.read.shape import table_of
from services.core.table import uuid7
from services.matching.commands import confirm_weights, propose_weights
from services.matching.errors import WrongWeights
from services.matching.rules import Weights
from services.matching.tables import MatchingWeights
from services.matching.terms import MatchCriterion
from tests.builders import actor
from tests.services.matching.world import WHOLE, a_proposal, matches

C = MatchCriterion
FIRST = [(1, True), (2, True)]
"""The versions that the platform comes with."""
FINE = Weights(need={C.SECTORS: 1.0}, offer={C.SECTORS: 0.5, C.FORMS: 0.5}, floor=0.25, strong=0.8, good=0.4)


@pytest.mark.parametrize(
    ("changes", "message", "path"),
    [
        ({"need": {C.SECTORS: 0.9}}, "The weights of the need sum to 0.9; they must sum to 1.", "need"),
        ({"offer": {}}, "The weights of the offer sum to 0; they must sum to 1.", "offer"),
        ({"need": {C.SECTORS: 1.5, C.TEXT: -0.5}}, "The weight of SECTORS is 1.5; it is from 0 to 1.", "need"),
        ({"offer": {C.TEXT: math.nan}}, "The weight of TEXT is nan; it is from 0 to 1.", "offer"),
        ({"floor": 1.01}, "The floor is 1.01; it is from 0 to 1.", "floor"),
        ({"floor": math.nan}, "The floor is nan; it is from 0 to 1.", "floor"),
        ({"good": 0.8}, "The band GOOD begins at 0.8 and STRONG at 0.8; GOOD begins above 0 and below STRONG", "good"),
        ({"good": 0.0}, "GOOD begins above 0", "good"),
        ({"strong": 1.1}, "STRONG not above 1", "good"),
        ({"strong": math.nan}, "STRONG not above 1", "good"),
    ],
)
def test_weights_that_score_nothing_are_refused(changes: dict[str, Any], message: str, path: str) -> None:
    with pytest.raises(WrongWeights) as refused:
        replace(FINE, **changes).checked()
    assert message in refused.value.message
    assert refused.value.path == (path,)
    assert FINE.checked() is FINE


async def test_the_platform_comes_with_weights_that_are_fine_and_in_force(db: Database) -> None:
    async with db.read(SYSTEM) as session:
        table = table_of(MatchingWeights)
        columns = sa.select(table.c.version, table.c.weights, table.c.confirmed_at)
        row = (await session.execute(columns.order_by(table.c.version.desc()).limit(1))).one()
    need, offer = ({C(name): weight for name, weight in row.weights[side].items()} for side in ("need", "offer"))
    limits = {name: row.weights[name] for name in ("floor", "strong", "good")}
    assert Weights(need, offer, **limits).checked().as_json() == row.weights
    assert row.version == 2
    assert row.confirmed_at is not None


async def proposed(db: Database, by: str = "secretariat", weights: Weights = FINE, note: str = "") -> UUID:
    async with db.write(actor(by)) as session:
        return await propose_weights(session, actor(by), weights, note)


async def versions(db: Database) -> list[tuple[int, bool]]:
    table = table_of(MatchingWeights)
    async with db.read(SYSTEM) as session:
        found = await session.execute(
            sa.select(table.c.version, table.c.confirmed_at.is_not(None)).order_by(table.c.version)
        )
        return [(version, confirmed) for version, confirmed in found]


@pytest.mark.parametrize("who", ["ZMB focal point", "CHN focal point", "CHN viewer", "suspended focal point", "public"])
async def test_nobody_but_the_secretariat_proposes(db: Database, who: str) -> None:
    with pytest.raises(NotPermitted):
        await proposed(db, by=who)
    assert await versions(db) == FIRST


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        ("CHN focal point", None),
        ("CHN contributor", NotPermitted),
        ("ZMB focal point", NotPermitted),
        ("suspended focal point", NotPermitted),
        ("secretariat", NotPermitted),
    ],
)
async def test_who_may_confirm(db: Database, who: str, refused: type[DomainError] | None) -> None:
    weights = await proposed(db)
    assert await versions(db) == [*FIRST, (3, False)]
    confirming = actor(who)
    if refused is None:
        await confirm(db, confirming, weights)
    else:
        with pytest.raises(refused):
            await confirm(db, confirming, weights)
    assert await versions(db) == [*FIRST, (3, refused is None)]


async def confirm(db: Database, by: Actor, weights: UUID) -> None:
    async with db.write(by) as session:
        await confirm_weights(session, by, weights)


async def test_matches_are_scored_by_the_weights_confirmed_last(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
    first = (await matches(db, need))[offer]
    older, newer = await proposed(db), await proposed(db, weights=replace(FINE, floor=0.0))
    assert (await matches(db, need))[offer] == first
    co_chair = actor("CHN focal point")
    await confirm(db, co_chair, newer)
    match = (await matches(db, need))[offer]
    assert match["weightsVersion"] == 4
    assert {one["code"] for one in match["reasons"]} == {"SECTORS", "FORMS"}
    # two of two sectors for the need; two of two sectors and forms for the offer, half each: 2 / (2 + 0.5)
    assert match["score"] == pytest.approx(0.8)
    await confirm(db, co_chair, older)
    assert (await matches(db, need))[offer]["weightsVersion"] == 3
    with pytest.raises(Conflict) as refused:
        await confirm(db, co_chair, older)
    assert refused.value.code == "WEIGHTS_CONFIRMED"


async def test_a_version_that_is_not_there_cannot_be_confirmed(db: Database) -> None:
    with pytest.raises(NotFound, match="No such version of weights"):
        await confirm(db, actor("CHN focal point"), uuid7())


@pytest.mark.parametrize(
    ("changes", "note", "refused"),
    [({"floor": 2.0}, "", WrongWeights), ({}, "n" * 2001, Invalid), ({}, "nul \x00", Invalid)],
)
async def test_what_is_wrong_is_not_kept(
    db: Database, changes: dict[str, Any], note: str, refused: type[DomainError]
) -> None:
    with pytest.raises(refused):
        await proposed(db, weights=replace(FINE, **changes), note=note)
    assert await versions(db) == FIRST


async def test_both_acts_stand_in_the_record(db: Database) -> None:
    weights = await proposed(db)
    await confirm(db, actor("CHN focal point"), weights)
    leaf = table_of(RecordLeaf)
    async with db.read(SYSTEM) as session:
        acts = await session.execute(sa.select(leaf.c.act).where(leaf.c.object_id == weights).order_by(leaf.c.id))
    assert list(acts.scalars()) == ["matching_weights.proposed", "matching_weights.confirmed"]


async def test_row_security_lets_the_public_write_no_weights(db: Database) -> None:
    with pytest.raises(Exception, match="row-level security"):
        async with db.write(Actor()) as session:
            session.add(MatchingWeights(version=7, weights=FINE.as_json()))
    assert await versions(db) == FIRST
