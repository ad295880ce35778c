"""Who acts in the large demonstration: delegations of many states, some with much to say and some with little."""

import random
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Role
from services.core.db import Database, Reader, Writer
from services.core.languages import UN_LANGUAGES, primary_language
from services.core.passwords import hash_password
from services.core.read.shape import Columns, table_of
from services.core.table import today
from services.demo.commands import PASSWORD, open_delegation
from services.demo.phrases import phrases
from services.identity.tables import Person
from services.membership.tables import Delegation
from services.membership.terms import TAKES_PART, Standing
from services.taxonomy.shapes import in_force
from services.taxonomy.tables import MemberState, StateClassification
from services.taxonomy.terms import ClassificationScheme, StateKind

DELEGATIONS = 120
"""How many states have a delegation in the large demonstration, those of the small one among them."""
QUIET = 6
"""How many delegations have next to nothing, so that pages are also asked for by those who have little."""
ROLES = (Role.FOCAL_POINT, Role.CONTRIBUTOR, Role.VIEWER)
SINCE = "2025-03-01"


@dataclass(frozen=True, slots=True)
class Party:
    """A delegation of the demonstration; ``weight`` is how much it does beside the others.

    ``developing`` is what UNCTAD says of its state on the day of the load.
    """

    id: UUID
    state: str
    language: str
    observer: bool
    developing: bool
    weight: float


async def gather(db: Database) -> list[Party]:
    """Open delegations until there are ``DELEGATIONS``, and return those that take part, the busiest first."""
    password_hash = await hash_password(PASSWORD)
    async with db.write(SYSTEM) as session:
        demo = sa.select(sa.func.count()).select_from(Delegation).where(col(Delegation.is_demo))
        there = int(await session.scalar(demo) or 0)
        has_one = sa.select(col(Delegation.id)).where(col(Delegation.state) == col(MemberState.iso3)).exists()
        free = sa.select(col(MemberState.iso3)).where(col(MemberState.kind) == StateKind.MEMBER, ~has_one)
        states = list((await session.execute(free.order_by(col(MemberState.iso3)))).scalars())
        random.Random("states").shuffle(states)  # noqa: S311 - the same in every run, and no secret
        for state in states[: max(0, DELEGATIONS - there)]:
            await _open(session, state, password_hash)
        return await _parties(session)


async def _open(session: Writer, state: str, password_hash: str) -> None:
    line = {"delegation": state, "standing": Standing.MEMBER.value, "since": SINCE}
    delegation_id = await open_delegation(session, line)
    found = await session.get_one(MemberState, state)
    language = spoken(found.official_languages)
    [called] = phrases("person")
    session.add_all(
        Person(
            delegation_id=delegation_id,
            email=f"{role.value.split('_')[0]}.{state.lower()}@demo.example",
            name=f"{called[language]} ({found.names.get(language, state)})",
            role=role,
            languages=[language],
            password_hash=password_hash,
            is_demo=True,
        )
        for role in ROLES
    )


async def _parties(session: Reader) -> list[Party]:
    listing = table_of(StateClassification).alias()
    developing = sa.exists().where(
        listing.c.iso3 == col(MemberState.iso3),
        listing.c.scheme == ClassificationScheme.UNCTAD_DEVELOPING,
        in_force(Columns(listing), sa.literal(today(), sa.Date)),
    )
    found = sa.select(
        col(Delegation.id),
        col(MemberState.iso3),
        col(Delegation.standing),
        developing,
        col(MemberState.official_languages),
    ).join(MemberState, col(MemberState.iso3) == col(Delegation.state))
    taking = found.where(col(Delegation.is_demo), col(Delegation.standing).in_(TAKES_PART))
    rows = list(await session.execute(taking.order_by(col(MemberState.iso3))))
    random.Random("weights").shuffle(rows)  # noqa: S311 - see gather
    return [
        Party(key, state, spoken(languages), standing is Standing.OBSERVER, developing, _weight(place, len(rows)))
        for place, (key, state, standing, developing, languages) in enumerate(rows)
    ]


def _weight(place: int, parties: int) -> float:
    """As in the lists of such platforms, few do much: the n-th a share of n to the power -0.8 (G. Zipf)."""
    return 1e-5 if place >= parties - QUIET else (place + 1) ** -0.8


def spoken(official: list[str]) -> str:
    """The UN language in which a delegation of such a state writes; English where none is official."""
    return next((tag for tag in map(primary_language, official) if tag in UN_LANGUAGES), "en")
