"""What can be read of membership: states with their delegations, delegations with their standings."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import SQLModel

from services.core import localized, names
from services.core.ids import of_kind
from services.core.names import name_place, named
from services.core.policy import may, reasons_against
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
    Source,
    Value,
    extend,
    global_id,
    table_of,
    within,
)
from services.core.table import today
from services.identity.shapes import PEOPLE, PERSON
from services.membership import policy
from services.membership.tables import Delegation, StandingPeriod, StandingProposal
from services.membership.terms import StandingProposalStatus
from services.taxonomy.shapes import MEMBER_STATE, in_force
from services.taxonomy.tables import MemberState, StateClassification
from services.taxonomy.terms import StateKind


class NameOrder(StrEnum):
    """Orders of states and delegations; never by size."""

    NAME = "name"


class StandingProposalOrder(StrEnum):
    """Orders of proposals to change a standing."""

    NEWEST = "newest"


def _classified(row: Row, state: Expression, scheme: Any, day: Any) -> Condition:
    table = table_of(StateClassification).alias()
    listed = sa.select(table.c.iso3).where(
        table.c.iso3 == state, sa.cast(table.c.scheme, sa.Text) == scheme, in_force(table.c, day)
    )
    return within(row, listed).exists()


def _scheme_and_day(value: Mapping[str, Any]) -> tuple[str, date]:
    return value["scheme"].value, value.get("asOf") or today()


def _in_region(row: Row, code: Any) -> Condition:
    table = table_of(MemberState).alias()
    lies = sa.select(table.c.iso3).where(table.c.iso3 == row.state, sa.cast(code, sa.Text) == sa.any_(table.c.regions))
    return within(row, lies).exists()


def _with_viewer(table: type[SQLModel]) -> Source:
    """The rows of a list, each with what its reader may know: filters are given rows, and no viewer."""

    def over(_: Row, ask: Ask) -> sa.FromClause:
        rows = table_of(table).alias()
        knows_all = sa.cast(sa.literal(policy.knows_all(ask.viewer)), sa.Boolean)
        own = sa.cast(ask.viewer.delegation_id, sa.Uuid).label("own_delegation")
        return sa.select(rows, knows_all.label("knows_all"), own).subquery()

    return over


def _stood(row: Row, delegation_of: Callable[[Row], Condition], standings: Any, day: Any) -> Condition:
    """Whether a delegation of ``row`` stood in any of ``standings`` on ``day``, as far as the reader may know."""
    delegation, period = table_of(Delegation).alias(), table_of(StandingPeriod).alias()
    known = sa.or_(
        row.knows_all,
        delegation.c.id == row.own_delegation,
        sa.and_(policy.on_roster(delegation.c), policy.shown(period.c)),
    )
    found = (
        sa.select(period.c.id)
        .join_from(period, delegation, delegation.c.id == period.c.delegation_id)
        .where(
            delegation_of(delegation.c),
            sa.cast(period.c.standing, sa.Text) == sa.any_(standings),
            in_force(period.c, day),
            known,
        )
    )
    return within(row, found).exists()


def _standings_and_day(value: Mapping[str, Any]) -> tuple[list[str], date]:
    return [standing.value for standing in value["anyOf"]], value.get("asOf") or today()


def _standing_on(row: Row, ask: Ask) -> Expression:
    period = table_of(StandingPeriod).alias()
    found = sa.select(period.c.standing).where(
        period.c.delegation_id == row.id,
        in_force(period.c, sa.cast(ask.arg("day"), sa.Date)),
        policy.visible_period(ask.viewer, period.c),
    )
    return within(row, found).scalar_subquery()


STANDING_PERIOD = Shape.of(
    "StandingPeriod",
    StandingPeriod,
    policy.visible_period,
    {
        "standing": StandingPeriod.standing,
        "validFrom": StandingPeriod.valid_from,
        "validTo": StandingPeriod.valid_to,
        "reference": StandingPeriod.reference,
        "referenceOn": StandingPeriod.reference_on,
    },
)

STANDING_PROPOSAL: Shape = Shape.of(
    "StandingProposal",
    StandingProposal,
    policy.visible_proposal,
    {
        "id": global_id("standing_proposal"),
        "delegation": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.delegation_id),
        "standing": StandingProposal.standing,
        "since": StandingProposal.since,
        "until": StandingProposal.until,
        "reference": StandingProposal.reference,
        "referenceOn": StandingProposal.reference_on,
        "status": StandingProposal.status,
        "reason": StandingProposal.reason,
        "createdAt": StandingProposal.created_at,
        "closedAt": StandingProposal.closed_at,
        "proposedBy": One(lambda: PERSON, on=lambda row, person: person.id == row.proposed_by),
        "decidedBy": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.decided_by_delegation),
        "viewerCanDecide": may(policy.refusals_to_decide),
        "viewerCannotDecideReasons": reasons_against(policy.refusals_to_decide),
    },
)

DELEGATION: Shape = Shape.of(
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
        "standingOn": Value(_standing_on, null=True),
        "openProposal": One(
            lambda: STANDING_PROPOSAL,
            on=lambda row, proposal: sa.and_(
                proposal.delegation_id == row.id, proposal.status == StandingProposalStatus.OPEN
            ),
        ),
        "people": Connection(
            lambda: PERSON,
            orders=PEOPLE.orders,
            default=PEOPLE.default,
            on=lambda row, person: sa.and_(person.delegation_id == row.id, person.left_at.is_(None)),
        ),
        "isDemo": Delegation.is_demo,
        "viewerCanProposeStanding": may(policy.refusals_to_propose),
        "viewerCanRecordApplication": may(policy.refusals_to_record_application),
        "viewerCanAnswerInvitation": may(policy.refusals_to_answer_invitation),
        "viewerCanWithdraw": may(policy.refusals_to_withdraw),
        "viewerCannotWithdrawReasons": reasons_against(policy.refusals_to_withdraw),
    },
)

localized.MADE["madeBy"] = One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.made_by_id)
names.MADE["madeBy"] = One(lambda: DELEGATION, on=lambda *_: sa.false())
extend(MEMBER_STATE, {"delegation": One(lambda: DELEGATION, on=lambda row, delegation: delegation.state == row.iso3)})
extend(PERSON, {"delegation": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.delegation_id)})

MEMBER_STATES = Connection(
    lambda: MEMBER_STATE,
    orders={
        NameOrder.NAME: Order(
            "states.name",
            lambda row, ask: [(name_place(row, ask), False), (row.iso3, False)],
            (sa.Integer(), sa.Text()),
        )
    },
    default=lambda _: NameOrder.NAME,
    over=_with_viewer(MemberState),
    on=lambda _, row: row.kind == StateKind.MEMBER,
    where={
        "region": Filter(lambda row, code: sa.cast(code, sa.Text) == sa.any_(row.regions)),
        "classification": Filter(
            lambda row, scheme, day: _classified(row, row.iso3, scheme, day), _scheme_and_day, (sa.Text(), sa.Date())
        ),
        "standing": Filter(
            lambda row, standings, day: _stood(row, lambda it: it.state == row.iso3, standings, day),
            _standings_and_day,
            (ARRAY(sa.Text), sa.Date()),
        ),
    },
)

DELEGATIONS = Connection(
    lambda: DELEGATION,
    over=_with_viewer(Delegation),
    orders={
        NameOrder.NAME: Order(
            "delegations.name",
            lambda row, ask: [(name_place(row, ask), False), (row.id, False)],
            (sa.Integer(), sa.Uuid()),
        )
    },
    default=lambda _: NameOrder.NAME,
    where={
        "region": Filter(_in_region),
        "classification": Filter(
            lambda row, scheme, day: _classified(row, row.state, scheme, day), _scheme_and_day, (sa.Text(), sa.Date())
        ),
        "standing": Filter(
            lambda row, standings, day: _stood(row, lambda it: it.id == row.id, standings, day),
            _standings_and_day,
            (ARRAY(sa.Text), sa.Date()),
        ),
    },
)

STANDING_PROPOSALS = Connection(
    lambda: STANDING_PROPOSAL,
    orders={
        StandingProposalOrder.NEWEST: Order(
            "standing_proposals.newest",
            lambda row, _: [(row.created_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        )
    },
    default=lambda _: StandingProposalOrder.NEWEST,
    where={
        "status": Filter(lambda row, status: row.status == status),
        "delegation": Filter(lambda row, key: row.delegation_id == key, of_kind("delegation"), (sa.Uuid(),)),
    },
)

MEMBER_STATE_BY_CODE = One(
    lambda: MEMBER_STATE, by={"code": Filter(lambda row, code: row.iso3 == code, lambda code: code.upper())}
)
DELEGATION_BY_ID = One(lambda: DELEGATION, by={"id": Filter(lambda row, key: row.id == key, of_kind("delegation"))})
STANDING_PROPOSAL_BY_ID = One(
    lambda: STANDING_PROPOSAL,
    by={"id": Filter(lambda row, key: row.id == key, of_kind("standing_proposal"), (sa.Uuid(),))},
)
