"""The pairs that one proposal may form, and what both sides have in common, in SQL."""

from collections.abc import Sequence
from functools import partial, reduce

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from services.core.read.shape import Ask, Condition, Expression, Row, table_of, within
from services.matching.evidence import comparable, likeness
from services.matching.experience import about, counted
from services.matching.formulas import nearness, share
from services.matching.policy import Pair, constraints, spoken
from services.matching.states import home, partners
from services.matching.terms import Constraint, MatchCriterion, ModalityReason
from services.membership.tables import Delegation
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import Side

LISTS = {
    MatchCriterion.CAPACITY_AREAS: "capacity_areas",
    MatchCriterion.SECTORS: "sectors",
    MatchCriterion.SDG_TARGETS: "sdg_targets",
    MatchCriterion.FORMS: "forms",
    MatchCriterion.WORKING_LANGUAGES: "working_languages",
}
"""The criteria that compare two lists of codes, and the column of each."""
DESCRIBED = (
    *("own_id", "id", "delegation_id", "areas", "regions", "asks"),
    *("modality", "modality_reason", "like_codes", "equity_codes", "own_state", "their_state"),
)
"""The columns that say what a pair is; the others say how well it fits."""


Among = Sequence[Expression]
"""What the index has found: the ids of proposals, and what the words weigh that each has in common with the own one."""


def found(
    own: Row, ask: Ask, only: Expression | None = None, *, triangular: bool = False, among: Among | None = None
) -> sa.Subquery:
    """The pairs of the proposal ``own`` with every other that keeps all hard constraints, one row each.

    ``only`` names one candidate that is shown whatever constraint it breaks; ``triangular`` is for ``policy.Pair``;
    with ``among`` only what the index has found is looked at.
    ``DESCRIBED`` columns: ``own_id``; the candidate's ``id``, ``delegation_id``, capacity ``areas`` and its state's
    ``regions``; ``asks``, whether ``own`` stands in the need's place; ``modality`` with its reason; ``like_codes``,
    the regions and groups that both states are in; ``equity_codes``, the groups of the state in the need's place;
    ``own_state`` and ``their_state``, NULL for a delegation that is no state's.
    Then for each list ``common_…``, ``own_…`` and ``their_…`` (lengths); ``near``, how near the texts are;
    ``own_likeness``, ``their_likeness``, ``equity`` in [0, 1); ``own_experience``, ``their_experience``, how
    often either state took part in finished cooperations about what both proposals name, NULL unless both sides are
    states; ``known_…`` for each criterion, whether both sides state it.
    """
    mine = home(own, ask.viewer)
    theirs = partners(mine, ask.viewer)
    other, text, delegation = (table_of(table).alias() for table in (Proposal, ProposalText, Delegation))
    pair = Pair(own, mine.c, other.c, theirs.c, delegation.c, triangular)
    before, candidate, common = _words(own, mine, other) if among is None else _among(among, mine, other)
    columns = {
        **_described(pair),
        **likeness(mine, text, common, _language(own) == _language(other.c)),
        f"known_{MatchCriterion.TEXT}": comparable(mine.c, text.c),
        **_experience(pair),
    }
    for one, column in LISTS.items():
        columns |= _compared(one, own, other, column)
    sources = (
        sa.join(candidate, delegation, delegation.c.id == other.c.delegation_id)
        .outerjoin(theirs, theirs.c.iso3 == delegation.c.state)
        .outerjoin(text, sa.and_(text.c.proposal_id == other.c.id, text.c.is_original))
    )
    chosen = sa.select(*(value.label(name) for name, value in columns.items())).select_from(sources)
    held = constraints(ask.viewer, pair)
    wanted = held.values() if only is None else (other.c.id == only, held[Constraint.VISIBLE])
    kept = chosen.where(*wanted).correlate(*before).offset(0)
    # Lateral, so that what is known of the own side is found once, and not again for each candidate.
    candidates = within(own, kept).lateral()
    near = nearness(candidates.c.meaning, candidates.c.words).label("near")
    joined = reduce(partial(sa.join, onclause=sa.true()), [*before, candidates])
    return sa.select(*candidates.c, near).select_from(joined).offset(0).subquery()


Ways = tuple[Sequence[sa.FromClause], sa.FromClause, Expression]
"""What is known before there are candidates, the candidates, and what the words in common with one weigh."""


