"""``node(id:)``: anything that has an id, by its id."""

import strawberry

from schema.core.arguments import Id
from schema.core.context import Info
from schema.core.execution import read
from schema.core.texts import Node
from services.core.ids import WrongId, split_id
from services.core.read.shape import One

NODES: dict[str, tuple[str, One]] = {}
"""The kind in an id -> GraphQL type and how one is read; filled by the root."""


@strawberry.type
class NodeQuery:
    """The root field of everything with an id."""

    @strawberry.field(description="Anything that has an id; null if there is none that you may know of.")
    async def node(self, info: Info, id: Id) -> Node | None:
        """Answered by the Shape of the id's type."""
        kind, _ = split_id(str(id))
        if kind not in NODES:
            raise WrongId(f"There is no type {kind}; ids are of {', '.join(sorted(NODES))}.", path=("id",))
        type_name, one = NODES[kind]
        return await read(info, one, type_name=type_name)  # type: ignore[no-any-return]
