"""Headers of every answer, whichever way it comes: browsers guess no types, frame nothing and tell no addresses."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response
from starlette.types import Message, Send

HEADERS = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""Where an answer says nothing itself. A page that needs more names it in its own policy (see ``schema.graphiql``)."""
OVER_TLS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
"""Besides, where people come by https (RFC 6797): browsers come by nothing else for a year."""


def raw(public_url: str) -> list[tuple[bytes, bytes]]:
    """The headers of a platform at ``public_url``, as ASGI sends them."""
    chosen = HEADERS | (OVER_TLS if public_url.startswith("https://") else {})
    return [(name.encode(), value.encode()) for name, value in chosen.items()]


def securing(send: Send, headers: list[tuple[bytes, bytes]]) -> Send:
    """Return a ``send`` that adds those of ``headers`` which an answer does not say itself."""

    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            said = list(message.get("headers", ()))
            names = {name for name, _ in said}
            message = {**message, "headers": said + [one for one in headers if one[0] not in names]}
        await send(message)

    return secured


def refused(status: int, message: str, code: str, headers: Mapping[str, str]) -> Response:
    """Return a refusal before any route is found."""
    answer = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(answer, status, headers={"cache-control": "no-store", **headers})
