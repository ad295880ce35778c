"""Writes of practices; every mutation is one command in one transaction, failures are data."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

import strawberry

from schema.core.arguments import Id
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act, act_on, given
from schema.core.scalars import LanguageTag
from schema.practices.types import Practice
from services.core.actor import Audience
from services.core.ids import typed_id, write_id
from services.core.texts import Text
from services.practices import commands, shapes
from services.practices.commands import PracticeContent
from services.taxonomy.terms import CapacityArea


@strawberry.input(description="A practice to draft.")
class PracticeDraftInput:
    """New draft."""

    language: LanguageTag = strawberry.field(description="The language it is written in.")
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    summary: str = strawberry.field(default="", description="Summary, up to 1,000 characters.")
    description: str = strawberry.field(
        default="", description="The practice itself, Markdown, up to 20,000 characters."
    )
    capacity_areas: list[CapacityArea] = strawberry.field(default_factory=list, description="Which capacity it builds.")
    sectors: list[str] = strawberry.field(default_factory=list, description="OECD-DAC purpose codes of five digits.")
    sdg_targets: list[str] = strawberry.field(default_factory=list, description="SDG targets, such as `4.4`.")
    licence: str | None = strawberry.field(default=None, description="SPDX id of the licence, such as `CC-BY-4.0`.")
    visibility: Audience = strawberry.field(default=Audience.PUBLIC, description="Who reads it once it is published.")
    external_id: str | None = strawberry.field(
        default=None, description="Your own number for it, unique in your delegation."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What of a practice changes; what is left out stays as it is.")
class PracticeReviseInput:
    """Changes."""

    revision: int = strawberry.field(description="The revision that you changed.")
    language: strawberry.Maybe[LanguageTag] = strawberry.field(description="The language it is written in.")
    title: strawberry.Maybe[str] = strawberry.field(description="Title, 1 to 200 characters.")
    summary: strawberry.Maybe[str] = strawberry.field(description="Summary, up to 1,000 characters.")
    description: strawberry.Maybe[str] = strawberry.field(description="The practice itself, up to 20,000 characters.")
    capacity_areas: strawberry.Maybe[list[CapacityArea]] = strawberry.field(description="Which capacity it builds.")
    sectors: strawberry.Maybe[list[str]] = strawberry.field(description="OECD-DAC purpose codes.")
    sdg_targets: strawberry.Maybe[list[str]] = strawberry.field(description="SDG targets.")
    licence: strawberry.Maybe[str | None] = strawberry.field(description="SPDX id of the licence; null for none.")
    visibility: strawberry.Maybe[Audience] = strawberry.field(description="Who reads it once it is published.")
    external_id: strawberry.Maybe[str | None] = strawberry.field(description="Your own number for it; null for none.")


@strawberry.input(description="A practice, by its id.")
class PracticeInput:
    """One practice."""

    id: strawberry.ID = strawberry.field(description="The practice.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A practice, by its id, and a reason that its delegation is told.")
class PracticeReasonInput:
    """One practice and a reason."""

    id: strawberry.ID = strawberry.field(description="The practice.")
    reason: str = strawberry.field(description="The reason, 1 to 2,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


Content = Annotated[PracticeDraftInput, strawberry.argument(description="The practice.")]
Changes = Annotated[PracticeReviseInput, strawberry.argument(description="What changes.")]
Which = Annotated[PracticeInput, strawberry.argument(description="Which practice.")]
WhichAndWhy = Annotated[PracticeReasonInput, strawberry.argument(description="Which practice, and why.")]


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticePayload:
    """What every act on a practice answers."""

    practice_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The practice as it now is; null if nothing was done.")
    async def practice(self, info: Info) -> Practice | None:
        """Read back after the commit, through the same Shape."""
        if self.practice_id is None:
            return None
        return await read(info, shapes.PRACTICE_BY_ID, id=write_id("practice", self.practice_id))  # type: ignore[no-any-return]


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticeDraftPayload(PracticePayload):
    """Answer of practiceDraft."""


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticeRevisePayload(PracticePayload):
    """Answer of practiceRevise."""


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticeSubmitPayload(PracticePayload):
    """Answer of practiceSubmit."""


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticePublishPayload(PracticePayload):
    """Answer of practicePublish."""


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticeReturnPayload(PracticePayload):
    """Answer of practiceReturn."""


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticeWithdrawPayload(PracticePayload):
    """Answer of practiceWithdraw."""


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticeConfirmPayload(PracticePayload):
    """Answer of practiceConfirm."""


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticeEndorsePayload(PracticePayload):
    """Answer of practiceEndorse."""


@strawberry.type(description="The practice as it now is, or why it was not done.")
class PracticeUnendorsePayload(PracticePayload):
    """Answer of practiceUnendorse."""


@strawberry.type(description="The id of the draft that is gone, or why it is not.")
class PracticeDeletePayload:
    """Answer of practiceDelete."""

    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="What is gone; null if nothing is.")
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type
class PracticeMutation:
    """Mutations of practices."""

    @strawberry.mutation(description="Draft a practice; only your delegation sees it. Contributors and focal points.")
    async def practice_draft(self, info: Info, input: Content) -> PracticeDraftPayload:
        """One command."""
        content = PracticeContent(
            text=Text(input.language, input.title, input.summary, input.description),
            capacity_areas=tuple(input.capacity_areas),
            sectors=tuple(input.sectors),
            sdg_targets=tuple(input.sdg_targets),
            licence=input.licence,
            visibility=input.visibility,
            external_id=input.external_id,
        )
        done, errors = await act(
            info,
            lambda session, actor: commands.draft_practice(session, actor, content),
            input,
            key=input.idempotency_key,
        )
        return PracticeDraftPayload(practice_id=done, errors=errors)

    @strawberry.mutation(description="Change a draft, or a published practice: that becomes a new version at once.")
    async def practice_revise(self, info: Info, id: Id, input: Changes) -> PracticeRevisePayload:
        """One command."""
        changes: dict[str, Any] = given(input)
        revision = changes.pop("revision")
        done, errors = await act(
            info,
            lambda session, actor: commands.revise_practice(
                session, actor, typed_id(id, "practice"), revision, changes
            ),
        )
        return PracticeRevisePayload(practice_id=done, errors=errors)

    @strawberry.mutation(description="Remove a draft for good. Contributors and focal points of its delegation.")
    async def practice_delete(self, info: Info, input: Which) -> PracticeDeletePayload:
        """One command."""
        done, errors = await act_on(info, "practice", input, commands.delete_practice)
        return PracticeDeletePayload(deleted_id=None if done is None else strawberry.ID(input.id), errors=errors)

    @strawberry.mutation(description="Give a draft to the secretariat for review. Focal points of its delegation.")
    async def practice_submit(self, info: Info, input: Which) -> PracticeSubmitPayload:
        """One command."""
        done, errors = await act_on(info, "practice", input, commands.submit_practice)
        return PracticeSubmitPayload(practice_id=done, errors=errors)

    @strawberry.mutation(description="Make a reviewed practice visible to its audience. Secretariat only.")
    async def practice_publish(self, info: Info, input: Which) -> PracticePublishPayload:
        """One command."""
        done, errors = await act_on(info, "practice", input, commands.publish_practice)
        return PracticePublishPayload(practice_id=done, errors=errors)

    @strawberry.mutation(
        description="Give a practice in review back to its delegation, with the reason. Secretariat only."
    )
    async def practice_return(self, info: Info, input: WhichAndWhy) -> PracticeReturnPayload:
        """One command."""
        done, errors = await act_on(info, "practice", input, partial(commands.return_practice, reason=input.reason))
        return PracticeReturnPayload(practice_id=done, errors=errors)

    @strawberry.mutation(
        description="Take a published practice out of sight, with the reason. Its focal points, or the secretariat."
    )
    async def practice_withdraw(self, info: Info, input: WhichAndWhy) -> PracticeWithdrawPayload:
        """One command."""
        done, errors = await act_on(info, "practice", input, partial(commands.withdraw_practice, reason=input.reason))
        return PracticeWithdrawPayload(practice_id=done, errors=errors)

    @strawberry.mutation(description="Say that a published practice still holds, today. Its focal points.")
    async def practice_confirm(self, info: Info, input: Which) -> PracticeConfirmPayload:
        """One command."""
        done, errors = await act_on(info, "practice", input, commands.confirm_practice)
        return PracticeConfirmPayload(practice_id=done, errors=errors)

    @strawberry.mutation(
        description="Give your delegation's one voice to a practice. Focal points of other delegations."
    )
    async def practice_endorse(self, info: Info, input: Which) -> PracticeEndorsePayload:
        """One command."""
        done, errors = await act_on(info, "practice", input, commands.endorse_practice)
        return PracticeEndorsePayload(practice_id=done, errors=errors)

    @strawberry.mutation(description="Take your delegation's voice back.")
    async def practice_unendorse(self, info: Info, input: Which) -> PracticeUnendorsePayload:
        """One command."""
        done, errors = await act_on(info, "practice", input, commands.unendorse_practice)
        return PracticeUnendorsePayload(practice_id=done, errors=errors)
