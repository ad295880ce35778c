"""Every field, list, order and filter of the SDL at full size: by indexes, in memory, one statement."""

import pytest

from schema.core.context import Context
from schema.root import SCHEMA
from tests.large.documents import Asking, Case
from tests.large.explaining import Explaining
from tests.large.known import most_rows
from tests.large.samples import Samples
from tests.schema.core.documents import FROM_NO_SHAPE

pytestmark = pytest.mark.large
GRAPHQL = SCHEMA._schema
ROOTS = sorted(GRAPHQL.query_type.fields.keys() - FROM_NO_SHAPE)  # type: ignore[union-attr]
WHO = ["public", "focal point of many", "viewer of few", "secretariat"]
PAGE_ROWS = 5_000
"""The most rows and index entries of big tables that a page of 20 may look at."""


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("who", WHO)
async def test_every_read_is_one_statement_by_indexes_and_in_memory(
    db: Explaining, samples: Samples, root: str, who: str
) -> None:
    problems: list[str] = []
    for case in Asking(GRAPHQL, samples).cases(root):
        db.readings.clear()
        answer = await SCHEMA.execute(case.query, context_value=Context(db, samples.actors[who]))
        assert not answer.errors, f"{case.name}: {answer.errors}"
        problems += [f"{case.name}: {problem}" for problem in _problems(case, db)]
    assert not problems, f"as {who}:\n" + "\n".join(problems)


def _problems(case: Case, db: Explaining) -> list[str]:
    if len(db.readings) != 1:
        return [f"{len(db.readings)} statements"]
    [reading] = db.readings
    problems = reading.problems()
    rows = reading.rows_read(db.big)
    if case.kind == "page" and rows > most_rows(case.name, PAGE_ROWS):
        problems.append(f"looks at {rows:,} rows for a page")
    return problems
