"""Pages of rows that were read with one row more."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.core.page import fingerprint, write_cursor
from tests.bench.ordinary.shared import PageInfo


def paged(
    rows: Sequence[Any], first: int, order: str, where: Mapping[str, Any], keys: Callable[[Any], Sequence[Any]]
) -> tuple[Sequence[Any], PageInfo]:
    """Return the rows that are shown, and where they end."""
    shown = rows[:first]
    end = write_cursor(order, fingerprint(where), keys(shown[-1])) if shown else None
    return shown, PageInfo(has_next_page=len(rows) > first, end_cursor=end)
