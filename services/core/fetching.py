"""Asking another server, at an address that a person typed: over https, of the public network, in bounds.

The name is looked up once, every address that it has must be public, and the connection goes to the one that was
looked at: a name that answers otherwise a moment later leads nowhere else. Certificates are checked for the name.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from services.core.errors import Conflict, Invalid

LARGEST = 256 * 1024
"""Octets of an answer."""
SECONDS = 10.0
"""For the whole of it: the name, the connection, and the answer."""
_SIX_TO_FOUR, _UNICAST = ip_network("2002::/16"), ip_network("2000::/3")
"""What leads through IPv6 to an IPv4 address (6to4, RFC 3056), and all of IPv6 that is given out (RFC 4291)."""


class AddressNotAllowed(Invalid):
    """The address is not one that the platform asks: not https, not of the public network, or with a password in it."""

    code = "ADDRESS_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__("This address is not asked: it must be https and of the public network.", path=("issuer",))


class FetchFailed(Conflict):
    """The other server cannot be reached, takes too long, or answers too much or not with success."""

    code = "FETCH_FAILED"

    def __init__(self) -> None:
        super().__init__("The other server could not be reached, or did not answer as it should.")


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks other servers. ``local``: also of this machine, over http; for development and tests."""

    local: bool = False

    async def fetch(
        self, url: str, *, form: Mapping[str, str] | None = None, basic: tuple[str, str] | None = None
    ) -> bytes:
        """Return what a server answers; with ``form`` it is posted. Redirects are not followed.

        Raises:
            AddressNotAllowed: the address is not one to ask.
            FetchFailed: it was not answered with success, in time, and in bounds.
        """
        import httpx

        try:
            async with asyncio.timeout(SECONDS):
                host, pinned = await self._pinned(url)
                async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=SECONDS) as client:
                    asked = client.build_request(
                        "GET" if form is None else "POST",
                        pinned,
                        data=None if form is None else dict(form),
                        headers={
                            "host": urlsplit(url).netloc,
                            "accept": "application/json",
                            "accept-encoding": "identity",
                        },
                        extensions={"sni_hostname": host},
                    )
                    auth = None if basic is None else httpx.BasicAuth(*basic)
                    answer = await client.send(asked, stream=True, auth=auth)
                    return await _bounded(answer)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError) as error:
            raise FetchFailed from error

    def check(self, url: str) -> tuple[str, int]:
        """Return host and port of an address that may be asked, as far as it can be told without looking it up.

        Raises:
            AddressNotAllowed: it may not.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise AddressNotAllowed from error
        secure = parts.scheme == "https" or (
            self.local and parts.scheme == "http" and host in {"127.0.0.1", "localhost"}
        )
        if not secure or not host or parts.username is not None or parts.fragment or not url.isascii():
            raise AddressNotAllowed
        return host, port or (443 if parts.scheme == "https" else 80)

    async def _pinned(self, url: str) -> tuple[str, str]:
        """Return the host, and the address with one of its numbers in its place."""
        host, port = self.check(url)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        numbers = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        if not all(_is_public(one) or (self.local and one.is_loopback) for one in numbers):
            raise AddressNotAllowed
        shown = f"[{numbers[0]}]" if numbers[0].version == 6 else str(numbers[0])
        parts = urlsplit(url)
        return host, parts._replace(netloc=f"{shown}:{port}").geturl()


def _is_public(number: IPv4Address | IPv6Address) -> bool:
    """Whether a number is of the public network; those that stand for an IPv4 address elsewhere are not."""
    if number.version == 6 and (number not in _UNICAST or number in _SIX_TO_FOUR):
        return False
    return number.is_global and not number.is_multicast


async def _bounded(answer: Any) -> bytes:
    """Read an answer up to its bound, as it came over the wire."""
    try:
        if answer.status_code != 200 or answer.headers.get("content-encoding", "identity") != "identity":
            raise FetchFailed
        body = bytearray()
        async for part in answer.aiter_raw():
            body += part
            if len(body) > LARGEST:
                raise FetchFailed
        return bytes(body)
    finally:
        await answer.aclose()
