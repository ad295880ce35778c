"""Proposals made for matching, and how the tests ask for matches."""

import random
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCONFIG

from services.core.actor import SYSTEM, Actor
from services.core.codes import STEPS
from services.core.db import Database, Writer
from services.core.meanings import BITS
from services.core.read.compile import compile_read
from services.core.read.plan import Plan
from services.core.read.selection import Param, Selection
from services.core.read.shape import table_of
from services.core.table import now, today
from services.matching.cooperation_tables import Cooperation, CooperationText
from services.matching.terms import CooperationSource
from services.membership.tables import Delegation
from services.membership.terms import DelegationKind, Standing
from services.proposals.shapes import PROPOSAL_BY_ID
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import CooperationForm
from services.taxonomy.terms import CapacityArea
from tests.builders import SINCE, delegation_id, id_of

MODEL = "test model"
DIMENSIONS = 96
WORDS = [f"word{number * number // 7}" for number in range(40)]
MORE = {"NPL": Standing.MEMBER, "TUV": Standing.MEMBER, "BOL": Standing.MEMBER, "DEU": Standing.MEMBER}
"""States beyond the world of ``tests.builders``, so that groups and regions differ."""
STATES = ["ZMB", "FRA", "SEN", "EGY", "CHN", *MORE]
ORGANISATION: UUID = id_of("an observer organisation")
VOCABULARY: dict[str, list[str]] = {
    "capacity_areas": [one.value for one in CapacityArea],
    "sectors": ["11130", "12220", "22040", "31166", "43082", "74020"],
    "sdg_targets": ["4.4", "4.c", "3.d", "9.5", "13.1"],
    "forms": [one.value for one in CooperationForm],
    "working_languages": ["en", "fr", "fr-CA", "zh", "ar", "pt-BR"],
}
WHOLE: dict[str, Any] = {
    "capacity_areas": ["skills_training", "public_literacy"],
    "sectors": ["11130", "22040"],
    "sdg_targets": ["4.4", "4.c"],
    "forms": ["training", "expert"],
    "working_languages": ["fr", "en"],
}
"""A need or offer that states everything."""
EVERYTHING = (
    *("score", "band", "modality", "modalityReason", "weightsVersion"),
    ("proposal", "id", "externalId"),
    (
        "reasons",
        "code",
        "contribution",
        "weight",
        "codes",
        "ownPassage",
        "otherPassage",
        "sentence",
        ("cooperations", "id", "endedOn"),
    ),
    ("misses", "code", "codes", "sentence"),
)


async def more_delegations(session: Writer) -> None:
    """Add the delegations of ``MORE``, and an observer that is no state."""
    rows: list[dict[str, Any]] = [
        {"id": delegation_id(state), "state": state, "kind": DelegationKind.STATE, "standing": standing}
        for state, standing in MORE.items()
    ]
    rows.append({"id": ORGANISATION, "state": None, "kind": DelegationKind.OBSERVER, "standing": Standing.OBSERVER})
    for row in rows:
        session.add(Delegation(names={"en": "Test"}, standing_since=SINCE, **row))
    await session.flush()


async def a_proposal(
    session: Writer, side: str, by: UUID | str = "ZMB", *, code: str | None = None, model: str = MODEL, **columns: Any
) -> UUID:
    """An open proposal with its original text, made by the platform itself.

    ``code`` is that of its meaning (``core.codes``); ``passages`` are those of its passages, and ``words`` its words.
    """
    passages, words = columns.pop("passages", [code] if code else None), columns.pop("words", None)
    values: dict[str, Any] = {
        "delegation_id": delegation_id(by) if isinstance(by, str) else by,
        "side": side,
        "status": "open",
        "visibility": "public",
        "language": "en",
        "opened_at": now(),
        "expires_on": today() + timedelta(90),
    } | columns
    proposal = Proposal(**values)
    session.add(proposal)
    await session.flush()
    text = {
        "proposal_id": proposal.id,
        "is_original": True,
        "title": f"A {side}",
        "code": code,
        "passage_codes": passages,
        "passages": [place for number in range(len(passages or ())) for place in (1 + number, 1)],
        "search": words and sa.func.to_tsvector(sa.literal("simple").cast(REGCONFIG), words),
        "embedding_model": model,
    } | {name: values[name] for name in ("delegation_id", "status", "visibility", "language")}
    await session.execute(sa.insert(ProposalText).values(text))
    return proposal.id


async def a_cooperation(session: Writer, host: str = "CHN", *partners: str, **columns: Any) -> UUID:
    """A finished cooperation of these states with its original text, brought in by the platform itself."""
    values: dict[str, Any] = {
        "source": CooperationSource.IMPORT,
        "visibility": "public",
        "language": "en",
        "host_state": host,
        "partner_states": list(partners),
        "ended_on": today() - timedelta(70),
    } | columns
    values.setdefault("started_on", values["ended_on"] - timedelta(700))
    cooperation = Cooperation(**values)
    session.add(cooperation)
    await session.flush()
    text = {"cooperation_id": cooperation.id, "is_original": True, "title": f"Work of {host}", "status": "finished"}
    text |= {name: values[name] for name in ("visibility", "language")}
    await session.execute(sa.insert(CooperationText).values(text))
    return cooperation.id


async def some_experience(session: Writer, size: int, seed: int) -> list[UUID]:
    """Random finished cooperations of the states of the crowd, a third of them for members only."""
    chance, made = random.Random(seed), []
    for _ in range(size):
        states = chance.sample(STATES, chance.choice([1, 2, 3]))
        codes: dict[str, Any] = {
            name: chance.sample(VOCABULARY[name], chance.choice([0, 1, 2])) for name in ("capacity_areas", "sectors")
        }
        ended = today() - timedelta(chance.randrange(2000))
        audience = chance.choice(["public", "public", "members"])
        made.append(
            await a_cooperation(
                session, *states, visibility=audience, started_on=ended - timedelta(90), ended_on=ended, **codes
            )
        )
    return made


