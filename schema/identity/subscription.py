"""Live reads of who asks."""

from collections.abc import AsyncGenerator

import strawberry

from schema.core.context import Info
from schema.core.subscription import watched
from schema.identity.types import Viewer
from services.core.live import topic
from services.identity.shapes import MYSELF


@strawberry.type
class IdentitySubscription:
    """Live root fields of identity."""

    @strawberry.subscription(
        description="Who asks: at once, and again whenever you are told something, read it, change your settings or "
        "sessions, or a turn of your delegation begins or ends."
    )
    def viewer_changed(self, info: Info) -> AsyncGenerator[Viewer, None]:
        """Answered by the Shape."""
        actor = info.context.require_actor()
        mine = [("person", actor.person_id), ("delegation", actor.delegation_id)]
        return watched(info, MYSELF, *(topic(kind, key) for kind, key in mine if key is not None))
