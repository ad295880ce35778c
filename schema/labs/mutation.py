"""Writes of labs and their parties; every mutation is one command in one transaction, failures are data."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED, Id
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS
from schema.core.mutation import act, act_on, given
from schema.labs.inputs import (
    LabConcludeInput,
    LabFoundInput,
    LabInput,
    LabPartyConfirmInput,
    LabPartyDeclineInput,
    LabReasonInput,
    LabReviseInput,
)
from schema.labs.types import Lab
from schema.labs.work_types import LabParty
from services.core.actor import Actor
from services.core.db import Writer
from services.core.ids import typed_id, write_id
from services.labs import commands, founding, party_commands, shapes

ANSWER = "The lab or the party as it now is, or why it was not done."


@strawberry.type(description=ANSWER)
class LabPayload:
    """What every act on a lab answers."""

    lab_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The lab as it now is; null if nothing was done.")
    async def lab(self, info: Info) -> Lab | None:
        """Read back after the commit, through the same Shape."""
        if self.lab_id is None:
            return None
        return await read(info, shapes.LAB_BY_ID, id=write_id("lab", self.lab_id))  # type: ignore[no-any-return]


@strawberry.type(description=ANSWER)
class LabFoundPayload(LabPayload):
    """Answer of labFound."""


@strawberry.type(description=ANSWER)
class LabRevisePayload(LabPayload):
    """Answer of labRevise."""


@strawberry.type(description=ANSWER)
class LabActivatePayload(LabPayload):
    """Answer of labActivate."""


@strawberry.type(description=ANSWER)
class LabSuspendPayload(LabPayload):
    """Answer of labSuspend."""


@strawberry.type(description=ANSWER)
class LabResumePayload(LabPayload):
    """Answer of labResume."""


@strawberry.type(description=ANSWER)
class LabConcludePayload(LabPayload):
    """Answer of labConclude."""


@strawberry.type(description=ANSWER)
class LabPartyPayload:
    """What every act on a party answers."""

    party_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The party as it now is; null if nothing was done.")
    async def party(self, info: Info) -> LabParty | None:
        """Read back after the commit, through the same Shape."""
        if self.party_id is None:
            return None
        return await read(info, shapes.PARTY_BY_ID, id=write_id("lab_party", self.party_id))  # type: ignore[no-any-return]


@strawberry.type(description=ANSWER)
class LabPartyConfirmPayload(LabPartyPayload):
    """Answer of labPartyConfirm."""


@strawberry.type(description=ANSWER)
class LabPartyDeclinePayload(LabPartyPayload):
    """Answer of labPartyDecline."""


@strawberry.type
class LabMutation:
    """Mutations of labs and their parties."""

    @strawberry.mutation(
        description="Found the one lab of an agreed expression of interest; you confirm for your own delegation, and "
        "the other parties are asked. Focal points of the two delegations."
    )
    async def lab_found(self, info: Info, input: Annotated[LabFoundInput, ASKED]) -> LabFoundPayload:
        """One command."""

        async def found(session: Writer, actor: Actor) -> UUID:
            key = typed_id(input.expression_of_interest, "expression_of_interest", path=("expressionOfInterest",))
            parties = tuple(one.named() for one in input.parties)
            return await founding.found_lab(session, actor, key, input.content(), parties)

        done, errors = await act(info, found, input, key=input.idempotency_key)
        return LabFoundPayload(lab_id=done, errors=errors)

    @strawberry.mutation(
        description="Change a planned lab; the other parties are asked to confirm anew. Focal points of its parties."
    )
    async def lab_revise(self, info: Info, id: Id, input: Annotated[LabReviseInput, ASKED]) -> LabRevisePayload:
        """One command."""
        changes: dict[str, Any] = given(input)
        revision = changes.pop("revision")
        done, errors = await act(
            info, lambda session, actor: founding.revise_lab(session, actor, typed_id(id, "lab"), revision, changes)
        )
        return LabRevisePayload(lab_id=done, errors=errors)

    @strawberry.mutation(
        description="Start a planned lab that every party has answered and two delegations have confirmed; who declined is a party "
        "of it no more. Focal points of its parties."
    )
    async def lab_activate(self, info: Info, input: Annotated[LabInput, ASKED]) -> LabActivatePayload:
        """One command."""
        done, errors = await act_on(info, "lab", input, commands.activate_lab)
        return LabActivatePayload(lab_id=done, errors=errors)

    @strawberry.mutation(description="Let an active lab rest, with a reason. Focal points of its parties.")
    async def lab_suspend(self, info: Info, input: Annotated[LabReasonInput, ASKED]) -> LabSuspendPayload:
        """One command."""
        done, errors = await act_on(
            info, "lab", input, lambda session, actor, key: commands.suspend_lab(session, actor, key, input.reason)
        )
        return LabSuspendPayload(lab_id=done, errors=errors)

    @strawberry.mutation(description="Go on with a suspended lab. Focal points of its parties.")
    async def lab_resume(self, info: Info, input: Annotated[LabInput, ASKED]) -> LabResumePayload:
        """One command."""
        done, errors = await act_on(info, "lab", input, commands.resume_lab)
        return LabResumePayload(lab_id=done, errors=errors)

    @strawberry.mutation(
        description="End an active lab whose milestones have all come to something; in the same act its lessons become a practice "
        "draft of your delegation. Focal points of its parties."
    )
    async def lab_conclude(self, info: Info, input: Annotated[LabConcludeInput, ASKED]) -> LabConcludePayload:
        """One command."""
        done, errors = await act_on(
            info, "lab", input, lambda session, actor, key: commands.conclude_lab(session, actor, key, input.content())
        )
        return LabConcludePayload(lab_id=done, errors=errors)

    @strawberry.mutation(
        description="Confirm a part of your own delegation, or of an organisation it sponsors, in a planned lab. Focal points."
    )
    async def lab_party_confirm(
        self, info: Info, input: Annotated[LabPartyConfirmInput, ASKED]
    ) -> LabPartyConfirmPayload:
        """One command."""
        done, errors = await act_on(info, "lab_party", input, party_commands.confirm_party)
        return LabPartyConfirmPayload(party_id=done, errors=errors)

    @strawberry.mutation(
        description="Decline a part of your own delegation, or of an organisation it sponsors, in a planned lab. Focal points."
    )
    async def lab_party_decline(
        self, info: Info, input: Annotated[LabPartyDeclineInput, ASKED]
    ) -> LabPartyDeclinePayload:
        """One command."""
        done, errors = await act_on(
            info,
            "lab_party",
            input,
            lambda session, actor, key: party_commands.decline_party(session, actor, key, input.reason),
        )
        return LabPartyDeclinePayload(party_id=done, errors=errors)
