"""Beginning or renewing a session: the tokens in the answer or in cookies, and the rest read as the person."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from schema.core.context import Info
from schema.core.cookies import ACCESS, REFRESH
from schema.core.errors import as_user_error
from schema.core.watch import refused
from schema.identity import inputs
from services.core.errors import DomainError
from services.identity import queries
from services.identity.errors import SecondFactorNeeded
from services.identity.terms import Signed as Tokens

Answer = TypeVar("Answer", bound=inputs.Signed)


async def signed(
    info: Info, make: Callable[[], Awaitable[Tokens]], answer: type[Answer], *, cookies: bool, tried: str = ""
) -> Answer:
    """Begin or renew a session; the rest of the operation reads as its person.

    What fails is watched; ``tried`` is the hash of whom somebody tried to be.

    Raises:
        SecondFactorNeeded: the sign-in goes on elsewhere.
    """
    context, issuer = info.context, info.context.require_issuer()
    jar = context.require_cookies() if cookies else None
    try:
        if jar is not None:
            jar.require_settable()
        tokens = await make()
        claims = issuer.signer.verify(tokens.access_token)
        context.actor = await queries.actor_of_access(context.db, claims, demo=issuer.demo)
        if jar is not None:
            jar.set(ACCESS, tokens.access_token, tokens.access_expires_at)
            jar.set(REFRESH, tokens.refresh_token, tokens.refresh_expires_at)
    except SecondFactorNeeded:
        raise
    except DomainError as error:
        refused(info.field_name, error.code, context.client.address, tried=tried)
        return answer(errors=[as_user_error(error)])
    return answer(
        access_token=None if cookies else tokens.access_token,
        access_expires_at=tokens.access_expires_at,
        refresh_token=None if cookies else tokens.refresh_token,
        refresh_expires_at=tokens.refresh_expires_at,
    )
