"""The whole schema: every slice's fields merged into Query and Mutation."""

from typing import Annotated, Any

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from schema.core.context import Info
from schema.core.errors import ERROR_TYPES
from schema.core.execution import SplicingExecutor
from schema.core.scalars import SCALARS
from schema.membership.query import MembershipQuery

Query = merge_types("Query", (MembershipQuery,))

SCHEMA = strawberry.Schema(
    query=Query,
    types=[*ERROR_TYPES],
    extensions=[lambda: ParserCache(maxsize=512), lambda: ValidationCache(maxsize=512)],
    execution_context_class=SplicingExecutor,
    config=StrawberryConfig(scalar_map=SCALARS, sort_schema=False),
)
