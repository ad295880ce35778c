"""What every resolver is given: the database, who is asking, and what sign-ins are made with."""

from dataclasses import dataclass, field, replace
from uuid import uuid4

import strawberry
from starlette.requests import Request

from services.core.actor import PUBLIC, Actor
from services.core.db import Database
from services.core.errors import NotSignedIn
from services.core.languages import accept_language, primary_language
from services.identity.credentials import Issuer
from services.identity.queries import Actors


@dataclass(slots=True)
class Context:
    """One request. ``issuer`` makes the tokens of sign-ins."""

    db: Database
    actor: Actor
    issuer: Issuer | None = None
    device: str = ""
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


Info = strawberry.Info[Context, None]


@dataclass(frozen=True, slots=True)
class Reception:
    """Finds out who makes a request, by its bearer token and its languages."""

    db: Database
    issuer: Issuer
    actors: Actors

    async def context(self, request: Request) -> Context:
        """Return the context of a request; without a token the public asks.

        Raises:
            NotSignedIn: there is a token and it stands for nobody any more.
        """
        actor = await self._actor(request.headers.get("authorization"))
        preferred = with_primary(accept_language(request.headers.get("accept-language")))
        languages = tuple(dict.fromkeys((*actor.languages, *preferred)))
        device = request.headers.get("user-agent", "")[:200]
        return Context(self.db, replace(actor, languages=languages), self.issuer, device)

    async def _actor(self, header: str | None) -> Actor:
        if header is None:
            return PUBLIC
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn("Send the token as `Authorization: Bearer …`.")
        return await self.actors.of(token.strip())


def with_primary(languages: tuple[str, ...]) -> tuple[str, ...]:
    """The tags, each followed by its language alone: who reads fr-CA reads fr."""
    return tuple(dict.fromkeys(one for tag in languages for one in (tag, primary_language(tag))))
