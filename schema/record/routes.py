"""The record by plain HTTP, for programs that check it: stable JSON, hashes in hexadecimal.

Heads, hashes and proofs are public. With a member's token `/record/tree` also says what the platform itself finds damaged,
and `/record/entries` gives the entries that its person may see.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schema.core.answering import problem
from schema.core.attending import in_time
from schema.core.context import MakeContext
from services.core.actor import PUBLIC, SYSTEM, Actor
from services.core.db import Database, Reader
from services.core.errors import DomainError, Invalid, NotFound, NotSignedIn, Unavailable
from services.core.ids import typed_id
from services.record import queries
from services.record.notes import HeadKeys
from services.record.terms import Published

_STATUS: tuple[tuple[type[DomainError], int], ...] = ((NotSignedIn, 401), (NotFound, 404), (Unavailable, 503))
_HEADERS = {"cache-control": "no-store"}
Answer = Callable[[Request, Actor], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class RecordEndpoint:
    """The routes of the record; ``keys`` are those that heads are signed with."""

    db: Database
    make_context: MakeContext
    keys: HeadKeys

    def routes(self) -> list[Route]:
        """The routes."""
        answers: dict[str, Answer] = {
            "/record/keys": self.told_keys,
            "/record/heads": self.heads,
            "/record/head": self.newest,
            "/record/proof/inclusion": self.inclusion,
            "/record/proof/consistency": self.consistency,
            "/record/tree": self.tree,
            "/record/entries": self.entries,
        }
        return [Route(path, self._route(answer), methods=["GET"]) for path, answer in answers.items()]

    def _route(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            try:
                async with in_time():
                    actor = (await self.make_context(request)).actor
                    return JSONResponse(await answer(request, actor), headers=_HEADERS)
            except DomainError as error:
                status = next((number for kind, number in _STATUS if isinstance(error, kind)), 400)
                return JSONResponse({"errors": [problem(error.message, error.code)]}, status, headers=_HEADERS)

        return respond

    async def told_keys(self, _request: Request, _actor: Actor) -> Mapping[str, Any]:
        """The public keys of heads, the one that signs first."""
        return {"origin": self.keys.origin, "keys": [key.hex() for key in self.keys.public()]}

    async def heads(self, request: Request, _actor: Actor) -> Mapping[str, Any]:
        """Up to 100 heads, the newest first; go on with ``before``."""
        before = request.query_params.get("before")
        async with self.db.read(PUBLIC) as session:
            found = await queries.heads(session, before=None if before is None else _moment(before))
        return {"heads": [_shown(head) for head in found]}

    async def newest(self, _request: Request, _actor: Actor) -> Mapping[str, Any]:
        """The newest head."""
        async with self.db.read(PUBLIC) as session:
            return _shown(await _newest(session))

    async def inclusion(self, request: Request, _actor: Actor) -> Mapping[str, Any]:
        """The proof for ``leaf`` (an id) or ``place`` in the record of ``size``, that of the newest head if not given."""
        asked = request.query_params
        async with self.db.read(PUBLIC) as session:
            size = _number(request, "size") if "size" in asked else (await _newest(session)).size
            leaf = asked.get("leaf")
            place = _number(request, "place") if leaf is None else await queries.place_of(session, _leaf(leaf))
            found = None if place is None else await queries.inclusion(session, place, size)
        if found is None:
            raise NotFound("The record of this size has no such entry.")
        hashed, path = found
        return {"place": place, "size": size, "hash": hashed.hex(), "path": [step.hex() for step in path]}

    async def consistency(self, request: Request, _actor: Actor) -> Mapping[str, Any]:
        """The proof that the record of size ``second`` begins with that of size ``first``."""
        first, second = _number(request, "first"), _number(request, "second")
        async with self.db.read(PUBLIC) as session:
            path = await queries.consistency(session, first, second)
        if path is None:
            raise NotFound("The record has no two such sizes, the first from 1 and no larger than the second.")
        return {"first": first, "second": second, "path": [step.hex() for step in path]}

    async def tree(self, request: Request, actor: Actor) -> Mapping[str, Any]:
        """A page of hashes, and for members what of it the platform finds damaged."""
        look = actor.reads_members  # as the platform, which sees all leaves; the answer names places and nothing else
        async with self.db.read(SYSTEM if look else PUBLIC) as session:
            size = await queries.size_of(session)
            page = await queries.page(session, _number(request, "first"), size, look=look)
        return {
            "size": size,
            "first": page.first,
            "hashes": [one and one.hex() for one in page.hashes],
            "subtrees": [
                {"level": one.level, "place": one.place, "hash": one.hash and one.hash.hex()} for one in page.subtrees
            ],
            "damaged": page.damaged and {str(place): what for place, what in page.damaged.items()},
        }

    async def entries(self, request: Request, actor: Actor) -> Mapping[str, Any]:
        """The entries of a page that the actor may see."""
        found = await queries.entries_for(self.db, actor, _number(request, "first"))
        return {"entries": [{"place": one.place, "text": one.text, "salt": one.salt} for one in found]}


async def _newest(session: Reader) -> Published:
    found = await queries.heads(session, first=1)
    if not found:
        raise NotFound("No head of the record is published yet.")
    return found[0]


def _shown(head: Published) -> Mapping[str, Any]:
    return {
        "size": head.size,
        "root": head.root.hex(),
        "signedAt": head.signed_at.isoformat(),
        "key": head.key.hex(),
        "note": head.note,
    }


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid(f"{name} is a whole number from 0: add ?{name}=… to the address.", path=(name,))
    return int(text)


def _leaf(text: str) -> Any:
    return typed_id(text, "record_leaf", path=("leaf",))


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise Invalid("before is a time such as 2026-11-24T09:30:00+00:00.", path=("before",)) from error
    if found.tzinfo is None:
        raise Invalid("before needs its offset from UTC.", path=("before",))
    return found
