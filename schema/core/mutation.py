"""What every mutation does: one write transaction, done once per idempotency key, failures as data."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields, is_dataclass, replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

import strawberry

from schema.core.context import Info
from schema.core.errors import UserError, as_user_error
from schema.core.watch import refused
from services.core.actor import Actor
from services.core.audit import asked as asked_for
from services.core.audit import is_recorded, record
from services.core.db import Writer
from services.core.errors import DomainError, NotPermitted
from services.core.idempotency import once
from services.core.ids import typed_id
from services.core.table import snake

Command = Callable[[Writer, Actor], Awaitable[UUID]]
Done = TypeVar("Done")


async def act(
    info: Info, command: Command, asked: Any = None, *, key: str | None = None
) -> tuple[UUID | None, list[UserError]]:
    """Run ``command`` in one transaction as the person who asks; return the object's key, or why it was not done.

    ``key`` is the idempotency key and ``asked`` the input it stands for.
    """
    actor = info.context.require_actor()
    name = info.field_name
    fingerprint = {"mutation": name, "input": asdict(asked) if is_dataclass(asked) else asked}  # type: ignore[arg-type]
    try:
        async with info.context.db.write(actor) as session:
            asked_for(session, fingerprint)
            done = await once(session, actor, key, fingerprint, lambda: _recorded(session, actor, name, command))
    except DomainError as error:
        if isinstance(error, NotPermitted):
            refused(name, error.code, info.context.client.address, actor)
        return None, [as_user_error(error)]
    return done, []


async def _recorded(session: Writer, actor: Actor, name: str, command: Command) -> UUID:
    """Run ``command``, and see to it that a leaf of the record is written.

    Where the command writes none, what it does is nobody's business but the person's: the leaf names no delegation, so
    that none sees it.
    """
    done = await command(session, actor)
    if not is_recorded(session):
        await record(session, replace(actor, delegation_id=None), f"{snake(name)}.done", "object", done)
    return done


async def attempt(info: Info, made: Awaitable[Done]) -> tuple[Done | None, list[UserError]]:
    """Return what a command answers that opens its transactions itself, or why it was not done.

    All of these are about ways in, and what is refused is watched.
    """
    try:
        return await made, []
    except DomainError as error:
        refused(info.field_name, error.code, info.context.client.address, info.context.actor)
        return None, [as_user_error(error)]


class Named(Protocol):
    """An input that names the thing it is about."""

    id: strawberry.ID
    idempotency_key: str | None


async def act_on(
    info: Info, kind: str, asked: Named, step: Callable[[Writer, Actor, UUID], Awaitable[UUID]]
) -> tuple[UUID | None, list[UserError]]:
    """Run ``step`` on the thing of type ``kind`` that the input names, once for each idempotency key."""
    return await act(
        info,
        lambda session, actor: step(session, actor, typed_id(asked.id, kind)),
        asked,
        key=asked.idempotency_key,
    )


def given(changes: Any) -> dict[str, Any]:
    """What an input of changes names: ``Maybe`` fields that are present, unwrapped, and all others."""
    values = {one.name: getattr(changes, one.name) for one in fields(changes)}
    return {
        name: value.value if isinstance(value, strawberry.Some) else value
        for name, value in values.items()
        if value is not None
    }
