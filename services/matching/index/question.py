"""What the index is asked: the own side of all pairs, and every delegation as a partner of it, by one statement.

Who is whose neighbour, which modality a pair would have and who has experience is what ``states`` says, so that it is
said once; the index itself knows proposals alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
import orjson
import sqlalchemy as sa

from services.core.actor import Actor, Viewer
from services.core.db import Database
from services.core.read.plan import Plan, finish
from services.core.read.shape import Columns, Condition, Expression, Row, table_of, within
from services.matching.answer_policy import set_aside
from services.matching.index.rows import TEXTS, bare, days, listed, since_epoch, words_of
from services.matching.policy import Pair, constraints
from services.matching.scoring import SIDES, weights_in_force
from services.matching.states import home, partners
from services.matching.terms import Constraint, MatchCriterion
from services.membership.tables import Delegation
from services.proposals.policy import visible_to
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import ProposalStatus
from services.taxonomy.shapes import today


@dataclass(frozen=True, slots=True)
class Partner:
    """A delegation that takes part, as a partner of the own side.

    ``admitted`` says whether the own side's regions and modalities let it in. ``groups`` is how many of the groups that
    count for equity its state is in, None for a delegation that is no state's. ``experience`` is by code.
    """

    id: str
    admitted: bool
    regions: Sequence[str]
    groups: int | None
    own_likeness: float
    their_likeness: float
    modality: str
    experience: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Question:
    """The own side of all pairs: its proposal, its text, its state, and by which weights they are scored.

    Days count from 1970. ``words`` are the hashes of its text's words with what each counts there.
    """

    id: UUID
    side: str
    today: int
    period_from: int | None
    period_to: int | None
    lists: Mapping[str, Sequence[str]]
    interpretation_offered: bool
    language: str
    model: str | None
    text_language: str | None
    code: str | None
    passages: Sequence[str]
    square: int
    words: Sequence[tuple[int, int]]
    regions: Sequence[str]
    groups: int | None
    experience: Mapping[str, float]
    partners: Sequence[Partner]
    need: Mapping[str, float]
    offer: Mapping[str, float]
    floor: float
    strong: float
    good: float
    aside: Sequence[UUID] = ()
    """The proposals that are set aside, for who asks."""


async def read_question(db: Database, actor: Actor, proposal: UUID) -> Question | None:
    """Ask the database; None where the actor sees no such proposal, or it can match with nothing today.

    Raises:
        Unavailable: the database took too long or cannot be reached.
    """
    told = orjson.loads(await db.document(_plan(Viewer(actor)), actor, {("id",): proposal}))
    if told is None or not told["possible"]:
        return None
    partners = [_partner(*one) for one in told["partners"] or ()]
    text = told["text"] or {}
    hashes, counts = (bytes.fromhex(text.get(name) or "") for name in ("hashes", "counts"))
    words = zip(np.frombuffer(hashes, ">i8").tolist(), np.frombuffer(counts, ">i2").tolist(), strict=True)
    return Question(
        id=proposal,
        **{name: told[name] for name in ("side", "today", "lists", "interpretation_offered", "language", "floor")},
        **{name: told[name] for name in ("period_from", "period_to", "groups", "need", "offer", "strong", "good")},
        regions=told["regions"] or (),
        experience=_by_code(*told["experience"]),
        partners=partners,
        model=text.get("model"),
        text_language=text.get("language"),
        code=text.get("code"),
        passages=text.get("passages") or (),
        square=text.get("square") or 0,
        words=list(words),
        aside=[UUID(one) for one in told["aside"]],
    )


def _partner(key: str, admitted: bool, *told: Any) -> Partner:  # noqa: FBT001 - in the order in which the statement tells it
    regions, groups, own, their, modality, codes, counts = told
    return Partner(key, admitted, regions or (), groups, own or 0.0, their or 0.0, modality, _by_code(codes, counts))


def _by_code(codes: Sequence[str] | None, counts: Sequence[float] | None) -> dict[str, float]:
    return dict(zip(codes or (), counts or (), strict=True))


@lru_cache(maxsize=64)
def _plan(viewer: Viewer) -> Plan:
    own = table_of(Proposal).alias()
    row = Columns(own)
    mine = home(row, viewer)
    weights = weights_in_force(None)
    told: dict[str, Expression] = {
        "possible": sa.and_(*_possible(row)),
        "side": row.side,
        "today": since_epoch(today()),
        **days(own),
        "lists": _object(listed(own)),
        "interpretation_offered": row.interpretation_offered,
        "language": bare(row.language),
        "text": _text(row),
        "regions": mine.c.regions,
        "groups": sa.func.cardinality(mine.c.groups),
        "experience": _array([mine.c.experience_codes, mine.c.experience_counts]),
        "partners": _partners(row, mine, viewer),
        "aside": sa.func.array(set_aside(row, viewer).scalar_subquery()),
        **{name: weights.c[name] for name in ("floor", "strong", "good")},
        **{side: _object({one.value: weights.c[f"{side}_{one}"] for one in MatchCriterion}) for side in SIDES},
    }
    inner = within(row, sa.select(_object(told)).select_from(sa.join(mine, weights, sa.true())))
    key = sa.bindparam("id", type_=sa.Uuid())
    body = sa.select(inner.scalar_subquery()).select_from(own).where(own.c.id == key, visible_to(viewer, row))
    found = sa.func.coalesce(sa.cast(body.scalar_subquery(), sa.Text), sa.literal("null", sa.Text))
    return finish(found, {"id": lambda variables: variables["id",]}, slow=False)


def _object(values: Mapping[str, Expression]) -> Expression:
    return sa.func.json_build_object(
        *(one for name, value in values.items() for one in (sa.literal(name, sa.Text), value))
    )


def _array(values: Sequence[Expression]) -> Expression:
    return sa.func.json_build_array(*values)


def _possible(own: Row) -> list[Condition]:
    """What the constraints say of the own side alone (``policy.constraints``)."""
    return [
        own.status.in_([ProposalStatus.DRAFT, ProposalStatus.OPEN]),
        sa.func.coalesce(own.expires_on >= today(), sa.true()),
        sa.func.coalesce(own.agreed < own.places, sa.true()),
    ]


def _text(own: Row) -> Expression:
    text = table_of(ProposalText).alias()
    words = words_of(text)
    told = {
        "model": text.c.embedding_model,
        "language": bare(text.c.language),
        "code": sa.cast(text.c.code, sa.Text),
        "passages": sa.cast(text.c.passage_codes, TEXTS),
        "square": text.c.words_square,
        "hashes": sa.func.encode(words.c.hashes, "hex"),
        "counts": sa.func.encode(words.c.counts, "hex"),
    }
    found = sa.select(_object(told)).select_from(text.outerjoin(words, sa.true()))
    return within(own, found.where(text.c.proposal_id == own.id, text.c.is_original)).scalar_subquery()


def _partners(own: Row, mine: sa.Subquery, viewer: Viewer) -> Expression:
    """Each delegation that takes part but the own, in the order of ``Partner``."""
    theirs, delegation, other = partners(mine, viewer), table_of(Delegation).alias(), table_of(Proposal).alias()
    pair = Pair(own, mine.c, other.c, theirs.c, delegation.c)
    held = constraints(viewer, pair)
    told = [
        sa.func.replace(sa.cast(delegation.c.id, sa.Text), "-", ""),
        sa.and_(held[Constraint.OWN_REGIONS], held[Constraint.OWN_MODALITIES]),
        theirs.c.regions,
        sa.func.cardinality(theirs.c.groups),
        theirs.c.own_likeness,
        theirs.c.their_likeness,
        pair.modality,
        theirs.c.experience_codes,
        theirs.c.experience_counts,
    ]
    found = sa.select(sa.func.json_agg(_array(told))).select_from(
        delegation.outerjoin(theirs, theirs.c.iso3 == delegation.c.state)
    )
    found = found.where(held[Constraint.TAKES_PART], delegation.c.id != own.delegation_id)
    return within(own, found.correlate(mine)).scalar_subquery()
