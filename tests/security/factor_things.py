"""What of the who-may matrix people prove who they are with: a passkey, a provider, and recoveries of lost factors."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.core.db import Writer
from services.core.table import now
from services.identity.passkey_tables import Passkey
from services.identity.provider_tables import IdentityProvider
from services.identity.recovery_tables import Recovery
from tests.builders import delegation_id, id_of
from tests.services.identity.world import ISSUER

PROVIDER = "https://login.ministry.example"
"""That of Zambia's delegation."""


async def factor_things(session: Writer, colleague: UUID) -> dict[str, tuple[str, UUID]]:
    """Write all of it, and return what has a name."""
    chief, home = id_of("ZMB focal point"), delegation_id("ZMB")
    passkey = Passkey(person_id=chief, name="Laptop", credential_id=b"id", public_key=b"key")
    sealed = ISSUER.seal.close(b"a secret", home.bytes)
    provider = IdentityProvider(
        delegation_id=home, issuer=PROVIDER, client_id="gof", sealed_secret=sealed, domains=["test.example"]
    )
    waits: dict[str, Any] = {"delegation_id": home, "ready_at": now(), "expires_at": now() + timedelta(days=1)}
    recoveries = [Recovery(person_id=key, requested_by_id=key, **waits) for key in (colleague, chief)]
    session.add_all([passkey, provider, *recoveries])
    await session.flush()
    return {
        "a colleague's recovery": ("recovery", recoveries[0].id),
        "the focal point's recovery": ("recovery", recoveries[1].id),
        "the focal point's passkey": ("passkey", passkey.id),
        "its delegation's provider": ("identity_provider", provider.id),
    }
