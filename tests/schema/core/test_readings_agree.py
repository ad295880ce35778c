"""The one statement and the naive second reading of the same Shapes give equal JSON, over the whole SDL."""

import random
from dataclasses import replace
from typing import Any

import orjson
import pytest
from graphql import GraphQLError, OperationDefinitionNode, parse
from graphql.execution.values import get_variable_values

from schema.core import execution
from schema.core.context import Context
from schema.core.plans import Plans
from schema.core.selection import open_values
from schema.root import SCHEMA
from services.core.actor import SYSTEM, Actor, Role
from services.core.errors import DomainError
from services.core.ids import write_id
from services.core.links import Link
from services.core.read.compile import compile_read
from services.core.read.interpret import Interpreter
from services.core.read.plan import Plan
from services.core.read.selection import Variables
from services.core.table import snake
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.examples import build_all
from tests.schema.core.documents import FROM_NO_SHAPE, Writer
from tests.services.exchange.world import build_work_examples
from tests.services.record.examples import build_record_examples

WHO = [
    "public",
    "ZMB focal point",
    "ZMB viewer",
    "FRA contributor",
    "CHN focal point",
    "secretariat",
    "suspended viewer",
]
ROOTS = sorted(SCHEMA._schema.query_type.fields.keys() - FROM_NO_SHAPE)  # type: ignore[union-attr]


def with_link(who: Actor) -> Actor:
    """The actor with a link key that does not change with time."""
    return replace(who, link=Link(who.person_id, 2_000_000_000, b"k" * 32) if who.person_id else None)


class Watch:
    """Remembers with which Shape, Selection and values the last document was read."""

    def __init__(self, db: OneAtATime, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: tuple[Any, Any] | None = None
        self.variables: Variables = {}
        self._patch = monkeypatch
        document = db.document

        async def watched(plan: Plan, who: Actor, variables: Variables) -> str:
            self.variables = variables
            return await document(plan, who, variables)

        def compiled(field: Any, chosen: Any, viewer: Any) -> Plan:
            self.read = (field, chosen)
            return compile_read(field, chosen, viewer)

        within = db.document_within

        async def watched_within(session: Any, plan: Plan, who: Actor, variables: Variables) -> str:
            self.variables = variables
            return await within(session, plan, who, variables)

        monkeypatch.setattr(db, "document", watched)
        monkeypatch.setattr(db, "document_within", watched_within)
        monkeypatch.setattr(execution, "compile_read", compiled)

    def forget(self, query: str, given: dict[str, Any]) -> None:
        """Before the next document, ``query`` with the variables ``given``."""
        self.read = None
        self._patch.setattr(execution, "PLANS", Plans())
        [asked] = (one for one in parse(query).definitions if isinstance(one, OperationDefinitionNode))
        found = get_variable_values(SCHEMA._schema, asked.variable_definitions or (), given)
        self.variables = {} if isinstance(found, list) else open_values(found.coerced).leaves


TAKES = {"whyNot": "proposal"}
"""The kind of ids that a root field takes, if it is not called after it."""


@pytest.mark.parametrize("root", ROOTS)
async def test_both_readings_of_random_documents_are_equal(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch, root: str, request: pytest.FixtureRequest
) -> None:
    chance, documents = random.Random(root), request.config.getoption("--documents")
    async with db.write(SYSTEM) as session:
        made = [*await build_all(session), *await build_work_examples(session)]
        made += await build_record_examples(session)
    ids = [write_id(kind, key) for kind, key in made]
    taken = [one for one in ids if one.rpartition("_")[0] == TAKES.get(root, snake(root))]
    ids += taken * (3 * len(ids) // max(len(taken), 1))  # mostly ids that the root takes, however many others there are
    watch, compared = Watch(db, monkeypatch), 0
    cursors: list[str] = []
    for number in range(documents):
        document = Writer(SCHEMA._schema, chance, ids, cursors).document(root)
        who = with_link(actor(chance.choice(WHO)))
        watch.forget(document.query, document.variables)
        db.documents.clear()
        answer = await SCHEMA.execute(document.query, document.variables, context_value=Context(db, who))
        where = f"{root} #{number} as {who.role}: {document.query} {document.variables}"
        refused = [_refusal(error, where) for error in answer.errors or []]
        if watch.read is None:
            continue
        expected = await naive(db, who, watch)
        if refused:
            assert expected == refused[0], where
            continue
        assert answer.data is not None
        assert len(db.documents) == 1, f"one statement for one root field: {where}"
        whole = orjson.loads(orjson.dumps(answer.data))
        assert next(iter(whole.values())) == orjson.loads(orjson.dumps(expected)), where
        if who.role is not Role.SECRETARIAT:  # whose reads are themselves entries of the record
            known = await SCHEMA.execute(document.query, document.variables, context_value=Context(db, who))
            assert orjson.loads(orjson.dumps(known.data)) == whole, f"the second time: {where}"
        compared += 1
        _collect(whole, cursors)
    assert compared >= documents // 4


async def naive(db: OneAtATime, who: Actor, watch: Watch) -> Any:
    """The naive reading of what ``watch`` saw last."""
    assert watch.read is not None
    field, chosen = watch.read
    try:
        async with db.read(who) as session:
            reader = Interpreter(session, who, watch.variables)
            reader.judge(field, chosen)
            return await reader.answer(field, chosen)
    except DomainError as error:
        return error.message


def _refusal(error: GraphQLError, where: str) -> str:
    original: Any = error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    assert isinstance(original, DomainError | GraphQLError), f"{original!r} {where}"
    return str(original.message)


def _collect(found: Any, cursors: list[str]) -> None:
    match found:
        case dict():
            for value in found.values():
                if isinstance(value, str) and len(value) > 40 and value.startswith("Wy"):
                    cursors.append(value)
                _collect(value, cursors)
        case list():
            for value in found:
                _collect(value, cursors)
