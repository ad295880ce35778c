"""Signing in with a delegation's own provider."""

from typing import Annotated

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import as_user_error
from schema.core.mutation import attempt
from schema.identity import provider_inputs as inputs
from schema.identity.signing import signed
from services.core.ids import typed_id
from services.identity import provider_sign_in, providers
from services.identity.errors import SecondFactorNeeded
from services.identity.terms import Proof


@strawberry.type
class ProviderMutation:
    """Mutations of providers."""

    @strawberry.mutation(
        description="Name or change the provider with which people of your delegation may sign in. It must be told that it may "
        "lead back to `/signed-in/` before your delegation's id. Focal points, who prove a second factor; all are told."
    )
    async def identity_provider_set(
        self, info: Info, input: Annotated[inputs.IdentityProviderSetInput, ASKED]
    ) -> inputs.IdentityProviderSetPayload:
        """One command."""
        context = info.context
        actor, issuer = context.require_actor(), context.require_issuer()
        named = providers.Named(
            input.issuer, input.client_id, input.client_secret, input.domains, input.trusts_factor, input.revision
        )
        proof = Proof(input.code, input.passkey)
        done, errors = await attempt(info, providers.set_provider(context.db, issuer, actor, named, proof))
        return inputs.IdentityProviderSetPayload(provider_id=done, errors=errors)

    @strawberry.mutation(
        description="Let nobody sign in with your delegation's provider any more. Focal points, who prove a second factor."
    )
    async def identity_provider_remove(
        self, info: Info, input: Annotated[inputs.IdentityProviderRemoveInput, ASKED]
    ) -> inputs.IdentityProviderRemovePayload:
        """One command."""
        context = info.context
        actor, issuer = context.require_actor(), context.require_issuer()
        proof = Proof(input.code, input.passkey)
        done, errors = await attempt(info, providers.remove_provider(context.db, issuer, actor, input.revision, proof))
        return inputs.IdentityProviderRemovePayload(done=done is not None, errors=errors)

    @strawberry.mutation(description="Begin to sign in with the provider of your delegation. Everyone.")
    async def provider_sign_in_begin(
        self, info: Info, input: Annotated[inputs.ProviderSignInBeginInput, ASKED]
    ) -> inputs.ProviderSignInBeginPayload:
        """One command."""
        context, issuer = info.context, info.context.require_issuer()
        key = typed_id(input.delegation, "delegation", path=("delegation",))
        begun, errors = await attempt(info, provider_sign_in.begin(context.db, issuer, key, context.client))
        if begun is None:
            return inputs.ProviderSignInBeginPayload(errors=errors)
        return inputs.ProviderSignInBeginPayload(address=begun.address, ticket=begun.ticket)

    @strawberry.mutation(description="Finish it, with what the provider gave along. Everyone who began it.")
    async def provider_sign_in_finish(
        self, info: Info, input: Annotated[inputs.ProviderSignInFinishInput, ASKED]
    ) -> inputs.ProviderSignInFinishPayload:
        """What was begun is spent by this."""
        context, issuer = info.context, info.context.require_issuer()
        key = typed_id(input.delegation, "delegation", path=("delegation",))
        came = provider_sign_in.Came(key, input.state, input.code)
        try:
            return await signed(
                info,
                lambda: provider_sign_in.finish(context.db, issuer, input.ticket, came, context.client),
                inputs.ProviderSignInFinishPayload,
                cookies=input.cookies,
            )
        except SecondFactorNeeded as needed:
            return inputs.ProviderSignInFinishPayload(ticket=needed.ticket, errors=[as_user_error(needed)])
