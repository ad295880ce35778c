"""Reads of translations."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.translations.types import SuggestionOrder, TranslationSuggestion, TranslationSuggestionWhere
from services.translations import shapes
from services.translations.shapes import TranslationSuggestionOrder


@strawberry.type
class TranslationQuery:
    """Root fields of translations."""

    @strawberry.field(
        description="Translations that were suggested for your own delegation's texts; for the secretariat, for finished "
        "cooperations, which no delegation owns."
    )
    async def translation_suggestions(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[
            TranslationSuggestionWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: SuggestionOrder = TranslationSuggestionOrder.NEWEST,
    ) -> Connection[TranslationSuggestion]:
        """Answered by the Shape."""
        return await answer(info, shapes.SUGGESTIONS)  # type: ignore[no-any-return]
