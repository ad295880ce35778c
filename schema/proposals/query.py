"""Reads of proposals and expressions of interest."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First, Id
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.proposals.expression_types import ExpressionOfInterest
from schema.proposals.types import InterestOrder, Interests, Proposal, ProposalWhere
from services.proposals import expression_shapes, shapes
from services.proposals.expression_shapes import ExpressionOrder
from services.proposals.shapes import ProposalOrder


@strawberry.type
class ProposalQuery:
    """Root fields of proposals."""

    @strawberry.field(
        description="Proposals that were opened to you, whether they are still open, and all of your own delegation's."
    )
    async def proposals(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[ProposalWhere | None, strawberry.argument(description="Which ones; all when absent.")] = None,
        order: Annotated[
            ProposalOrder | None,
            strawberry.argument(
                description="In which order; RELEVANCE when absent and something is searched, else NEWEST."
            ),
        ] = None,
    ) -> Connection[Proposal]:
        """Answered by the Shape."""
        return await answer(info, shapes.PROPOSALS)  # type: ignore[no-any-return]

    @strawberry.field(description="One proposal; null if there is none that you may know of.")
    async def proposal(self, info: Info, id: Id) -> Proposal | None:
        """Answered by the Shape."""
        return await answer(info, shapes.PROPOSAL_BY_ID)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Expressions of interest that your delegation made or received; others are not there."
    )
    async def expressions_of_interest(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Interests = None,
        order: InterestOrder = ExpressionOrder.NEWEST,
    ) -> Connection[ExpressionOfInterest]:
        """Answered by the Shape."""
        return await answer(info, expression_shapes.EXPRESSIONS_OF_INTEREST)  # type: ignore[no-any-return]

    @strawberry.field(description="One expression of interest; null if there is none that you may know of.")
    async def expression_of_interest(self, info: Info, id: Id) -> ExpressionOfInterest | None:
        """Answered by the Shape."""
        return await answer(info, expression_shapes.EXPRESSION_OF_INTEREST_BY_ID)  # type: ignore[no-any-return]
