"""Writes of membership; every mutation is one command in one transaction, failures are data."""

from functools import partial
from typing import Annotated

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.mutation import act, act_on
from schema.membership import inputs
from services.membership import commands, decision_commands
from services.membership.terms import NewDelegation, StandingChange


@strawberry.type
class MembershipMutation:
    """Mutations of membership."""

    @strawberry.mutation(
        description="Make the delegation of a state or observer that was invited or has applied. Secretariat only; one for "
        "each state."
    )
    async def delegation_open(
        self, info: Info, input: Annotated[inputs.DelegationOpenInput, ASKED]
    ) -> inputs.DelegationOpenPayload:
        """One command."""
        names = tuple((name.language, name.text) for name in input.names)
        new = NewDelegation(input.standing, input.reference, input.state, names, input.reference_on)
        done, errors = await act(
            info, lambda session, actor: commands.open_delegation(session, actor, new), input, key=input.idempotency_key
        )
        return inputs.DelegationOpenPayload(delegation_id=done, errors=errors)

    @strawberry.mutation(
        description="Propose to admit, decline, suspend or reinstate a delegation, to end its standing, or to begin or end "
        "a term as co-chair. Secretariat only; the co-chairs decide."
    )
    async def delegation_standing_propose(
        self,
        info: Info,
        input: Annotated[inputs.DelegationStandingProposeInput, ASKED],
    ) -> inputs.DelegationStandingProposePayload:
        """One command."""
        change = StandingChange(input.standing, input.reference, input.until, input.since, input.reference_on)
        done, errors = await act_on(info, "delegation", input, partial(commands.propose_standing, change=change))
        return inputs.DelegationStandingProposePayload(delegation_id=done, errors=errors)

    @strawberry.mutation(
        description="Give your state's voice on a proposal to change a standing: all co-chairs accept it, one objection "
        "rejects it. Focal points of co-chairs, not about their own delegation."
    )
    async def delegation_standing_decide(
        self,
        info: Info,
        input: Annotated[inputs.DelegationStandingDecideInput, ASKED],
    ) -> inputs.DelegationStandingDecidePayload:
        """One command."""
        done, errors = await act_on(
            info,
            "standing_proposal",
            input,
            partial(decision_commands.decide_standing, accept=input.accept, reason=input.reason),
        )
        return inputs.DelegationStandingDecidePayload(delegation_id=done, errors=errors)

    @strawberry.mutation(
        description="Let your own delegation leave the Group from today on; its past acts stay. Focal points of a member "
        "or observer."
    )
    async def delegation_withdraw(
        self,
        info: Info,
        input: Annotated[inputs.DelegationReferenceInput, ASKED],
    ) -> inputs.DelegationWithdrawPayload:
        """One command."""
        withdraw = partial(commands.withdraw_delegation, reference=input.reference, reference_on=input.reference_on)
        done, errors = await act_on(info, "delegation", input, withdraw)
        return inputs.DelegationWithdrawPayload(delegation_id=done, errors=errors)

    @strawberry.mutation(
        description="Record that a delegation that has withdrawn, or was declined, applies again. Secretariat only."
    )
    async def delegation_apply_again(
        self,
        info: Info,
        input: Annotated[inputs.DelegationReferenceInput, ASKED],
    ) -> inputs.DelegationApplyAgainPayload:
        """One command."""
        apply = partial(commands.record_application, reference=input.reference, reference_on=input.reference_on)
        done, errors = await act_on(info, "delegation", input, apply)
        return inputs.DelegationApplyAgainPayload(delegation_id=done, errors=errors)

    @strawberry.mutation(
        description="Accept the invitation of your own delegation, which is an applicant then, or decline it. Focal points "
        "of a delegation invited."
    )
    async def delegation_invitation_answer(
        self,
        info: Info,
        input: Annotated[inputs.DelegationInvitationAnswerInput, ASKED],
    ) -> inputs.DelegationInvitationAnswerPayload:
        """One command."""
        on = partial(commands.answer_invitation, reference=input.reference, reference_on=input.reference_on)
        answer = partial(on, accept=input.accept)
        done, errors = await act_on(info, "delegation", input, answer)
        return inputs.DelegationInvitationAnswerPayload(delegation_id=done, errors=errors)
