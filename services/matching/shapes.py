"""What can be read of matching: the matches of a proposal with their reasons and misses, and the weights."""

from functools import partial

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from services.core.errors import Invalid
from services.core.ids import of_kind
from services.core.policy import may
from services.core.read.shape import (
    Ask,
    Condition,
    Connection,
    Expression,
    Filter,
    Many,
    One,
    Order,
    Row,
    Shape,
    Sought,
    Value,
    extend,
    global_id,
    table_of,
    within,
)
from services.core.table import text_enum
from services.core.texts import check_characters
from services.identity.shapes import PERSON
from services.matching import policy
from services.matching.answer_policy import set_aside
from services.matching.cooperation_shapes import COOPERATION
from services.matching.evidence import passage
from services.matching.experience import shown as rested_on
from services.matching.explaining import misses, reasons
from services.matching.formulas import limit_of, weight_of
from services.matching.pairs import Among
from services.matching.scoring import ranked
from services.matching.tables import MatchingWeights
from services.matching.terms import MatchBand, MatchCriterion, MatchMissCode, MatchOrder, ModalityReason, WeightsOrder
from services.proposals.shapes import PROPOSAL
from services.proposals.terms import Modality


def _band(row: Row, _: Ask) -> Expression:
    words = sa.case(
        (row.score >= row.strong, MatchBand.STRONG.value),
        (row.score >= row.good, MatchBand.GOOD.value),
        else_=MatchBand.POSSIBLE.value,
    )
    return sa.type_coerce(words, text_enum(MatchBand))


def reaches(row: Row, band: MatchBand) -> Condition:
    """Whether a match is in ``band`` or a better one."""
    limits = {MatchBand.STRONG: row.strong, MatchBand.GOOD: row.good, MatchBand.POSSIBLE: 0.0}
    return row.score >= limits[band]  # type: ignore[no-any-return]


def shown(own: Row, ask: Ask, among: Among | None = None) -> sa.Subquery:
    """The matches of a proposal without those that are set aside, or with ``where.setAside`` these alone.

    With ``among`` only those that the index has found.
    """
    found, away = ranked(own, ask, among=among), set_aside(own, ask.viewer)
    wanted = (ask.arg("where") or {}).get("setAside") is True
    return sa.select(found).where(found.c.id.in_(away) if wanted else found.c.id.not_in(away)).subquery()


def _score(value: float) -> float:
    if not 0 <= value <= 1:
        raise Invalid(f"A score is from 0 to 1, and {value} is not.")
    return float(value)


def _text(value: str) -> str:
    return check_characters(value, path=())


def _passage(row: Row, _: Ask, *, own: bool) -> Expression:
    return sa.case((row.code == MatchCriterion.TEXT.value, passage(row, own=own)))


REASON = Shape.of(
    "MatchReason",
    None,
    None,
    {
        "code": Value(lambda row, _: sa.type_coerce(row.code, text_enum(MatchCriterion))),
        "contribution": Value(lambda row, _: row.contribution),
        "weight": Value(lambda row, _: row.weight),
        "codes": Value(lambda row, _: row.codes),
        "cooperations": Many(
            lambda: COOPERATION, over=rested_on, order=lambda row, _: [row.ended_on.desc(), row.id.desc()]
        ),
        "ownPassage": Value(partial(_passage, own=True), null=True),
        "otherPassage": Value(partial(_passage, own=False), null=True),
        "sentence": Value(lambda row, _: row.sentence),
    },
)

MISS = Shape.of(
    "MatchMiss",
    None,
    None,
    {
        "code": Value(lambda row, _: sa.type_coerce(row.code, text_enum(MatchMissCode))),
        "codes": Value(lambda row, _: row.codes),
        "sentence": Value(lambda row, _: row.sentence),
    },
)

MATCH = Shape.of(
    "Match",
    None,
    None,
    {
        "score": Value(lambda row, _: row.score),
        "band": Value(_band),
        # Never null: the rows of a match are made of proposals that the viewer sees.
        "proposal": One(lambda: PROPOSAL, on=lambda row, proposal: proposal.id == row.id, null=False),
        "reasons": Many(lambda: REASON, over=reasons, order=lambda row, _: [row.contribution.desc(), row.place]),
        "misses": Many(lambda: MISS, over=misses, order=lambda row, _: [row.place]),
        "modality": Value(lambda row, _: sa.type_coerce(row.modality, text_enum(Modality))),
        "modalityReason": Value(
            lambda row, _: sa.type_coerce(row.modality_reason, text_enum(ModalityReason)), null=True
        ),
        "weightsVersion": Value(lambda row, _: row.version),
    },
)

