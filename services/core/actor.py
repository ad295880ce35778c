"""Who is asking: the public, a person of a delegation, the secretariat, or the platform itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Never, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.links import Link


class Role(StrEnum):
    """What a person is to the platform; the public and the platform itself are actors too."""

    PUBLIC = "public"
    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    FOCAL_POINT = "focal_point"
    SECRETARIAT = "secretariat"
    SYSTEM = "system"
    """The platform at its own work: schedules, sign-in, the operator's command line. Never reached from outside."""


class Audience(StrEnum):
    """Whom a thing is meant for; ``delegation`` is its own people."""

    DELEGATION = "delegation"
    MEMBERS = "members"
    PUBLIC = "public"


class Scope(StrEnum):
    """What an API token may do; never more than its person."""

    READ = "read"
    WRITE = "write"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Actor:
    """One asker, as far as rights go.

    ``reads_members`` and ``acts`` come from the delegation's standing today: an applicant reads as the public
    does, a suspended delegation acts on nothing. ``languages`` are the reader's, best first (BCP 47).
    """

    role: Role = Role.PUBLIC
    person_id: UUID | None = None
    delegation_id: UUID | None = None
    reads_members: bool = False
    acts: bool = False
    co_chair: bool = False
    observer: bool = False
    scopes: frozenset[Scope] = frozenset(Scope)
    languages: tuple[str, ...] = ()
    session_id: UUID | None = None
    enrols: bool = False
    """Whether the person needs a second factor and has none: until there is one, they can only add it."""
    link: Link | None = field(default=None, compare=False)
    """What the links to files that this request lists are signed with; None gives links that need a token.

    It changes with time and tells nothing of rights, so two actors are the same without it.
    """

    @property
    def viewer(self) -> "Viewer":
        """This actor as policies take one, with its own values."""
        return Viewer(self, closed=True)

    def values(self) -> dict[str, Any]:
        """The personal values by the names under which statements ask for them."""
        return {
            "viewer_person": self.person_id,
            "viewer_delegation": self.delegation_id,
            "viewer_languages": list(self.languages),
            "viewer_link_query": self.link and self.link.query,
            "viewer_link_inner": self.link and self.link.inner,
            "viewer_link_outer": self.link and self.link.outer,
        }

    def identity(self) -> dict[str, str]:
        """What row security reads (``gof.role`` and so on), all text; an empty text is nobody."""
        return {
            "gof_role": self.role.value,
            "gof_person": str(self.person_id or ""),
            "gof_delegation": str(self.delegation_id or ""),
            "gof_audience": Audience.MEMBERS if self.reads_members else Audience.PUBLIC,
            "gof_co_chair": "1" if self.co_chair else "",
        }


PUBLIC = Actor()
SYSTEM = Actor(role=Role.SYSTEM, reads_members=True, acts=True)

_TYPES: Mapping[str, sa.types.TypeEngine[Any]] = {
    "viewer_person": sa.Uuid(),
    "viewer_delegation": sa.Uuid(),
    "viewer_languages": ARRAY(sa.Text()),
    "viewer_link_query": sa.Text(),
    "viewer_link_inner": sa.LargeBinary(),
    "viewer_link_outer": sa.LargeBinary(),
}


class Personal:
    """A personal value of the viewer: it may meet a column, and nothing else.

    A bind parameter in a Python ``if`` is silently false, so everything that could steer Python raises here.
    """

    __slots__ = ("_bind",)

    def __init__(self, bind: sa.BindParameter[Any]) -> None:
        self._bind = bind

    def __clause_element__(self) -> sa.BindParameter[Any]:
        return self._bind

    def _refuse(self, *_: object) -> Never:
        raise TypeError("A viewer's personal value has no value yet: compare a column with it instead.")

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __eq__ = __ne__ = _refuse
    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, eq=False)
class Viewer:
    """Who reads, as policies see them: what shapes the SQL is real, what is personal only meets columns.

    An open viewer (``closed=False``) leaves the personal values as parameters of the statement, so one plan
    serves all who share role and rights: such viewers are equal. A closed one carries the actor's own values.
    """

    actor: Actor
    closed: bool = False

    @property
    def role(self) -> Role:
        """Real: it may steer Python."""
        return self.actor.role

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """The audiences the viewer belongs to beyond its own delegation."""
        return (Audience.PUBLIC, Audience.MEMBERS) if self.actor.reads_members else (Audience.PUBLIC,)

    @property
    def delegation_id(self) -> UUID:
        """The viewer's delegation, to compare columns with."""
        return self._personal("viewer_delegation")  # type: ignore[no-any-return]

    @property
    def person_id(self) -> UUID:
        """The viewer in person, to compare columns with."""
        return self._personal("viewer_person")  # type: ignore[no-any-return]

    @property
    def languages(self) -> list[str]:
        """The reader's languages, best first, as a text array."""
        return self._personal("viewer_languages")  # type: ignore[no-any-return]

    @property
    def link_query(self) -> str:
        """What stands in the viewer's links beside their signatures; NULL where links are not signed."""
        return self._personal("viewer_link_query")  # type: ignore[no-any-return]

    @property
    def link_inner(self) -> bytes:
        """The inner block of the viewer's link key (``core.links``); NULL where links are not signed."""
        return self._personal("viewer_link_inner")  # type: ignore[no-any-return]

    @property
    def link_outer(self) -> bytes:
        """The outer block of the viewer's link key; NULL where links are not signed."""
        return self._personal("viewer_link_outer")  # type: ignore[no-any-return]

    @property
    def key(self) -> tuple[object, ...]:
        """What of the viewer shapes a statement: two viewers of one key share its plan."""
        one = self.actor
        return (one.role, one.reads_members, one.acts, one.co_chair, one.observer, one.enrols, one.scopes)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Viewer) and not self.closed and not other.closed and self.key == other.key
        )

    def __hash__(self) -> int:
        return hash(self.key)

    def _personal(self, name: str) -> Any:
        value = self.actor.values()[name] if self.closed else None
        bind = sa.bindparam(name, value, type_=_TYPES[name], required=False)
        return cast("Any", Personal(bind))
