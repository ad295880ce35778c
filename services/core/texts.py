"""Localized texts: one row for each language of a thing, its original among them, ready to be searched.

A slice makes its own table from ``TextRow``; who may see a text follows from copies of its thing's delegation,
status and visibility, which a trigger keeps (policies must not look into another protected table).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BIT, REGCONFIG, TSVECTOR, insert
from sqlmodel import Field, SQLModel

from services.core import embedding
from services.core.actor import Audience
from services.core.db import Reader, Writer
from services.core.errors import Invalid
from services.core.languages import check_language_tag, search_configuration, search_query, search_text
from services.core.read.shape import Ask, Expression, One, Row, Shape, Value, table_of
from services.core.table import text_enum

EMBEDDER: embedding.Embedder = embedding.BundledEmbedder()
"""The process's one embedder; it loads its model at the first text."""
LIMITS = {"title": 200, "summary": 1_000, "description": 20_000}
"""The longest each text may be, in characters; the tables hold the same limits."""
EXTERNAL_ID_LIMIT = 200
SAME_MEANING = 0.4
"""The least cosine at which a search shows a text for its meaning alone; unrelated texts stay below 0.3."""


class TextRow(SQLModel):
    """The columns of every table of localized texts; the key is (the thing's id, language)."""

    language: str = Field(primary_key=True)
    is_original: bool
    title: str
    summary: str = ""
    description: str = ""
    delegation_id: UUID
    status: str
    visibility: Audience = Field(sa_type=text_enum(Audience))
    search: str | None = Field(default=None, sa_type=TSVECTOR)
    embedding: bytes | None = None
    """float16, of unit length; see ``core.embedding``."""
    embedding_model: str | None = None
    sketch: str | None = Field(default=None, sa_type=BIT(2048))


@dataclass(frozen=True, slots=True)
class Text:
    """A text as people give it; ``checked`` it is well-formed."""

    language: str
    title: str
    summary: str = ""
    description: str = ""

    def checked(self) -> "Text":
        """Return the text with a normal language tag and no blanks around.

        Raises:
            Invalid: no title, a text too long or with a NUL character, or no language.
        """
        parts = {name: getattr(self, name).strip() for name in LIMITS}
        if not parts["title"]:
            raise Invalid("A title is needed.", path=("title",))
        for name, limit in LIMITS.items():
            if len(parts[name]) > limit:
                raise Invalid(f"The {name} has {len(parts[name]):,} characters; it may have {limit:,}.", path=(name,))
            check_characters(parts[name], path=(name,))
        return Text(check_language_tag(self.language), **parts)

    @property
    def meaning(self) -> str:
        """What of the text is embedded."""
        return "\n".join(part for part in (self.title, self.summary, self.description) if part)


def check_characters(text: str, *, path: tuple[str, ...]) -> str:
    """Return ``text`` if PostgreSQL can hold it.

    Raises:
        Invalid: a NUL character, or half of a surrogate pair.
    """
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid("The text has a character that is no text (NUL, or half of a pair).", path=path)
    return text


def check_external_id(text: str) -> str:
    """Return a delegation's own number of a thing, 1 to 200 characters.

    Raises:
        Invalid: empty, too long, or with a character that is no text.
    """
    if not 1 <= len(text) <= EXTERNAL_ID_LIMIT:
        raise Invalid(f"An external id has 1 to {EXTERNAL_ID_LIMIT} characters.", path=("externalId",))
    return check_characters(text, path=("externalId",))


def indexed(text: Text) -> sa.ColumnElement[Any]:
    """SQL of the search vector of a text; the title weighs most."""
    configuration = sa.cast(search_configuration(text.language), REGCONFIG)
    parts = [
        sa.func.setweight(
            sa.func.to_tsvector(configuration, search_text(text.language, part)), sa.literal_column(weight)
        )
        for part, weight in ((text.title, "'A'"), (text.summary, "'B'"), (text.description, "'C'"))
    ]
    return parts[0].op("||")(parts[1]).op("||")(parts[2])


async def save_text(
    session: Writer, table: type[TextRow], key: Mapping[str, Any], copied: Mapping[str, Any], text: Text
) -> None:
    """Write the original text of a thing, embedded and ready to be searched, in place of the one before.

    ``key`` names the thing (``practice_id``), ``copied`` holds its delegation_id, status and visibility.
    """
    (name, thing), *_ = key.items()
    columns = table_of(table).c
    outdated = sa.and_(columns[name] == thing, columns.is_original, columns.language != text.language)
    await session.execute(sa.delete(table).where(outdated))
    await _write(session, table, {**key, **copied, "is_original": True}, text)


async def add_translation(session: Writer, table: type[TextRow], key: Mapping[str, Any], text: Text) -> None:
    """Write a thing's text in another language beside its original, in place of the one before in that language."""
    (name, thing), *_ = key.items()
    columns = table_of(table).c
    names = ("delegation_id", "status", "visibility")
    original = sa.select(*(columns[one] for one in names)).where(columns[name] == thing, columns.is_original)
    copied = (await session.execute(original)).mappings().one()
    await _write(session, table, {**key, **copied, "is_original": False}, text)


async def _write(session: Writer, table: type[TextRow], fixed: Mapping[str, Any], text: Text) -> None:
    vectors = await embedding.embed(EMBEDDER, [text.meaning])
    row = {
        **fixed,
        "language": text.language,
        "title": text.title,
        "summary": text.summary,
        "description": text.description,
        "search": indexed(text),
        "embedding": embedding.pack(vectors[0]),
        "embedding_model": EMBEDDER.model,
        "sketch": embedding.sketch(vectors)[0],
    }
    keys = [column.key for column in table_of(table).primary_key]
    await session.execute(insert(table).values(**row).on_conflict_do_update(index_elements=keys, set_=row))


async def original_text(session: Reader, table: type[TextRow], key: Any, thing: UUID) -> Text:
    """The original text of the thing that the column ``key`` of ``table`` names."""
    columns = table_of(table).c
    found = sa.select(columns.language, columns.title, columns.summary, columns.description)
    row = (await session.execute(found.where(key == thing, columns.is_original))).one()
    return Text(*row)


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
        },
    )


def _text(column: str, row: Row, _: Ask) -> Expression:
    expression: Expression = row[column]
    return expression


def _best_first(row: Row, ask: Ask) -> list[Expression]:
    asked = ask.arg("language")
    wanted = [] if asked is None else [(row.language == asked).desc()]
    place = sa.func.array_position(ask.viewer.languages, row.language)
    return [*wanted, place.asc().nulls_last(), row.is_original.desc(), row.language]


def search_parts(text: str) -> tuple[list[str], list[str], str | None]:
    """What the search functions of the database take: configurations, words for each, and the text's sketch.

    Slow: it embeds.

    Raises:
        Invalid: nothing to search for, or more than 300 characters.
    """
    if len(text) > 300:
        raise Invalid(f"A search has up to 300 characters; this one has {len(text):,}.")
    check_characters(text, path=())
    pairs = search_query(text)
    if not pairs:
        raise Invalid("There is nothing to search for: give at least one word.")
    sketch = embedding.sketch(EMBEDDER.embed([text]))[0]
    return [configuration for configuration, _ in pairs], [words for _, words in pairs], sketch
