"""What a public read is said to be read from is all that PostgreSQL looked into, functions too."""

import random
from collections import Counter

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, build_schema

from schema.core.context import Context
from schema.core.public import PERSONAL
from schema.root import SCHEMA
from services.core.actor import PUBLIC, SYSTEM
from services.core.ids import write_id
from services.core.public_changes import NotedDatabase, Sources
from services.registry import METADATA, PROTECTED
from tests.conftest import OneAtATime
from tests.examples import build_all
from tests.schema.core.documents import Writer

DOCUMENTS = 6
"""For each root field."""
LOOKED_INTO = """
SELECT relname, coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables WHERE schemaname = 'public'
"""


def without_viewer_fields() -> GraphQLSchema:
    """The schema as far as GET answers it."""
    found = build_schema(SCHEMA.as_str())
    for kind in found.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name in [one for one in kind.fields if one.startswith(PERSONAL)]:
                del kind.fields[name]
    return found


async def looked_into(db: OneAtATime) -> Counter[str]:
    """How often each table was scanned in the transaction of this test, by whatever function."""
    raw = (await db._connection.get_raw_connection()).driver_connection
    assert raw is not None
    return Counter(dict(await raw.fetch(LOOKED_INTO)))


OPEN = without_viewer_fields()
assert OPEN.query_type is not None
ROOTS = sorted(OPEN.query_type.fields)


@pytest.mark.parametrize("part", range(6))
async def test_the_sources_of_a_public_read_are_all_that_it_looks_into(db: OneAtATime, part: int) -> None:
    async with db.write(SYSTEM) as session:
        ids = [write_id(kind, key) for kind, key in await build_all(session)]
    writer, sources, met = Writer(OPEN, random.Random(part), ids, []), Sources(db), Counter[str]()
    private = {name for name, one in PROTECTED.items() if one.private}
    for root in ROOTS[part::6]:
        for _ in range(DOCUMENTS):
            document, noted = writer.document(root), NotedDatabase(db)
            before = await looked_into(db)
            await SCHEMA.execute(document.query, document.variables, context_value=Context(noted, PUBLIC))
            found = set(await looked_into(db) - before)
            said = await sources.of(noted)
            if said is not None:
                assert found & set(METADATA.tables) - private <= said, f"{document.query} {document.variables}"
                met.update(found)
    assert met, "something was looked into"
