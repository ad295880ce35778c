"""The equity board: who gave, who received, and who received nothing, in one statement over what the viewer may see."""

from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from services.core.names import by_name
from services.core.read.shape import (
    Ask,
    Columns,
    Connection,
    Expression,
    Many,
    One,
    Order,
    Row,
    Shape,
    Value,
    table_of,
    within,
)
from services.core.table import text_enum
from services.labs.shapes import LAB
from services.matching.cooperation_shapes import COOPERATION
from services.membership.tables import Delegation
from services.membership.terms import TAKES_PART
from services.reporting.records import records_of
from services.reporting.rules import checked_year
from services.reporting.terms import RecordOrder
from services.taxonomy.shapes import MEMBER_STATE, REGION, in_force, today
from services.taxonomy.tables import MemberState, Region, StateClassification
from services.taxonomy.terms import ClassificationScheme

_GROUPS = (
    ClassificationScheme.UNCTAD_DEVELOPING,
    ClassificationScheme.LDC,
    ClassificationScheme.LLDC,
    ClassificationScheme.SIDS,
)
_FIGURE = {"state": sa.Text, "year": sa.Integer, "gave": sa.Integer, "received": sa.Integer}


def _asked(_: Row, ask: Ask) -> sa.FromClause:
    """One row: what each state that takes part today gave and received in each year, and the year asked for."""
    delegation = table_of(Delegation).alias()
    states = (
        sa.select(delegation.c.state)
        .where(delegation.c.state.is_not(None), delegation.c.standing.in_(sorted(TAKES_PART)))
        .subquery()
    )
    record = records_of(ask.viewer, Columns(states)).subquery().c
    counted = (sa.func.count().filter(record[name]).label(name) for name in ("gave", "received"))
    years = sa.select(record.year, *counted).group_by(record.year).lateral()
    each = [named for name, column in zip(_FIGURE, (states.c.state, *years.c), strict=True) for named in (name, column)]
    figures = sa.func.jsonb_agg(sa.func.jsonb_build_object(*each), type_=JSONB())
    year = ask.arg("year")
    return (
        sa.select(
            sa.func.coalesce(figures, sa.cast(sa.literal("[]"), JSONB), type_=JSONB()).label("figures"),
            sa.cast(sa.null() if year is None else year, sa.Integer).label("year"),
        )
        .select_from(states.outerjoin(years, sa.true()))
        .subquery()
    )


def _figures(row: Row) -> sa.FromClause:
    """What each state gave and received in each year; a state of no record has one row without a year."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(name, kind) for name, kind in _FIGURE.items()]
    return sa.func.jsonb_to_recordset(row.figures).table_valued(*columns).render_derived(with_types=True)


def _of_states(row: Row, _: Ask) -> sa.FromClause:
    """What each state gave and received in the year asked for, or in all."""
    each = _figures(row)
    counts = sa.or_(row.year.is_(None), each.c.year == row.year)
    sums = [
        sa.cast(sa.func.coalesce(sa.func.sum(each.c[name]).filter(counts), 0), sa.Integer).label(name)
        for name in ("gave", "received")
    ]
    return within(row, sa.select(each.c.state, row.year.label("year"), *sums).group_by(each.c.state)).subquery()


Kinds = Callable[[sa.FromClause], tuple[sa.FromClause, Expression]]
"""Joins to states what they are put under, and says which column that is."""


def _of_all(states: sa.FromClause) -> tuple[sa.FromClause, Expression]:
    return states, sa.literal("", sa.Text)


def _of_groups(states: sa.FromClause) -> tuple[sa.FromClause, Expression]:
    """Of the groups that a state was in on the last day of the year asked for; today, where that is to come."""
    table = table_of(StateClassification).alias()
    day = sa.func.coalesce(sa.func.least(today(), sa.func.make_date(states.c.year, 12, 31)), today(), type_=sa.Date())
    met = sa.and_(table.c.iso3 == states.c.state, table.c.scheme.in_(_GROUPS), in_force(table.c, day))
    return states.join(table, met), sa.cast(table.c.scheme, sa.Text)


def _of_regions(states: sa.FromClause) -> tuple[sa.FromClause, Expression]:
    table = table_of(MemberState).alias()
    each = sa.func.unnest(table.c.regions).table_valued(sa.column("code", sa.Text)).render_derived()
    return states.join(table, table.c.iso3 == states.c.state).join(each, sa.true()), each.c.code


def _compared(kinds: Kinds, row: Row, ask: Ask) -> sa.FromClause:
    """The figures of states together, by what ``kinds`` puts them under."""
    states = _of_states(row, ask)
    source, value = kinds(states)
    places = [
        sa.func.row_number().over(partition_by=value, order_by=states.c[name]).label(f"{name}_place")
        for name in ("gave", "received")
    ]
    placed = sa.select(value.label("value"), states.c.gave, states.c.received, *places).select_from(source)
    one = within(row, placed).subquery().c
    told: list[Expression] = [sa.func.count().label("states")]
    for name in ("gave", "received"):
        told += [
            sa.cast(sa.func.sum(one[name]), sa.Integer).label(name),
            sa.func.count().filter(one[name] == 0).label(f"{name}_nothing"),
            _gini(one[name], one[f"{name}_place"]).label(f"{name}_gini"),
        ]
    return within(row, sa.select(one.value, *told).group_by(one.value)).subquery()


def _gini(amount: Expression, place: Expression) -> Expression:
    """Gini's coefficient of amounts in their order (Sen 1973): 0 where all have as much, near 1 where one has all."""
    n, weighted, whole = (
        sa.cast(one, sa.Float) for one in (sa.func.count(), sa.func.sum(place * amount), sa.func.sum(amount))
    )
    return 2 * weighted / (n * sa.func.nullif(whole, 0)) - (n + 1) / n


