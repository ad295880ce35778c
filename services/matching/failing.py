"""Why two proposals are no match, and the smallest change that would make them one, in SQL.

Each hard constraint that a pair breaks is kept again by one change of one proposal, and no change mends two, so all of
them together are the smallest. Sentences are in English, for people without a client.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from services.core.read.shape import Ask, Columns, Condition, Expression, Row, table_of, within
from services.matching.fitting import fitting
from services.matching.scoring import CARRIED, OF_WEIGHTS, ranked
from services.matching.terms import Constraint, MatchChangeField, MatchCriterion
from services.proposals.policy import is_full, visible_to
from services.proposals.tables import Proposal
from services.proposals.terms import ProposalStatus, Side
from services.taxonomy.shapes import today
from services.taxonomy.terms import CapacityArea

F = MatchChangeField
TEXTS: ARRAY[Any] = ARRAY(sa.Text)
SCORED = (*CARRIED, *OF_WEIGHTS, *(f"part_{one}" for one in MatchCriterion), "score")
"""The columns of ``scoring.ranked``: a match."""
SENTENCES = {
    Constraint.VISIBLE: "You may not see one of them.",
    Constraint.OPEN: "Not both are open today.",
    Constraint.PLACES_LEFT: "One of them has no places left.",
    Constraint.OTHER_DELEGATION: "Both are of one delegation.",
    Constraint.TAKES_PART: "The delegation of the other one does not take part in the Group now.",
    Constraint.OPPOSITE_SIDE: "Both are on one side: a need is matched with an offer or a joint proposal.",
    Constraint.COMMON_LANGUAGE: "They have no working language in common, and neither offers interpretation.",
    Constraint.PERIOD: "One ends before the other begins.",
    Constraint.OWN_REGIONS: "The first accepts no partner from the state of the second.",
    Constraint.PARTNER_REGIONS: "The second accepts no partner from the state of the first.",
    Constraint.OWN_MODALITIES: "The first does not accept the modality that the two states would have.",
    Constraint.PARTNER_MODALITIES: "The second does not accept the modality that the two states would have.",
}
_TOLD = {
    F.STATUS: "It would have to be opened",
    F.EXPIRES_ON: "It would have to be renewed, at least until",
    F.OPENS_ON: "It would have to open by",
    F.PLACES: "It would need places, at least",
    F.SIDE: "It would have to be on the side",
    F.INTERPRETATION_OFFERED: "It, or the other one, would have to offer interpretation",
    F.PERIOD_FROM: "Its period would have to begin by",
    F.REGIONS_ACCEPTED: "It would have to accept partners from the regions (M49; none named accepts all)",
    F.MODALITIES_ACCEPTED: "It would have to accept the modalities",
    F.CAPACITY_AREAS: "It would have to name the capacity areas",
}


def compared(_: Row, ask: Ask) -> sa.Subquery:
    """The pair of ``need`` and ``offer`` as one row, or none where the viewer may not see both.

    ``own`` is the one of the viewer's delegation, else the need; ``other`` the other. Columns: ``own_…`` and
    ``other_…`` of both proposals; those of ``fitting``; ``keeps``, whether all constraints are kept; and those of
    ``SCORED``, NULL where nothing agrees.
    """
    need, offer = (sa.cast(ask.arg(name), sa.Uuid) for name in ("need", "offer"))
    mine, table = table_of(Proposal).alias(), table_of(Proposal).alias()
    owned = sa.select(mine.c.id).where(mine.c.id == offer, mine.c.delegation_id == ask.viewer.delegation_id).exists()
    asked = sa.select(owned.label("offers")).subquery()
    first, second = (sa.case((asked.c.offers, one), else_=other) for one, other in ((offer, need), (need, offer)))
    chosen = sa.select(*table.c, second.label("second")).join_from(table, asked, table.c.id == first)
    chosen = chosen.where(visible_to(ask.viewer, table.c))
    base = chosen.offset(0).subquery()
    own = Columns(base)
    fit = fitting(own, own.second, ask.viewer).lateral()
    scored = ranked(own, ask, only=own.second).lateral()
    keeps = sa.and_(*(fit.c[f"keeps_{one}"] for one in Constraint))
    proposal = [one.name for one in table_of(Proposal).c]
    return (
        sa.select(
            *(base.c[name].label(f"own_{name}") for name in proposal if name != "id"),
            *(fit.c[name].label(f"other_{name}") for name in proposal),
            *(fit.c[f"keeps_{one}"] for one in Constraint),
            *(_narrowest(fit.c[f"{one}_regions"]).label(f"{one}_region") for one in ("own", "their")),
            fit.c.capacity_areas[1].label("other_area"),
            fit.c.pair_modality,
            base.c.id.label("first_id"),
            sa.and_(keeps, scored.c.id.is_not(None)).label("keeps"),
            *(scored.c[name] for name in SCORED),
        )
        .select_from(sa.join(base, fit, sa.true()).outerjoin(scored, sa.true()))
        .subquery()
    )


def matched(row: Row, _: Ask) -> sa.Subquery:
    """The match that the pair is, if it is one."""
    return within(row, sa.select(*(row[name].label(name) for name in SCORED)).where(row.keeps)).subquery()


def failed(row: Row, _: Ask) -> sa.Subquery:
    """The constraints that the pair breaks: ``code``, ``place`` and ``sentence``."""
    each = (
        sa.func.unnest(
            array([sa.literal(one.value) for one in Constraint]),
            array([sa.literal(SENTENCES[one]) for one in Constraint]),
            array([row[f"keeps_{one}"] for one in Constraint]),
        )
        .table_valued(
            sa.column("code", sa.Text),
            sa.column("sentence", sa.Text),
            sa.column("kept", sa.Boolean),
            with_ordinality="place",
        )
        .render_derived()
    )
    return within(row, sa.select(*each.c).where(sa.not_(each.c.kept))).subquery()


def changes(row: Row, _: Ask) -> sa.Subquery:
    """What would make the pair a match: ``proposal_id``, ``field``, ``values`` that it would have, ``sentence``."""
    found = [*_status(row), *_places(row), *_side(row), *_times(row), *_accepted(row), *_common(row)]
    each = sa.union_all(
        *(
            within(
                row,
                sa.select(
                    sa.literal(place, sa.Integer).label("place"),
                    row[key].label("proposal_id"),
                    sa.literal(field.value, sa.Text).label("field"),
                    sa.cast(values, TEXTS).label("values"),
                ).where(sa.func.coalesce(holds, sa.false())),
            )
            for place, (key, field, values, holds) in enumerate(found)
        )
    ).subquery()
    said = sa.case(*((each.c.field == field.value, sentence) for field, sentence in _TOLD.items()))
    sentence = said + ": " + sa.func.array_to_string(each.c["values"], ", ") + "."
    return sa.select(each, sentence.label("sentence")).subquery()


def possible(row: Row, _: Ask) -> Condition:
    """Whether a change of the two proposals can make them a match at all."""
    ended = sa.or_(
        *(row[f"{one}_status"].in_([ProposalStatus.CLOSED, ProposalStatus.WITHDRAWN]) for one in ("own", "other"))
    )
    kept = sa.and_(row[f"keeps_{Constraint.OTHER_DELEGATION}"], row[f"keeps_{Constraint.TAKES_PART}"])
    return sa.and_(kept, sa.not_(ended))


Change = tuple[str, MatchChangeField, Expression, Condition]
"""Which proposal (``first_id`` or ``other_id``), what of it, the values it would have, and when that is needed."""
_KEYS = (("own", "first_id"), ("other", "other_id"))


def _status(row: Row) -> list[Change]:
    tomorrow = array([sa.cast(today() + 1, sa.Text)])
    found: list[Change] = []
    for one, key in _KEYS:
        status, expires = row[f"{one}_status"], row[f"{one}_expires_on"]
        passed = sa.or_(
            status == ProposalStatus.EXPIRED,
            sa.and_(status.in_([ProposalStatus.OPEN, ProposalStatus.DRAFT]), expires < today()),
        )
        found.append((key, F.EXPIRES_ON, tomorrow, passed))
    later = sa.and_(row.other_opens_on > today(), row.other_status != ProposalStatus.CLOSED)
    found.append(("other_id", F.OPENS_ON, array([sa.cast(today(), sa.Text)]), later))
    drafted = row.other_status == ProposalStatus.DRAFT
    found.append(("other_id", F.STATUS, array([sa.literal(ProposalStatus.OPEN.name)]), drafted))
    return found


def _places(row: Row) -> list[Change]:
    return [
        (key, F.PLACES, array([sa.cast(row[f"{one}_agreed"] + 1, sa.Text)]), is_full(_Side(row, one)))
        for one, key in _KEYS
    ]


def _side(row: Row) -> list[Change]:
    opposite = sa.case((row.own_side == Side.NEED, Side.OFFER.name), else_=Side.NEED.name)
    return [("first_id", F.SIDE, array([opposite]), sa.not_(row[f"keeps_{Constraint.OPPOSITE_SIDE}"]))]


def _times(row: Row) -> list[Change]:
    apart = sa.not_(row[f"keeps_{Constraint.COMMON_LANGUAGE}"])
    return [
        ("first_id", F.INTERPRETATION_OFFERED, array([sa.literal("true")]), apart),
        (
            "first_id",
            F.PERIOD_FROM,
            array([sa.cast(row.other_period_to, sa.Text)]),
            row.own_period_from > row.other_period_to,
        ),
        (
            "other_id",
            F.PERIOD_FROM,
            array([sa.cast(row.own_period_to, sa.Text)]),
            row.other_period_from > row.own_period_to,
        ),
    ]


def _accepted(row: Row) -> list[Change]:
    """What either would have to accept: the narrowest region of the other's state, and the modality of both."""
    found: list[Change] = []
    sides = (
        ("own", "first_id", row.their_region, Constraint.OWN_REGIONS, Constraint.OWN_MODALITIES),
        ("other", "other_id", row.own_region, Constraint.PARTNER_REGIONS, Constraint.PARTNER_MODALITIES),
    )
    for one, key, narrowest, region, modality in sides:
        named = sa.func.array_append(sa.cast(row[f"{one}_regions_accepted"], TEXTS), narrowest, type_=TEXTS)
        every = sa.cast(sa.literal("{}"), TEXTS)
        found.append(
            (
                key,
                F.REGIONS_ACCEPTED,
                sa.case((narrowest.is_(None), every), else_=named),
                sa.not_(row[f"keeps_{region}"]),
            )
        )
        modalities = sa.func.array_append(
            sa.cast(row[f"{one}_modalities_accepted"], TEXTS), row.pair_modality, type_=TEXTS
        )
        found.append((key, F.MODALITIES_ACCEPTED, _capitals(modalities), sa.not_(row[f"keeps_{modality}"])))
    return found


