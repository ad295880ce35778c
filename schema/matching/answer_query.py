"""Reads of what delegations say to matches, and of their standing searches."""

import strawberry

from schema.core.arguments import After, First, Id
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.matching.answer_types import (
    AnswersOrder,
    AnswersWhere,
    MatchAnswer,
    SearchesOrder,
    StandingSearch,
)
from services.matching import answer_shapes as shapes
from services.matching.terms import MatchAnswerOrder, StandingSearchOrder


@strawberry.type
class MatchAnswerQuery:
    """Root fields of answers and standing searches."""

    @strawberry.field(description="What your delegation said to matches, and what others told it.")
    async def match_answers(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: AnswersWhere = None,
        order: AnswersOrder = MatchAnswerOrder.NEWEST,
    ) -> Connection[MatchAnswer]:
        """Answered by the Shape."""
        return await answer(info, shapes.ANSWERS)  # type: ignore[no-any-return]

    @strawberry.field(description="One answer to a match; null if there is none that you may know of.")
    async def match_answer(self, info: Info, id: Id) -> MatchAnswer | None:
        """Answered by the Shape."""
        return await answer(info, shapes.ANSWER_BY_ID)  # type: ignore[no-any-return]

    @strawberry.field(description="The standing searches of your delegation.")
    async def standing_searches(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        order: SearchesOrder = StandingSearchOrder.NEWEST,
    ) -> Connection[StandingSearch]:
        """Answered by the Shape."""
        return await answer(info, shapes.SEARCHES)  # type: ignore[no-any-return]
