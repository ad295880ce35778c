"""Localized texts: one row for each language of a thing, its original among them, ready to be searched.

A slice makes its own table from ``TextRow`` and ``text_arguments``; its migration asks for ``make_translatable(kind)``.
Who may see a text follows from copies of its thing's delegation, status and visibility, which a trigger keeps (policies
must not look into another protected table). Another trigger marks translations stale when their original changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BIT, REGCONFIG, TSVECTOR, insert
from sqlmodel import Field, SQLModel

from services.core import embedding
from services.core.actor import SYSTEM, Actor, Audience
from services.core.db import Reader, Writer
from services.core.errors import Invalid
from services.core.languages import check_language_tag, search_configuration, search_query, search_text
from services.core.meanings import PassageRow, meanings
from services.core.read.shape import table_of
from services.core.table import now, text_enum

EMBEDDER: embedding.Embedder = embedding.BundledEmbedder()
"""The process's one embedder; it loads its model at the first text."""
LIMITS = {"title": 200, "summary": 1_000, "description": 20_000}
"""The longest each text may be, in characters; the tables hold the same limits."""
EXTERNAL_ID_LIMIT = 200
SAME_MEANING = 0.4
"""The least cosine at which a search shows a text for its meaning alone; unrelated texts stay below 0.3."""


class TranslationStatus(StrEnum):
    """What a text is to its thing; machine and suggested become accepted by the author's delegation alone."""

    ORIGINAL = "original"
    ACCEPTED = "accepted"
    SUGGESTED = "suggested"
    MACHINE = "machine"


class TextRow(SQLModel):
    """The columns of every table of localized texts; the key is (the thing's id, language).

    The row of a language is what its readers see: the original, the accepted translation, or where none is accepted
    the suggestion that waits first.
    """

    language: str = Field(primary_key=True)
    is_original: bool
    title: str
    summary: str = ""
    description: str = ""
    translation_status: TranslationStatus = Field(
        default=TranslationStatus.ORIGINAL,
        sa_type=text_enum(TranslationStatus),
        sa_column_kwargs={"server_default": TranslationStatus.ORIGINAL.value},
    )
    is_stale: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Whether the original has changed since this translation was accepted or suggested; a trigger keeps it."""
    made_by_id: UUID | None = Field(default=None, foreign_key="delegation.id")
    """The delegation that wrote it; None for the secretariat and the platform."""
    made_by_person_id: UUID | None = Field(default=None, foreign_key="person.id")
    made_at: datetime = Field(
        default_factory=now, sa_type=sa.DateTime(timezone=True), sa_column_kwargs={"server_default": sa.func.now()}
    )
    machine_made_by: str | None = None
    """The engine that made it, also after it was accepted; None for what people wrote."""
    accepted_by_person_id: UUID | None = Field(default=None, foreign_key="person.id")
    accepted_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    suggestion_id: UUID | None = None
    """The suggestion that is shown here while none is accepted."""
    delegation_id: UUID
    status: str
    visibility: Audience = Field(sa_type=text_enum(Audience))
    search: str | None = Field(default=None, sa_type=TSVECTOR)
    embedding: bytes | None = None
    """float16, of unit length; see ``core.embedding``."""
    embedding_model: str | None = None
    sketch: str | None = Field(default=None, sa_type=BIT(2048))
    cell: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Where its meaning lies among the others' (see ``core.cells``); a trigger finds it from the sketch."""


