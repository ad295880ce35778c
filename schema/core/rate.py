"""How much one may ask for in a minute: buckets of points in this process, one for each address and each person.

A bucket holds the points of a minute and fills again evenly. A request is answered while a whole point is left, and then
takes what it costs, so that nothing is ever too dear for a full bucket (docs/decisions/0023-limits.md).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from math import ceil, floor
from time import monotonic
from uuid import UUID

from starlette.requests import HTTPConnection

from services.core.errors import DomainError

OBJECTS = 100
"""Objects that are asked for at most, for one point."""
NEW_DOCUMENT = 10
"""Points for a document that was not asked here before: it is parsed, validated and compiled."""
MINUTE = 60.0
MOST = 100_000
"""Buckets, and documents, that are remembered; those used longest ago are forgotten, and are full or new again."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a bucket; ``reset`` is the seconds until it is full."""

    name: str
    cost: int
    limit: int
    remaining: int
    reset: float

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-10 says it."""
        return {
            "ratelimit-policy": f'"{self.name}";q={self.limit};w={MINUTE:.0f}',
            "ratelimit": f'"{self.name}";r={max(self.remaining, 0)};t={ceil(self.reset)}',
        }


class RateLimited(DomainError):
    """Too much was asked for of late; ``headers`` say when there is more."""

    code = "RATE_LIMITED"

    def __init__(self, left: Left) -> None:
        points = left.limit - left.reset * left.limit / MINUTE
        wait = max(ceil((1 - points) * MINUTE / left.limit), 1)
        whose = "this address" if left.name == "address" else "you"
        limit = f"{left.limit:,} points a minute for {whose}"
        super().__init__(f"Too much was asked for of late: the limit is {limit}. Try again in {wait} seconds.")
        self.headers = {**left.headers, "retry-after": str(wait)}


class Buckets:
    """The buckets of one kind, each of ``limit`` points a minute; 0 sets no limit."""

    def __init__(self, name: str, limit: int, clock: Callable[[], float] = monotonic) -> None:
        self.name, self.limit = name, limit
        self._clock = clock
        self._found: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, cost: int, told: int | None = None, *, admitted: bool = False) -> Left | None:
        """Take ``cost`` points; ``told`` is what the whole request costs, where that is more. None without a limit.

        Raises:
            RateLimited: no whole point is left, and the request was not ``admitted`` before.
        """
        if not self.limit:
            return None
        now, full = self._clock(), float(self.limit)
        points, at = self._found.get(key, (full, now))
        points = min(full, points + (now - at) * full / MINUTE)
        enough = admitted or points >= 1
        points -= cost if enough else 0
        self._found[key] = points, now
        self._found.move_to_end(key)
        if len(self._found) > MOST:
            self._found.popitem(last=False)
        cost = cost if told is None else told
        left = Left(self.name, cost, self.limit, floor(points), (full - points) * MINUTE / full)
        if not enough:
            raise RateLimited(left)
        return left


class Rates:
    """What one process lets each address and each person ask for, in points a minute; 0 sets no limit."""

    def __init__(self, person: int = 0, address: int = 0, clock: Callable[[], float] = monotonic) -> None:
        self._people = Buckets("person", person, clock)
        self._addresses = Buckets("address", address, clock)
        self._documents: OrderedDict[int, None] = OrderedDict()

    def admit(self, address: str) -> None:
        """Take the first point of a request, before anything of it is looked at.

        Raises:
            RateLimited: no point is left to its address.
        """
        if self._addresses.limit:
            self._addresses.take(network(address), 1)

    def new(self, address: str, query: str) -> int:
        """Take the points of a document that is new from the address, before it is parsed; return how many."""
        key = hash(query)
        if key in self._documents:
            self._documents.move_to_end(key)
            return 0
        self._documents[key] = None
        if len(self._documents) > MOST:
            self._documents.popitem(last=False)
        self._addresses.take(network(address), NEW_DOCUMENT, admitted=True)
        return NEW_DOCUMENT

    def charge(self, address: str, person: UUID | None, nodes: int, paid: int) -> Left | None:
        """Take the rest of what a request costs that asks for ``nodes`` objects at most; ``paid`` the address has.

        Return what is left to the person, or where nobody is signed in to the address; None without a limit.

        Raises:
            RateLimited: no point is left to the person.
        """
        rest = nodes // OBJECTS
        left = (
            self._addresses.take(network(address), rest, paid + rest, admitted=True) if self._addresses.limit else None
        )
        return left if person is None else self._people.take(person, paid + rest)


def caller(connection: HTTPConnection) -> str:
    """The address that a request comes from, past the proxies that are believed; empty where it has none."""
    return connection.client.host if connection.client is not None else ""


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address, which is one household's."""
    try:
        return str(ip_network((address, 64 if ":" in address else 32), strict=False))
    except ValueError:
        return address  # a socket of the file system has none
