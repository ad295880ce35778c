"""Writes of translations; every mutation is one command in one transaction, failures are data."""

from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act, act_on
from schema.core.node import NODES
from schema.core.scalars import LanguageTag
from schema.core.texts import Node
from schema.translations.types import TranslationSuggestion
from services.core.ids import write_id
from services.core.texts import Text
from services.translations import commands, shapes
from services.translations.commands import Translation
from services.translations.kinds import Kind, kind_and_key
from services.translations.queries import thing_of


@strawberry.input(description="A translation of a thing's texts.")
class TranslationSuggestInput:
    """New suggestion."""

    id: strawberry.ID = strawberry.field(
        description="What is translated: a practice, a proposal, a lab or a finished cooperation that you can see."
    )
    language: LanguageTag = strawberry.field(description="The language it is translated into.")
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    summary: str = strawberry.field(default="", description="Summary, up to 1,000 characters.")
    description: str = strawberry.field(default="", description="The text itself, up to 20,000 characters.")
    machine_made_by: str | None = strawberry.field(
        default=None,
        description="The name of the engine that made it, 1 to 100 characters: say so if a machine did. A machine's work "
        "always waits to be accepted, and is shown only where nobody wrote a translation.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A suggested translation, by its id.")
class TranslationInput:
    """One suggestion."""

    id: strawberry.ID = strawberry.field(description="The suggestion.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A suggested translation, by its id, and a reason that whoever made it is told.")
