"""What `make bench` compares answers alike, on the small data of the tests: so it still can when the platform changes."""

from typing import Any, cast

import orjson
import pytest

from schema.core.context import Context
from schema.root import SCHEMA
from services.core.actor import PUBLIC
from tests.bench import bare
from tests.bench.ordinary import app
from tests.bench.ordinary.loading import Ordinary
from tests.bench.statements import statements
from tests.bench.world import FOCAL, InTurn, built
from tests.conftest import OneAtATime

OPERATIONS = sorted({*bare.JUDGED, "public practices"})


@pytest.mark.parametrize("name", OPERATIONS)
async def test_all_rivals_give_one_answer(db: OneAtATime, name: str) -> None:
    _, operation = await built(db, name)
    who = FOCAL if operation.by_token else PUBLIC
    for asked in operation.asked:
        ours = await SCHEMA.execute(operation.document, asked, Context(db, who))
        theirs = await app.SCHEMA.execute(
            operation.document, asked, Ordinary(cast("Any", InTurn(db)), db, who, who.languages)
        )
        assert ours.errors is None
        assert theirs.errors is None
        expected = plain(ours.data)
        assert plain(theirs.data) == expected
        for folder in ("limit", "text"):
            statement = statements(folder)[operation.asks]
            found = await db._fetch(statement.sql, *await bare.values(statement, who, asked))
            assert orjson.loads(found) == expected, folder


def plain(data: object) -> Any:
    """An answer as a client reads it."""
    return orjson.loads(orjson.dumps(data))
