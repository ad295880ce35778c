"""The figures of labs: what the reader may see of them, counted, in one statement."""

from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa

from services.core.names import by_name
from services.core.read.shape import Ask, Columns, Condition, Expression, Many, One, Row, Shape, Value, table_of, within
from services.core.table import text_enum
from services.labs import policy
from services.labs.shapes import FILTERS, as_code, with_mine
from services.labs.tables import UUIDS, Lab
from services.labs.terms import ContributionStatus, LabStatus
from services.labs.work_shapes import is_overdue
from services.labs.work_tables import LabContribution, LabMilestone
from services.taxonomy.shapes import MEMBER_STATE, REGION
from services.taxonomy.tables import MemberState, Region
from services.taxonomy.terms import CapacityArea

PROMISED = (ContributionStatus.COMMITTED, ContributionStatus.DELIVERED)
"""What counts as committed: what was delivered was committed before."""


def _asked(_: Row, ask: Ask) -> sa.FromClause:
    """The ids of the labs asked for that the reader may see, in one row."""
    labs = with_mine(None, ask)
    row = Columns(labs)
    conditions: list[Condition] = [policy.visible_to(ask.viewer, row)]
    for name, value in (ask.arg("where") or {}).items():
        condition = FILTERS[name].condition
        assert condition is not None, "filters of labs are conditions"
        if value is not None:
            conditions.append(condition(row, value))
    ids = sa.func.coalesce(sa.func.array_agg(row.id), sa.cast(sa.literal("{}"), UUIDS), type_=UUIDS)
    return sa.select(ids.label("ids")).select_from(labs).where(*conditions).subquery()


def _per(name: str, row: Row, _: Ask) -> sa.FromClause:
    """How many labs there are for each value of a column; of each element where it holds a list."""
    lab = table_of(Lab).alias()
    column: Expression = lab.c[name]
    source: sa.FromClause = lab
    if isinstance(column.type, sa.ARRAY):
        each = (
            sa.func.unnest(sa.cast(column, sa.ARRAY(sa.Text)))
            .table_valued(sa.column("value", sa.Text))
            .render_derived()
        )
        column, source = each.c.value, lab.join(each, sa.true())
    figures: list[Expression] = [column.label("value"), sa.func.count().label("labs")]
    counted = sa.select(*figures).select_from(source)
    return within(row, counted.where(lab.c.id == sa.any_(row.ids)).group_by(column)).subquery()


def _counted(
    type_name: str, field: str, column: str, found: Value | One, order: Callable[[Row, Ask], list[Expression]]
) -> Many:
    """A list of counts of labs by ``column``."""
    shape = Shape.of(type_name, None, None, {field: found, "labs": Value(lambda row, _: row.labs)})
    return Many(lambda: shape, over=partial(_per, column), order=order)


def _word(kind: Any) -> Value:
    return Value(lambda row, _: sa.type_coerce(row.value, text_enum(kind)))


def _in_life(row: Row, _: Ask) -> list[Expression]:
    return [sa.case({status.value: place for place, status in enumerate(LabStatus)}, value=sa.cast(row.value, sa.Text))]


def _overdue(row: Row, ask: Ask) -> Expression:
    milestone = table_of(LabMilestone).alias()
    counted = sa.select(sa.func.count()).select_from(milestone)
    here = counted.where(milestone.c.lab_id == sa.any_(row.ids), is_overdue(milestone.c, ask))
    return within(row, here).scalar_subquery()


def _sums(row: Row, _: Ask) -> sa.FromClause:
    given = table_of(LabContribution).alias()
    summed = sa.select(
        given.c.currency, sa.func.sum(given.c.amount_minor).label("amount"), sa.func.count().label("contributions")
    )
    here = summed.where(
        given.c.lab_id == sa.any_(row.ids), given.c.amount_minor.is_not(None), given.c.status.in_(PROMISED)
    )
    return within(row, here.group_by(given.c.currency)).subquery()


MONEY_TOTAL = Shape.of(
    "LabMoneyTotal",
    None,
    None,
    {
        "currency": Value(lambda row, _: row.currency),
        "amountMinor": Value(lambda row, _: sa.type_coerce(row.amount, sa.Numeric())),
        "contributions": Value(lambda row, _: row.contributions),
    },
)

DASHBOARD_SHAPE = Shape.of(
    "LabDashboard",
    None,
    None,
    {
        "labs": Value(lambda row, _: sa.func.cardinality(row.ids, type_=sa.Integer())),
        "overdueMilestones": Value(_overdue),
        "byStatus": _counted("LabStatusCount", "status", "status", _word(LabStatus), _in_life),
        "byState": _counted(
            "LabStateCount",
            "state",
            "states",
            One(lambda: MEMBER_STATE, on=lambda row, it: it.iso3 == row.value, null=False),
            by_name(MemberState, "iso3", "value"),
        ),
        "byRegion": _counted(
            "LabRegionCount",
            "region",
            "regions",
            One(lambda: REGION, on=lambda row, it: it.code == row.value, null=False),
            by_name(Region, "code", "value"),
        ),
        "byCapacityArea": _counted(
            "LabCapacityAreaCount",
            "capacityArea",
            "capacity_areas",
            _word(CapacityArea),
            lambda row, _: [sa.cast(row.value, sa.Text)],
        ),
        "committed": Many(lambda: MONEY_TOTAL, over=_sums, order=lambda row, _: [row.currency]),
    },
)
LAB_DASHBOARD = One(
    lambda: DASHBOARD_SHAPE, over=_asked, null=False, convert={"where.state": as_code, "where.region": as_code}
)
