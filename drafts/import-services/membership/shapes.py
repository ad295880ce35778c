"""What can be read of membership: states with their delegations, delegations with their standings."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.names import named, pick_language
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
    extend,
    global_id,
    table_of,
)
from services.core.table import today
from services.identity.shapes import PERSON
from services.membership import policy
from services.membership.tables import Delegation, StandingPeriod
from services.taxonomy.shapes import MEMBER_STATE, in_force
from services.taxonomy.tables import MemberState, StateClassification
from services.taxonomy.terms import StateKind


class NameOrder(StrEnum):
    """Orders of states and delegations; never by size."""

    NAME = "name"


def _place(row: Row, ask: Ask) -> Expression:
    """The place of a name in the order of the reader's language; what has none comes last."""
    language = pick_language(row.places, ask, argument=False)
    return sa.func.coalesce(sa.cast(row.places.op("->>")(language), sa.Integer), 100_000, type_=sa.Integer())


def _classified(state: Row, scheme: Any, day: Any) -> Condition:
    table = table_of(StateClassification).alias()
    listed = sa.select(table.c.iso3).where(
        table.c.iso3 == state, sa.cast(table.c.scheme, sa.Text) == scheme, in_force(table.c, day)
    )
    return listed.exists()


def _scheme_and_day(value: Mapping[str, Any]) -> tuple[str, date]:
    return value["scheme"].value, value.get("asOf") or today()


def _is_at(state: Row, standing: Any) -> Condition:
    table = table_of(Delegation).alias()
    return sa.select(table.c.id).where(table.c.state == state, table.c.standing == standing).exists()


STANDING_PERIOD = Shape.of(
    "StandingPeriod",
    StandingPeriod,
    policy.visible_period,
    {
        "standing": StandingPeriod.standing,
        "validFrom": StandingPeriod.valid_from,
        "validTo": StandingPeriod.valid_to,
        "reference": StandingPeriod.reference,
    },
)

DELEGATION = Shape.of(
    "Delegation",
    Delegation,
    policy.visible_to,
    {
        "id": global_id("delegation"),
        "kind": Delegation.kind,
        "name": named(),
        "state": One(lambda: MEMBER_STATE, on=lambda row, state: state.iso3 == row.state),
        "standing": Delegation.standing,
        "standingSince": Delegation.standing_since,
        "standings": Many(
            lambda: STANDING_PERIOD,
            on=lambda row, period: period.delegation_id == row.id,
            order=lambda period, _: [period.valid_from.desc(), period.id],
        ),
        "isDemo": Delegation.is_demo,
    },
)

extend(MEMBER_STATE, {"delegation": One(lambda: DELEGATION, on=lambda row, delegation: delegation.state == row.iso3)})
extend(PERSON, {"delegation": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.delegation_id)})

MEMBER_STATES = Connection(
    lambda: MEMBER_STATE,
    orders={
        NameOrder.NAME: Order(
            "states.name",
            lambda row, ask: [(_place(row, ask), False), (row.iso3, False)],
            (sa.Integer(), sa.Text()),
        )
    },
    default=lambda _: NameOrder.NAME,
    on=lambda _, row: row.kind == StateKind.MEMBER,
    where={
        "region": Filter(lambda row, code: sa.cast(code, sa.Text) == sa.any_(row.regions)),
        "classification": Filter(
            lambda row, scheme, day: _classified(row.iso3, scheme, day), _scheme_and_day, (sa.Text(), sa.Date())
        ),
        "standing": Filter(lambda row, standing: _is_at(row.iso3, standing)),
    },
)

DELEGATIONS = Connection(
    lambda: DELEGATION,
    orders={
        NameOrder.NAME: Order(
            "delegations.name", lambda row, ask: [(_place(row, ask), False), (row.id, False)], (sa.Integer(), sa.Uuid())
        )
    },
    default=lambda _: NameOrder.NAME,
    where={
        "region": Filter(lambda row, code: _in_region(row.state, code)),
        "classification": Filter(
            lambda row, scheme, day: _classified(row.state, scheme, day), _scheme_and_day, (sa.Text(), sa.Date())
        ),
        "standing": Filter(lambda row, standing: row.standing == standing),
    },
)

MEMBER_STATE_BY_CODE = One(
    lambda: MEMBER_STATE, by={"code": Filter(lambda row, code: row.iso3 == code, lambda code: code.upper())}
)
DELEGATION_BY_ID = One(lambda: DELEGATION, by={"id": Filter(lambda row, key: row.id == key, of_kind("delegation"))})


def _in_region(state: Row, code: Any) -> Condition:
    table = table_of(MemberState).alias()
    return (
        sa.select(table.c.iso3)
        .where(table.c.iso3 == state, sa.cast(code, sa.Text) == sa.any_(table.c.regions))
        .exists()
    )
