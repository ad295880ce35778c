"""What several types of the contract have in common."""

import strawberry

from services.core.ids import write_id
from services.core.texts import TextRow
from services.labs.terms import LabPartyRole, LabPartyStatus, LabStatus, MilestoneStatus
from services.matching.terms import MatchBand, MatchCriterion
from services.membership.tables import Delegation
from services.membership.terms import Standing
from services.practices.terms import Freshness, PracticeStatus
from services.proposals.terms import CooperationForm, ExpressionStatus, Modality, Party, ProposalStatus, Side
from services.taxonomy.terms import CapacityArea
from tests.bench.ordinary.loading import Ordinary

Info = strawberry.Info[Ordinary, None]
for _word in (
    *(LabPartyRole, LabPartyStatus, LabStatus, MilestoneStatus, MatchBand, MatchCriterion, Standing, Freshness),
    *(PracticeStatus, CooperationForm, ExpressionStatus, Modality, Party, ProposalStatus, Side, CapacityArea),
):
    strawberry.enum(_word)


@strawberry.type
class LocalizedText:
    """A text in the language that suits its reader."""

    language: str
    text: str

    @staticmethod
    def of(row: TextRow, part: str) -> "LocalizedText":
        """The title, summary or description of a text."""
        return LocalizedText(language=row.language, text=getattr(row, part))


@strawberry.type
class PageInfo:
    """Where a page ends, and whether another one follows."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type(name="Delegation")
class DelegationType:
    """A delegation."""

    row: strawberry.Private[Delegation]
    id: strawberry.ID
    standing: Standing

    @staticmethod
    def of(row: Delegation) -> "DelegationType":
        """A delegation as it is shown."""
        return DelegationType(row=row, id=strawberry.ID(write_id("delegation", row.id)), standing=row.standing)

    @strawberry.field
    def name(self, info: Info) -> LocalizedText:
        """In the language that suits its reader."""
        language = next((one for one in info.context.languages if one in self.row.names), "en")
        return LocalizedText(language=language, text=self.row.names[language])