def _words(own: Row, mine: sa.FromClause, other: sa.FromClause) -> Ways:
    """All proposals, with what ``proposal_words`` finds as one JSON object.

    The planner takes the candidates for few, and would go through a table of the words again for each of them.
    """
    words = sa.func.proposal_words(own.id).table_valued(sa.column("id", sa.Uuid), sa.column("common", sa.BigInteger))
    found = sa.func.jsonb_object_agg(words.c.id, words.c.common, type_=JSONB).label("found")
    whole = within(own, sa.select(found).select_from(words)).offset(0).subquery()
    return [mine, whole], other, sa.cast(whole.c.found.op("->")(sa.cast(other.c.id, sa.Text)), sa.BigInteger)


def _among(among: Among, mine: sa.FromClause, other: sa.FromClause) -> Ways:
    """The proposals that the index has found."""
    ids, common = sa.column("id", sa.Uuid), sa.column("common", sa.BigInteger)
    found = sa.func.unnest(*among).table_valued(ids, common).render_derived()
    return [mine], sa.join(found, other, other.c.id == found.c.id), found.c.common


def _described(pair: Pair) -> dict[str, Expression]:
    asks, theirs = _asks(pair.own, pair.other), pair.theirs
    receiving = sa.case((asks, pair.home.groups), else_=theirs.groups)
    groups = sa.func.cardinality(receiving)
    return {
        "own_id": pair.own.id,
        "id": pair.other.id,
        "delegation_id": pair.other.delegation_id,
        "areas": pair.other.capacity_areas,
        "regions": theirs.regions,
        "asks": asks,
        "modality": pair.modality,
        "modality_reason": sa.case(
            (theirs.iso3.is_(None), ModalityReason.NO_STATE.value), else_=theirs.modality_reason
        ),
        "like_codes": theirs.like_codes,
        "equity_codes": receiving,
        "own_state": pair.home.iso3,
        "their_state": theirs.iso3,
        "own_likeness": theirs.own_likeness,
        "their_likeness": theirs.their_likeness,
        f"known_{MatchCriterion.LIKE_CONDITIONS}": _both_states(pair),
        "equity": share(groups, groups),
        f"known_{MatchCriterion.EQUITY}": receiving.is_not(None),
    }


def _both_states(pair: Pair) -> Condition:
    return sa.and_(pair.theirs.iso3.is_not(None), pair.home.iso3.is_not(None))


def _experience(pair: Pair) -> dict[str, Expression]:
    """How often either state took part in finished cooperations about the codes that both proposals name."""
    known, named = _both_states(pair), about(pair.other)
    return {
        "own_experience": sa.case((known, counted(pair.home, named))),
        "their_experience": sa.case((known, counted(pair.theirs, named))),
        f"known_{MatchCriterion.EXPERIENCE}": known,
    }


def _asks(own: Row, other: Row) -> Condition:
    """Whether ``own`` stands in the need's place; of two joint proposals the older one does."""
    joint = sa.and_(own.side == Side.JOINT, other.side == Side.JOINT, own.id < other.id)
    return sa.or_(own.side == Side.NEED, other.side == Side.OFFER, joint)


def _language(proposal: Row) -> Expression:
    """The language of the original text, without script and region."""
    return sa.func.split_part(proposal.language, "-", 1)


def _compared(one: MatchCriterion, own: Row, other: sa.FromClause, column: str) -> dict[str, Expression]:
    """How long the two lists of a criterion are, and how much they have in common."""
    first: Expression = own[column]
    second: Expression = other.c[column]
    if one is MatchCriterion.WORKING_LANGUAGES:
        first, second = spoken(first), spoken(second)
    code = sa.func.unnest(first).column_valued()
    counted = sa.select(sa.func.count()).where(code == sa.any_(second)).correlate(other)
    common = within(own, counted).scalar_subquery()
    own_length, their_length = sa.func.cardinality(first), sa.func.cardinality(second)
    return {
        f"common_{one}": sa.cast(sa.func.least(common, own_length, their_length), sa.Float),
        f"own_{one}": sa.cast(own_length, sa.Float),
        f"their_{one}": sa.cast(their_length, sa.Float),
        f"known_{one}": sa.and_(own_length > 0, their_length > 0),
    }
