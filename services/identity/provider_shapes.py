"""What can be read of a delegation's own provider of sign-ins: never its secret."""

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.read.shape import Filter, One, Shape, global_id
from services.identity import policy
from services.identity.provider_tables import IdentityProvider

IDENTITY_PROVIDER = Shape.of(
    "IdentityProvider",
    IdentityProvider,
    policy.visible_provider,
    {
        "id": global_id("identity_provider"),
        "issuer": IdentityProvider.issuer,
        "clientId": IdentityProvider.client_id,
        "domains": IdentityProvider.domains,
        "trustsFactor": IdentityProvider.trusts_factor,
        "createdAt": IdentityProvider.created_at,
        "updatedAt": IdentityProvider.updated_at,
        "revision": IdentityProvider.revision,
    },
)

MY_PROVIDER = One(lambda: IDENTITY_PROVIDER)
"""The root ``identityProvider``: that of one's own delegation, of which there is one at most."""
PROVIDER_BY_ID = One(
    lambda: IDENTITY_PROVIDER,
    by={"id": Filter(lambda row, key: row.id == key, of_kind("identity_provider"), (sa.Uuid(),))},
)
