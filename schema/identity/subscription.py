"""Live reads of who asks."""

from collections.abc import AsyncGenerator, Iterator

import strawberry

from schema.core.context import Info
from schema.core.subscription import watched
from schema.identity.types import Viewer
from services.core.actor import Actor, Role
from services.core.live import CO_CHAIRS, SECRETARIAT, topic
from services.identity.shapes import MYSELF


@strawberry.type
class IdentitySubscription:
    """Live root fields of identity."""

    @strawberry.subscription(
        description="Who asks: at once, and again whenever you are told something, read it, change your settings or "
        "sessions, or something that may wait for you begins or ends."
    )
    def viewer_changed(self, info: Info) -> AsyncGenerator[Viewer, None]:
        """Answered by the Shape."""
        return watched(info, MYSELF, *topics_of(info.context.require_actor()))


def topics_of(actor: Actor) -> Iterator[str]:
    """What a person is told by: as oneself, for one's delegation, and as one of a group."""
    if actor.person_id is not None:
        yield topic("person", actor.person_id)
    if actor.delegation_id is not None:
        yield topic("delegation", actor.delegation_id)
    if actor.role is Role.SECRETARIAT:
        yield SECRETARIAT
    if actor.co_chair:
        yield CO_CHAIRS