def _common(row: Row) -> list[Change]:
    """Where nothing at all agrees: a capacity area that both would name."""
    nothing = row.id.is_(None)
    own, other = (sa.cast(row[f"{one}_capacity_areas"], TEXTS) for one in ("own", "other"))
    own_names, other_names = (sa.func.cardinality(one) > 0 for one in (own, other))
    some = array([sa.literal(CapacityArea.SKILLS_TRAINING.value)])
    joined = sa.func.array_append(own, row.other_area, type_=TEXTS)
    return [
        ("first_id", F.CAPACITY_AREAS, _capitals(joined), sa.and_(nothing, other_names)),
        ("other_id", F.CAPACITY_AREAS, _capitals(own), sa.and_(nothing, sa.not_(other_names), own_names)),
        *(
            (key, F.CAPACITY_AREAS, _capitals(some), sa.and_(nothing, sa.not_(other_names), sa.not_(own_names)))
            for _, key in _KEYS
        ),
    ]


class _Side:
    """One side of the row as a proposal: ``places`` is ``own_places``."""

    def __init__(self, row: Row, side: str) -> None:
        self._row, self._side = row, side

    def __getattr__(self, name: str) -> Any:
        return self._row[f"{self._side}_{name}"]


def _narrowest(regions: Expression) -> Expression:
    """The last of a state's regions, which are listed from the widest on; NULL for no state's."""
    return regions[sa.func.cardinality(regions)]


def _capitals(codes: Expression) -> Expression:
    return sa.cast(sa.func.upper(sa.cast(codes, sa.Text)), TEXTS)
