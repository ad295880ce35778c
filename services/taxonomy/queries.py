"""Other reads of reference data: which codes there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.db import Reader
from services.core.errors import Invalid
from services.core.read.shape import table_of
from services.taxonomy.tables import Coded, Licence, MemberState, Region, SdgTarget, Sector


class UnknownCode(Invalid):
    """A code that the reference data does not have."""

    code = "UNKNOWN_CODE"


KINDS: Mapping[str, type[Coded]] = {
    "sectors": Sector,
    "sdgTargets": SdgTarget,
    "licence": Licence,
    "regionsAccepted": Region,
}
"""The fields whose values are codes of reference data, by their name in GraphQL and in imports."""

MEANT = {
    "sectors": "OECD-DAC purpose code of five digits, such as 11420",
    "sdgTargets": "SDG target, such as 4.4 or 1.a",
    "licence": "SPDX licence id, such as CC-BY-4.0",
    "regionsAccepted": "UN M49 region code, such as 002 (Africa)",
    "states": "ISO 3166-1 alpha-3 code of a state, such as ZMB",
}


async def check_codes(session: Reader, **given: Iterable[str]) -> None:
    """Make sure that every code exists; ``given`` is by the field's name (``sectors``, ``sdgTargets``, …).

    One statement, and none where nothing is given.

    Raises:
        UnknownCode: names the first unknown code and what is meant by one.
    """
    wanted = {name: listed for name, codes in given.items() if (listed := list(dict.fromkeys(codes)))}
    for name, codes in wanted.items():
        for code in codes:
            if not (code.isascii() and code.isprintable()):  # PostgreSQL cannot even be asked for some of these
                raise _unknown(name, code)
    if not wanted:
        return
    missing = [_missing(place, name, codes) for place, (name, codes) in enumerate(wanted.items())]
    found = (await session.execute(sa.union_all(*missing).order_by("kind", "place").limit(1))).one_or_none()
    if found is not None:
        raise _unknown(list(wanted)[found.kind], found.code)


async def known_codes(session: Reader, name: str) -> frozenset[str]:
    """All codes of one field, for work on many rows."""
    column = table_of(KINDS[name]).c.code
    return frozenset((await session.execute(sa.select(column))).scalars())


async def state_codes(session: Reader) -> frozenset[str]:
    """The ISO 3166-1 alpha-3 codes of all states."""
    return frozenset((await session.execute(sa.select(table_of(MemberState).c.iso3))).scalars())


def _missing(kind: int, name: str, codes: Sequence[str]) -> sa.Select[Any]:
    """Those of ``codes`` that the table of ``name`` does not have, with their places."""
    listed = sa.func.unnest(sa.literal(codes, ARRAY(sa.Text))).table_valued(
        sa.column("code", sa.Text), with_ordinality="place", name=f"given_{kind}"
    )
    listed = listed.render_derived()
    table = table_of(KINDS[name])
    known = sa.exists().where(table.c.code == listed.c.code)
    return sa.select(sa.literal(kind).label("kind"), listed.c.place, listed.c.code).where(~known)


def _unknown(name: str, code: str) -> UnknownCode:
    shown = f"“{code[:40]}”" if code.isprintable() else "This"
    return UnknownCode(f"{shown} is no {MEANT[name]}.", path=(name,))
