"""In what a state took part, and whether it gave or received there: the records that all figures count."""

from typing import Any

import sqlalchemy as sa

from services.core.actor import Viewer
from services.core.read.shape import Expression, Row, table_of, within
from services.labs import policy as lab_policy
from services.labs.tables import Lab, LabParty
from services.labs.terms import ContributionStatus, LabPartyRole, LabPartyStatus, LabStatus
from services.labs.work_tables import LabContribution
from services.matching import policy as matching_policy
from services.matching.cooperation_tables import ANY_CODE, Cooperation, StateExperience
from services.matching.terms import CooperationSource
from services.membership.tables import Delegation

GIVE = (LabPartyRole.FACILITATING, LabPartyRole.PIVOTAL)
"""The roles of triangular cooperation that give; a party in another one gives by what it contributes."""


def records_of(viewer: Viewer, row: Row) -> sa.CompoundSelect[Any]:
    """The joint labs that became active and the finished cooperations in which ``row.state`` took part, once each.

    Columns: ``id``, ``lab_id``, ``cooperation_id`` (one of the two), ``year``, ``gave`` and ``received``. The state is
    an ISO 3166-1 alpha-3 code. What the viewer may not see is not counted.
    """
    part = within(row, _parts(viewer, row.state)).subquery().c
    gave = sa.or_(part.role.in_(GIVE), part.contributes)
    received = sa.or_(
        part.role == LabPartyRole.BENEFICIARY, sa.and_(part.role == LabPartyRole.PARTNER, ~part.contributes)
    )
    labs = sa.select(
        part.lab_id.label("id"),
        part.lab_id.label("lab_id"),
        sa.cast(sa.null(), sa.Uuid).label("cooperation_id"),
        _year(sa.func.timezone("UTC", sa.func.min(part.activated_at))).label("year"),
        sa.func.bool_or(gave, type_=sa.Boolean()).label("gave"),
        sa.func.bool_or(received, type_=sa.Boolean()).label("received"),
    ).group_by(part.lab_id)
    return sa.union_all(within(row, labs), within(row, _cooperations(viewer, row.state)))


def _parts(viewer: Viewer, state: Expression) -> sa.Select[Any]:
    """What a state is in labs, by the parties that its delegation speaks for, and whether they contribute."""
    party, lab, delegation = (table_of(one).alias() for one in (LabParty, Lab, Delegation))
    contribution = table_of(LabContribution).alias()
    contributes = (
        sa.select(contribution.c.id)
        .where(
            contribution.c.party_id == party.c.id,
            contribution.c.status != ContributionStatus.WITHDRAWN,
            lab_policy.visible_part(viewer, contribution.c),
        )
        .correlate(party)
        .exists()
    )
    return (
        sa.select(party.c.lab_id, party.c.role, lab.c.activated_at, contributes.label("contributes"))
        .join_from(delegation, party, party.c.delegation_id == delegation.c.id)
        .join(lab, lab.c.id == party.c.lab_id)
        .where(
            delegation.c.state == state,
            party.c.status != LabPartyStatus.DECLINED,
            lab.c.status != LabStatus.PLANNED,
            lab_policy.visible_part(viewer, party.c),
            lab_policy.visible_to(viewer, lab.c),
        )
    )


def _cooperations(viewer: Viewer, state: Expression) -> sa.Select[Any]:
    """Where it took place is who received; what a lab has left is counted as the lab."""
    experience, cooperation = table_of(StateExperience).alias(), table_of(Cooperation).alias()
    hosted = cooperation.c.host_state == experience.c.state
    return (
        sa.select(
            cooperation.c.id.label("id"),
            sa.cast(sa.null(), sa.Uuid).label("lab_id"),
            cooperation.c.id.label("cooperation_id"),
            _year(cooperation.c.ended_on).label("year"),
            (~hosted).label("gave"),
            hosted.label("received"),
        )
        .join_from(experience, cooperation, cooperation.c.id == experience.c.cooperation_id)
        .where(
            experience.c.code == ANY_CODE,
            experience.c.state == state,
            cooperation.c.source != CooperationSource.LAB,
            matching_policy.cooperation_visible_to(viewer, cooperation.c),
        )
    )


def _year(day: Expression) -> Expression:
    return sa.cast(sa.extract("year", day), sa.Integer)