def _of_years(row: Row, _: Ask) -> sa.FromClause:
    each = _figures(row)
    told = [
        part
        for name in ("gave", "received")
        for part in (
            sa.cast(sa.func.sum(each.c[name]), sa.Integer).label(name),
            sa.func.count().filter(each.c[name] > 0).label(f"{name}_states"),
        )
    ]
    found = sa.select(each.c.year, *told).where(each.c.year.is_not(None)).group_by(each.c.year)
    return within(row, found).subquery()


def _records(row: Row, ask: Ask) -> sa.FromClause:
    record = records_of(ask.viewer, row).subquery()
    counts = sa.or_(row.year.is_(None), record.c.year == row.year)
    return within(row, sa.select(record).where(counts)).subquery()


def _column(name: str, *, null: bool = False) -> Value:
    return Value(lambda row, _: row[name], null=null)


_COMPARED = {
    "states": _column("states"),
    "gave": _column("gave"),
    "received": _column("received"),
    "gaveNothing": _column("gave_nothing"),
    "receivedNothing": _column("received_nothing"),
    "giniGave": _column("gave_gini", null=True),
    "giniReceived": _column("received_gini", null=True),
}
EQUITY_RECORD = Shape.of(
    "EquityRecord",
    None,
    None,
    {
        "year": _column("year"),
        "gave": _column("gave"),
        "received": _column("received"),
        "lab": One(lambda: LAB, on=lambda row, it: it.id == row.lab_id),
        "cooperation": One(lambda: COOPERATION, on=lambda row, it: it.id == row.cooperation_id),
    },
)
EQUITY_STATE = Shape.of(
    "EquityState",
    None,
    None,
    {
        "state": One(lambda: MEMBER_STATE, on=lambda row, it: it.iso3 == row.state, null=False),
        "gave": _column("gave"),
        "received": _column("received"),
        "records": Connection(
            lambda: EQUITY_RECORD,
            over=_records,
            orders={
                RecordOrder.NEWEST: Order(
                    "equity_records.newest",
                    lambda row, _: [(row.year, True), (row.id, True)],
                    (sa.Integer(), sa.Uuid()),
                )
            },
            default=lambda _: RecordOrder.NEWEST,
        ),
    },
)
EQUITY_FIGURES = Shape.of("EquityFigures", None, None, _COMPARED)
EQUITY_GROUP = Shape.of(
    "EquityGroup",
    None,
    None,
    {
        "scheme": Value(lambda row, _: sa.type_coerce(row.value, text_enum(ClassificationScheme))),
        **_COMPARED,
    },
)
EQUITY_REGION = Shape.of(
    "EquityRegion",
    None,
    None,
    {"region": One(lambda: REGION, on=lambda row, it: it.code == row.value, null=False), **_COMPARED},
)
EQUITY_YEAR = Shape.of(
    "EquityYear",
    None,
    None,
    {
        "year": _column("year"),
        "gave": _column("gave"),
        "received": _column("received"),
        "statesThatGave": _column("gave_states"),
        "statesThatReceived": _column("received_states"),
    },
)
EQUITY_BOARD_SHAPE = Shape.of(
    "EquityBoard",
    None,
    None,
    {
        "all": One(lambda: EQUITY_FIGURES, over=partial(_compared, _of_all)),
        "groups": Many(lambda: EQUITY_GROUP, over=partial(_compared, _of_groups), order=lambda row, _: [row.value]),
        "regions": Many(
            lambda: EQUITY_REGION, over=partial(_compared, _of_regions), order=by_name(Region, "code", "value")
        ),
        "years": Many(lambda: EQUITY_YEAR, over=_of_years, order=lambda row, _: [row.year.desc()]),
        "states": Many(lambda: EQUITY_STATE, over=_of_states, order=by_name(MemberState, "iso3", "state")),
    },
)
EQUITY_BOARD = One(lambda: EQUITY_BOARD_SHAPE, over=_asked, null=False, convert={"year": checked_year})