async def build_cooperation_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Finished cooperations of the states of the crowd and others, for both audiences, from both sources."""
    made = await some_experience(session, 12, seed=21)
    made += [
        await a_cooperation(
            session,
            "SEN",
            *["ZMB", "CHN"][:number],
            external_id=None if number else "E-1",
            source="lab" if number else "import",
            lab_id=id_of(f"lab {number}") if number else None,
            visibility=["public", "members"][number % 2],
            sectors=["11130", "22040"],
            capacity_areas=["skills_training"],
        )
        for number in range(3)
    ]
    return [("cooperation", one) for one in made]


async def change(session: Writer, proposal: UUID, **columns: Any) -> None:
    """Set columns of a proposal as they are, whatever the life cycle says."""
    table = table_of(Proposal)
    await session.execute(sa.update(table).where(table.c.id == proposal).values(columns))


def some_code(chance: random.Random) -> str:
    """A code of normal deviates."""
    return code_of([chance.gauss(0, 1) for _ in range(DIMENSIONS)])


def code_of(deviates: Sequence[float]) -> str:
    """The code of a vector that is turned already."""
    numbers = [max(-3, min(3, round(one / STEPS[BITS]))) for one in deviates]
    return "".join(str(number >> plane & 1) for plane in range(BITS) for number in numbers)


def moved(code: str, share: float, chance: random.Random) -> str:
    """A code in which about that share of the numbers is another."""
    other = some_code(chance)
    taken = [chance.random() < share for _ in range(DIMENSIONS)]
    return "".join(other[place] if taken[place % DIMENSIONS] else bit for place, bit in enumerate(code))


async def a_crowd(session: Writer, size: int, seed: int) -> list[UUID]:
    """Random proposals of all sides by all states and by an organisation; some leave things out."""
    chance = random.Random(seed)
    origin = some_code(chance)
    everyone: list[UUID | str] = [*STATES, ORGANISATION]
    made = []
    for _ in range(size):
        lists = {name: chance.sample(codes, chance.choice([0, 1, 1, 2, 3])) for name, codes in VOCABULARY.items()}
        made.append(
            await a_proposal(
                session,
                chance.choice(["need", "need", "offer", "offer", "joint"]),
                chance.choice(everyone),
                code=(code := moved(origin, chance.random(), chance) if chance.random() < 0.9 else None),
                passages=[moved(code, 0.4, chance) for _ in range(chance.choice([1, 1, 2, 3]))] if code else None,
                words=" ".join(chance.choices(WORDS, k=chance.choice([0, 3, 8, 30]))) or None,
                language=chance.choice(["en", "en", "fr", "fr-CA", "zh"]),
                model=MODEL if chance.random() < 0.95 else "another model",
                interpretation_offered=chance.random() < 0.1,
                regions_accepted=chance.choice([[], [], [], ["002"], ["142", "009"]]),
                modalities_accepted=chance.choice([[], [], [], ["south_south"], ["north_south", "other"]]),
                **lists,
            )
        )
    return made


def asked(*fields: str | tuple[Any, ...]) -> list[Selection]:
    """Selections by name; a tuple is a field with fields of its own."""
    return [
        Selection(one[0], one[0], "", {}, tuple(asked(*one[1:]))) if isinstance(one, tuple) else Selection(one, one)
        for one in fields
    ]


@cache
def plan_of(fields: tuple[Any, ...], given: tuple[str, ...], where: tuple[Any, ...], actor: Actor) -> Plan:
    """The plan of ``question``."""
    return compile_read(PROPOSAL_BY_ID, question(fields, given, where), actor.viewer)


def question(fields: tuple[Any, ...], given: tuple[str, ...] = (), where: tuple[Any, ...] = ()) -> Selection:
    """``proposal(id:) { matches(…) { … } }``, its values open; ``where`` names the filters in use, booleans with their value."""
    arguments: dict[str, Any] = {name: Param((name,)) for name in given}
    if where:
        arguments["where"] = dict(one if isinstance(one, tuple) else (one, Param(("where", one))) for one in where)
    listed = Selection("matches", "matches", "Proposal", arguments, tuple(asked(*fields)))
    return Selection("proposal", "proposal", "Query", {"id": Param(("id",))}, (listed,))


async def page(
    db: Database, proposal: UUID, fields: tuple[Any, ...], actor: Actor = SYSTEM, *, where: Any = None, **given: Any
) -> dict[str, Any]:
    """The ``fields`` of one page of matches."""
    where = where or {}
    given = {"first": 100} | {name: value for name, value in given.items() if value is not None}
    values = {("id",): f"proposal_{proposal.hex}"} | {(name,): value for name, value in given.items()}
    values |= {("where", name): value for name, value in where.items()}
    chosen = tuple((name, value) if isinstance(value, bool) else name for name, value in where.items())
    plan = plan_of(fields, tuple(given), chosen, actor)
    document: dict[str, Any] = orjson.loads(await db.document(plan, actor, values))
    found: dict[str, Any] = document["matches"]
    return found


async def matches(db: Database, proposal: UUID, actor: Actor = SYSTEM, **arguments: Any) -> dict[UUID, dict[str, Any]]:
    """The first matches of a proposal, everything of each, by the id of the other proposal, the best first."""
    found = await page(db, proposal, (("nodes", *EVERYTHING),), actor, **arguments)
    return {UUID(one["proposal"]["id"].removeprefix("proposal_")): one for one in found["nodes"]}
