"""Writes of the Group's settings."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act, act_on
from schema.membership.setting_types import GroupSettings
from services.core.ids import write_id
from services.membership import setting_commands as commands
from services.membership.setting_shapes import GROUP_SETTINGS_BY_ID
from services.membership.terms import GroupNumbers, VoicesNeeded


@strawberry.input(description="A version of the settings to propose.")
class GroupSettingsProposeInput:
    """New version."""

    voices_needed: VoicesNeeded = strawberry.field(description="How many co-chairs accept a change of a standing.")
    open_days: int = strawberry.field(
        description="For how many days a proposal is open when its delegation names no last day; 30 to `longestOpenDays`."
    )
    longest_open_days: int = strawberry.field(
        description="How many days ahead the last day of a proposal may be; up to 3650."
    )
    note: str = strawberry.field(description="Why these values, 1 to 2,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A version of the settings to confirm.")
class GroupSettingsConfirmInput:
    """Which version."""

    id: strawberry.ID = strawberry.field(description="The version's id.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The settings as they now are, or why it was not done.")
class GroupSettingsPayload:
    """What every act on settings answers."""

    settings_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The version as it now is; null if nothing was done.")
    async def settings(self, info: Info) -> GroupSettings | None:
        """Read back after the commit, through the same Shape."""
        if self.settings_id is None:
            return None
        return await read(info, GROUP_SETTINGS_BY_ID, id=write_id("group_settings", self.settings_id))  # type: ignore[no-any-return]


@strawberry.type(description="The version proposed, or why it was not done.")
class GroupSettingsProposePayload(GroupSettingsPayload):
    """Answer of groupSettingsPropose."""


@strawberry.type(description="The version as it now is, or why it was not confirmed.")
class GroupSettingsConfirmPayload(GroupSettingsPayload):
    """Answer of groupSettingsConfirm."""


@strawberry.type
class GroupSettingsMutation:
    """Mutations of the Group's settings."""

    @strawberry.mutation(
        description="Propose settings of the Group; nothing changes until a co-chair confirms them. Secretariat."
    )
    async def group_settings_propose(
        self, info: Info, input: Annotated[GroupSettingsProposeInput, ASKED]
    ) -> GroupSettingsProposePayload:
        """One command."""
        numbers = GroupNumbers(input.voices_needed, input.open_days, input.longest_open_days)
        done, errors = await act(
            info,
            lambda session, actor: commands.propose_settings(session, actor, numbers, input.note),
            input,
            key=input.idempotency_key,
        )
        return GroupSettingsProposePayload(settings_id=done, errors=errors)

    @strawberry.mutation(description="Put proposed settings of the Group in force. Focal points of co-chairing states.")
    async def group_settings_confirm(
        self, info: Info, input: Annotated[GroupSettingsConfirmInput, ASKED]
    ) -> GroupSettingsConfirmPayload:
        """One command."""
        done, errors = await act_on(info, "group_settings", input, commands.confirm_settings)
        return GroupSettingsConfirmPayload(settings_id=done, errors=errors)
