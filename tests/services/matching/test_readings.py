"""The one statement and the naive second reading tell the same of matches, and a filter keeps what it says."""

from typing import Any

import orjson
import pytest

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import Invalid
from services.core.ids import WrongId, write_id
from services.core.read.interpret import Interpreter
from services.proposals.shapes import PROPOSAL_BY_ID
from tests.builders import actor, delegation_id
from tests.services.matching.world import (
    EVERYTHING,
    WHOLE,
    a_crowd,
    a_proposal,
    matches,
    more_delegations,
    page,
    question,
)

WHOLE_PAGE = (
    "totalCount",
    ("nodes", *EVERYTHING),
    ("edges", "cursor", ("node", "score")),
    ("pageInfo", "hasNextPage", "hasPreviousPage", "startCursor", "endCursor"),
)


@pytest.mark.parametrize("who", ["public", "SEN viewer"])
async def test_both_readings_of_matches_are_equal(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        crowd = await a_crowd(session, 70, seed=5)
    asking, compared = actor(who), 0
    for own in crowd[:5]:
        once = await page(db, own, WHOLE_PAGE, asking, first=4)
        naive = await read_naively(db, own.hex, who, {("first",): 4})
        assert naive == once
        after = once["pageInfo"]["endCursor"]
        if after is not None:
            again = await page(db, own, WHOLE_PAGE, asking, first=4, after=after)
            assert await read_naively(db, own.hex, who, {("first",): 4, ("after",): after}) == again
            compared += len(once["nodes"]) + len(again["nodes"])
    assert compared > 15


async def read_naively(db: Database, own: str, who: str, values: dict[Any, Any]) -> Any:
    asking = actor(who)
    chosen = question(WHOLE_PAGE, tuple(name for (name,) in values))
    async with db.read(asking) as session:
        interpreter = Interpreter(session, asking, {("id",): f"proposal_{own}", **values})
        found = await interpreter.answer(PROPOSAL_BY_ID, chosen)
    return orjson.loads(orjson.dumps(found))["matches"]


async def test_filters_keep_what_they_say(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        await a_crowd(session, 60, seed=9)
        own = await a_proposal(session, "joint", "DEU", **WHOLE)
    everything = await matches(db, own)
    scores = [one["score"] for one in everything.values()]
    middle = scores[len(scores) // 2]
    kept = await matches(db, own, where={"minimumScore": middle})
    assert list(kept) == [key for key, one in everything.items() if one["score"] >= middle]
    zambia = await matches(db, own, where={"delegation": write_id("delegation", delegation_id("ZMB"))})
    africa = await matches(db, own, where={"region": "002"})
    assert 0 < len(zambia) < len(africa) < len(everything)
    assert zambia.keys() <= africa.keys() <= everything.keys()
    assert await matches(db, own, where={"region": "999"}) == {}


@pytest.mark.parametrize(
    ("where", "refused", "message"),
    [
        ({"minimumScore": 1.5}, Invalid, "A score is from 0 to 1, and 1.5 is not."),
        ({"minimumScore": float("nan")}, Invalid, "A score is from 0 to 1"),
        ({"region": "\x00"}, Invalid, "no text"),
        ({"delegation": "proposal_" + "0" * 32}, WrongId, "the id of a delegation is needed"),
    ],
)
async def test_a_filter_that_cannot_be_right_is_refused(
    db: Database, where: dict[str, Any], refused: type[Invalid], message: str
) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        [own] = await a_crowd(session, 1, seed=1)
    with pytest.raises(refused, match=message) as error:
        await page(db, own, ("totalCount",), where=where)
    assert error.value.path == ("where", *where)
