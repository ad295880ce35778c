"""Names of reference data: by language in one JSON column, all of them originals."""

from collections import ChainMap
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.languages import check_language_tag
from services.core.read.shape import Ask, Columns, Expression, FieldOf, Part, Row, Value, table_of, within
from services.core.table import text_enum
from services.core.texts import TranslationStatus

FALLBACK = "en"
"""The language in which every name of reference data exists."""
MADE: dict[str, FieldOf] = {}
"""What membership adds to every LocalizedText of a name; see ``core.localized``."""


def _wanted(ask: Ask, *, argument: bool = True) -> Expression:
    """SQL of the reader's languages, best first: asked for, preferred, and English at last."""
    asked = ask.arg("language") if argument else None
    wanted = sa.func.array_append(ask.viewer.languages, FALLBACK, type_=ARRAY(sa.Text))
    if asked is not None:
        asked = sa.cast(asked, sa.Text)
        for tag in (sa.func.split_part(asked, "-", 1), asked):
            wanted = sa.func.array_prepend(tag, wanted, type_=ARRAY(sa.Text))
    return wanted


def _pick_language(names: Expression, wanted: Expression) -> Expression:
    """SQL of the best language for the reader among the keys of ``names``."""
    return sa.func.pick_language(names, wanted, type_=sa.Text())


def name_place(row: Row, ask: Ask) -> Expression:
    """The place of a row in the order of names of the reader's language; what has no places comes last."""
    language = _pick_language(row.places, _wanted(ask, argument=False))
    return sa.func.coalesce(sa.cast(row.places.op("->>")(language), sa.Integer), 100_000, type_=sa.Integer())


def by_name(table: type[Any], key: str, column: str) -> Callable[[Row, Ask], list[Expression]]:
    """The order of rows by the name of what their ``column`` has of ``table``'s ``key``, in the reader's language."""

    def order(row: Row, ask: Ask) -> list[Expression]:
        named = table_of(table).alias()
        place = within(row, sa.select(name_place(Columns(named), ask)).where(named.c[key] == row[column]))
        return [place.scalar_subquery(), row[column]]

    return order


def named(column: str = "names") -> Part:
    """The LocalizedText of a name; ``column`` holds names by language."""
    fields: dict[str, FieldOf] = {
        "language": Value(partial(_language, column)),
        "text": Value(partial(_text, column)),
        "isOriginal": Value(lambda _row, _ask: sa.true()),
        "original": Part(
            "OriginalText",
            {
                "language": Value(lambda _row, _ask: sa.literal(FALLBACK)),
                "text": Value(lambda row, _ask: row[column][FALLBACK].astext),
            },
        ),
        "translationStatus": Value(lambda _row, _ask: sa.literal(TranslationStatus.ORIGINAL, _STATUS)),
        "isStale": Value(lambda _row, _ask: sa.false()),
        "machineMadeBy": Value(lambda _row, _ask: sa.null().cast(sa.Text), null=True),
        "madeAt": Value(lambda _row, _ask: sa.null().cast(sa.DateTime(timezone=True)), null=True),
    }
    return Part("LocalizedText", ChainMap(MADE, fields), convert={"language": check_language_tag})


_STATUS = text_enum(TranslationStatus)


def _language(column: str, row: Row, ask: Ask) -> Expression:
    return _pick_language(row[column], _wanted(ask))


def _text(column: str, row: Row, ask: Ask) -> Expression:
    names, wanted = row[column], _wanted(ask)
    languages = (wanted[1], _pick_language(names, wanted))  # nearly always the first, for a fifth of the second's cost
    return sa.func.coalesce(*(names.op("->>")(one).cast(sa.Text) for one in languages), type_=sa.Text())
