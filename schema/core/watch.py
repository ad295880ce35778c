"""What whoever guards the platform watches: a line of JSON for each way in that failed and each act and request refused.

Under the name ``gof.security``, to where the other lines of the process go. No e-mail address, no name and no secret stands
in it: whom somebody tried to be is told by a hash, under which the tries at one person belong together.
"""

import logging
from collections.abc import Callable
from time import monotonic

import orjson

from services.core.actor import PUBLIC, Actor
from services.core.table import now

log = logging.getLogger("gof.security")
REQUEST = "request"
"""What is refused before there is an act; nothing else slows whoever sends such, so not each of a flood has its line."""
MOST, MINUTE = 120, 60.0


class Pace:
    """Lets so many lines pass in a minute, and counts those that do not."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock = most, clock
        self._since, self._written, self.left_out = clock(), 0, 0

    def lets_pass(self) -> bool:
        """Whether there may be one more; the first of a new minute tells by ``left_out`` how many there were."""
        if self._clock() - self._since >= MINUTE:
            self._since, self._written = self._clock(), 0
        passes = self._written < self._most
        self._written, self.left_out = self._written + passes, self.left_out + (not passes)
        return passes


pace = Pace()


def refused(act: str, code: str, address: str, actor: Actor = PUBLIC, *, tried: str = "") -> None:
    """Write a line: when, what, why not, who as far as that is known, and from which network address.

    ``act`` is the mutation, ``file`` or ``REQUEST``.
    """
    if act == REQUEST and not pace.lets_pass():
        return
    line: dict[str, object] = {
        "at": now().isoformat(),
        "event": "refused",
        "act": act,
        "code": code,
        "address": address,
    }
    line |= {"role": actor.role.value, "person": actor.person_id, "session": actor.session_id, "tried": tried}
    if act == REQUEST:
        line["left_out"], pace.left_out = pace.left_out, 0
    log.warning("%s", orjson.dumps({name: value for name, value in line.items() if value}, default=str).decode())
