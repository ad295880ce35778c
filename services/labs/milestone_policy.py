"""Why someone may not act on a milestone; who may see one is ``policy.visible_part``."""

from services.core.actor import Viewer
from services.core.policy import Refusal
from services.core.read.shape import Row
from services.labs import policy, rules
from services.labs.terms import LabStatus, MilestoneStatus
from services.taxonomy.shapes import today

M = MilestoneStatus


def refusals_to_revise(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party revises what is still planned."""
    return [
        *policy.party(viewer, row, row.lab_id, policy.FOCAL_POINTS, "revise a milestone"),
        policy.concluded(row.lab_status),
        Refusal("LAB_MILESTONE_WRONG_STATUS", row.status != M.PLANNED, "Only a planned milestone can be revised."),
    ]


def refusals_to_reach(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party says that a planned milestone was reached, in time or late."""
    return [*policy.party(viewer, row, row.lab_id, policy.FOCAL_POINTS, "say so"), _at_work(row), _step(row, M.REACHED)]


def refusals_to_miss(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party says that a planned milestone was missed, once its due day has passed."""
    return [
        *policy.party(viewer, row, row.lab_id, policy.FOCAL_POINTS, "say so"),
        _at_work(row),
        _step(row, M.MISSED),
        Refusal("LAB_MILESTONE_NOT_DUE", row.due_on >= today(), "A milestone is missed after its due day, not before."),
    ]


def refusals_to_drop(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party drops a planned milestone."""
    return [
        *policy.party(viewer, row, row.lab_id, policy.FOCAL_POINTS, "drop a milestone"),
        policy.concluded(row.lab_status),
        _step(row, M.DROPPED),
    ]


def _at_work(row: Row) -> Refusal:
    return Refusal("LAB_WRONG_STATUS", row.lab_status != LabStatus.ACTIVE, "Only while the lab is active.")


def _step(row: Row, wanted: M) -> Refusal:
    allowed = rules.sources(rules.MILESTONE_STEPS, wanted)
    sentence = f"Only a planned milestone can be {wanted.value}."
    return Refusal("LAB_MILESTONE_WRONG_STATUS", row.status.not_in(allowed), sentence)
