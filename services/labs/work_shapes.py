"""What can be read of a lab's work: milestones, contributions, progress updates and outputs, with their lists."""

from enum import StrEnum

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.policy import Refusals, may, reasons_against
from services.core.read.shape import (
    Ask,
    Connection,
    Expression,
    FieldOf,
    Filter,
    One,
    Order,
    Part,
    Row,
    Shape,
    Value,
    global_id,
)
from services.labs import contribution_policy, milestone_policy, policy
from services.labs.tables import LabParty
from services.labs.terms import MilestoneStatus
from services.labs.work_tables import LabContribution, LabMilestone, LabOutput, LabUpdate
from services.membership.shapes import DELEGATION
from services.taxonomy.shapes import today


class MilestoneOrder(StrEnum):
    """Orders of milestones."""

    DUE = "due"


class ContributionOrder(StrEnum):
    """Orders of contributions."""

    OLDEST = "oldest"


class UpdateOrder(StrEnum):
    """Orders of progress updates."""

    NEWEST = "newest"


class OutputOrder(StrEnum):
    """Orders of outputs."""

    NEWEST = "newest"


def acts(**refusals: Refusals) -> dict[str, FieldOf]:
    """For each act, named in camel case with a capital, ``viewerCan…`` and ``viewerCannot…Reasons``."""
    can: dict[str, FieldOf] = {f"viewerCan{act}": may(one) for act, one in refusals.items()}
    return can | {f"viewerCannot{act}Reasons": reasons_against(one) for act, one in refusals.items()}


def is_overdue(row: Row, _: Ask) -> Expression:
    """Whether a milestone is still planned though its due day has passed (``rules.is_overdue``)."""
    return sa.and_(row.status == MilestoneStatus.PLANNED, row.due_on < today())


def _money(amount: str) -> Part:
    """Money of two columns, there if the amount is."""
    return Part(
        "Money",
        {
            "amountMinor": Value(lambda row, _: row[amount]),
            "currency": Value(lambda row, _: row.currency),
        },
        present=lambda row, _: row[amount].is_not(None),
    )


_DELEGATION = One(lambda: DELEGATION, on=lambda row, it: it.id == row.delegation_id)

MILESTONE = Shape.of(
    "LabMilestone",
    LabMilestone,
    policy.visible_part,
    {
        "id": global_id("lab_milestone"),
        "revision": LabMilestone.revision,
        "language": LabMilestone.language,
        "title": LabMilestone.title,
        "description": LabMilestone.description,
        "dueOn": LabMilestone.due_on,
        "status": LabMilestone.status,
        "isOverdue": Value(is_overdue),
        "reachedOn": LabMilestone.reached_on,
        "evidence": LabMilestone.evidence,
        "reason": LabMilestone.reason,
        "updatedAt": LabMilestone.updated_at,
        **acts(
            Revise=milestone_policy.refusals_to_revise,
            Reach=milestone_policy.refusals_to_reach,
            Miss=milestone_policy.refusals_to_miss,
            Drop=milestone_policy.refusals_to_drop,
        ),
    },
)
_OF_MILESTONE = One(lambda: MILESTONE, on=lambda row, it: it.id == row.milestone_id)

PARTY = Shape.of(
    "LabParty",
    LabParty,
    policy.visible_part,
    {
        "id": global_id("lab_party"),
        "delegation": _DELEGATION,
        "organisation": LabParty.organisation,
        "role": LabParty.role,
        "status": LabParty.status,
        "confirmedOn": LabParty.confirmed_on,
        "reason": LabParty.reason,
        **acts(
            Confirm=policy.refusals_to_confirm,
            Decline=policy.refusals_to_decline,
            PledgeContribution=contribution_policy.refusals_to_pledge,
        ),
    },
)

