"""Why someone may not act on a contribution; who may see one is ``policy.visible_part``. Each party gives its own."""

from services.core.actor import Viewer
from services.core.policy import Refusal
from services.core.read.shape import Row
from services.labs import policy, rules
from services.labs.terms import ContributionStatus, LabPartyStatus, LabStatus

C = ContributionStatus


def refusals_to_pledge(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point pledges for its own delegation's part; ``row`` is the party."""
    return [
        *policy.own(viewer, row, "pledge a contribution"),
        policy.concluded(row.lab_status),
        Refusal("LAB_PARTY_WRONG_STATUS", row.status == LabPartyStatus.DECLINED, "This party has declined its part."),
    ]


def refusals_to_commit(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point commits what its own delegation pledged."""
    return _own(viewer, row, C.COMMITTED, "commit a contribution")


def refusals_to_deliver(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point says that its own delegation delivered what it committed, once the lab is active."""
    planned = row.lab_status == LabStatus.PLANNED
    return [
        *_own(viewer, row, C.DELIVERED, "deliver a contribution"),
        Refusal("LAB_WRONG_STATUS", planned, "Contributions are delivered from the day the lab is active."),
    ]


def refusals_to_withdraw(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point withdraws what its own delegation pledged or committed and has not delivered."""
    return _own(viewer, row, C.WITHDRAWN, "withdraw a contribution")


def _own(viewer: Viewer, row: Row, wanted: C, act: str) -> list[Refusal]:
    allowed = rules.sources(rules.CONTRIBUTION_STEPS, wanted)
    shown = " or ".join(status.value for status in allowed)
    return [
        *policy.own(viewer, row, act),
        policy.concluded(row.lab_status),
        Refusal(
            "LAB_CONTRIBUTION_WRONG_STATUS",
            row.status.not_in(allowed),
            f"Only a contribution that is {shown} can become {wanted.value}.",
        ),
    ]
