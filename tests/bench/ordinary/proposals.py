"""Proposals with their expressions of interest and their matches."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
import strawberry
from sqlmodel import col

from services.core.actor import Actor, Role
from services.core.ids import write_id
from services.core.read.shape import Ask, Columns, table_of, within
from services.matching.scoring import ranked
from services.matching.terms import MatchBand, MatchCriterion
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import CooperationForm, ExpressionStatus, Party, ProposalStatus, Side
from services.taxonomy.terms import CapacityArea
from tests.bench.ordinary.paging import paged
from tests.bench.ordinary.shared import DelegationType, Info, LocalizedText, PageInfo


@strawberry.enum
class ExpressionOfInterestOrder(Enum):
    """Orders of expressions of interest."""

    NEWEST = "newest"


@strawberry.type(name="ExpressionOfInterest")
class ExpressionType:
    """An expression of interest."""

    row: strawberry.Private[ExpressionOfInterest]
    id: strawberry.ID
    status: ExpressionStatus
    turn: Party | None
    turn_deadline: date | None
    message: str
    sent_at: datetime | None

    @staticmethod
    def of(row: ExpressionOfInterest) -> "ExpressionType":
        """An expression of interest as it is shown."""
        return ExpressionType(
            row=row,
            id=strawberry.ID(write_id("expression_of_interest", row.id)),
            status=row.status,
            turn=row.turn,
            turn_deadline=row.turn_deadline,
            message=row.message,
            sent_at=row.sent_at,
        )

    @strawberry.field
    def viewer_is_on_turn(self, info: Info) -> bool:
        """Whether the viewer's delegation is to answer."""
        whose = {Party.SENDER: self.row.sender_id, Party.RECEIVER: self.row.receiver_id}
        return self.turn is not None and whose[self.turn] == info.context.actor.delegation_id

    @strawberry.field
    async def sender(self, info: Info) -> DelegationType | None:
        """Who made it."""
        row = await info.context.delegations.load(self.row.sender_id)
        return None if row is None else DelegationType.of(row)


@strawberry.type
class ExpressionConnection:
    """A page of expressions of interest."""

    nodes: list[ExpressionType]
    page_info: PageInfo
    total_count: int


@strawberry.type
class MatchReason:
    """What a match rests on."""

    code: MatchCriterion
    contribution: float


@strawberry.type
class Match:
    """A possible partner of a proposal."""

    key: strawberry.Private[UUID]
    score: float
    band: MatchBand
    reasons: list[MatchReason]

    @staticmethod
    def of(row: Any) -> "Match":
        """A row of the score as it is shown."""
        parts = [(one, getattr(row, f"part_{one}")) for one in MatchCriterion]
        told = sorted(((one, part) for one, part in parts if part > 0), key=lambda pair: -pair[1])
        better = MatchBand.GOOD if row.score >= row.good else MatchBand.POSSIBLE
        return Match(
            key=row.id,
            score=row.score,
            band=MatchBand.STRONG if row.score >= row.strong else better,
            reasons=[MatchReason(code=one, contribution=part) for one, part in told],
        )

    @strawberry.field
    async def proposal(self, info: Info) -> Annotated["ProposalType", strawberry.lazy(__name__)] | None:
        """The possible partner."""
        row = await info.context.proposals.load(self.key)
        return None if row is None else ProposalType.of(row)


@strawberry.type
class MatchConnection:
    """A page of matches."""

    nodes: list[Match]
    page_info: PageInfo


@strawberry.type(name="Proposal")
class ProposalType:
    """A need, an offer or a joint proposal."""

    row: strawberry.Private[Proposal]
    id: strawberry.ID
    side: Side
    status: ProposalStatus
    capacity_areas: list[CapacityArea]
    sectors: list[str]
    forms: list[CooperationForm]
    working_languages: list[str]
    places_left: int | None
    expires_on: date | None
    opened_at: datetime | None

    @staticmethod
    def of(row: Proposal) -> "ProposalType":
        """A proposal as it is shown."""
        return ProposalType(
            row=row,
            id=strawberry.ID(write_id("proposal", row.id)),
            side=row.side,
            status=row.status,
            capacity_areas=row.capacity_areas,
            sectors=row.sectors,
            forms=row.forms,
            working_languages=row.working_languages,
            places_left=None if row.places is None else row.places - row.agreed,
            expires_on=row.expires_on,
            opened_at=row.opened_at,
        )

    @strawberry.field
    async def title(self, info: Info) -> LocalizedText:
        """In the language that suits its reader."""
        return LocalizedText.of(await info.context.proposal_texts.load(self.row.id), "title")

    @strawberry.field
    async def summary(self, info: Info) -> LocalizedText:
        """In the language that suits its reader."""
        return LocalizedText.of(await info.context.proposal_texts.load(self.row.id), "summary")

    @strawberry.field
    async def description(self, info: Info) -> LocalizedText:
        """In the language that suits its reader."""
        return LocalizedText.of(await info.context.proposal_texts.load(self.row.id), "description")

    @strawberry.field
    async def delegation(self, info: Info) -> DelegationType | None:
        """The author."""
        row = await info.context.delegations.load(self.row.delegation_id)
        return None if row is None else DelegationType.of(row)

    @strawberry.field
    def viewer_can_revise(self, info: Info) -> bool:
        """Contributors revise their delegation's drafts, focal points also what is open."""
        actor: Actor = info.context.actor
        if not actor.acts or actor.delegation_id != self.row.delegation_id:
            return False
        drafts, both = {ProposalStatus.DRAFT}, {ProposalStatus.DRAFT, ProposalStatus.OPEN}
        return self.status in {Role.CONTRIBUTOR: drafts, Role.FOCAL_POINT: both}.get(actor.role, set())

    @strawberry.field
    async def expressions_of_interest(
        self, info: Info, first: int = 20, order: ExpressionOfInterestOrder = ExpressionOfInterestOrder.NEWEST
    ) -> ExpressionConnection:
        """Those that the viewer's delegation has made or received."""
        assert order is ExpressionOfInterestOrder.NEWEST
        table = ExpressionOfInterest
        here = col(table.proposal_id) == self.row.id
        wanted = sa.select(table).where(here).order_by(col(table.listed_at).desc(), col(table.id).desc())
        rows = await info.context.rows(wanted.limit(first + 1))
        [count] = await info.context.rows(sa.select(sa.func.count()).select_from(table).where(here))
        shown, page = paged(rows, first, "expressions.newest", {}, lambda row: [row.listed_at, row.id])
        return ExpressionConnection(nodes=[ExpressionType.of(row) for row in shown], page_info=page, total_count=count)

    @strawberry.field
    async def matches(self, info: Info, first: int = 20) -> MatchConnection:
        """Possible partners, the best first."""
        own = table_of(Proposal).alias("own")
        row = Columns(own)
        score = within(row, sa.select(ranked(row, Ask(info.context.actor.viewer, lambda _: None)))).lateral()
        wanted = sa.select(*score.c).join_from(own, score, sa.true()).where(own.c.id == self.row.id)
        best = wanted.order_by(score.c.score.desc(), score.c.id.desc()).limit(first + 1)
        rows = await info.context.all(best)
        shown, page = paged(rows, first, "matches.score", {}, lambda row: [row.score, row.id])
        return MatchConnection(nodes=[Match.of(row) for row in shown], page_info=page)
