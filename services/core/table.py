"""The base of every table, the naming of constraints, and the one clock."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import uuid_utils.compat as uuid_utils
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def now() -> datetime:
    """Return the present moment, UTC with offset; the one clock of the application."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


def today() -> date:
    """Return today's date in UTC: days of terms, deadlines and classifications are counted in UTC."""
    return now().date()


def uuid7() -> UUID:
    """Return a new UUIDv7 (RFC 9562): ids sort by the time they were made."""
    return uuid_utils.uuid7()


def text_enum(words: type[StrEnum], *, length: int = 40, name: str | None = None) -> sa.Enum:
    """Return a column type that stores a ``StrEnum`` by value in a VARCHAR with a CHECK and loads it back.

    ``name`` tells the CHECK apart where a table has two columns of the same words.
    """
    return sa.Enum(
        words,
        native_enum=False,
        create_constraint=True,
        name=name or snake(words.__name__),
        length=length,
        values_callable=lambda enum: [word.value for word in enum],
    )


def text_enum_array(words: type[StrEnum]) -> ARRAY[Any]:
    """Return a column type for a set of a ``StrEnum``'s words, stored as text[] by value."""
    return ARRAY(
        sa.Enum(
            words,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda enum: [word.value for word in enum],
        )
    )


def snake(name: str) -> str:
    """``PracticeStatus`` -> ``practice_status``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


class Row(SQLModel):
    """What every row that people make has: id, the times of its making and last change, and a revision."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    updated_at: datetime = Field(
        default_factory=now,
        sa_type=sa.DateTime(timezone=True),
        sa_column_kwargs={"onupdate": now},
    )
    revision: int = Field(default=1)
