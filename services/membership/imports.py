"""Who may import, and for which delegations rows can be imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor, Role, Scope
from services.core.db import Reader
from services.core.errors import Invalid, NotPermitted
from services.core.read.shape import table_of
from services.membership.tables import Delegation
from services.membership.terms import TAKES_PART, Standing
from services.taxonomy.queries import state_codes


@dataclass(frozen=True, slots=True)
class Author:
    """A delegation that rows can be imported for."""

    delegation_id: UUID
    standing: Standing


@dataclass(frozen=True, slots=True)
class Authors:
    """The delegations that an actor may import for, by their states' ISO 3166-1 alpha-3 codes."""

    states: frozenset[str]
    delegations: Mapping[str, Author]
    alone: bool
    """Whether the actor imports for one delegation alone, and is told nothing about others."""

    @property
    def observers(self) -> frozenset[UUID]:
        """The delegations among them that take part without being members."""
        return frozenset(one.delegation_id for one in self.delegations.values() if one.standing is Standing.OBSERVER)

    def author(self, code: str) -> Author:
        """Return the delegation of a state.

        Raises:
            Invalid: no state, a state without delegation, or another delegation than the actor's.
        """
        state = code.upper()
        if state not in self.states:
            raise Invalid("This is no ISO 3166-1 alpha-3 code of a state, such as ZMB.")
        author = self.delegations.get(state)
        if author is None and self.alone:
            raise Invalid("This is the row of another delegation; you import for your own.")
        if author is None:
            raise Invalid(f"{state} has no delegation here.")
        return author

    def find(self, code: str) -> UUID:
        """Return the id of the delegation of a state.

        Raises:
            Invalid: as for ``author``, or its delegation does not take part.
        """
        author = self.author(code)
        if author.standing not in TAKES_PART:
            raise Invalid(f"The delegation of {code.upper()} does not take part now: it is {author.standing.value}.")
        return author.delegation_id


def check_importer(actor: Actor) -> None:
    """Make sure that the actor may import what delegations post: the platform for all, a focal point for its own.

    Raises:
        NotPermitted: someone else, a delegation that does not take part, or a token without the scope IMPORT.
    """
    if actor.role is Role.SYSTEM:
        return
    if actor.role is not Role.FOCAL_POINT or not actor.reads_members or Scope.IMPORT not in actor.scopes:
        raise NotPermitted("Only a focal point of a delegation taking part can import, for its own delegation.")


async def authors(session: Reader, actor: Actor) -> Authors:
    """The delegations of states that the actor may import for."""
    row = table_of(Delegation).c
    alone = actor.role is not Role.SYSTEM
    wanted = sa.select(row.state, row.id, row.standing).where(row.state.is_not(None))
    if alone:
        wanted = wanted.where(row.id == actor.delegation_id)
    found = {state: Author(key, standing) for state, key, standing in await session.execute(wanted)}
    return Authors(await state_codes(session), found, alone)