CONTRIBUTION = Shape.of(
    "LabContribution",
    LabContribution,
    policy.visible_part,
    {
        "id": global_id("lab_contribution"),
        "party": One(lambda: PARTY, on=lambda row, it: it.id == row.party_id),
        "status": LabContribution.status,
        "money": _money("amount_minor"),
        "inKind": Part(
            "LabContributionInKind",
            {
                "kind": Value(lambda row, _: row.kind),
                "quantity": Value(lambda row, _: sa.func.trim_scale(row.quantity, type_=sa.Numeric())),
                "unit": Value(lambda row, _: row.unit),
                "periodFrom": Value(lambda row, _: row.period_from, null=True),
                "periodTo": Value(lambda row, _: row.period_to, null=True),
                "valued": _money("valued_minor"),
                "valuationMethod": Value(lambda row, _: row.valuation_method),
            },
            present=lambda row, _: row.quantity.is_not(None),
        ),
        "note": LabContribution.note,
        "pledgedOn": LabContribution.pledged_on,
        "committedOn": LabContribution.committed_on,
        "deliveredOn": LabContribution.delivered_on,
        "withdrawnOn": LabContribution.withdrawn_on,
        **acts(
            Commit=contribution_policy.refusals_to_commit,
            Deliver=contribution_policy.refusals_to_deliver,
            Withdraw=contribution_policy.refusals_to_withdraw,
        ),
    },
)

UPDATE = Shape.of(
    "LabUpdate",
    LabUpdate,
    policy.visible_part,
    {
        "id": global_id("lab_update"),
        "delegation": _DELEGATION,
        "milestone": _OF_MILESTONE,
        "language": LabUpdate.language,
        "text": LabUpdate.text,
        "reportedOn": LabUpdate.reported_on,
        "createdAt": LabUpdate.created_at,
    },
)

OUTPUT = Shape.of(
    "LabOutput",
    LabOutput,
    policy.visible_part,
    {
        "id": global_id("lab_output"),
        "delegation": _DELEGATION,
        "milestone": _OF_MILESTONE,
        "kind": LabOutput.kind,
        "language": LabOutput.language,
        "title": LabOutput.title,
        "description": LabOutput.description,
        "url": LabOutput.url,
        "deliveredOn": LabOutput.delivered_on,
    },
)


def _of_lab(row: Row, it: Row) -> sa.ColumnElement[bool]:
    return it.lab_id == row.id  # type: ignore[no-any-return]


_DAY, _MOMENT = (sa.Date(), sa.Uuid()), (sa.DateTime(timezone=True), sa.Uuid())
MILESTONES = Connection(
    lambda: MILESTONE,
    orders={
        MilestoneOrder.DUE: Order("lab_milestones.due", lambda row, _: [(row.due_on, False), (row.id, False)], _DAY)
    },
    default=lambda _: MilestoneOrder.DUE,
    on=_of_lab,
    where={
        "status": Filter(lambda row, status: row.status == status),
        "overdue": Filter(lambda row, overdue: sa.literal(overdue) == is_overdue(row, None)),  # type: ignore[arg-type]
    },
)
CONTRIBUTIONS = Connection(
    lambda: CONTRIBUTION,
    orders={
        ContributionOrder.OLDEST: Order(
            "lab_contributions.oldest", lambda row, _: [(row.created_at, False), (row.id, False)], _MOMENT
        )
    },
    default=lambda _: ContributionOrder.OLDEST,
    on=_of_lab,
    where={
        "status": Filter(lambda row, status: row.status == status),
        "party": Filter(lambda row, key: row.party_id == key, of_kind("lab_party"), (sa.Uuid(),)),
    },
)
UPDATES = Connection(
    lambda: UPDATE,
    orders={
        UpdateOrder.NEWEST: Order(
            "lab_updates.newest", lambda row, _: [(row.created_at, True), (row.id, True)], _MOMENT
        )
    },
    default=lambda _: UpdateOrder.NEWEST,
    on=_of_lab,
)
OUTPUTS = Connection(
    lambda: OUTPUT,
    orders={
        OutputOrder.NEWEST: Order("lab_outputs.newest", lambda row, _: [(row.delivered_on, True), (row.id, True)], _DAY)
    },
    default=lambda _: OutputOrder.NEWEST,
    on=_of_lab,
)
