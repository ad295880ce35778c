"""What can be read of labs, and what they add to expressions of interest."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.days import or_last
from services.core.ids import of_kind
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
    Value,
    extend,
    global_id,
    table_of,
)
from services.core.texts import SAME_MEANING, check_characters, search_parts
from services.labs import policy
from services.labs.tables import Lab, LabText
from services.labs.work_shapes import (
    CONTRIBUTION,
    CONTRIBUTIONS,
    MILESTONE,
    MILESTONES,
    OUTPUT,
    OUTPUTS,
    PARTY,
    UPDATE,
    UPDATES,
    acts,
)
from services.membership.shapes import DELEGATION
from services.practices.shapes import PRACTICE
from services.proposals.expression_shapes import EXPRESSION_OF_INTEREST
from services.proposals.shapes import PROPOSAL
from services.taxonomy.shapes import today
from services.translations.shapes import translatable


class LabOrder(StrEnum):
    """Orders of labs."""

    NEWEST = "newest"
    DUE = "due"
    RELEVANCE = "relevance"


def has_overdue(row: Row, _: Ask | None = None) -> Expression:
    """Whether some milestone of the lab is overdue."""
    return sa.func.coalesce(row.next_due_on < today(), sa.false(), type_=sa.Boolean())


LAB = Shape.of(
    "Lab",
    Lab,
    policy.visible_to,
    {
        "id": global_id("lab"),
        "revision": Lab.revision,
        "status": Lab.status,
        "visibility": Lab.visibility,
        "originalLanguage": Lab.language,
        **translatable("lab", Lab, LabText, policy.visible_to),
        "termsOfReference": Lab.terms_of_reference,
        "founder": One(lambda: DELEGATION, on=lambda row, it: it.id == row.founder_id),
        "expressionOfInterest": One(lambda: EXPRESSION_OF_INTEREST, on=lambda row, it: it.id == row.expression_id),
        "proposal": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.proposal_id),
        "parties": Many(
            lambda: PARTY, on=lambda row, it: it.lab_id == row.id, order=lambda it, _: [it.created_at, it.id]
        ),
        "modality": Lab.modality,
        "modalityOn": Lab.modality_on,
        "modalityReason": Lab.modality_reason,
        "startsOn": Lab.starts_on,
        "endsOn": Lab.ends_on,
        "capacityAreas": Lab.capacity_areas,
        "sectors": Lab.sectors,
        "sdgTargets": Lab.sdg_targets,
        "nextDueOn": Lab.next_due_on,
        "isOverdue": Value(has_overdue),
        "milestones": MILESTONES,
        "contributions": CONTRIBUTIONS,
        "updates": UPDATES,
        "outputs": OUTPUTS,
        "suspensionReason": Lab.suspension_reason,
        "lessons": Lab.lessons,
        "lessonsLanguage": Lab.lessons_language,
        "practice": One(lambda: PRACTICE, on=lambda row, it: it.id == row.practice_id),
        "activatedAt": Lab.activated_at,
        "concludedAt": Lab.concluded_at,
        "createdAt": Lab.created_at,
        "updatedAt": Lab.updated_at,
        "isDemo": Lab.is_demo,
        "viewerIsParty": Value(lambda row, ask: policy.is_party(ask.viewer, row)),
        **acts(
            Revise=policy.refusals_to_revise,
            Activate=policy.refusals_to_activate,
            Suspend=policy.refusals_to_suspend,
            Resume=policy.refusals_to_resume,
            Conclude=policy.refusals_to_conclude,
            AddMilestone=policy.refusals_to_add_milestone,
            PostUpdate=policy.refusals_to_post_update,
            DeliverOutput=policy.refusals_to_deliver_output,
        ),
    },
)
_LAB_OF = One(lambda: LAB, on=lambda row, it: it.id == row.lab_id)
for _shape in (PARTY, MILESTONE, CONTRIBUTION, UPDATE, OUTPUT):
    extend(_shape, {"lab": _LAB_OF})


def with_mine(_: Row, ask: Ask) -> sa.FromClause:
    """The labs, each with whether the viewer's delegation is a party of it."""
    table = table_of(Lab).alias()
    return sa.select(table, policy.is_party(ask.viewer, table.c).label("is_mine")).subquery()


