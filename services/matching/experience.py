"""What states have done before, in SQL: finished cooperations that the viewer may see, by code and state."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array

from services.core.actor import Viewer
from services.core.read.shape import Ask, Expression, Row, table_of, within
from services.matching.cooperation_tables import Cooperation, StateExperience
from services.matching.policy import cooperation_visible_to
from services.matching.rules import MOST_SHOWN
from services.matching.terms import MatchCriterion

CODES: ARRAY[Any] = ARRAY(sa.Text)
COUNTS: ARRAY[Any] = ARRAY(sa.Float)


def about(proposal: Row) -> Expression:
    """The codes that a proposal shares with cooperations: its capacity areas and sectors."""
    return sa.func.array_cat(sa.cast(proposal.capacity_areas, CODES), sa.cast(proposal.sectors, CODES), type_=CODES)


def experience(own: Row, codes: Expression, viewer: Viewer, of: sa.FromClause | None = None) -> sa.Select[Any]:
    """How often each state took part in cooperations about each of ``codes``, columns of ``own``: one row a state.

    With ``of``, a delegation, only its state. Columns: ``state``; ``experience_codes`` in the order of the alphabet; ``experience_counts``, above 0, of each.
    Counted by state before any pair is made, and in an index alone, however many cooperations there are.
    """
    table = table_of(StateExperience).alias()
    met = sa.select(table.c.code, table.c.state, sa.cast(sa.func.count(), sa.Float).label("count")).where(
        table.c.code == sa.any_(codes), cooperation_visible_to(viewer, table.c)
    )
    if of is not None:
        met = met.where(table.c.state == of.c.state).correlate(of)
    by_code = within(own, met).group_by(table.c.code, table.c.state).subquery()
    return sa.select(
        by_code.c.state,
        sa.func.array_agg(aggregate_order_by(by_code.c.code, by_code.c.code), type_=CODES).label("experience_codes"),
        sa.func.array_agg(aggregate_order_by(by_code.c["count"], by_code.c.code), type_=COUNTS).label(
            "experience_counts"
        ),
    ).group_by(by_code.c.state)


def counted(state: Row, codes: Expression) -> Expression:
    """The sum of a state's ``experience_counts`` in ``codes``; 0 without any.

    A cooperation about two of the codes counts twice: it is nearer to what the pair would do.
    """
    done = sa.func.unnest(state.experience_codes, state.experience_counts).table_valued(
        sa.column("code", sa.Text), sa.column("count", sa.Float)
    )
    done = done.render_derived()
    summed = sa.select(sa.func.sum(done.c["count"])).where(done.c.code == sa.any_(codes)).scalar_subquery()
    return sa.func.coalesce(summed, 0.0, type_=sa.Float())


def experienced(match: Row, own: sa.FromClause, other: sa.FromClause, viewer: Viewer) -> Expression:
    """Those codes named by both proposals of a match in which one of its states has experience, as they are stored."""
    each, done = _listed(about(own.c)), table_of(StateExperience).alias()
    met = sa.and_(
        done.c.code == each.c.value,
        done.c.state.in_([match.own_state, match.their_state]),
        cooperation_visible_to(viewer, done.c),
    )
    known = within(match, sa.select(done.c.code).where(met)).correlate(each).exists()
    named = within(match, sa.select(each.c.value).where(each.c.value == sa.any_(about(other.c)), known))
    return sa.func.array(named.correlate(own, other).scalar_subquery(), type_=CODES)


def shown(reason: Row, ask: Ask) -> sa.Subquery:
    """The cooperations that a reason (a row of ``explaining.reasons``) rests on: the last ``MOST_SHOWN`` to end.

    Each code and state gives its own last ones from the index; of these the last of all remain.
    """
    done, cooperation = table_of(StateExperience).alias(), table_of(Cooperation).alias()
    stored = sa.cast(sa.func.lower(sa.cast(reason.codes, sa.Text)), CODES)
    experience = sa.case((reason.code == MatchCriterion.EXPERIENCE.value, stored))
    code, state = _listed(experience), _listed(array([reason.own_state, reason.their_state]))
    latest = (done.c.ended_on.desc(), done.c.cooperation_id.desc())
    each = (
        sa.select(done.c.ended_on, done.c.cooperation_id)
        .where(done.c.code == code.c.value, done.c.state == state.c.value, cooperation_visible_to(ask.viewer, done.c))
        .order_by(*latest)
        .limit(MOST_SHOWN)
        .lateral()
    )
    all_of_them = within(reason, sa.select(*each.c).distinct().select_from(code, state, each))
    last = all_of_them.order_by(each.c.ended_on.desc(), each.c.cooperation_id.desc()).limit(MOST_SHOWN).subquery()
    return sa.select(cooperation).join(last, last.c.cooperation_id == cooperation.c.id).subquery()


def _listed(values: Expression) -> sa.TableValuedAlias:
    """An array as a table of its ``value``."""
    return sa.func.unnest(values).table_valued(sa.column("value", sa.Text)).render_derived()
