"""Search vectors in bulk: words are prepared where rows are read, and PostgreSQL makes vectors of them in the merge."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCONFIG

from services.core.languages import search_configuration, search_text
from services.core.texts import LIMITS

_WORDS = {part: f"{part}_words" for part in LIMITS}
VECTOR_COLUMNS = ("configuration", *_WORDS.values())
"""The columns of a temporary table that hold what a vector is made of."""


def prepared(language: str, parts: Mapping[str, str] | None) -> tuple[str | None, ...]:
    """The values of ``VECTOR_COLUMNS`` for a text; without ``parts`` no words (they are slow to make)."""
    words = (search_text(language, parts[part]) if parts else None for part in LIMITS)
    return (search_configuration(language), *words)


def vector(staged: Any) -> sa.ColumnElement[Any]:
    """As ``texts.indexed``, of the ``VECTOR_COLUMNS`` of ``staged``."""
    configuration = sa.cast(staged.configuration, REGCONFIG)
    parts = [
        sa.func.setweight(sa.func.to_tsvector(configuration, staged[name]), sa.literal_column(weight))
        for name, weight in zip(_WORDS.values(), ("'A'", "'B'", "'C'"), strict=True)
    ]
    return parts[0].op("||")(parts[1]).op("||")(parts[2])
