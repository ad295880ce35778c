"""Refusals: why someone may not do something, said once and read three ways.

The locking SELECT of a command, ``viewerCan…`` in a Shape and the who-may tests use one list, so the button, the
answer and the rule cannot disagree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlmodel import SQLModel

from services.core.actor import Actor, Viewer
from services.core.db import Writer
from services.core.errors import Conflict, DomainError, NotFound, NotPermitted
from services.core.read.shape import Ask, Condition, Expression, Row, Value

Kept = TypeVar("Kept", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason against an act: a stable code, when it holds, and the sentence for people."""

    code: str
    holds: Condition
    sentence: str
    kind: type[DomainError] = Conflict

    def error(self, path: tuple[str, ...] = ()) -> DomainError:
        """This refusal as a failure with its own code."""
        failure = self.kind(self.sentence, path=path)
        failure.code = self.code  # type: ignore[misc]
        return failure


Refusals = Callable[[Viewer, Row], Sequence[Refusal]]


def not_permitted(holds: bool | Condition, sentence: str) -> Refusal:  # noqa: FBT001 - a condition, known or in SQL
    """A refusal for who the actor is, not for how things stand."""
    return Refusal("NOT_PERMITTED", sa.literal(holds) if isinstance(holds, bool) else holds, sentence, NotPermitted)


async def lock(
    session: Writer,
    actor: Actor,
    table: type[Kept],
    key: UUID,
    visible: Callable[[Viewer, Row], Condition],
    refusals: Refusals,
    *,
    what: str,
    path: tuple[str, ...] = ("id",),
    update: bool = True,
    referred: bool = False,
) -> Kept:
    """Return one row that the actor may see and act on, locked until the transaction ends.

    Without ``update`` the lock only keeps the row from going away (row security lets others lock no more than that).
    Where rows are made all the time that refer to it, as to a delegation, ``referred`` lets that go on beside the lock,
    and the lock does not wait for it.

    Visibility and refusals are inside the SQL: "not there" and "not yours" are one answer, and there is no gap
    between asking and acting. They are read behind the lock, in a statement of their own: one that waits for a lock
    reads the locked row as it is then, but all other tables as they were before.

    Raises:
        NotFound: no such row, or none the actor may know of.
        NotPermitted, Conflict: the first refusal that holds.
    """
    held = _lock_statements(Viewer(actor), table, visible, refusals, update, referred)
    values = {**actor.values(), "key": key}
    await session.execute(held.locking, values)
    found = (await session.execute(held.asking, values)).one_or_none()
    if found is None:
        raise NotFound(f"No such {what}.", path=path)
    row: Kept
    row, *answers = found
    for refusal, holds in zip(held.against, answers, strict=True):
        if holds:
            raise refusal.error(path)
    return row


@dataclass(frozen=True, slots=True)
class _Held:
    """The statements of one kind of lock, and what the second one asks."""

    locking: sa.Select[Any]
    asking: sa.Select[*tuple[Any, ...]]
    against: Sequence[Refusal]


@lru_cache(maxsize=256)
def _lock_statements(
    viewer: Viewer,
    table: type[SQLModel],
    visible: Callable[[Viewer, Row], Condition],
    refusals: Refusals,
    update: bool,  # noqa: FBT001 - a part of the key
    referred: bool,  # noqa: FBT001 - as above
) -> _Held:
    """Compose what ``lock`` asks; the viewer is open, so that all who share role and rights share the statements."""
    against = refusals(viewer, table)
    key: Any = table.id  # type: ignore[attr-defined]  # every Row has an id
    one = (key == sa.bindparam("key", type_=sa.Uuid()), visible(viewer, table))
    locking = sa.select(key).where(*one)
    asking = sa.select(table, *(refusal.holds for refusal in against)).where(*one)
    return _Held(
        locking.with_for_update(of=table, key_share=referred or not update, read=not update),
        asking.execution_options(populate_existing=True),
        against,
    )


def check_revision(row: Any, named: int) -> None:
    """Make sure that a change was made from the newest revision, and count the change.

    Raises:
        Conflict: someone changed the thing since; code STALE_REVISION.
    """
    if row.revision != named:
        raise StaleRevision(
            f"You changed revision {named}, but it is at revision {row.revision} by now. Read it again.",
            path=("revision",),
        )
    row.revision += 1


class StaleRevision(Conflict):
    """The change was made from an older revision."""

    code = "STALE_REVISION"


def may(refusals: Refusals) -> Value:
    """A ``viewerCan…`` field: none of the refusals holds."""

    def none_holds(row: Row, ask: Ask) -> Expression:
        held = sa.or_(sa.false(), *(one.holds for one in refusals(ask.viewer, row)))
        return sa.case((sa.not_(held), sa.true()), else_=sa.false())  # where it is not known, the answer is no

    return Value(none_holds)


def reasons_against(refusals: Refusals) -> Value:
    """A ``viewerCannot…Reasons`` field: the codes of the refusals that hold, in their order."""

    def codes(row: Row, ask: Ask) -> sa.ColumnElement[Any]:
        held: dict[str, list[Condition]] = {}
        for one in refusals(ask.viewer, row):
            held.setdefault(one.code, []).append(one.holds)
        listed: list[Expression] = [sa.case((sa.or_(*conditions), code)) for code, conditions in held.items()]
        return sa.func.array_remove(array[Any](listed, type_=sa.Text()), sa.null(), type_=ARRAY(sa.Text))

    return Value(codes)
