"""Reads of a delegation's own provider of sign-ins."""

import strawberry

from schema.core.context import Info
from schema.core.execution import answer
from schema.identity.provider_types import IdentityProvider
from services.identity import provider_shapes as shapes


@strawberry.type
class ProviderQuery:
    """Root fields of providers."""

    @strawberry.field(description="The provider of sign-ins of your delegation; null if it has none.")
    async def identity_provider(self, info: Info) -> IdentityProvider | None:
        """Answered by the Shape."""
        return await answer(info, shapes.MY_PROVIDER)  # type: ignore[no-any-return]
