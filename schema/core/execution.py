"""The way from a resolver to the read engine and back: a finished JSON document is spliced into the response."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import strawberry
from graphql import GraphQLError, GraphQLObjectType, GraphQLOutputType
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from schema.core.context import Context, Info
from schema.core.plans import PLANS, Asked, Known, Question, digest
from schema.core.selection import Opened, Selector, open_values
from services.core.audit import read_on_record
from services.core.read.compile import compile_read
from services.core.read.plan import Plan, Search
from services.core.read.selection import Param, Path, Selection, Variables
from services.core.read.shape import Connection, One
from services.core.table import snake


class SplicingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Ordinary execution, but a finished document passes as it is; paths, nulls and errors are graphql-core's."""

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: list[FieldDetails],
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Let a Fragment through."""
        if isinstance(result, orjson.Fragment):
            return result
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)


@dataclass(slots=True)
class Run:
    """One execution: what its root fields were answered with before it, and by which plans it answered them.

    ``form`` is what of the request shapes its SQL, once a root field was answered by its Shape alone.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, tuple[str, Plan]] = field(default_factory=dict)
    asked: Asked | None = None
    form: Question = ()


class Schema(strawberry.Schema):
    """Answers what it has answered before in the same form without executing it (see ``plans.Known``).

    It leaves errors to those who answer: expected ones are no news, others are logged where masked.
    """

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Execute a document; its root value is always a ``Run``."""
        assert root_value is None, "a Run stands there"
        run, question = Run(), (digest(query or ""), operation_name)
        if allowed_operation_types is None or OperationType.QUERY in allowed_operation_types:
            data = await self._known(question, variable_values or {}, context_value, run)
            if data is not None:
                return ExecutionResult(data=data, errors=None, extensions=_told(context_value))
        result = await super().execute(
            query, variable_values, context_value, run, operation_name, allowed_operation_types, operation_extensions
        )
        if result.errors is None and run.asked is not None and list(run.fields) == list(result.data or ()):
            PLANS.keep(question, run.asked)
            PLANS.keep((*question, *run.form), Known([(key, *found) for key, found in run.fields.items()]))
        if told := _told(context_value):
            result.extensions = {**(result.extensions or {}), **told}
        return result

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing (``answering.shown`` does)."""

    async def _known(
        self, question: Question, given: dict[str, Any], context: Context, run: Run
    ) -> dict[str, Any] | None:
        """Return the whole answer to a query whose form is known; None where it must be executed.

        What was read though something else went wrong, or is null, stays in ``run``: execution knows where a null may
        be and what becomes of an error, and asks nothing twice.
        """
        asked = PLANS.get(question)
        if not isinstance(asked, Asked):
            return None
        values = get_variable_values(self._schema, asked.variables, given)
        if not isinstance(values, VariableValues):
            return None
        opened = open_values(values.coerced)
        known = PLANS.get((*question, *_form(opened, context)))
        if not isinstance(known, Known):
            return None
        reading = (_document(context, plan, opened.leaves, name) for _, name, plan in known.fields)
        answers = await asyncio.gather(*reading, return_exceptions=True)
        data = {key: answer for (key, _, _), answer in zip(known.fields, answers, strict=True)}
        if all(isinstance(answer, orjson.Fragment) for answer in answers):
            return data
        run.answers = data
        return None


def _told(context: Any) -> dict[str, Any] | None:
    return {"foundBy": dict(context.found_by)} if isinstance(context, Context) and context.found_by else None


