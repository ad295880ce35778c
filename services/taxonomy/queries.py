"""Other reads of reference data: which codes there are."""

from collections.abc import Iterable

import sqlalchemy as sa

from services.core.db import Reader
from services.core.errors import Invalid
from services.core.read.shape import table_of
from services.taxonomy.tables import Licence, MemberState, Region, SdgTarget, Sector


class UnknownCode(Invalid):
    """A code that the reference data does not have."""

    code = "UNKNOWN_CODE"


KINDS = {"sectors": Sector, "sdgTargets": SdgTarget, "licence": Licence, "regionsAccepted": Region}
"""The fields whose values are codes of reference data, by their name in GraphQL and in imports."""


async def check_codes(session: Reader, **given: Iterable[str]) -> None:
    """Make sure that every code exists; ``given`` is by the field's name (``sectors``, ``sdgTargets``, …).

    One statement, and none where nothing is given.

    Raises:
        UnknownCode: names the first unknown code and what is meant by one.
    """
    wanted = [(name, code) for name, codes in given.items() for code in dict.fromkeys(codes)]
    if not wanted:
        return
    checks = [
        sa.select(sa.literal(position).label("position")).where(
            ~sa.select(table_of(KINDS[name]).c.code).where(table_of(KINDS[name]).c.code == code).exists()
        )
        for position, (name, code) in enumerate(wanted)
    ]
    missing = (await session.execute(sa.union_all(*checks).order_by("position").limit(1))).scalar_one_or_none()
    if missing is not None:
        name, code = wanted[missing]
        raise UnknownCode(f"“{code[:40]}” is no {_MEANT[name]}.", path=(name,))


_MEANT = {
    "sectors": "OECD-DAC purpose code of five digits, such as 11420",
    "sdgTargets": "SDG target, such as 4.4 or 1.a",
    "licence": "SPDX licence id, such as CC-BY-4.0",
    "regionsAccepted": "UN M49 region code, such as 002 (Africa)",
}


async def known_codes(session: Reader, name: str) -> frozenset[str]:
    """All codes of one field, for work on many rows."""
    column = table_of(KINDS[name]).c.code
    return frozenset((await session.execute(sa.select(column))).scalars())


async def state_codes(session: Reader) -> frozenset[str]:
    """The ISO 3166-1 alpha-3 codes of all states."""
    return frozenset((await session.execute(sa.select(table_of(MemberState).c.iso3))).scalars())
