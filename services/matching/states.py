"""The two states of a pair on the day of the match, in SQL: regions, groups, likeness, modality."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.core.actor import Viewer
from services.core.read.shape import Columns, Expression, Row, table_of, within
from services.matching.evidence import laid
from services.matching.experience import CODES, about, experience
from services.matching.formulas import share
from services.matching.terms import ModalityReason
from services.membership.tables import Delegation
from services.proposals.tables import ProposalText
from services.proposals.terms import Modality
from services.taxonomy.shapes import in_force, today
from services.taxonomy.tables import MemberState, StateClassification
from services.taxonomy.terms import ClassificationScheme

GROUPS = (ClassificationScheme.LDC, ClassificationScheme.LLDC, ClassificationScheme.SIDS)
"""The groups of states that count for equity and for like conditions."""


def home(own: Row, viewer: Viewer) -> sa.Subquery:
    """What is known of the proposal ``own``'s side, one row.

    Columns: ``iso3``, ``regions``, ``groups``, ``developing`` of its state today, NULL for a delegation that is no
    state's; ``codes``, what the proposal is about; ``experience_codes`` and ``experience_counts``, its state's
    experience in these; of its original text ``embedding_model``, ``words_square`` and what ``evidence.laid`` finds.
    """
    delegation, text, state = table_of(Delegation).alias(), table_of(ProposalText).alias(), _states()
    done, codes = experience(own, about(own), viewer, of=delegation).lateral(), laid(text)
    sources = delegation.outerjoin(state, state.c.iso3 == delegation.c.state).outerjoin(
        text, sa.and_(text.c.proposal_id == own.id, text.c.is_original)
    )
    chosen = sa.select(
        *state.c,
        about(own).label("codes"),
        done.c.experience_codes,
        done.c.experience_counts,
        text.c.embedding_model,
        text.c.words_square,
        *codes.c,
    ).select_from(sources.outerjoin(done, sa.true()).outerjoin(codes, sa.true()))
    return within(own, chosen.where(delegation.c.id == own.delegation_id).offset(0)).subquery()


def partners(own: sa.Subquery, viewer: Viewer) -> sa.Subquery:
    """Every state as a partner of the side in ``own`` (see ``home``), one row each.

    Columns: ``iso3``, ``regions``, ``groups``; ``like_codes``, the regions and groups that both are in;
    ``own_likeness`` and ``their_likeness`` in [0, 1), how like each finds the other; ``modality`` and
    ``modality_reason``; ``experience_codes`` and ``experience_counts`` in what ``own`` is about, NULL without any.
    """
    common = _with_common(own)
    pair, done = common.c, experience(Columns(own), own.c.codes, viewer).subquery()
    regions, groups = (sa.func.cardinality(pair[f"common_{name}"]) for name in ("regions", "groups"))
    likeness = {
        side: _either(share(regions, pair[f"{side}_regions"]), share(groups, pair[f"{side}_groups"]))
        for side in ("own", "their")
    }
    stateless = pair.home_developing.is_(None)
    both, one = (how(pair.developing, pair.home_developing) for how in (sa.and_, sa.or_))
    modality = sa.case(
        (stateless, Modality.OTHER.value),
        (both, Modality.SOUTH_SOUTH.value),
        (one, Modality.NORTH_SOUTH.value),
        else_=Modality.OTHER.value,
    )
    reason = sa.case((stateless, ModalityReason.NO_STATE.value), (sa.not_(one), ModalityReason.BOTH_DEVELOPED.value))
    return (
        sa.select(
            pair.iso3,
            pair.regions,
            pair.groups,
            (pair.common_regions + pair.common_groups).label("like_codes"),
            *(value.label(f"{side}_likeness") for side, value in likeness.items()),
            sa.cast(modality, sa.Text).label("modality"),
            sa.cast(reason, sa.Text).label("modality_reason"),
            done.c.experience_codes,
            done.c.experience_counts,
        )
        .select_from(sa.outerjoin(common, done, done.c.state == pair.iso3))
        .offset(0)  # once for each state: the planner would count experience again for each candidate
        .subquery()
    )


def _with_common(own: sa.Subquery) -> sa.Subquery:
    state, listed = _states(), ("regions", "groups")
    sizes = [
        sa.func.cardinality(side.c[name]).label(f"{label}_{name}")
        for label, side in (("own", own), ("their", state))
        for name in listed
    ]
    common = [_common(own, state, name).label(f"common_{name}") for name in listed]
    chosen = sa.select(*state.c, own.c.developing.label("home_developing"), *sizes, *common)
    return chosen.correlate(own).offset(0).subquery()


def _states() -> sa.Subquery:
    """All states with their regions, their groups, and whether they are developing, today."""
    state, listed = table_of(MemberState).alias(), table_of(StateClassification).alias()
    scheme = sa.cast(listed.c.scheme, sa.Text)
    groups = sa.func.array_agg(aggregate_order_by(scheme, scheme), type_=CODES).filter(listed.c.scheme.in_(GROUPS))
    developing = sa.func.bool_or(listed.c.scheme == ClassificationScheme.UNCTAD_DEVELOPING)
    return (
        sa.select(
            state.c.iso3,
            state.c.regions,
            sa.func.coalesce(groups, sa.cast(sa.literal("{}"), CODES), type_=CODES).label("groups"),
            sa.func.coalesce(developing, sa.false()).label("developing"),
        )
        .select_from(state.outerjoin(listed, sa.and_(listed.c.iso3 == state.c.iso3, in_force(listed.c, today()))))
        .group_by(state.c.iso3)
        .subquery()
    )


def _common(own: sa.Subquery, state: sa.Subquery, name: str) -> Expression:
    """The codes that both rows have in their arrays ``name``, in the order of the first."""
    code = sa.func.unnest(own.c[name]).column_valued()
    shared = sa.select(code).where(code == sa.any_(state.c[name])).correlate(own, state)
    return sa.func.array(shared.scalar_subquery(), type_=CODES)


def _either(one: Expression, other: Expression) -> Expression:
    """How much at least one of two independent likenesses holds: a + b - ab."""
    return one + other - one * other
