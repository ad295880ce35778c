"""What every resolver is given: the database, who is asking, and what sign-ins are made with."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any
from uuid import uuid4

import strawberry
from starlette.requests import HTTPConnection

from schema.core.cookies import ACCESS, Cookies
from schema.core.rate import Left
from services.core.actor import PUBLIC, Actor
from services.core.db import Database
from services.core.errors import NotPermitted, NotSignedIn
from services.core.languages import accept_language, primary_language
from services.core.links import Links
from services.core.listening import Listener
from services.core.read.plan import Asked
from services.identity.holding import Client, Issuer
from services.identity.queries import Actors

Look = Callable[[float], Awaitable[tuple[Actor, float]]]
"""Who asks, by a look at most so many seconds old, and for how many seconds at most that can still be so."""


Finder = Callable[[Actor, Asked], Awaitable[Sequence[Any] | None]]
"""Finds the rows of a list for who asks, as one array for each kind of ``shape.Sought``; None where it cannot."""
LOOK = 2.0
"""Seconds between two looks at who still is who; all look at the same moments, so that one statement does for all."""


def until_next_look(seconds: float) -> float:
    """Return the seconds to the next of these moments; less where a token is good only for ``seconds`` more."""
    return min(LOOK - asyncio.get_running_loop().time() % LOOK, max(seconds, 0))


class RightsChanged(NotPermitted):
    """What the actor may do is not what it was when this began."""

    code = "RIGHTS_CHANGED"


@dataclass(slots=True)
class Context:
    """One request. ``issuer`` makes the tokens of sign-ins, ``listener`` tells subscriptions that something is new.

    ``look`` looks again who asks; where there is none, ``actor`` stays as it is.
    """

    db: Database
    actor: Actor
    issuer: Issuer | None = None
    client: Client = field(default_factory=Client)
    listener: Listener | None = None
    look: Look | None = None
    cookies: Cookies | None = None
    finders: Mapping[str, Finder] = field(default_factory=dict)
    """The indexes of this process, by the names under which Shapes know them (``shape.Sought``)."""
    found_by: dict[str, str] = field(default_factory=dict)
    """What found the rows of such lists in this request: `index`, or the `statement` itself."""
    left: Left | None = None
    """What is left to who asks after this request, where there is a limit."""
    request_id: str = field(default_factory=lambda: uuid4().hex[:16])

    def require_actor(self) -> Actor:
        """Return the person who asks.

        Raises:
            NotSignedIn: nobody is signed in.
        """
        if self.actor.person_id is None:
            raise NotSignedIn("Sign in first: this needs a person.")
        return self.actor

    def require_issuer(self) -> Issuer:
        """Return what sign-ins are made with."""
        assert self.issuer is not None, "this application signs nobody in"
        return self.issuer

    def require_cookies(self) -> Cookies:
        """Return the cookies of the request."""
        assert self.cookies is not None, "this application knows no cookies"
        return self.cookies

    def require_listener(self) -> Listener:
        """Return what subscriptions hear by."""
        assert self.listener is not None, "this application does not listen"
        return self.listener

    async def look_again(self, age: float) -> float:
        """Let ``actor`` be who asks by a look at most ``age`` seconds old; return how long at most that can be so.

        Raises:
            NotSignedIn: the token stands for nobody any more.
            RightsChanged: the actor may now do more or less than before.
            Unavailable: the database cannot be asked.
        """
        if self.look is None:
            return inf
        before = replace(self.actor, languages=())
        self.actor, seconds = await self.look(age)
        if replace(self.actor, languages=()) != before:
            raise RightsChanged("What you may do has changed: subscribe again for what you may see now.")
        return seconds


Info = strawberry.Info[Context, None]
MakeContext = Callable[[HTTPConnection], Awaitable[Context]]
"""Finds out who makes a request, or who opened a socket."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Finds out who makes a request, by its bearer token or its cookie and its languages.

    ``links`` sign what it may follow; ``public_url`` is the address of the pages whose cookies count.
    """

    db: Database
    issuer: Issuer
    actors: Actors
    listener: Listener | None = None
    links: Links | None = None
    public_url: str = ""
    finders: Mapping[str, Finder] = field(default_factory=dict)

    async def context(self, request: HTTPConnection) -> Context:
        """Return the context of a request; without a token the public asks.

        A cookie that stands for nobody any more counts as none: the browser cannot leave it out.

        Raises:
            NotSignedIn: there is a token and it stands for nobody any more; or a cookie, not from a page of ours.
        """
        cookies = Cookies.of(request, self.public_url)
        token = bearer(request.headers.get("authorization"))
        if token is None and (held := cookies.read(ACCESS)) and await self._is_good(held):
            token = held
        preferred = accept_language(request.headers.get("accept-language"))

        async def look(age: float) -> tuple[Actor, float]:
            actor, seconds = (PUBLIC, inf) if token is None else await self.actors.at_most(age, token)
            languages = with_primary((*actor.languages, *preferred))
            link = self.links.of(actor.person_id) if self.links and actor.person_id else None
            return replace(actor, languages=languages, link=link), seconds

        actor, _ = await look(self.actors.SECONDS)
        address = "" if request.client is None else request.client.host
        client = Client(request.headers.get("user-agent", "")[:200], address)
        return Context(self.db, actor, self.issuer, client, self.listener, look, cookies, self.finders)

    async def _is_good(self, token: str) -> bool:
        try:
            await self.actors.of(token)
        except NotSignedIn:
            return False
        return True


def bearer(header: str | None) -> str | None:
    """Return the token of an Authorization header; None where there is no header.

    Raises:
        NotSignedIn: the header carries something else.
    """
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("Send the token as `Authorization: Bearer …`.")
    return token.strip()


def with_primary(languages: tuple[str, ...]) -> tuple[str, ...]:
    """The tags, each followed by its language alone: who reads fr-CA reads fr."""
    return tuple(dict.fromkeys(one for tag in languages for one in (tag, primary_language(tag))))
