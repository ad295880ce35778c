"""What a subscription is: the same read as a query, again whenever its topic was told, as the actor is by then."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

from schema.core.context import LOOK, Info, until_next_look
from schema.core.execution import read
from services.core.errors import NotFound, Unavailable
from services.core.listening import Stopping
from services.core.read.shape import Connection, One

AGAIN = 1.0
"""Seconds until the next attempt when the database cannot be asked."""


async def watched(info: Info, root: One | Connection, *topics: str, **given: Any) -> AsyncGenerator[Any, None]:
    """Answer the subscription's field from ``root``'s Shape: at once, and again each time one of ``topics`` was told.

    Nothing is missed between the two: who listens, listens before the first read. Every answer is read with the
    rights that the actor has after the event, and without events they are looked at every 2 seconds, so that
    it ends with the token, and within 5 seconds when the person is signed out, removed, suspended or given another
    role. While the database cannot be reached it waits. ``given`` is as in ``read``.

    Raises:
        NotSignedIn: nobody is signed in, or not any more.
        RightsChanged: the actor's rights are not those that it began with.
        NotFound: there is no such thing, or none that the actor may know of (any more).
        TooManySubscriptions: the person has as many as one may.
        Unavailable: the database could not be reached for the first answer.
        Stopping: the process ends.
        Invalid: an argument is wrong.
    """
    context = info.context
    person = context.require_actor().person_id
    assert person is not None
    listener = context.require_listener()
    answered = False
    with listener.ear(person, *topics) as ear:
        while True:
            ear.clear()
            if listener.stopping:
                raise Stopping("The server stops. Connect again in a moment.")
            try:
                seconds = await context.look_again(0)
                async with listener.turn:
                    found = await read(info, root, **given)
            except Unavailable:
                if not answered:
                    raise
                await asyncio.sleep(AGAIN)
                continue
            if found is None:
                raise NotFound("There is no such thing, or none that you may know of (any more).", path=("id",))
            answered = True
            yield found
            await _told(info, ear, seconds)


async def _told(info: Info, ear: asyncio.Event, seconds: float) -> None:
    """Return when ``ear`` was told something; meanwhile look now and then who asks, also when the token ends."""
    while not ear.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(ear.wait(), until_next_look(seconds))
            return
        with suppress(Unavailable):
            seconds = await info.context.look_again(LOOK / 2)