class TranslationReasonInput:
    """One suggestion and a reason."""

    id: strawberry.ID = strawberry.field(description="The suggestion.")
    reason: str = strawberry.field(description="The reason, 1 to 2,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="The accepted translation of a thing's texts into a language.")
class TranslationLanguageInput:
    """One thing and a language."""

    id: strawberry.ID = strawberry.field(description="What is translated.")
    language: LanguageTag = strawberry.field(description="The language of the translation.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


Given = Annotated[TranslationSuggestInput, strawberry.argument(description="The translation.")]
Which = Annotated[TranslationInput, strawberry.argument(description="Which suggestion.")]
WhichAndWhy = Annotated[TranslationReasonInput, strawberry.argument(description="Which suggestion, and why.")]
WhichLanguage = Annotated[TranslationLanguageInput, strawberry.argument(description="Of what, into which language.")]

DONE = "What was translated, as its readers now see it, or why it was not done."


async def _thing(info: Info, kind: Kind, key: UUID) -> Node | None:
    type_name, one = NODES[kind.name]
    return await read(info, one, type_name=type_name, id=write_id(kind.name, key))  # type: ignore[no-any-return]


@strawberry.type(description=DONE)
class TranslationPayload:
    """What every act on a suggestion answers."""

    suggestion_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The suggestion as it now is; null if nothing was done.")
    async def suggestion(self, info: Info) -> TranslationSuggestion | None:
        """Read back after the commit, through the same Shape."""
        if self.suggestion_id is None:
            return None
        key = write_id("translation_suggestion", self.suggestion_id)
        return await read(info, shapes.SUGGESTION_BY_ID, id=key)  # type: ignore[no-any-return]

    @strawberry.field(description="What was translated, as it now is; null if nothing was done or you see it no more.")
    async def thing(self, info: Info) -> Node | None:
        """Read back after the commit, through its own Shape."""
        if self.suggestion_id is None:
            return None
        actor = info.context.require_actor()
        async with info.context.db.read(actor) as session:
            kind, key = await thing_of(session, actor, self.suggestion_id)
        return await _thing(info, kind, key)


@strawberry.type(description=DONE)
class TranslationSuggestPayload(TranslationPayload):
    """Answer of translationSuggest."""


@strawberry.type(description=DONE)
class TranslationAcceptPayload(TranslationPayload):
    """Answer of translationAccept."""


@strawberry.type(description=DONE)
class TranslationDeclinePayload(TranslationPayload):
    """Answer of translationDecline."""


@strawberry.type(description=DONE)
class TranslationWithdrawPayload(TranslationPayload):
    """Answer of translationWithdraw."""


@strawberry.type(description=DONE)
class TranslatedThingPayload:
    """What every act on an accepted translation answers."""

    found: strawberry.Private[tuple[Kind, UUID] | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="What is translated, as it now is; null if nothing was done.")
    async def thing(self, info: Info) -> Node | None:
        """Read back after the commit, through its own Shape."""
        return None if self.found is None else await _thing(info, *self.found)


@strawberry.type(description=DONE)
class TranslationConfirmPayload(TranslatedThingPayload):
    """Answer of translationConfirm."""


@strawberry.type(description=DONE)
class TranslationRemovePayload(TranslatedThingPayload):
    """Answer of translationRemove."""


@strawberry.type
class TranslationMutation:
    """Mutations of translations."""

    @strawberry.mutation(
        description="Suggest a translation of what you can see. Contributors and focal points of any delegation taking "
        "part, and the secretariat; what a focal point writes of its own delegation's texts, and the secretariat of "
        "finished cooperations, is accepted at once. It takes the place of what your delegation suggested before in that language."
    )
    async def translation_suggest(self, info: Info, input: Given) -> TranslationSuggestPayload:
        """One command."""
        text = Text(input.language, input.title, input.summary, input.description)
        translation = Translation(text, input.machine_made_by)
        done, errors = await act(
            info,
            lambda session, actor: commands.suggest_translation(session, actor, *kind_and_key(input.id), translation),
            input,
            key=input.idempotency_key,
        )
        return TranslationSuggestPayload(suggestion_id=done, errors=errors)

    @strawberry.mutation(
        description="Accept a translation of your delegation's text as it now is, in place of the one accepted before. "
        "Focal points; of finished cooperations, which no delegation owns, the secretariat."
    )
    async def translation_accept(self, info: Info, input: Which) -> TranslationAcceptPayload:
        """One command."""
        done, errors = await act_on(info, "translation_suggestion", input, commands.accept_translation)
        return TranslationAcceptPayload(suggestion_id=done, errors=errors)

    @strawberry.mutation(
        description="Decline a translation of your delegation's text, with the reason; readers see it no more. Focal points; "
        "of finished cooperations the secretariat."
    )
    async def translation_decline(self, info: Info, input: WhichAndWhy) -> TranslationDeclinePayload:
        """One command."""
        step = partial(commands.decline_translation, reason=input.reason)
        done, errors = await act_on(info, "translation_suggestion", input, step)
        return TranslationDeclinePayload(suggestion_id=done, errors=errors)

    @strawberry.mutation(description="Take back what your own delegation suggested, while nobody has decided about it.")
    async def translation_withdraw(self, info: Info, input: Which) -> TranslationWithdrawPayload:
        """One command."""
        done, errors = await act_on(info, "translation_suggestion", input, commands.withdraw_translation)
        return TranslationWithdrawPayload(suggestion_id=done, errors=errors)

    @strawberry.mutation(
        description="Say that an accepted translation of your delegation's text holds for the original as it now is: it "
        "is stale no more. Focal points; of finished cooperations the secretariat."
    )
    async def translation_confirm(self, info: Info, input: WhichLanguage) -> TranslationConfirmPayload:
        """One command."""
        found, errors = await _act_on_language(info, input, commands.confirm_translation)
        return TranslationConfirmPayload(found=found, errors=errors)

    @strawberry.mutation(
        description="Take an accepted translation of your delegation's text away; what waits in that language is shown "
        "in its place. Focal points; of finished cooperations the secretariat."
    )
    async def translation_remove(self, info: Info, input: WhichLanguage) -> TranslationRemovePayload:
        """One command."""
        found, errors = await _act_on_language(info, input, commands.remove_translation)
        return TranslationRemovePayload(found=found, errors=errors)


async def _act_on_language(
    info: Info, asked: TranslationLanguageInput, step: commands.LanguageCommand
) -> tuple[tuple[Kind, UUID] | None, list[UserError]]:
    done, errors = await act(
        info,
        lambda session, actor: step(session, actor, *kind_and_key(asked.id), asked.language),
        asked,
        key=asked.idempotency_key,
    )
    return None if done is None else kind_and_key(asked.id), errors
