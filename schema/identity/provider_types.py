"""GraphQL types of a delegation's own provider of sign-ins."""

from datetime import datetime

import strawberry

from schema.core.texts import Node


@strawberry.type(
    description="Where people of your delegation may sign in beside the platform (OpenID Connect). It gives no rights, and lets "
    "nobody in who does not take part already. Seen by the people of the delegation; its secret by nobody."
)
class IdentityProvider(Node):
    """Provider."""

    issuer: str = strawberry.field(description="Its address, as it calls itself.")
    client_id: str = strawberry.field(description="What it calls the platform.")
    domains: list[str] = strawberry.field(description="The domains of e-mail addresses that it may vouch for.")
    trusts_factor: bool = strawberry.field(
        description="Whether its word that it made sure by two factors stands for the second factor of viewers and contributors."
    )
    created_at: datetime = strawberry.field(description="When it was named.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    revision: int = strawberry.field(description="Counts its changes; a change names the one it was made from.")
