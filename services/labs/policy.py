"""Who may see a lab and what belongs to it, and why someone may not act on it (product.md, "Who may").

A lab is run by its parties: each has one voice, and a delegation speaks for itself and for the organisations that it
sponsors. The secretariat sees what members see and runs nothing.
"""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Expression, Row, table_of, within
from services.labs import rules
from services.labs.tables import Lab, LabParty
from services.labs.terms import LabPartyStatus, LabStatus, MilestoneStatus
from services.labs.work_tables import LabMilestone
from services.proposals.terms import ExpressionStatus

WRITERS = frozenset({Role.CONTRIBUTOR, Role.FOCAL_POINT})
FOCAL_POINTS = frozenset({Role.FOCAL_POINT})
L = LabStatus


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """The labs of the viewer's delegation, and from the day they are active those meant for the viewer."""
    return _seen(viewer, row, row.status)


def visible_part(viewer: Viewer, row: Row) -> Condition:
    """The rows that belong to labs which the viewer may know of."""
    return _seen(viewer, row, row.lab_status)


def _seen(viewer: Viewer, row: Row, status: Expression) -> Condition:
    shown = sa.and_(status != L.PLANNED, row.visibility.in_(viewer.audiences))
    match viewer.role:
        case Role.PUBLIC | Role.SECRETARIAT:
            return shown
        case Role.SYSTEM:
            return sa.true()
        case _:
            return sa.or_(shown, is_party(viewer, row))


def is_party(viewer: Viewer, row: Row) -> Condition:
    """Whether the viewer's delegation speaks for a party of the lab; false for who has no delegation."""
    found = sa.cast(viewer.delegation_id, sa.Uuid) == sa.any_(row.parties)
    return sa.func.coalesce(found, sa.false(), type_=sa.Boolean())


