"""What every mutation does: one write transaction, done once per idempotency key, failures as data."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields, is_dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

import strawberry

from schema.core.context import Info
from schema.core.errors import UserError, as_user_error
from services.core.actor import Actor
from services.core.db import Writer
from services.core.errors import DomainError
from services.core.idempotency import once
from services.core.ids import typed_id

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
            done = await once(session, actor, key, fingerprint, lambda: command(session, actor))
    except DomainError as error:
        return None, [as_user_error(error)]
    return done, []


async def attempt(made: Awaitable[Done]) -> tuple[Done | None, list[UserError]]:
    """Return what a command answers that opens its transactions itself, or why it was not done."""
    try:
        return await made, []
    except DomainError as error:
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
