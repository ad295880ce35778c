"""Trusted documents: operations that are known by the SHA-256 of their text, such as the web client's.

A request may name one instead of sending it, by ``documentId`` (``sha256:<hex>`` or the hex alone, after the appendix
on persisted documents of the GraphQL-over-HTTP specification) or as Apollo's clients do, by
``extensions.persistedQuery.sha256Hash``. Nothing that a request brings becomes trusted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from schema.core.asking import Refused
from services.core.actor import Actor
from services.core.errors import Invalid

BUILT = Path(__file__).parents[2] / "web" / "dist" / "documents.json"
"""Where the web client's build writes its documents."""


class UnknownDocument(Refused):
    """No document of that SHA-256 is known; the client may send its text instead."""


class WrongDocuments(Invalid):
    """The file of trusted documents is not what it must be."""

    code = "WRONG_DOCUMENTS"


@dataclass(frozen=True, slots=True)
class Documents:
    """Trusted documents by the hex of their SHA-256; with ``only``, browsers and strangers may send no others."""

    known: Mapping[str, str] = field(default_factory=dict)
    only: bool = False

    @classmethod
    def read(cls, path: Path | None, *, only: bool = False) -> "Documents":
        """Read the documents of a JSON file that maps the SHA-256 of each to its text, as client builds write it.

        Without ``path``, those that were built with the web client, if it was built.

        Raises:
            WrongDocuments: the file cannot be read, is something else, or a text has another hash.
        """
        if path is None and not BUILT.exists():
            if only:
                raise WrongDocuments("GOF_TRUSTED_ONLY needs documents: name their file in GOF_TRUSTED_DOCUMENTS.")
            return cls()
        try:
            found = orjson.loads((path or BUILT).read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise WrongDocuments(f"The trusted documents of {path or BUILT} cannot be read.") from error
        texts = found.items() if isinstance(found, dict) else [("", found)]
        for key, text in texts:
            if not isinstance(text, str) or hashed(text) != key:
                raise WrongDocuments(
                    f"{path or BUILT} must be a JSON object that maps the SHA-256 (64 hex digits) of each document to "
                    f"its text; {key!r:.70} is not the SHA-256 of what it stands for."
                )
        return cls(found, only)

    def filled(self, request: object) -> object:
        """Return a request with its document in ``query``, where it only names one.

        Raises:
            Refused: the name is none, nothing of that name is known, or the document beside it is another one.
        """
        name = _named(request) if isinstance(request, Mapping) else None
        if name is None or not isinstance(request, Mapping):
            return request
        sent = request.get("query")
        if isinstance(sent, str) and sent:
            if hashed(sent) != name:
                sentence = "`query` is not the document of that SHA-256."
                raise Refused(400, sentence, code="PERSISTED_QUERY_MISMATCH")
            return request
        if name not in self.known:
            sentence = "No document of this SHA-256 is known here: send its text in `query`."
            raise UnknownDocument(400, sentence, code="PERSISTED_QUERY_NOT_FOUND")
        return {**request, "query": self.known[name]}

    def require(self, query: str, actor: Actor | None) -> None:
        """Make sure that ``actor`` may send the document; None is a public read. API tokens may send any.

        Raises:
            Refused: only trusted documents are accepted, and this is none.
        """
        by_api_token = actor is not None and actor.person_id is not None and actor.session_id is None
        if self.only and not by_api_token and hashed(query) not in self.known:
            sentence = "Only the documents of our own pages are answered here; with an API token, any document."
            raise Refused(400, sentence, code="PERSISTED_QUERY_ONLY")


def hashed(text: str) -> str:
    """The SHA-256 of a document's UTF-8, as 64 hex digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _named(request: Mapping[str, Any]) -> str | None:
    """The SHA-256 by which a request names its document.

    Raises:
        Refused: it is not one.
    """
    extensions = request.get("extensions")
    apollo = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    name = request.get("documentId") or (apollo.get("sha256Hash") if isinstance(apollo, dict) else apollo)
    if name is None:
        return None
    digits = name.removeprefix("sha256:").lower() if isinstance(name, str) else ""
    if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
        raise Refused(400, "A document is named by `sha256:` and the 64 hex digits of its SHA-256.")
    return digits
