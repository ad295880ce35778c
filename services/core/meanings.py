"""What is kept of a text's meaning: its vector with the model's name, its sketch, and where asked for its passages."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BIT
from sqlmodel import Field, SQLModel

from services.core import codes, embedding
from services.core.embedding import Embedder
from services.core.passages import passages

BITS = 3
"""Of a code for each dimension. 2 lose a hundredth of the mean reciprocal rank, 4 gain nothing over 3."""


class PassageRow(SQLModel):
    """What tables of texts have of passages, where those are compared."""

    code: str | None = Field(default=None, sa_type=BIT(varying=True))
    """The vector of the whole text in whole numbers; see ``core.codes``."""
    passages: list[int] | None = Field(default=None, sa_type=ARRAY(sa.Integer))
    """Of each passage the place of its first character, from 1, and how many it has."""
    passage_codes: list[str] | None = Field(default=None, sa_type=ARRAY(BIT(varying=True)))
    """As ``code``, of each passage; of the only passage of a text that of the text."""


async def meanings(embedder: Embedder, texts: Sequence[str], *, with_passages: bool) -> list[dict[str, Any]]:
    """Return for each text the columns that tell its meaning."""
    spans = [passages(text) if with_passages else [] for text in texts]
    parts = [
        [text[begin:end] for begin, end in found] if len(found) > 1 else []
        for text, found in zip(texts, spans, strict=True)
    ]
    vectors = await embedding.embed(embedder, [*texts, *(part for found in parts for part in found)])
    told = [
        {
            "embedding": embedding.pack(vector),
            "embedding_model": embedder.model,
            "sketch": sketch,
        }
        for vector, sketch in zip(vectors, embedding.sketch(vectors[: len(texts)]), strict=False)
    ]
    if with_passages:
        held = [codes.code(row, BITS) for row in codes.numbers(vectors, BITS)]
        at = len(texts)
        for number, found in enumerate(spans):
            own = held[at : at + len(parts[number])] or [held[number]]
            at += len(parts[number])
            places = [one for begin, end in found for one in (begin + 1, end - begin)]
            told[number] |= {"code": held[number], "passages": places, "passage_codes": own}
    return told
