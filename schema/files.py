"""Files by plain HTTP: up with a token, down with a token or a signed link.

GraphQL carries no files: ``POST /files?name=…`` takes the content as the body and answers what a message then names,
``GET /files/<id>`` gives it back. Content goes through this server and not by an address of the store's own, so that it
comes with our headers, the store need not be reachable from outside, and whoever lost the right to see it loses it.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from schema.core import attending
from schema.core.answering import problem
from schema.core.attending import in_time
from schema.core.context import MakeContext
from schema.core.rate import caller
from schema.core.watch import refused
from services.core.actor import Actor
from services.core.db import Database
from services.core.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotFound,
    NotPermitted,
    NotSignedIn,
    Unavailable,
)
from services.core.ids import typed_id, write_id
from services.core.links import Links
from services.core.storage import FileMissing, Storage
from services.identity.queries import actor_of_person
from services.proposals.thread_commands import upload
from services.proposals.thread_files import FILE_LIMIT, UPLOAD_SECONDS, FileTooLarge, UploadTooSlow, WrongFileKind
from services.proposals.thread_queries import attachment_of
from services.proposals.thread_tables import Attachment, key_of

KIND = "attachment"
_STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (NotSignedIn, 401),
    (NotPermitted, 403),
    (NotFound, 404),
    (FileTooLarge, 413),
    (WrongFileKind, 415),
    (Invalid, 400),
    (Conflict, 409),
    (UploadTooSlow, 408),
    (Unavailable, 503),
)
_ALWAYS = {
    "cache-control": "private, no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
"""On every answer, besides those of all answers: kept by nobody, and run by nothing."""


@dataclass(frozen=True, slots=True)
class Files:
    """What files need: where they are kept, and what their links are signed with."""

    storage: Storage
    links: Links


@dataclass(frozen=True, slots=True)
class FileEndpoint:
    """The two routes of files."""

    db: Database
    make_context: MakeContext
    files: Files

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/files", self.upload, methods=["POST"]),
            Route("/files/{id}", self.download, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        """Take a file; 201 and what it is, or a status and a sentence that says why not."""
        try:
            async with in_time(UPLOAD_SECONDS + attending.DEADLINE):
                context = await self.make_context(request)
                actor = context.require_actor()
                _check_length(request.headers.get("content-length"))
                name = request.query_params.get("name", "")
                kept = await upload(self.db, self.files.storage, actor, name, request.stream())
        except DomainError as error:
            return _refused(request, error)
        except ClientDisconnect:
            return Response(status_code=400)
        return _answer(201, {KIND: _shown(kept)})

    async def download(self, request: Request) -> Response:
        """Give a file to whom may see it; for all others it is not there."""
        try:
            key = _key(request.path_params["id"])
            async with in_time():
                actor = await self._asking(request, key)
                found = await attachment_of(self.db, actor, key)
                stored = await self.files.storage.get(key_of(key))
            if stored.size != found.size:
                raise FileMissing("This file is damaged. Tell the secretariat.")
        except DomainError as error:
            return _refused(request, error)
        return _Sent(stored.pieces, headers=_ALWAYS | _headers(found), media_type=found.media_type)

    async def _asking(self, request: Request, key: UUID) -> Actor:
        """Who asks: whom the link was given to, else whose token it is.

        Raises:
            NotFound: the link was given to nobody, or to someone who has left.
            NotSignedIn: the token is not good any more.
            LinkExpired: the link was good once.
        """
        asked = request.query_params
        if "signature" not in asked:
            return (await self.make_context(request)).actor
        try:
            person, until = UUID(hex=asked["for"]), int(asked["until"])
            self.files.links.check(key, person, until, asked["signature"])
            return await actor_of_person(self.db, person)
        except (KeyError, ValueError, OverflowError, NotSignedIn) as no:
            raise NotFound("No such link.") from no


class _Sent(StreamingResponse):
    """A file on its way, for as long as an upload may take; who takes it no faster is cut off."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; the server closes the connection of an answer that is not whole."""
        with suppress(TimeoutError):
            async with asyncio.timeout(UPLOAD_SECONDS):
                await super().__call__(scope, receive, send)


def _check_length(given: str | None) -> None:
    """Refuse at once what says itself that it is too large; what says nothing is counted while it comes in."""
    if given is not None and given.isdecimal() and given.isascii() and int(given[:20]) > FILE_LIMIT:
        raise FileTooLarge(f"A file has up to {FILE_LIMIT // 1_000_000} MB.")


def _key(text: str) -> UUID:
    try:
        return typed_id(text, KIND)
    except Invalid as no:
        raise NotFound("No such id.") from no


def _refused(request: Request, error: DomainError) -> Response:
    if isinstance(error, NotPermitted | NotSignedIn):
        refused("file", error.code, caller(request))
    status = next(number for kind, number in _STATUS if isinstance(error, kind))
    if status == 404:  # whatever is not there for whatever reason is not there in one way
        return _answer(
            404, {"errors": [problem("There is no such file, or none that you may know of.", NotFound.code)]}
        )
    told = problem(error.message, error.code)
    told["extensions"]["argument"] = list(error.path)
    return _answer(status, {"errors": [told]})


def _answer(status: int, document: Mapping[str, Any]) -> Response:
    return JSONResponse(document, status, headers=_ALWAYS)


def _shown(kept: Attachment) -> dict[str, Any]:
    return {
        "id": write_id(KIND, kept.id),
        "name": kept.name,
        "mediaType": kept.media_type,
        "size": kept.size,
        "sha256": kept.sha256.hex(),
    }


def _headers(found: Attachment) -> dict[str, str]:
    """Length, and the name as RFC 6266 section 5 gives it: plain for old programs, in UTF-8 for all others."""
    plain = "".join(letter if letter.isascii() and letter not in '"%\\' else "_" for letter in found.name)
    name = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    return {"content-length": str(found.size), "content-disposition": name}
