"""The way from a resolver to the read engine and back: a finished JSON document is spliced into the response."""

from typing import Any

import orjson
import strawberry
from graphql import GraphQLError, GraphQLObjectType, GraphQLOutputType
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext

from schema.core.context import Context, Info
from schema.core.plans import PLANS, digest
from schema.core.selection import Opened, Selector, open_values
from services.core.audit import read_on_record
from services.core.read.compile import compile_read
from services.core.read.selection import Param, Path, Selection
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


class Schema(strawberry.Schema):
    """A schema that leaves errors to those who answer: expected ones are no news, others are logged where masked."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing (``answering.shown`` does)."""


async def read(info: Info, root: One | Connection, *, type_name: str | None = None, **given: Any) -> Any:
    """Answer the resolver's field from ``root``'s Shape in one SQL statement.

    ``given`` adds arguments that the document does not have, such as the id of a payload's object; ``type_name``
    names the object type behind an interface.

    Raises:
        Invalid: an argument is wrong.
        Unavailable: the database took too long or cannot be reached.
    """
    context: Context = info.context
    raw: Any = info._raw_info  # noqa: SLF001 - Strawberry's Info has no public way to the AST
    opened = open_values(raw.variable_values)
    source = raw.operation.loc.source.body if raw.operation.loc else str(id(raw.operation))
    name = raw.operation.name.value if raw.operation.name else None
    path = tuple(step for step in raw.path.as_list() if isinstance(step, str))
    key = (digest(source), name, path, opened.key, type_name, tuple(sorted(given)), context.actor.viewer.key)
    plan = PLANS.get(key)
    if plan is None:
        plan = compile_read(root, _selection(info, opened, type_name, tuple(given)), context.actor.viewer)
        PLANS.keep(key, plan)
    leaves: dict[Path, Any] = dict(opened.leaves)
    leaves.update({("given", name): value for name, value in given.items()})
    if plan.administrative:
        text = await read_on_record(context.db, plan, context.actor, leaves, snake(info.field_name))
    else:
        text = await context.db.document(plan, context.actor, leaves)
    return None if text == "null" else orjson.Fragment(text)


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
