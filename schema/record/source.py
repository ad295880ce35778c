"""A record read over HTTP, by whoever has its address."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import anyio.to_thread

from services.core.errors import Invalid, Unavailable
from services.record.terms import Entry, Page, Subtree

PATIENCE = 60.0
"""Seconds that an answer may take."""


class HttpSource:
    """A ``Source`` over the plain HTTP of a platform; with a token also the entries that its person may see."""

    def __init__(self, address: str, token: str | None = None) -> None:
        if urlsplit(address).scheme not in ("http", "https"):
            raise Invalid(f"{address} is no address of a platform: it begins with https:// or http://.")
        self._address = address.rstrip("/")
        self._headers = {"accept": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        self._token = token

    async def size(self) -> int:
        """How many leaves have their places."""
        return int((await self.get("tree", first=0))["size"])

    async def page(self, first: int, size: int) -> Page:
        """A page; entries that came since ``size`` was asked are left out."""
        found = await self.get("tree", first=first)
        hashes = [one if one is None else bytes.fromhex(one) for one in found["hashes"]][: size - first]
        subtrees = [
            Subtree(one["level"], one["place"], one["hash"] and bytes.fromhex(one["hash"])) for one in found["subtrees"]
        ]
        damaged = found["damaged"]
        return Page(
            first, hashes, subtrees, None if damaged is None else {int(place): what for place, what in damaged.items()}
        )

    async def entries(self, first: int) -> Sequence[Entry]:
        """The entries of a page that the token's person may see; none without a token."""
        if self._token is None:
            return ()
        return [Entry(**one) for one in (await self.get("entries", first=first))["entries"]]

    async def keys(self) -> list[bytes]:
        """The public keys that the platform tells."""
        return [bytes.fromhex(key) for key in (await self.get("keys"))["keys"]]

    async def published(self) -> list[str]:
        """The signed notes of all published heads."""
        notes: list[str] = []
        asked: dict[str, str] = {}
        while heads := (await self.get("heads", **asked))["heads"]:
            notes += [head["note"] for head in heads]
            asked = {"before": heads[-1]["signedAt"]}
        return notes

    async def get(self, what: str, **asked: Any) -> Mapping[str, Any]:
        """The JSON at ``/record/<what>``.

        Raises:
            Unavailable: the platform does not answer, or not as a record does.
        """
        return await anyio.to_thread.run_sync(self._fetch, f"{self._address}/record/{what}?{urlencode(asked)}")

    def _fetch(self, address: str) -> Mapping[str, Any]:
        try:
            with urlopen(Request(address, headers=self._headers), timeout=PATIENCE) as answer:  # noqa: S310 - the scheme was checked
                found: Mapping[str, Any] = json.load(answer)
                return found
        except HTTPError as error:
            error.close()
            raise Unavailable(f"{address} answers {error.code}: is that the address, and is the token good?") from error
        except (URLError, OSError, ValueError) as error:
            raise Unavailable(f"{address} does not answer as a record does. Is that the address?") from error
