"""Labs with their parties and milestones."""

from datetime import date

import strawberry

from services.core.ids import write_id
from services.core.table import today
from services.labs.rules import is_overdue
from services.labs.tables import Lab, LabParty
from services.labs.terms import LabPartyRole, LabPartyStatus, MilestoneStatus
from services.labs.work_tables import LabMilestone
from services.proposals.terms import Modality
from tests.bench.ordinary.shared import DelegationType, Info, LocalizedText, PageInfo


@strawberry.type(name="LabParty")
class PartyType:
    """A party of a lab."""

    row: strawberry.Private[LabParty]
    role: LabPartyRole
    status: LabPartyStatus

    @strawberry.field
    async def delegation(self, info: Info) -> DelegationType | None:
        """Who speaks for it."""
        row = await info.context.delegations.load(self.row.delegation_id)
        return None if row is None else DelegationType.of(row)


@strawberry.type(name="LabMilestone")
class MilestoneType:
    """A milestone of a lab."""

    id: strawberry.ID
    title: str
    due_on: date
    status: MilestoneStatus
    is_overdue: bool

    @staticmethod
    def of(row: LabMilestone) -> "MilestoneType":
        """A milestone as it is shown."""
        return MilestoneType(
            id=strawberry.ID(write_id("lab_milestone", row.id)),
            title=row.title,
            due_on=row.due_on,
            status=row.status,
            is_overdue=is_overdue(row.status, row.due_on, today()),
        )


@strawberry.type
class MilestoneConnection:
    """The first milestones of a lab."""

    total_count: int
    nodes: list[MilestoneType]


@strawberry.type(name="Lab")
class LabType:
    """A lab."""

    row: strawberry.Private[Lab]
    id: strawberry.ID
    modality: Modality
    next_due_on: date | None
    is_overdue: bool

    @staticmethod
    def of(row: Lab) -> "LabType":
        """A lab as it is shown."""
        overdue = row.next_due_on is not None and row.next_due_on < today()
        key = strawberry.ID(write_id("lab", row.id))
        return LabType(row=row, id=key, modality=row.modality, next_due_on=row.next_due_on, is_overdue=overdue)

    @strawberry.field
    async def title(self, info: Info) -> LocalizedText:
        """In the language that suits its reader."""
        return LocalizedText.of(await info.context.lab_texts.load(self.row.id), "title")

    @strawberry.field
    async def parties(self, info: Info) -> list[PartyType]:
        """The oldest first."""
        rows = await info.context.parties.load(self.row.id)
        return [PartyType(row=row, role=row.role, status=row.status) for row in rows]

    @strawberry.field
    async def milestones(self, info: Info, first: int = 20) -> MilestoneConnection:
        """The first that are due."""
        rows = await info.context.milestones.load(self.row.id)
        return MilestoneConnection(total_count=len(rows), nodes=[MilestoneType.of(row) for row in rows[:first]])


@strawberry.type
class LabConnection:
    """A page of labs."""

    nodes: list[LabType]
    page_info: PageInfo
