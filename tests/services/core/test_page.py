"""Cursors: what is written is read back; anything else is refused in one sentence, whatever it is."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import Invalid
from services.core.page import WrongCursor, WrongPageSize, check_first, fingerprint, read_cursor, write_cursor

KINDS: list[Any] = [sa.DateTime(timezone=True), sa.Date(), sa.Uuid(), sa.Integer(), sa.Float(), sa.Text()]
VALUES = st.tuples(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - with a zone
    st.dates(),
    st.uuids(),
    st.integers(-(2**31), 2**31 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
)


@given(values=VALUES)
def test_what_is_written_is_read_back(values: tuple[object, ...]) -> None:
    cursor = write_cursor("list.order", "0123abcd", values)
    if len(cursor) <= 2000:
        assert tuple(read_cursor(cursor, "list.order", "0123abcd", KINDS)) == values


@given(text=st.one_of(st.text(), st.binary().map(lambda octets: base64.urlsafe_b64encode(octets).decode())))
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(WrongCursor, match="cursor"):
        read_cursor(text, "list.order", "0123abcd", KINDS)


@given(content=st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text()), st.lists, max_leaves=8))
def test_json_of_another_shape_is_refused(content: object) -> None:
    import json

    cursor = base64.urlsafe_b64encode(json.dumps(["list.order", "0123abcd", content]).encode()).decode()
    with pytest.raises(WrongCursor):
        read_cursor(cursor, "list.order", "0123abcd", [sa.Uuid()])


def test_a_cursor_of_another_list_or_filter_is_refused() -> None:
    cursor = write_cursor("list.order", "0123abcd", [UUID(int=1)])
    with pytest.raises(WrongCursor, match="not from this list"):
        read_cursor(cursor, "other.order", "0123abcd", [sa.Uuid()])
    with pytest.raises(WrongCursor, match="another filter"):
        read_cursor(cursor, "list.order", "ffffffff", [sa.Uuid()])


@given(first=st.integers())
def test_a_page_has_1_to_100_items(first: int) -> None:
    if 1 <= first <= 100:
        assert check_first(first) == first
    else:
        with pytest.raises(WrongPageSize, match="1 to 100"):
            check_first(first)


def test_the_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
    assert issubclass(WrongCursor, Invalid)
