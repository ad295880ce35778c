"""Texts in many languages, and everything with an id."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.core.enums import describe
from schema.core.scalars import LanguageTag
from services.core.texts import TranslationStatus

if TYPE_CHECKING:
    from schema.membership.types import Delegation

describe(
    TranslationStatus,
    "What a text is: the original, or how far a translation of it is trusted.",
    ORIGINAL="As its author wrote it.",
    ACCEPTED="A translation that the author's delegation accepted.",
    SUGGESTED="A translation that someone suggested and that nobody has accepted yet.",
    MACHINE="A translation made by a machine that nobody has accepted yet.",
)


@strawberry.type(description="A text in the language it was written in.")
class OriginalText:
    """The original."""

    language: LanguageTag = strawberry.field(description="The language it was written in.")
    text: str = strawberry.field(description="The text.")


@strawberry.type(
    description="A text in the language that suits the reader best: the one asked for by argument, then the reader's own "
    "settings, then Accept-Language, then the original. In each language an accepted translation comes before one that "
    "is only suggested, and that before one that a machine made."
)
class LocalizedText:
    """One text."""

    language: LanguageTag = strawberry.field(description="The language of `text`.")
    text: str = strawberry.field(description="The text; empty if the author left it empty.")
    is_original: bool = strawberry.field(description="Whether `text` is the original and no translation.")
    original: OriginalText = strawberry.field(description="The original. Of official names, the English one.")
    translation_status: TranslationStatus = strawberry.field(
        description="What `text` is. Of official names, always the original."
    )
    is_stale: bool = strawberry.field(description="Whether the original has changed since it was translated.")
    machine_made_by: str | None = strawberry.field(
        description="The engine that translated it, also where people accepted that since; null for what people wrote."
    )
    made_by: Annotated["Delegation", strawberry.lazy("schema.membership.types")] | None = strawberry.field(
        description="The delegation that wrote or suggested it; null for the secretariat and for official names."
    )
    made_at: datetime | None = strawberry.field(description="When that was; null for official names.")


@strawberry.interface(description="Everything that has an id of its own.")
class Node:
    """The interface behind ``node(id:)``."""

    id: strawberry.ID = strawberry.field(
        description="Opaque, global and typed, such as `practice_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6`."
    )