def _found(source: sa.FromClause, configurations: Expression, words: Expression, sketch: Expression) -> sa.FromClause:
    """The labs that a search finds, with their score in [0, 1]."""
    found = sa.func.lab_search(configurations, words, sketch, SAME_MEANING).table_valued(
        sa.column("id", sa.Uuid), sa.column("score", sa.Float)
    )
    return sa.select(source, found.c.score).join_from(source, found, found.c.id == source.c.id).subquery()


def as_code(value: str) -> str:
    """A code as people may give it, to compare codes with.

    Raises:
        Invalid: it has a character that is no text.
    """
    return check_characters(value, path=()).upper()


def _among(column: Expression, code: Expression) -> Condition:
    return sa.cast(code, sa.Text) == sa.any_(column)


FILTERS = {
    "state": Filter(lambda row, code: _among(row.states, code), as_code, (sa.Text(),)),
    "region": Filter(lambda row, code: _among(row.regions, code), as_code, (sa.Text(),)),
    "capacityArea": Filter(
        lambda row, area: sa.literal(area.value, sa.Text) == sa.any_(sa.cast(row.capacity_areas, ARRAY(sa.Text)))
    ),
    "overdue": Filter(lambda row, overdue: sa.literal(overdue) == has_overdue(row)),
    "status": Filter(lambda row, status: row.status == status),
    "modality": Filter(lambda row, modality: row.modality == modality),
    "mine": Filter(lambda row, mine: row.is_mine == mine),
}
"""What labs and their dashboard are asked by; the rows are those of ``with_mine``."""

LABS = Connection(
    lambda: LAB,
    orders={
        LabOrder.NEWEST: Order(
            "labs.newest",
            lambda row, _: [(row.listed_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        ),
        LabOrder.DUE: Order(
            "labs.due",
            lambda row, _: [(or_last(row.next_due_on), False), (row.id, False)],
            (sa.Date(), sa.Uuid()),
        ),
        LabOrder.RELEVANCE: Order(
            "labs.relevance",
            lambda row, _: [(row.score, True), (row.id, True)],
            (sa.Float(), sa.Uuid()),
            needs="search",
        ),
    },
    default=lambda where: LabOrder.RELEVANCE if "search" in where else LabOrder.NEWEST,
    over=with_mine,
    where={
        "search": Filter(
            convert=search_parts, types=(ARRAY(sa.Text), ARRAY(sa.Text), sa.Text()), slow=True, joins=_found
        ),
        **FILTERS,
    },
)


def _by_id(shape: Shape, kind: str) -> One:
    key = Filter(lambda row, key: row.id == key, of_kind(kind), (sa.Uuid(),))
    return One(lambda: shape, by={"id": key})


LAB_BY_ID = _by_id(LAB, "lab")
PARTY_BY_ID = _by_id(PARTY, "lab_party")
MILESTONE_BY_ID = _by_id(MILESTONE, "lab_milestone")
CONTRIBUTION_BY_ID = _by_id(CONTRIBUTION, "lab_contribution")
UPDATE_BY_ID = _by_id(UPDATE, "lab_update")
OUTPUT_BY_ID = _by_id(OUTPUT, "lab_output")

extend(
    EXPRESSION_OF_INTEREST,
    {
        "lab": One(lambda: LAB, on=lambda row, it: it.expression_id == row.id),
        "viewerCanFoundLab": may(policy.refusals_to_found),
        "viewerCannotFoundLabReasons": reasons_against(policy.refusals_to_found),
    },
)
