"""Passkeys, and signing in with them."""

from typing import Annotated

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.mutation import attempt
from schema.identity import passkey_inputs as inputs
from schema.identity.signing import signed
from services.core.ids import typed_id
from services.identity import passkeys, tickets
from services.identity.terms import Proof


@strawberry.type
class PasskeyMutation:
    """Mutations of passkeys."""

    @strawberry.mutation(
        description="Ask a device for one of your passkeys: for the second half of a sign-in, to sign in with it alone, or to "
        "prove a change of your second factors. Everyone."
    )
    async def passkey_ask(
        self, info: Info, input: Annotated[inputs.PasskeyAskInput, ASKED]
    ) -> inputs.PasskeyAskPayload:
        """One command."""
        context, issuer = info.context, info.context.require_issuer()
        if input.ticket is None and context.actor.person_id is not None:
            options, errors = await attempt(info, passkeys.ask_to_prove(context.db, issuer, context.actor))
            return inputs.PasskeyAskPayload(options=options, errors=errors)
        asking = tickets.ask_for_passkey(context.db, issuer, input.ticket, context.client)
        asked, errors = await attempt(info, asking)
        if asked is None:
            return inputs.PasskeyAskPayload(errors=errors)
        return inputs.PasskeyAskPayload(options=asked.options, ticket=asked.ticket)

    @strawberry.mutation(
        description="Sign in by what a passkey answered: as second factor after the password, or alone where its device made "
        "sure of who holds it. Everyone who holds one."
    )
    async def passkey_sign_in(
        self, info: Info, input: Annotated[inputs.PasskeySignInInput, ASKED]
    ) -> inputs.PasskeySignInPayload:
        """What was asked is spent by any answer."""
        context, issuer = info.context, info.context.require_issuer()
        return await signed(
            info,
            lambda: tickets.sign_in_with_passkey(context.db, issuer, input.ticket, input.passkey, context.client),
            inputs.PasskeySignInPayload,
            cookies=input.cookies,
        )

    @strawberry.mutation(
        description="Get what a device is asked for to make a passkey. It counts from `passkeyConfirm` on."
    )
    async def passkey_add(
        self, info: Info, input: Annotated[inputs.PasskeyAddInput, ASKED]
    ) -> inputs.PasskeyAddPayload:
        """One command."""
        context = info.context
        actor, issuer = context.require_actor(), context.require_issuer()
        proof = Proof(input.code, input.passkey)
        options, errors = await attempt(info, passkeys.add_passkey(context.db, issuer, actor, input.password, proof))
        return inputs.PasskeyAddPayload(options=options, errors=errors)

    @strawberry.mutation(
        description="Let a new passkey count as second factor. With your first one your other sessions end."
    )
    async def passkey_confirm(
        self, info: Info, input: Annotated[inputs.PasskeyConfirmInput, ASKED]
    ) -> inputs.PasskeyConfirmPayload:
        """One command."""
        context = info.context
        actor, issuer = context.require_actor(), context.require_issuer()
        added, errors = await attempt(
            info, passkeys.confirm_passkey(context.db, issuer, actor, input.name, input.passkey)
        )
        if added is None:
            return inputs.PasskeyConfirmPayload(errors=errors)
        return inputs.PasskeyConfirmPayload(passkey_id=added.id, recovery_codes=list(added.recovery_codes))

    @strawberry.mutation(description="Call one of your passkeys something else.")
    async def passkey_rename(
        self, info: Info, input: Annotated[inputs.PasskeyRenameInput, ASKED]
    ) -> inputs.PasskeyRenamePayload:
        """One command."""
        context, actor = info.context, info.context.require_actor()
        renaming = passkeys.rename_passkey(context.db, actor, typed_id(input.id, "passkey"), input.name)
        done, errors = await attempt(info, renaming)
        return inputs.PasskeyRenamePayload(passkey_id=done, errors=errors)

    @strawberry.mutation(
        description="Take one of your passkeys away. Focal points and the secretariat, without another second factor, can then "
        "only add one."
    )
    async def passkey_remove(
        self, info: Info, input: Annotated[inputs.PasskeyRemoveInput, ASKED]
    ) -> inputs.PasskeyRemovePayload:
        """One command."""
        context = info.context
        actor, issuer = context.require_actor(), context.require_issuer()
        key, proof = typed_id(input.id, "passkey"), Proof(input.code, input.passkey)
        removal = passkeys.remove_passkey(context.db, issuer, actor, key, input.password, proof)
        done, errors = await attempt(info, removal)
        return inputs.PasskeyRemovePayload(done=done is not None, errors=errors)