async def answer(info: Info, root: One | Connection) -> Any:
    """Answer a root field from its Shape. Its resolver does nothing else: the next time it is not even called.

    Raises:
        Invalid: an argument is wrong.
        Unavailable: the database took too long or cannot be reached.
    """
    raw: Any = info._raw_info  # noqa: SLF001 - see read
    run: Any = info.root_value
    assert isinstance(run, Run), "only root fields are answered by their Shapes alone"
    if raw.path.key in run.answers:
        found = run.answers[raw.path.key]
        if isinstance(found, BaseException):
            raise found
        return found
    context, opened = info.context, open_values(raw.variable_values)
    plan = _plan(info, root, opened, None, {})
    run.asked = Asked(raw.operation.variable_definitions or (), len(raw.operation.loc.source.body))
    run.form = _form(opened, context)
    run.fields[raw.path.key] = info.field_name, plan
    return await _document(context, plan, opened.leaves, info.field_name)


async def read(info: Info, root: One | Connection, *, type_name: str | None = None, **given: Any) -> Any:
    """Answer the resolver's field from ``root``'s Shape in one SQL statement.

    ``given`` adds arguments that the document does not have, such as the id of a payload's object; ``type_name``
    names the object type behind an interface.

    Raises:
        Invalid: an argument is wrong.
        Unavailable: the database took too long or cannot be reached.
    """
    raw: Any = info._raw_info  # noqa: SLF001 - Strawberry's Info has no public way to the AST
    opened = open_values(raw.variable_values)
    leaves: dict[Path, Any] = dict(opened.leaves)
    leaves.update({("given", name): value for name, value in given.items()})
    return await _document(info.context, _plan(info, root, opened, type_name, given), leaves, info.field_name)


async def _document(context: Context, plan: Plan, leaves: Variables, name: str) -> orjson.Fragment | None:
    if plan.search is not None:
        plan, leaves = await _searched(context, plan.search, plan, leaves)
    if plan.administrative:
        text = await read_on_record(context.db, plan, context.actor, leaves, snake(name))
    else:
        text = await context.db.document(plan, context.actor, leaves)
    return None if text == "null" else orjson.Fragment(text)


async def _searched(context: Context, search: Search, plan: Plan, leaves: Variables) -> tuple[Plan, Variables]:
    """Let an index find the rows where there is one that can; the answer is the same, and tells it in its extensions."""
    finder = context.finders.get(search.name)
    found = None if finder is None else await finder(context.actor, search.asked(leaves))
    context.found_by[search.name] = "statement" if found is None else "index"
    return (plan, leaves) if found is None else (search.plan, search.found(leaves, found))


def _form(opened: Opened, context: Context) -> Question:
    return opened.key, context.actor.viewer.key


def _plan(info: Info, root: One | Connection, opened: Opened, type_name: str | None, given: Mapping[str, Any]) -> Plan:
    raw: Any = info._raw_info  # noqa: SLF001 - see read
    source = raw.operation.loc.source.body if raw.operation.loc else str(id(raw.operation))
    name = raw.operation.name.value if raw.operation.name else None
    path = tuple(step for step in raw.path.as_list() if isinstance(step, str))
    question = (digest(source), name, path, *_form(opened, info.context), type_name, tuple(sorted(given)))
    plan = PLANS.get(question)
    if not isinstance(plan, Plan):
        plan = compile_read(root, _selection(info, opened, type_name, tuple(given)), info.context.actor.viewer)
        PLANS.keep(question, plan)
    return plan


def _selection(info: Info, opened: Opened, type_name: str | None, given: tuple[str, ...]) -> Selection:
    raw = info._raw_info  # noqa: SLF001 - see read
    selector = Selector(raw.schema, raw.fragments, raw.operation, opened.values)
    details = [FieldDetails(node, None) for node in raw.field_nodes]
    chosen = selector.field(raw.parent_type.fields[raw.field_name], details, raw.parent_type.name)
    fields = chosen.fields
    if type_name is not None:
        named = raw.schema.type_map[type_name]
        assert isinstance(named, GraphQLObjectType)
        fields = tuple(selector.below(named, details))
    added = {name: Param(("given", name)) for name in given}
    return Selection(chosen.name, chosen.key, chosen.on, {**chosen.arguments, **added}, fields)
