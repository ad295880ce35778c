"""Second factors, and the second half of a sign-in."""

from typing import Annotated

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.mutation import attempt
from schema.identity import factor_inputs as inputs
from schema.identity.signing import signed
from services.identity import factors, tickets
from services.identity.terms import Proof


@strawberry.type
class FactorMutation:
    """Mutations of second factors."""

    @strawberry.mutation(
        description="Go on with a sign-in by a code of your authenticator, or a recovery code. Everyone who holds a ticket."
    )
    async def sign_in_confirm(
        self, info: Info, input: Annotated[inputs.SignInConfirmInput, ASKED]
    ) -> inputs.SignInConfirmPayload:
        """The ticket is spent by a right code."""
        context = info.context
        issuer = context.require_issuer()
        return await signed(
            info,
            lambda: tickets.confirm_sign_in(context.db, issuer, input.ticket, input.code, context.client),
            inputs.SignInConfirmPayload,
            cookies=input.cookies,
        )

    @strawberry.mutation(
        description="Get the secret of an authenticator (RFC 6238). It counts once `authenticatorConfirm` was given a code."
    )
    async def authenticator_add(
        self, info: Info, input: Annotated[inputs.AuthenticatorAddInput, ASKED]
    ) -> inputs.AuthenticatorAddPayload:
        """One command."""
        context = info.context
        actor, issuer = context.require_actor(), context.require_issuer()
        secret, errors = await attempt(info, factors.add_authenticator(context.db, issuer, actor, input.password))
        if secret is None:
            return inputs.AuthenticatorAddPayload(errors=errors)
        return inputs.AuthenticatorAddPayload(secret=secret.text, address=secret.address)

    @strawberry.mutation(
        description="Let your new authenticator count: signing in then needs it. Your other sessions end."
    )
    async def authenticator_confirm(
        self, info: Info, input: Annotated[inputs.AuthenticatorConfirmInput, ASKED]
    ) -> inputs.AuthenticatorConfirmPayload:
        """One command."""
        context = info.context
        actor, issuer = context.require_actor(), context.require_issuer()
        codes, errors = await attempt(info, factors.confirm_authenticator(context.db, issuer, actor, input.code))
        return inputs.AuthenticatorConfirmPayload(recovery_codes=list(codes or ()), errors=errors)

    @strawberry.mutation(
        description="Take your authenticator away. Focal points and the secretariat can then only add another."
    )
    async def authenticator_remove(
        self, info: Info, input: Annotated[inputs.AuthenticatorRemoveInput, ASKED]
    ) -> inputs.AuthenticatorRemovePayload:
        """One command."""
        context = info.context
        actor, issuer = context.require_actor(), context.require_issuer()
        proof = Proof(input.code, input.passkey)
        removal = factors.remove_authenticator(context.db, issuer, actor, input.password, proof)
        done, errors = await attempt(info, removal)
        return inputs.AuthenticatorRemovePayload(done=done is not None, errors=errors)

    @strawberry.mutation(description="Make ten new recovery codes; those before are good no more.")
    async def recovery_codes_renew(
        self, info: Info, input: Annotated[inputs.RecoveryCodesRenewInput, ASKED]
    ) -> inputs.RecoveryCodesRenewPayload:
        """One command."""
        context = info.context
        actor, issuer = context.require_actor(), context.require_issuer()
        proof = Proof(input.code, input.passkey)
        codes, errors = await attempt(info, factors.renew_recovery_codes(context.db, issuer, actor, proof))
        return inputs.RecoveryCodesRenewPayload(recovery_codes=list(codes or ()), errors=errors)