def text_arguments(kind: str, *read: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The key, limits and indexes of the texts of a ``kind`` of thing: the ``__table_args__`` of its table.

    ``read`` are columns that its row security reads beside delegation, status and visibility.
    """
    table, key = f"{kind}_text", f"{kind}_id"
    return (
        sa.PrimaryKeyConstraint(key, "language"),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        sa.CheckConstraint("char_length(summary) <= 1000", name="summary_length"),
        sa.CheckConstraint("char_length(description) <= 20000", name="description_length"),
        sa.CheckConstraint("is_original = (translation_status = 'original')", name="original"),
        sa.CheckConstraint("NOT (is_original AND is_stale)", name="original_is_fresh"),
        sa.CheckConstraint("(translation_status = 'accepted') = (accepted_at IS NOT NULL)", name="accepted"),
        sa.CheckConstraint(
            "(translation_status IN ('suggested', 'machine')) = (suggestion_id IS NOT NULL)", name="suggested"
        ),
        sa.CheckConstraint("translation_status <> 'machine' OR machine_made_by IS NOT NULL", name="machine"),
        sa.CheckConstraint("char_length(machine_made_by) BETWEEN 1 AND 100", name="machine_made_by_length"),
        sa.Index(f"uq_{table}_original", key, unique=True, postgresql_where=sa.text("is_original")),
        sa.Index(f"ix_{table}_search", "search", postgresql_using="gin"),
        sa.Index(f"ix_{table}_unsketched", key, postgresql_where=sa.text("sketch IS NULL")),
        sa.Index(
            f"ix_{table}_cell",
            "cell",
            postgresql_include=[key, "delegation_id", "status", "visibility", *read, "sketch"],
            postgresql_where=sa.text("sketch IS NOT NULL"),
        ),
    )


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
    """Return a delegation's own number of a thing, 1 to 200 characters without blanks around.

    Raises:
        Invalid: empty, too long, or with a character that is no text.
    """
    number = text.strip()
    if not 1 <= len(number) <= EXTERNAL_ID_LIMIT:
        raise Invalid(f"An external id has 1 to {EXTERNAL_ID_LIMIT} characters.", path=("externalId",))
    return check_characters(number, path=("externalId",))


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
) -> tuple[str, ...]:
    """Write the original text of a thing, embedded and ready to be searched, in place of the one before.

    ``key`` names the thing (``practice_id``), ``copied`` holds its delegation_id, status and visibility. Returns the
    languages of the accepted translations that are stale since; none where the text says what it said before.
    """
    (name, thing), *_ = key.items()
    columns = table_of(table).c
    mine = columns[name] == thing
    spoken = (columns.language, columns.title, columns.summary, columns.description)
    before = (await session.execute(sa.select(*spoken).where(mine, columns.is_original))).one_or_none()
    if before is not None and Text(*before) == text:
        return ()
    await session.execute(sa.delete(table).where(mine, columns.language == text.language, ~columns.is_original))
    row = {**key, **copied, **await _columns(table, text), "is_original": True, "made_by_id": copied["delegation_id"]}
    if before is None:
        await session.execute(insert(table).values(**row))
        return ()
    await session.execute(sa.update(table).where(mine, columns.is_original).values(**row, made_at=now()))
    stale = sa.select(columns.language).where(mine, columns.is_stale, columns.accepted_at.is_not(None))
    return tuple((await session.execute(stale.order_by(columns.language))).scalars())


async def add_translation(
    session: Writer, table: type[TextRow], key: Mapping[str, Any], text: Text, actor: Actor = SYSTEM
) -> None:
    """Write a thing's text in another language, as its delegation itself accepts it, in place of the one before."""
    (name, thing), *_ = key.items()
    columns = table_of(table).c
    owner = sa.select(columns.delegation_id).where(columns[name] == thing, columns.is_original)
    person = {"made_by_person_id": actor.person_id, "accepted_by_person_id": actor.person_id}
    await show_translation(
        session,
        table,
        key,
        text,
        {"translation_status": TranslationStatus.ACCEPTED, "made_by_id": owner.scalar_subquery(), "made_at": now()}
        | {**person, "accepted_at": now()},
    )


async def show_translation(
    session: Writer, table: type[TextRow], key: Mapping[str, Any], text: Text, made: Mapping[str, Any]
) -> None:
    """Let readers of the text's language see it, in place of what they saw; never in place of the original.

    ``made`` holds what it is and whose: translation_status, made_by_id, made_at and so on; what is left out is empty.
    """
    (name, thing), *_ = key.items()
    columns = table_of(table).c
    fixed = ("delegation_id", "status", "visibility")
    original = sa.select(*(columns[one] for one in fixed)).where(columns[name] == thing, columns.is_original)
    copied = (await session.execute(original)).mappings().one()
    row = {**UNMADE, **key, **copied, **await _columns(table, text), **made, "is_original": False}
    written = insert(table).values(**row)
    keys = [column.key for column in table_of(table).primary_key]
    await session.execute(
        written.on_conflict_do_update(index_elements=keys, set_=row, where=sa.not_(columns.is_original))
    )


UNMADE: Mapping[str, Any] = {
    "is_stale": False,
    **dict.fromkeys(
        ("made_by_person_id", "machine_made_by", "accepted_by_person_id", "accepted_at", "suggestion_id"), None
    ),
}
"""What a translation has of who made and accepted it before anything is said of that."""


async def _columns(table: type[TextRow], text: Text) -> dict[str, Any]:
    [meaning] = await meanings(EMBEDDER, [text.meaning], with_passages=issubclass(table, PassageRow))
    return {
        "language": text.language,
        "title": text.title,
        "summary": text.summary,
        "description": text.description,
        "search": indexed(text),
        **meaning,
    }


async def original_text(session: Reader, table: type[TextRow], key: Any, thing: UUID) -> Text:
    """The original text of the thing that the column ``key`` of ``table`` names."""
    columns = table_of(table).c
    found = sa.select(columns.language, columns.title, columns.summary, columns.description)
    row = (await session.execute(found.where(key == thing, columns.is_original))).one()
    return Text(*row)


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
