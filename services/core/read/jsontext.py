"""SQL text of JSON: one way of writing each SQL type, built with ``||``.

PostgreSQL's json_build_object and json_agg cost more than the joins they wrap; text does not. The forms equal what
Strawberry prints for the same Python value, so that both readings of a Shape give the same document.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ExpressionClauseList

from services.core.read.shape import Plain

Text = sa.ColumnElement[str]
_AS_IT_IS = (sa.Integer, sa.Float, sa.Boolean, JSONB)
_QUOTED = (sa.Uuid, sa.Date, sa.Numeric, sa.BigInteger, Plain)


def raw(text: str) -> Text:
    """A constant piece of JSON, printed into the statement."""
    return sa.literal(text, sa.Text)


def join(parts: Sequence[Text]) -> Text:
    """The parts one after another; neighbouring constants become one."""
    merged: list[Text] = []
    for part in parts:
        last = merged[-1] if merged else None
        if _constant(part) and last is not None and _constant(last):
            merged[-1] = raw(last.value + part.value)
        else:
            merged.append(part)
    if len(merged) == 1:
        return merged[0]
    return ExpressionClauseList._construct_for_list(  # noqa: SLF001 - the flat form of a || b || c has no public maker
        operators.concat_op, sa.Text(), *merged
    ).self_group()


def or_null(text: Text) -> Text:
    """``text``, or JSON null where SQL has NULL: one NULL would make the whole object NULL."""
    return sa.func.coalesce(text, raw("null"), type_=sa.Text())


def value(expression: sa.ColumnElement[Any], *, null: bool) -> Text:
    """Return the JSON text of one value by its SQL type; ``null`` says that it may be NULL.

    Enums are written by name, which is the value in upper case; bigint, numeric, ids and dates as strings.

    Raises:
        TypeError: the type has no JSON form yet.
    """
    text = _form(expression)
    return or_null(text) if null else text


def _form(expression: sa.ColumnElement[Any]) -> Text:
    kind: Any = expression.type
    if isinstance(kind, sa.types.TypeDecorator):  # SQLModel's AutoString
        kind = kind.impl_instance
    match kind:
        case sa.ARRAY():
            text = sa.cast(sa.func.array_to_json(expression), sa.Text)
            return sa.func.upper(text, type_=sa.Text()) if isinstance(kind.item_type, sa.Enum) else text
        case sa.Enum():
            return quoted(sa.func.upper(sa.cast(expression, sa.Text), type_=sa.Text()))
        case sa.DateTime():
            return quoted(moment(expression))
        case _ if isinstance(kind, _QUOTED) and not isinstance(kind, sa.Float):
            return quoted(sa.cast(expression, sa.Text))
        case _ if isinstance(kind, _AS_IT_IS):
            return sa.cast(expression, sa.Text)
        case sa.String():
            return sa.cast(sa.func.to_json(sa.cast(expression, sa.Text)), sa.Text)
        case _:
            raise TypeError(f"No JSON form for {kind!r}")


def moment(expression: sa.ColumnElement[Any]) -> Text:
    """A timestamp as Python's isoformat prints it in UTC: microseconds whole or not at all."""
    utc = sa.func.timezone("UTC", expression)
    shown = sa.func.to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS.US')
    return sa.func.replace(shown, ".000000", "", type_=sa.Text()).concat(raw("+00:00"))


def obj(pairs: Sequence[tuple[str, Text]]) -> Text:
    """A JSON object of finished values; keys are GraphQL names, so they need no escaping."""
    parts: list[Text] = [raw("{")]
    for position, (key, text) in enumerate(pairs):
        parts += [raw(f'{"," if position else ""}"{key}":'), text]
    return join([*parts, raw("}")])


def quoted(text: Text) -> Text:
    """Text that needs no escaping, between quotation marks."""
    return join([raw('"'), text, raw('"')])


def array(items: Text) -> Text:
    """A JSON array of ``items``, joined by commas already; NULL is the empty array."""
    return join([raw("["), sa.func.coalesce(items, raw(""), type_=sa.Text()), raw("]")])


def _constant(part: Text) -> bool:
    return isinstance(part, sa.BindParameter) and part.unique and isinstance(part.value, str)