def refusals_to_found(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of one of the two delegations founds one lab from their agreed expression of interest."""
    lab = table_of(Lab).alias()
    there = within(row, sa.select(lab.c.id).where(lab.c.expression_id == row.id)).exists()
    return [
        *refusals_to_found_from(viewer, row),
        Refusal("LAB_EXISTS", there, "A lab was founded from it already."),
    ]


def refusals_to_found_from(viewer: Viewer, row: Row) -> list[Refusal]:
    """As to found a lab, whether or not there is one already; ``row`` is the expression of interest."""
    return [
        _not_acting(viewer, FOCAL_POINTS, "found a lab"),
        Refusal(
            "EXPRESSION_OF_INTEREST_WRONG_STATUS",
            row.status != ExpressionStatus.AGREED,
            "A lab is founded from an expression of interest that is agreed.",
        ),
    ]


def refusals_to_revise(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party revises the lab until it is active; the others then confirm anew."""
    return [
        _not_acting(viewer, FOCAL_POINTS, "revise a lab"),
        not_permitted(~is_party(viewer, row), "Only a party of the lab can revise it."),
        _wrong_status(row, [L.PLANNED], "What the parties have confirmed stays: only a planned lab can be revised."),
    ]


def refusals_to_activate(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party starts the lab once every party has answered and two delegations have confirmed."""
    return [
        *party(viewer, row, row.id, FOCAL_POINTS, "start a lab"),
        _wrong_status(row, [L.PLANNED], "Only a planned lab can be started; resume one that is suspended."),
        Refusal(
            "LAB_PARTIES_UNCONFIRMED",
            _delegations(row, LabPartyStatus.INVITED) > 0,
            "Not all parties have answered yet: each confirms its part, or declines.",
        ),
        Refusal(
            "LAB_TOO_FEW_PARTIES",
            _delegations(row, LabPartyStatus.CONFIRMED) < rules.FEWEST_PARTIES,
            "A lab needs two delegations that have confirmed.",
        ),
    ]


def refusals_to_suspend(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party suspends an active lab."""
    return [*party(viewer, row, row.id, FOCAL_POINTS, "suspend a lab"), _wrong_step(row, L.SUSPENDED)]


def refusals_to_resume(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party resumes a suspended lab."""
    return [
        *party(viewer, row, row.id, FOCAL_POINTS, "resume a lab"),
        _wrong_status(row, [L.SUSPENDED], "Only a suspended lab can be resumed."),
    ]


def refusals_to_conclude(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party concludes an active lab whose milestones have all come to something."""
    milestone = table_of(LabMilestone).alias()
    left = sa.select(milestone.c.id).where(milestone.c.lab_id == row.id, milestone.c.status == MilestoneStatus.PLANNED)
    return [
        *party(viewer, row, row.id, FOCAL_POINTS, "conclude a lab"),
        _wrong_step(row, L.CONCLUDED),
        Refusal(
            "LAB_MILESTONES_PLANNED",
            within(row, left).exists(),
            "Milestones are still planned: say of each that it was reached or missed, or drop it.",
        ),
    ]


def refusals_to_add_milestone(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party adds milestones until the lab is concluded."""
    return [*party(viewer, row, row.id, FOCAL_POINTS, "add a milestone"), concluded(row.status)]


def refusals_to_post_update(viewer: Viewer, row: Row) -> list[Refusal]:
    """Contributors and focal points of the parties tell of progress from the day the lab is active."""
    return [
        *party(viewer, row, row.id, WRITERS, "tell of progress"),
        _wrong_status(row, list(rules.WORKING), "Progress is told of from the day the lab is active until its end."),
    ]


def refusals_to_deliver_output(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point of any party says what an active lab has delivered."""
    return [
        *party(viewer, row, row.id, FOCAL_POINTS, "deliver an output"),
        _wrong_status(row, [L.ACTIVE], "Only an active lab delivers outputs."),
    ]


def refusals_to_confirm(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point confirms its own delegation's part, also after it had declined, while the lab is planned."""
    return [
        *own_party(viewer, row, "confirm this part"),
        _answered(row, LabPartyStatus.CONFIRMED, "This part is confirmed already."),
    ]


def refusals_to_decline(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point declines its own delegation's part before it has confirmed, while the lab is planned."""
    return [
        *own_party(viewer, row, "decline this part"),
        _answered(row, LabPartyStatus.DECLINED, "This part was confirmed or declined already."),
    ]


def own_party(viewer: Viewer, row: Row, act: str) -> list[Refusal]:
    """Only the delegation that speaks for a party answers for it, and only before the lab is active."""
    return [
        *own(viewer, row, act),
        Refusal("LAB_WRONG_STATUS", row.lab_status != L.PLANNED, "Parties answer while the lab is planned."),
    ]


def own(viewer: Viewer, row: Row, act: str, roles: frozenset[Role] = FOCAL_POINTS) -> list[Refusal]:
    """Nobody signs for another: a row with a ``delegation_id`` is that delegation's matter."""
    return [
        _not_acting(viewer, roles, act),
        not_permitted(
            row.delegation_id.is_distinct_from(viewer.delegation_id), f"Only the delegation it stands for can {act}."
        ),
    ]


def party(viewer: Viewer, row: Row, lab_id: Expression, roles: frozenset[Role], act: str) -> list[Refusal]:
    """Only people of a party that has not declined act on a lab; ``row`` is the lab or belongs to it."""
    voice = table_of(LabParty).alias()
    mine = sa.select(voice.c.id).where(
        voice.c.lab_id == lab_id,
        voice.c.delegation_id == viewer.delegation_id,
        voice.c.status != LabPartyStatus.DECLINED,
    )
    return [
        _not_acting(viewer, roles, act),
        not_permitted(~within(row, mine).exists(), f"Only a party of the lab can {act}."),
    ]


def concluded(status: Expression) -> Refusal:
    """What is concluded does not change any more; ``status`` is the lab's."""
    return Refusal("LAB_WRONG_STATUS", status == L.CONCLUDED, "The lab is concluded.")


def _delegations(row: Row, status: LabPartyStatus) -> Expression:
    """How many delegations have said so of a lab's parties."""
    voice = table_of(LabParty).alias()
    counted = sa.select(sa.func.count(sa.distinct(voice.c.delegation_id)))
    return within(row, counted.where(voice.c.lab_id == row.id, voice.c.status == status)).scalar_subquery()


def _not_acting(viewer: Viewer, roles: frozenset[Role], act: str) -> Refusal:
    who = "Only contributors and focal points" if Role.CONTRIBUTOR in roles else "Only a focal point"
    return not_permitted(
        viewer.role not in roles or not viewer.actor.acts, f"{who} of a delegation taking part can {act}."
    )


def _answered(row: Row, wanted: LabPartyStatus, sentence: str) -> Refusal:
    allowed = rules.sources(rules.PARTY_STEPS, wanted)
    return Refusal("LAB_PARTY_WRONG_STATUS", row.status.not_in(allowed), sentence)


def _wrong_step(row: Row, wanted: LabStatus) -> Refusal:
    allowed = rules.sources(rules.STEPS, wanted)
    shown = " or ".join(status.value for status in allowed)
    return _wrong_status(row, allowed, f"Only a lab that is {shown} can become {wanted.value}.")


def _wrong_status(row: Row, allowed: list[LabStatus], sentence: str) -> Refusal:
    return Refusal("LAB_WRONG_STATUS", row.status.not_in(allowed), sentence)
