"""Slowing those who guess: how many tries went wrong of late, counted together by all servers.

A try is counted before it is made, in a transaction of its own, so that many at once count as many; one that was right
is given back. Nobody is ever shut out for good: a bucket leaks, and who has signed in from an address before has a
bucket of their own there, which strangers elsewhere cannot fill.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.core.actor import SYSTEM
from services.core.db import Database, Writer
from services.core.read.shape import table_of
from services.identity import rules
from services.identity.errors import TooManyTries
from services.identity.tables import Tries
from services.identity.terms import Slowing

Buckets = Mapping[bytes, Slowing]
"""What a try is counted by, and how fast each lets tries come."""

_ROW = table_of(Tries)
_CLOCK = sa.func.statement_timestamp()
"""The database's: servers of one installation may differ in theirs."""


async def sign_in_buckets(db: Database, email: str, address: str) -> Buckets:
    """What a sign-in is counted by: its address, and its person, whether there is one or not.

    Where the person is known at the address, by the two together instead of by the person.
    """
    site = rules.network(address)
    both = key("person at an address", email, site)
    known = sa.select(_ROW.c.key).where(_ROW.c.key == both, _ROW.c.known_until > _CLOCK)
    async with db.read(SYSTEM) as session:
        is_known = (await session.execute(known)).one_or_none() is not None
    person = both if is_known else key("person", email)
    return {key("address", site): rules.ADDRESS_TRIES, person: rules.PERSON_TRIES}


def password_buckets(person_id: UUID) -> Buckets:
    """What the present password is counted by where someone signed in is asked for it."""
    return {key("password", str(person_id)): rules.PERSON_TRIES}


async def count(db: Database, buckets: Buckets) -> None:
    """Count one try in each bucket.

    Raises:
        TooManyTries: one of them is full; nothing is counted then.
    """
    async with db.write(SYSTEM) as session:
        for one, slowing in sorted(buckets.items()):  # in one order, or two tries could wait for each other
            if not await _fits(session, one, slowing):
                raise TooManyTries(rules.in_words(await _wait(session, one, slowing)))


async def give_back(session: Writer, buckets: Buckets) -> None:
    """Take a try that was right out of its buckets again."""
    less = sa.func.greatest(_ROW.c.level - 1, 0)
    await session.execute(sa.update(_ROW).where(_ROW.c.key.in_(sorted(buckets))).values(level=less))


async def empty(session: Writer, one: bytes) -> None:
    """Let tries come again that a bucket kept waiting."""
    await session.execute(sa.delete(_ROW).where(_ROW.c.key == one))


async def know(session: Writer, email: str, address: str) -> None:
    """Remember that the person has signed in from the address; platform's work."""
    both, until = key("person at an address", email, rules.network(address)), _CLOCK + rules.KNOWN_AT
    row = insert(_ROW).values(key=both, level=0, at=_CLOCK, known_until=until)
    await session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"known_until": until}))


async def is_done(db: Database, one: bytes) -> bool:
    """Whether what stands for ``one`` was done within a day; see ``do_once``."""
    async with db.read(SYSTEM) as session:
        done = sa.select(_ROW.c.key).where(_ROW.c.key == one, _ROW.c.known_until > _CLOCK)
        return (await session.execute(done)).one_or_none() is not None


async def do_once(session: Writer, one: bytes) -> bool:
    """Remember for a day that something is done, in its own transaction; False if it was done already."""
    until = _CLOCK + rules.KEY_KEPT
    row = insert(_ROW).values(key=one, level=0, at=_CLOCK, known_until=until)
    done = row.on_conflict_do_update(
        index_elements=["key"], set_={"known_until": until}, where=_ROW.c.known_until <= _CLOCK
    )
    return (await session.execute(done.returning(_ROW.c.key))).one_or_none() is not None


async def forget_old(session: Writer) -> None:
    """Remove the buckets that have run empty and know nobody. Platform's work."""
    longest = max(one.free * one.pause for one in rules.SLOWINGS)
    old = sa.delete(_ROW).where(_ROW.c.at < _CLOCK - longest, sa.func.coalesce(_ROW.c.known_until, _ROW.c.at) < _CLOCK)
    await session.execute(old)


def key(kind: str, *parts: str) -> bytes:
    """The key of a bucket, from which nobody reads what it stands for."""
    whole = b"\0".join(part.encode("utf-8", "surrogatepass") for part in (kind, *parts))
    return hashlib.sha256(whole).digest()


async def _fits(session: Writer, one: bytes, slowing: Slowing) -> bool:
    """Add a try to a bucket unless it is full; one statement, so that it holds against others at once."""
    more = _level(slowing) + 1
    row = insert(_ROW).values(key=one, level=1, at=_CLOCK)
    added = row.on_conflict_do_update(
        index_elements=["key"], set_={"level": more, "at": _CLOCK}, where=more <= slowing.free
    )
    return (await session.execute(added.returning(_ROW.c.key))).one_or_none() is not None


async def _wait(session: Writer, one: bytes, slowing: Slowing) -> timedelta:
    level = await session.scalar(sa.select(_level(slowing)).where(_ROW.c.key == one))
    return max(float(level or 0) + 1 - slowing.free, 0) * slowing.pause


def _level(slowing: Slowing) -> sa.ColumnElement[Any]:
    """How full a bucket is now."""
    leaked = sa.extract("epoch", _CLOCK - _ROW.c.at) / slowing.pause.total_seconds()
    return sa.func.greatest(_ROW.c.level - leaked, 0)
