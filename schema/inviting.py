"""`gof invite`: the first person of the secretariat, who invites all others through GraphQL."""

import asyncio

import services.registry  # noqa: F401 - people refer to delegations, whose tables are another slice's
from schema.running import database, migrated
from schema.serving import opened
from services.core.actor import SYSTEM, Role
from services.core.progress import Say
from services.core.settings import settings
from services.identity.commands import invite_person
from services.identity.rules import INVITATION_LIFETIME
from services.identity.terms import Invitation


def invite(email: str, name: str, languages: tuple[str, ...], say: Say) -> str:
    """Invite a person to the secretariat; return the secret with which `invitationAccept` sets a password.

    Raises:
        Invalid: address, name or languages are wrong.
        EmailTaken: someone of the secretariat has this address.
    """
    invitation = Invitation(email=email, name=name, role=Role.SECRETARIAT, languages=languages)

    async def issue(url: str) -> str:
        async with opened(url) as db, db.write(SYSTEM) as session:
            return (await invite_person(session, SYSTEM, invitation)).secret

    with database(settings(), say) as urls:
        migrated(urls, say)
        secret = asyncio.run(issue(urls.app))
    say(f"{name} is invited to the secretariat, for {INVITATION_LIFETIME.days} days; hand over this secret in person:")
    return secret
