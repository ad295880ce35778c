"""GraphQL types of translations, and the fields that every type with localized texts has."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.core.arguments import After, First, Prefer
from schema.core.enums import describe
from schema.core.fields import may, why_not
from schema.core.page import Connection, answered_by_shape
from schema.core.scalars import LanguageTag
from schema.core.texts import LocalizedText, Node
from schema.identity.types import Person
from schema.membership.types import Delegation
from services.core.texts import TranslationStatus
from services.translations.shapes import TranslationSuggestionOrder
from services.translations.terms import SuggestionStatus

describe(
    SuggestionStatus,
    "Where a suggested translation is in its life.",
    MACHINE="A machine made it, and nobody has decided about it yet.",
    SUGGESTED="Someone wrote it, and nobody has decided about it yet.",
    ACCEPTED="The text's delegation accepted it, of finished cooperations the secretariat.",
    DECLINED="It was declined by who could accept it, with a reason.",
    WITHDRAWN="Whoever suggested it took it back, or suggested another in its place.",
)
describe(TranslationSuggestionOrder, "Orders of suggested translations.", NEWEST="Last suggested first.")

MADE_BY = "The delegation that wrote it; null for the secretariat."
MADE_BY_PERSON = "Who wrote it; null unless you may know of that person."
ENGINE = "The engine that made it, also after people accepted it; null for what people wrote."


@strawberry.type(
    description="A text in a language other than its original's, as its readers see it: accepted, or where nothing is "
    "accepted, what was suggested first. Seen by whoever sees the text."
)
class Translation:
    """What readers of a language see."""

    language: LanguageTag = strawberry.field(description="The language it is in; there is one for each.")
    status: TranslationStatus = strawberry.field(description="How far it is trusted; never ORIGINAL.")
    is_stale: bool = strawberry.field(description="Whether the original has changed since.")
    title: str = strawberry.field(description="Title.")
    summary: str = strawberry.field(description="Summary; may be empty.")
    description: str = strawberry.field(description="The text itself, Markdown; may be empty.")
    machine_made_by: str | None = strawberry.field(description=ENGINE)
    made_by: Delegation | None = strawberry.field(description=MADE_BY)
    made_by_person: Person | None = strawberry.field(description=MADE_BY_PERSON)
    made_at: datetime = strawberry.field(description="When it was written.")
    accepted_by_person: Person | None = strawberry.field(
        description="Who accepted it; null while nobody has, or unless you may know of that person."
    )
    accepted_at: datetime | None = strawberry.field(description="When it was last accepted; null before.")


@strawberry.type(
    description="A translation that someone suggested, and what became of it. Seen by the delegation whose text it is "
    "(of finished cooperations the secretariat), and by the delegation, or the secretariat, that suggested it."
)
class TranslationSuggestion(Node):
    """One suggestion."""

    thing_id: strawberry.ID = strawberry.field(description="What it is a translation of; read it by `node(id:)`.")
    language: LanguageTag = strawberry.field(description="The language it is in.")
    title: str = strawberry.field(description="Title.")
    summary: str = strawberry.field(description="Summary; may be empty.")
    description: str = strawberry.field(description="The text itself, Markdown; may be empty.")
    status: SuggestionStatus = strawberry.field(description="Where it is in its life.")
    is_stale: bool = strawberry.field(
        description="Whether the original changed between its making and now, or the decision about it."
    )
    machine_made_by: str | None = strawberry.field(description=ENGINE)
    made_by: Delegation | None = strawberry.field(description=MADE_BY)
    made_by_person: Person | None = strawberry.field(description=MADE_BY_PERSON)
    made_at: datetime = strawberry.field(description="When it was suggested.")
    decided_by_person: Person | None = strawberry.field(
        description="Who accepted, declined or withdrew it; null before, or unless you may know of that person."
    )
    decided_at: datetime | None = strawberry.field(description="When that was; null while it waits.")
    decline_reason: str = strawberry.field(description="Why it was declined; else empty.")
    viewer_can_accept: bool = may("accept or decline it")
    viewer_cannot_accept_reasons: list[str] = why_not("accept or decline it")
    viewer_can_withdraw: bool = may("withdraw it")
    viewer_cannot_withdraw_reasons: list[str] = why_not("withdraw it")


SuggestionOrder = Annotated[TranslationSuggestionOrder, strawberry.argument(description="In which order.")]


@strawberry.type
class Translated:
    """What every type with localized texts has, by ``services.translations.shapes.translatable``."""

    languages: list[LanguageTag] = strawberry.field(
        description="The languages it can be read in, the original first; suggested ones among them."
    )
    translations: list[Translation] = strawberry.field(description="What its readers see beside the original.")
    viewer_can_suggest_translation: bool = may("suggest a translation of it")
    viewer_can_accept_translations: bool = may("accept, confirm and remove translations of it")

    @strawberry.field(description="Title, up to 200 characters.")
    def title(self, language: Prefer = None) -> LocalizedText:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="Summary, up to 1,000 characters.")
    def summary(self, language: Prefer = None) -> LocalizedText:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="The text itself, Markdown, up to 20,000 characters.")
    def description(self, language: Prefer = None) -> LocalizedText:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(
        description="Translations that were suggested for it: all of them for its own delegation, for others their own."
    )
    def translation_suggestions(
        self, first: First = 20, after: After = None, order: SuggestionOrder = TranslationSuggestionOrder.NEWEST
    ) -> Connection[TranslationSuggestion]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.input(description="Which suggested translations; everything given must hold.")
class TranslationSuggestionWhere:
    """Filter of suggestions."""

    status: SuggestionStatus | None = strawberry.field(default=None, description="Is at this point of its life.")
    waiting: bool | None = strawberry.field(default=None, description="Whether nobody has decided about it yet.")
