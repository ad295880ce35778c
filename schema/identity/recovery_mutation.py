"""Lost second factors."""

from typing import Annotated

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.mutation import act, act_on, attempt
from schema.identity import recovery_inputs as inputs
from services.core.ids import typed_id
from services.identity import recoveries


@strawberry.type
class RecoveryMutation:
    """Mutations of recoveries."""

    @strawberry.mutation(
        description="Having lost every second factor, ask that two people let you set one up anew. Everyone who holds the "
        "ticket of a sign-in. All concerned are told."
    )
    async def recovery_request(
        self, info: Info, input: Annotated[inputs.RecoveryRequestInput, ASKED]
    ) -> inputs.RecoveryRequestPayload:
        """One command."""
        done, errors = await attempt(info, recoveries.request_recovery(info.context.db, input.ticket))
        return inputs.RecoveryRequestPayload(done=done is not None, errors=errors)

    @strawberry.mutation(
        description="Ask it for someone who cannot sign in: focal points for their people, the secretariat for anyone. It is no "
        "agreement."
    )
    async def recovery_request_for(
        self, info: Info, input: Annotated[inputs.RecoveryRequestForInput, ASKED]
    ) -> inputs.RecoveryRequestForPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: recoveries.request_recovery_for(
                session, actor, typed_id(input.person, "person", path=("person",))
            ),
            input,
            key=input.idempotency_key,
        )
        return inputs.RecoveryRequestForPayload(recovery_id=done, errors=errors)

    @strawberry.mutation(
        description="Agree to a recovery, once you are sure of who has asked. Focal points of the delegation and the "
        "secretariat; two different people, one of them a focal point where there is another."
    )
    async def recovery_approve(
        self, info: Info, input: Annotated[inputs.RecoveryApproveInput, ASKED]
    ) -> inputs.RecoveryApprovePayload:
        """One command."""
        done, errors = await act_on(info, "recovery", input, recoveries.approve_recovery)
        return inputs.RecoveryApprovePayload(recovery_id=done, errors=errors)

    @strawberry.mutation(description="Refuse a recovery. Focal points of the delegation and the secretariat.")
    async def recovery_refuse(
        self, info: Info, input: Annotated[inputs.RecoveryRefuseInput, ASKED]
    ) -> inputs.RecoveryRefusePayload:
        """One command."""
        done, errors = await act_on(
            info,
            "recovery",
            input,
            lambda session, actor, key: recoveries.refuse_recovery(session, actor, key, input.reason),
        )
        return inputs.RecoveryRefusePayload(recovery_id=done, errors=errors)

    @strawberry.mutation(description="Call off your own recovery, whether you asked for it or somebody else did.")
    async def recovery_cancel(
        self, info: Info, input: Annotated[inputs.RecoveryCancelInput, ASKED]
    ) -> inputs.RecoveryCancelPayload:
        """One command."""
        done, errors = await act_on(info, "recovery", input, recoveries.cancel_recovery)
        return inputs.RecoveryCancelPayload(recovery_id=done, errors=errors)
