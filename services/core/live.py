"""What open pages hear of: a topic told with NOTIFY in the transaction that changed something, heard after its commit.

A topic says only that there is something new (``expression_of_interest:<id>``), never what: who listens reads it again
as the actor it is, so that a notification can show nothing to anybody.
"""

from uuid import UUID

from services.core.db import Writer
from services.core.later import call_later

CHANNEL = "gof_live"
SECRETARIAT, CO_CHAIRS = "secretariat", "co_chairs"
"""Topics of groups of people: something that waits for any one of them begins or ends."""


def topic(kind: str, key: UUID) -> str:
    """The topic of one object, by the type name of its global id."""
    return f"{kind}:{key.hex}"


async def tell(session: Writer, *topics: str) -> None:
    """Tell the listeners of ``topics`` when the caller's transaction commits; the same one twice is told once."""
    for one in dict.fromkeys(topics):
        call_later(session, "pg_notify", CHANNEL, one)
