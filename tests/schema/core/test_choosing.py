"""Big lists are chosen by indexes, way by way: whatever is asked of them, nothing is missing and nothing comes twice."""

from itertools import product
from typing import Any

import orjson
import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type

from schema.core.context import Context
from schema.root import SCHEMA
from services.core.actor import SYSTEM
from services.core.read import choosing
from tests.builders import actor, build_examples
from tests.conftest import OneAtATime
from tests.schema.core.test_readings_agree import WHO, Watch, naive, with_link
from tests.services.proposals.world import build_proposal_examples

LISTS = ["practices", "proposals", "expressionsOfInterest"]
CODES = {
    "practices": ["capacityAreas: [SKILLS_TRAINING]", 'sectors: ["11130"], sdgTargets: ["4.4"]'],
    "proposals": [
        "capacityAreas: [SKILLS_TRAINING, FINANCING]",
        'capacityAreas: [SKILLS_TRAINING], sectors: ["11130"], forms: [TRAINING], workingLanguages: ["en", "fr"]',
        'sdgTargets: ["4.4"], status: OPEN, mine: true',
    ],
    "expressionsOfInterest": ["direction: RECEIVED, awaitingMe: true", "direction: SENT, awaitingMe: false"],
}
"""Filters on lists of codes, and filters that meet."""


def questions(root: str) -> list[str]:
    """No filter, each value of each enum or boolean filter, and ``CODES``; each in every order that needs no search."""
    field = SCHEMA._schema.query_type.fields[root]  # type: ignore[union-attr]
    where, order = (get_named_type(field.args[name].type) for name in ("where", "order"))
    assert isinstance(where, GraphQLInputObjectType)
    assert isinstance(order, GraphQLEnumType)
    asked = ["", *CODES[root]]
    for key, one in where.fields.items():
        kind = get_named_type(one.type)
        asked += [f"{key}: {value}" for value in (kind.values if isinstance(kind, GraphQLEnumType) else ())]
        asked += [f"{key}: {value}" for value in ("true", "false") if str(kind) == "Boolean"]
    orders = [one for one in order.values if one != "RELEVANCE"]
    return [
        f"{{ {root}(first: 3, after: $after, where: {{{given}}}, order: {name})"
        " { edges { cursor node { id } } pageInfo { hasNextPage } totalCount } }"
        for given, name in product(asked, orders)
        if "capacityAreas: RE" not in given
    ]


@pytest.mark.slow
@pytest.mark.parametrize("few", [0, choosing.FEW])
@pytest.mark.parametrize("root", LISTS)
async def test_every_page_of_a_big_list_is_what_the_naive_reading_gives(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch, root: str, few: int
) -> None:
    """``few`` decides whether the rows of a filter on codes are fetched and sorted, or met in the list's order."""
    monkeypatch.setattr(choosing, "FEW", few)
    async with db.write(SYSTEM) as session:
        await build_examples(session)
        await build_proposal_examples(session)
    watch, seen = Watch(db, monkeypatch), 0
    for name, question in product(WHO, questions(root)):
        after: str | None = None
        listed: list[str] = []
        while True:
            page = await _agreed(db, watch, name, question, after)
            listed += [edge["node"]["id"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["edges"][-1]["cursor"]
        assert len(listed) == len(set(listed)) == page["totalCount"], (name, question)
        seen += len(listed)
    assert seen > 40


async def _agreed(db: OneAtATime, watch: Watch, name: str, question: str, after: str | None) -> Any:
    """One page, which both readings give alike."""
    who, query, given = with_link(actor(name)), f"query Q($after: String) {question}", {"after": after}
    watch.forget(query, given)
    answer = await SCHEMA.execute(query, given, context_value=Context(db, who))
    assert answer.errors is None, (name, question, answer.errors)
    assert answer.data is not None
    [page] = answer.data.values()
    found = orjson.loads(orjson.dumps(page))
    assert found == orjson.loads(orjson.dumps(await naive(db, who, watch))), (name, question, after)
    return found
