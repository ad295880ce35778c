"""Tokens in cookies, for browsers: no script can read them, and no page of another site can use them.

``HttpOnly`` keeps them from scripts, ``SameSite=Strict`` from requests that other sites begin, and ``__Host-`` (where the
platform is served over https) from other hosts and from plain http. Against what is left (old browsers, other hosts of
the same site) a cookie counts only in a request of our own pages: the browser says so in ``Sec-Fetch-Site`` or
``Origin``, which no page can forge; whoever sends neither sends the header ``gof-client``, which a foreign page cannot.
"""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from services.core.errors import Invalid, NotSignedIn
from services.core.table import now

ACCESS, REFRESH = "gof_access", "gof_refresh"
CLIENT = "gof-client"
"""The header by which a client that is no browser says that it means to use a cookie."""


class CrossSite(NotSignedIn):
    """The cookies of a browser came with a request that no page of ours has made."""

    code = "CROSS_SITE"


@dataclass(slots=True)
class Cookies:
    """The cookies of one request, and those to be set with its answer."""

    request: HTTPConnection
    home: str
    """The host of the platform's own pages."""
    secure: bool
    writable: bool = True
    """Whether the answer can still carry cookies; over a socket or in a stream of events it cannot."""
    written: list[str] = field(default_factory=list)
    """Values of ``Set-Cookie``."""

    @classmethod
    def of(cls, request: HTTPConnection, public_url: str) -> "Cookies":
        """The cookies of a request to the platform at ``public_url``."""
        home = urlsplit(public_url)
        return cls(request, home.netloc, home.scheme == "https", request.scope["type"] == "http")

    def read(self, name: str) -> str | None:
        """Return what a cookie of ours holds; None if there is none.

        Raises:
            CrossSite: there is one, but no page of ours sent it.
        """
        value = self.request.cookies.get(self._named(name))
        if value:
            self.require_own_page()
        return value or None

    def require_settable(self) -> None:
        """Make sure that cookies may be set, before anything is done for which they would be.

        Raises:
            CrossSite: no page of ours asks for it: it could sign someone in as another.
            Invalid: the answer cannot carry cookies.
        """
        self.require_own_page()
        if not self.writable:
            raise Invalid("Cookies come with a plain answer over HTTP: ask by POST.", path=("cookies",))

    def set(self, name: str, value: str, until: datetime) -> None:
        """Let the browser keep ``value`` until then."""
        self._write(name, value, max(int((until - now()).total_seconds()), 0))

    def clear(self) -> None:
        """Let the browser forget what it keeps of ours."""
        for name in (ACCESS, REFRESH):
            if self.writable and self.request.cookies.get(self._named(name)):
                self._write(name, "", 0)

    def require_own_page(self) -> None:
        """Make sure that the request comes from a page of ours, or from no page at all.

        Raises:
            CrossSite: it does not.
        """
        headers = self.request.headers
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            own = site in {"same-origin", "none"}  # none: typed by the person, or a bookmark
        elif origin is not None:
            own = urlsplit(origin).netloc in {self.home, headers.get("host")} - {"", None}
        else:
            own = CLIENT in headers
        if not own:
            raise CrossSite(
                f"Cookies are taken only from the platform's own pages. Programs send a bearer token, or the header {CLIENT}."
            )

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name

    def _write(self, name: str, value: str, seconds: int) -> None:
        secure = "; Secure" if self.secure else ""
        self.written.append(
            f"{self._named(name)}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"
        )
