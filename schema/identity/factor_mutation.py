"""Second factors, and the second half of a sign-in."""

from typing import Annotated

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import as_user_error
from schema.identity import factor_inputs as inputs
from schema.identity.signing import signed
from services.core.errors import DomainError
from services.identity import factors


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
            lambda: factors.confirm_sign_in(context.db, issuer, input.ticket, input.code, context.client),
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
        actor = context.require_actor()
        try:
            secret = await factors.add_authenticator(context.db, context.require_issuer(), actor, input.password)
        except DomainError as error:
            return inputs.AuthenticatorAddPayload(errors=[as_user_error(error)])
        return inputs.AuthenticatorAddPayload(secret=secret.text, address=secret.address)

    @strawberry.mutation(
        description="Let your new authenticator count: signing in then needs it. Your other sessions end."
    )
    async def authenticator_confirm(
        self, info: Info, input: Annotated[inputs.AuthenticatorConfirmInput, ASKED]
    ) -> inputs.AuthenticatorConfirmPayload:
        """One command."""
        context = info.context
        actor = context.require_actor()
        try:
            codes = await factors.confirm_authenticator(context.db, context.require_issuer(), actor, input.code)
        except DomainError as error:
            return inputs.AuthenticatorConfirmPayload(errors=[as_user_error(error)])
        return inputs.AuthenticatorConfirmPayload(recovery_codes=list(codes))

    @strawberry.mutation(
        description="Take your authenticator away. Focal points and the secretariat can then only add another."
    )
    async def authenticator_remove(
        self, info: Info, input: Annotated[inputs.AuthenticatorRemoveInput, ASKED]
    ) -> inputs.AuthenticatorRemovePayload:
        """One command."""
        context = info.context
        actor = context.require_actor()
        try:
            issuer = context.require_issuer()
            await factors.remove_authenticator(context.db, issuer, actor, input.password, input.code)
        except DomainError as error:
            return inputs.AuthenticatorRemovePayload(errors=[as_user_error(error)])
        return inputs.AuthenticatorRemovePayload(done=True)

    @strawberry.mutation(description="Make ten new recovery codes; those before are good no more.")
    async def recovery_codes_renew(
        self, info: Info, input: Annotated[inputs.RecoveryCodesRenewInput, ASKED]
    ) -> inputs.RecoveryCodesRenewPayload:
        """One command."""
        context = info.context
        actor = context.require_actor()
        try:
            codes = await factors.renew_recovery_codes(context.db, context.require_issuer(), actor, input.code)
        except DomainError as error:
            return inputs.RecoveryCodesRenewPayload(errors=[as_user_error(error)])
        return inputs.RecoveryCodesRenewPayload(recovery_codes=list(codes))