MATCHES = Connection(
    lambda: MATCH,
    orders={
        MatchOrder.SCORE: Order(
            "matches.score", lambda row, _: [(row.score, True), (row.id, True)], (sa.Float(), sa.Uuid())
        )
    },
    default=lambda _: MatchOrder.SCORE,
    over=shown,
    sought=Sought("matches", shown, (ARRAY(sa.Uuid), ARRAY(sa.BigInteger))),
    where={
        "setAside": Filter(lambda _, __: sa.true()),  # ``shown`` has looked at it
        "minimumScore": Filter(lambda row, least: row.score >= least, _score, (sa.Float(),)),
        "band": Filter(reaches),
        "capacityAreas": Filter(
            lambda row, areas: row.areas.op("&&", is_comparison=True)(sa.cast(areas, ARRAY(sa.String))),
            lambda areas: [area.value for area in areas],
            (ARRAY(sa.Text),),
        ),
        "region": Filter(lambda row, code: sa.cast(code, sa.Text) == sa.any_(row.regions), _text, (sa.Text(),)),
        "delegation": Filter(lambda row, key: row.delegation_id == key, of_kind("delegation"), (sa.Uuid(),)),
    },
)
extend(PROPOSAL, {"matches": MATCHES})


def _listed(side: str, weights: Row, _: Ask) -> sa.FromClause:
    """The weights of one side, a row for each criterion."""
    each = (
        sa.func.unnest(array([sa.literal(one.value) for one in MatchCriterion]))
        .table_valued(sa.column("criterion", sa.Text), with_ordinality="place")
        .render_derived()
    )
    weight = weight_of(weights, side, each.c.criterion).label("weight")
    return within(weights, sa.select(*each.c, weight)).subquery()


def _in_force(row: Row) -> Condition:
    """Whether a version is the one confirmed last."""
    latest = table_of(MatchingWeights).alias()
    version = (
        sa.select(latest.c.version)
        .where(latest.c.confirmed_at.is_not(None))
        .order_by(latest.c.confirmed_at.desc(), latest.c.version.desc())
        .limit(1)
    )
    return sa.func.coalesce(row.version == version.scalar_subquery(), sa.false())


CRITERION_WEIGHT = Shape.of(
    "CriterionWeight",
    None,
    None,
    {
        "criterion": Value(lambda row, _: sa.type_coerce(row.criterion, text_enum(MatchCriterion))),
        "weight": Value(lambda row, _: row.weight),
    },
)

WEIGHTS = Shape.of(
    "MatchingWeights",
    MatchingWeights,
    policy.weights_visible_to,
    {
        "id": global_id("matching_weights"),
        "version": MatchingWeights.version,
        "need": Many(lambda: CRITERION_WEIGHT, over=partial(_listed, "need"), order=lambda row, _: [row.place]),
        "offer": Many(lambda: CRITERION_WEIGHT, over=partial(_listed, "offer"), order=lambda row, _: [row.place]),
        "floor": Value(lambda row, _: limit_of(row, "floor")),
        "strong": Value(lambda row, _: limit_of(row, "strong")),
        "good": Value(lambda row, _: limit_of(row, "good")),
        "note": MatchingWeights.note,
        "author": One(lambda: PERSON, on=lambda row, person: person.id == row.author_id),
        "createdAt": MatchingWeights.created_at,
        "confirmedAt": MatchingWeights.confirmed_at,
        "confirmedBy": One(lambda: PERSON, on=lambda row, person: person.id == row.confirmed_by_id),
        "inForce": Value(lambda row, _: _in_force(row)),
        "viewerCanConfirm": may(policy.refusals_to_confirm),
    },
)

MATCHING_WEIGHTS = Connection(
    lambda: WEIGHTS,
    orders={
        WeightsOrder.NEWEST: Order("matching_weights.newest", lambda row, _: [(row.version, True)], (sa.Integer(),))
    },
    default=lambda _: WeightsOrder.NEWEST,
    where={"inForce": Filter(lambda row, wanted: _in_force(row) == wanted)},
)
WEIGHTS_BY_ID = One(
    lambda: WEIGHTS,
    by={"id": Filter(lambda row, key: row.id == key, of_kind("matching_weights"), (sa.Uuid(),))},
)
