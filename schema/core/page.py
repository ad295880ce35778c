"""Connections: lists with pages, the same everywhere."""

from typing import Any, Generic, TypeVar

import strawberry

Node = TypeVar("Node")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """The same for every list."""

    has_next_page: bool = strawberry.field(description="Whether more follow: ask again with `after: endCursor`.")
    has_previous_page: bool = strawberry.field(description="Whether the page was asked for with `after`.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item; null on an empty page.")


@strawberry.type(description="An item of a list with its cursor.")
class Edge(Generic[Node]):
    """One item."""

    cursor: str = strawberry.field(description="Where this item stands; opaque, holds no secret.")
    node: Node = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list. `first` is 1 to 100 (20 when absent); `after` takes an endCursor.")
class Connection(Generic[Node]):
    """One page."""

    edges: list[Edge[Node]] = strawberry.field(description="The items with their cursors.")
    nodes: list[Node] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Whether and where the list goes on.")
    total_count: int = strawberry.field(
        description="How many you may see in all, under the same filter; counted only when asked for."
    )


def answered_by_shape() -> Any:
    """The body of a field that has arguments but no resolver of its own: its root's Shape answers it."""
    raise AssertionError("the root field's Shape answers this one")
