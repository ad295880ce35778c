"""Keyset pages: cursors that carry list, order, a fingerprint of the filter and typed values.

A cursor holds no secret: visibility applies again when it is used. It is base64url of a JSON array
``[order name, fingerprint, value, …]``.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from services.core.errors import Invalid

FIRST_DEFAULT = 20
FIRST_LIMIT = 100
_CURSOR_LIMIT = 2000


class WrongCursor(Invalid):
    """The cursor is none of ours, or belongs to another list, order or filter."""

    code = "WRONG_CURSOR"


class WrongPageSize(Invalid):
    """``first`` is not from 1 to 100."""

    code = "WRONG_PAGE_SIZE"


def check_first(first: int | None) -> int:
    """Return the page size, 1 to 100.

    Raises:
        WrongPageSize: out of range.
    """
    size = FIRST_DEFAULT if first is None else first
    if not 1 <= size <= FIRST_LIMIT:
        raise WrongPageSize(f"first is {size}; a page has 1 to {FIRST_LIMIT} items.", path=("first",))
    return size


def fingerprint(where: object) -> str:
    """Eight hex digits that stand for the values of a filter, whatever the order of its keys."""
    canonical = orjson.dumps(where, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(canonical, digest_size=4).hexdigest()


def write_cursor(order: str, filtered: str, values: Sequence[Any]) -> str:
    """Return the cursor after a row whose keys are ``values``; the SQL writes the same bytes."""
    text = ",".join([f'"{order}","{filtered}"', *(_written(value) for value in values)])
    return base64.urlsafe_b64encode(f"[{text}]".encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: str, filtered: str, types: Sequence[sa.types.TypeEngine[Any]]) -> list[Any]:
    """Return the typed key values in a cursor of this order and filter.

    Raises:
        WrongCursor: no cursor of ours, or of another list, order or filter.
    """
    wrong = WrongCursor("This cursor is not from this list. Take endCursor from an earlier page.", path=("after",))
    if len(cursor) > _CURSOR_LIMIT or not cursor.isascii():
        raise wrong
    try:
        content = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise wrong from error
    if not isinstance(content, list) or len(content) != len(types) + 2 or content[0] != order:
        raise wrong
    if content[1] != filtered:
        raise WrongCursor(
            "This cursor is from the same list under another filter. Start again without `after`.",
            path=("after",),
        )
    try:
        return [_read(value, kind) for value, kind in zip(content[2:], types, strict=True)]
    except (ValueError, TypeError) as error:
        raise wrong from error


def _written(value: Any) -> str:
    match value:
        case datetime() | date():
            return f'"{value.isoformat()}"'
        case UUID():
            return f'"{value}"'
        case float() if value.is_integer():
            return str(int(value))  # as PostgreSQL prints it
        case _:
            return orjson.dumps(value).decode()


def _read(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    match kind:
        case sa.DateTime():
            moment = datetime.fromisoformat(_exactly(value, (str,)))
            if moment.tzinfo is None:
                raise ValueError("naive")
            return moment
        case sa.Date():
            return date.fromisoformat(_exactly(value, (str,)))
        case sa.Uuid():
            return UUID(_exactly(value, (str,)))
        case sa.Float():
            return _exactly(value, (float, int))
        case sa.Integer():
            return _exactly(value, (int,), within=2**31)
        case _:
            return _exactly(value, (str,))


def _exactly(value: object, kinds: tuple[type, ...], *, within: int | None = None) -> Any:
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise TypeError(value)
    if within is not None and isinstance(value, int) and not -within <= value < within:
        raise ValueError(value)
    if isinstance(value, str) and "\x00" in value:
        raise ValueError(value)
    return value
