"""The LocalizedText of a thing's texts: the one that suits its reader, and always what it is and whose.

The reader's language comes first: the one asked for, then the reader's own in their order, then the original. What is
shown in a language is decided when it is written (``texts.TextRow``), so a reading takes one row by its key.
"""

from functools import partial

import sqlalchemy as sa

from services.core.languages import check_language_tag
from services.core.read.shape import Ask, Expression, FieldOf, One, Row, Shape, Value
from services.core.texts import TextRow

MADE: dict[str, FieldOf] = {}
"""What membership, which knows delegations, adds to every LocalizedText of a text."""


def localized(table: type[TextRow], key: str, column: str) -> One:
    """The field of a localized text: the reader's language if there is one, else the original.

    ``key`` is the column of ``table`` that names the thing, ``column`` the text wanted.
    """
    return One(
        partial(_shape, table, key, column),
        on=lambda row, text: text[key] == row.id,
        order=_best_first,
        null=False,
        convert={"language": check_language_tag},
    )


def _shape(table: type[TextRow], key: str, column: str) -> Shape:
    original = Shape.of(
        "OriginalText", table, None, {"language": table.language, "text": Value(partial(_text, column))}
    )
    return Shape.of(
        "LocalizedText",
        table,
        None,
        {
            "language": table.language,
            "text": Value(partial(_text, column)),
            "isOriginal": table.is_original,
            "original": One(
                lambda: original, on=lambda row, text: sa.and_(text[key] == row[key], text.is_original), null=False
            ),
            "translationStatus": table.translation_status,
            "isStale": table.is_stale,
            "machineMadeBy": table.machine_made_by,
            "madeAt": Value(lambda row, _: row.made_at, null=True),
            **MADE,
        },
    )


def _text(column: str, row: Row, _: Ask) -> Expression:
    expression: Expression = row[column]
    return expression


def _best_first(row: Row, ask: Ask) -> list[Expression]:
    asked = ask.arg("language")
    wanted = []
    if asked is not None:  # who asks for fr-CA is content with fr
        asked = sa.cast(asked, sa.Text)
        wanted = [(row.language == asked).desc(), (row.language == sa.func.split_part(asked, "-", 1)).desc()]
    place = sa.func.array_position(ask.viewer.languages, row.language)
    return [*wanted, place.asc().nulls_last(), row.is_original.desc(), row.language]
