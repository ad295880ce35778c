"""Ways in and out, and what people do about people."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.cookies import REFRESH
from schema.core.errors import UserError, as_user_error
from schema.core.mutation import act, act_on, attempt
from schema.core.watch import refused
from schema.identity import inputs
from schema.identity.signing import signed
from services.core.actor import Actor
from services.core.db import Writer
from services.core.errors import DomainError, NotPermitted
from services.core.ids import typed_id
from services.identity import commands, credentials, resets, tries
from services.identity.errors import SecondFactorNeeded
from services.identity.holding import looked_for
from services.identity.terms import Invitation, Issued


async def _issued(info: Info, make: Callable[..., Awaitable[Issued]]) -> tuple[Issued | None, list[UserError]]:
    """Run a command that makes a secret; the secret is shown once, so no idempotency key can bring it back."""
    actor = info.context.require_actor()
    try:
        async with info.context.db.write(actor) as session:
            return await make(session, actor), []
    except DomainError as error:
        if isinstance(error, NotPermitted):
            refused(info.field_name, error.code, info.context.client.address, actor)
        return None, [as_user_error(error)]


@strawberry.type
class IdentityMutation:
    """Mutations of identity."""

    @strawberry.mutation(description="Sign in with e-mail address and password. Everyone.")
    async def sign_in(self, info: Info, input: Annotated[inputs.SignInInput, ASKED]) -> inputs.SignInPayload:
        """A wrong address and a wrong password are one answer."""
        context = info.context
        issuer = context.require_issuer()
        try:
            return await signed(
                info,
                lambda: credentials.sign_in(context.db, issuer, input.email, input.password, context.client),
                inputs.SignInPayload,
                cookies=input.cookies,
                tried=tries.key("person", looked_for(input.email)).hex()[:16],
            )
        except SecondFactorNeeded as needed:
            return inputs.SignInPayload(ticket=needed.ticket, errors=[as_user_error(needed)])

    @strawberry.mutation(description="Get the next access token of a session. Everyone who holds its refresh token.")
    async def session_refresh(
        self, info: Info, input: Annotated[inputs.SessionRefreshInput, ASKED]
    ) -> inputs.SessionRefreshPayload:
        """The refresh token is spent by this."""
        context = info.context
        issuer, token, kept = context.require_issuer(), input.refresh_token, False
        if token is None:
            token, kept = context.require_cookies().read(REFRESH) or "", True
        return await signed(
            info,
            lambda: credentials.refresh(context.db, issuer, token),
            inputs.SessionRefreshPayload,
            cookies=kept,
        )

    @strawberry.mutation(description="End the session in which you ask.")
    async def sign_out(self, info: Info) -> inputs.SignOutPayload:
        """One command."""
        done, errors = await act(info, commands.sign_out)
        if done is not None and info.context.cookies is not None:
            info.context.cookies.clear()
        return inputs.SignOutPayload(done=done is not None, errors=errors)

    @strawberry.mutation(
        description="Set your first password with the secret of an invitation. Everyone who holds one."
    )
    async def invitation_accept(
        self, info: Info, input: Annotated[inputs.InvitationAcceptInput, ASKED]
    ) -> inputs.InvitationAcceptPayload:
        """One command."""
        done, errors = await attempt(info, credentials.accept_invitation(info.context.db, input.secret, input.password))
        return inputs.InvitationAcceptPayload(done=done is not None, errors=errors)

    @strawberry.mutation(
        description="Ask for a mail whose link, good for an hour and once, lets you set another password. Everyone; the answer "
        "does not tell whether there is such a person."
    )
    async def password_reset_request(
        self, info: Info, input: Annotated[inputs.PasswordResetRequestInput, ASKED]
    ) -> inputs.PasswordResetRequestPayload:
        """One command."""
        asking = resets.ask_reset(info.context.db, input.email, info.context.client, key=input.idempotency_key)
        _, errors = await attempt(info, asking)
        return inputs.PasswordResetRequestPayload(done=not errors, errors=errors)

    @strawberry.mutation(
        description="Set another password with the secret of a mail; all your sessions end. Everyone who holds one. A second "
        "factor stays as it is."
    )
    async def password_reset(
        self, info: Info, input: Annotated[inputs.PasswordResetInput, ASKED]
    ) -> inputs.PasswordResetPayload:
        """One command."""
        done, errors = await attempt(info, resets.reset_password(info.context.db, input.secret, input.password))
        return inputs.PasswordResetPayload(done=done is not None, errors=errors)

    @strawberry.mutation(description="Change your password; your other sessions end.")
    async def password_change(
        self, info: Info, input: Annotated[inputs.PasswordChangeInput, ASKED]
    ) -> inputs.PasswordChangePayload:
        """One command."""
        actor = info.context.require_actor()
        change = credentials.change_password(info.context.db, actor, input.old_password, input.new_password)
        done, errors = await attempt(info, change)
        return inputs.PasswordChangePayload(done=done is not None, errors=errors)

    @strawberry.mutation(
        description="Invite a person: focal points to their own delegation, the secretariat the first focal point of one. "
        "They get a mail with the link by which they join within 7 days; who invites is not shown it."
    )
    async def person_invite(
        self, info: Info, input: Annotated[inputs.PersonInviteInput, ASKED]
    ) -> inputs.PersonInvitePayload:
        """One command."""

        async def invite(session: Writer, actor: Actor) -> Issued:
            delegation = typed_id(input.delegation, "delegation", path=("delegation",)) if input.delegation else None
            languages = tuple(input.languages)
            return await commands.invite_person(
                session, actor, Invitation(input.email, input.name, input.role, languages, delegation)
            )

        issued, errors = await _issued(info, invite)
        return inputs.PersonInvitePayload(person_id=None if issued is None else issued.id, errors=errors)

    @strawberry.mutation(
        description="Let a person leave: their sessions and tokens end, their acts stay. Focal points."
    )
    async def person_remove(
        self, info: Info, input: Annotated[inputs.PersonRemoveInput, ASKED]
    ) -> inputs.PersonRemovePayload:
        """One command."""
        done, errors = await act_on(info, "person", input, commands.remove_person)
        return inputs.PersonRemovePayload(person_id=done, errors=errors)

    @strawberry.mutation(description="Give a person of your delegation another role. Focal points.")
    async def person_give_role(
        self, info: Info, input: Annotated[inputs.PersonGiveRoleInput, ASKED]
    ) -> inputs.PersonGiveRolePayload:
        """One command."""
        done, errors = await act(
            info, lambda session, actor: commands.give_role(session, actor, typed_id(input.id, "person"), input.role)
        )
        return inputs.PersonGiveRolePayload(person_id=done, errors=errors)

    @strawberry.mutation(description="Change your own name and languages.")
    async def settings_change(
        self, info: Info, input: Annotated[inputs.SettingsChangeInput, ASKED]
    ) -> inputs.SettingsChangePayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.change_settings(
                session, actor, languages=input.languages, name=input.name, mail=input.mail
            ),
        )
        return inputs.SettingsChangePayload(person_id=done, errors=errors)

    @strawberry.mutation(description="End one of your sessions; its tokens are refused within 5 seconds.")
    async def session_end(
        self, info: Info, input: Annotated[inputs.SessionEndInput, ASKED]
    ) -> inputs.SessionEndPayload:
        """One command."""
        done, errors = await act(
            info, lambda session, actor: commands.end_session(session, actor, typed_id(input.id, "session"))
        )
        return inputs.SessionEndPayload(session_id=done, errors=errors)

    @strawberry.mutation(description="Make an API token for a program that acts as you; its secret is shown once.")
    async def api_token_create(
        self, info: Info, input: Annotated[inputs.ApiTokenCreateInput, ASKED]
    ) -> inputs.ApiTokenCreatePayload:
        """One command."""
        issued, errors = await _issued(
            info,
            lambda session, actor: commands.create_api_token(session, actor, input.name, input.scopes, input.days),
        )
        if issued is None:
            return inputs.ApiTokenCreatePayload(errors=errors)
        return inputs.ApiTokenCreatePayload(token_id=issued.id, secret=issued.secret)

    @strawberry.mutation(description="Make one of your API tokens worthless; it is refused within 5 seconds.")
    async def api_token_revoke(
        self, info: Info, input: Annotated[inputs.ApiTokenRevokeInput, ASKED]
    ) -> inputs.ApiTokenRevokePayload:
        """One command."""
        done, errors = await act(
            info, lambda session, actor: commands.revoke_api_token(session, actor, typed_id(input.id, "api_token"))
        )
        return inputs.ApiTokenRevokePayload(token_id=done, errors=errors)
