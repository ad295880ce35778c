"""Texts in many languages, and everything with an id."""

import strawberry

from schema.core.scalars import LanguageTag


@strawberry.type(description="A text in the language it was written in.")
class OriginalText:
    """The original."""

    language: LanguageTag = strawberry.field(description="The language it was written in.")
    text: str = strawberry.field(description="The text.")


@strawberry.type(
    description="A text in the language that suits the reader best: the one asked for by argument, then the reader's own "
    "settings, then Accept-Language, then the original."
)
class LocalizedText:
    """One text."""

    language: LanguageTag = strawberry.field(description="The language of `text`.")
    text: str = strawberry.field(description="The text; empty if the author left it empty.")
    is_original: bool = strawberry.field(description="Whether `text` is the original and no translation.")
    original: OriginalText = strawberry.field(description="The original. Of official names, the English one.")


@strawberry.interface(description="Everything that has an id of its own.")
class Node:
    """The interface behind ``node(id:)``."""

    id: strawberry.ID = strawberry.field(
        description="Opaque, global and typed, such as `practice_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6`."
    )
