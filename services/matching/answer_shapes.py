"""What can be read of what was said to matches, and of standing searches."""

from typing import Any

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.policy import may
from services.core.read.shape import (
    Ask,
    Condition,
    Connection,
    Filter,
    One,
    Order,
    Row,
    Shape,
    Value,
    extend,
    global_id,
    table_of,
    within,
)
from services.matching import answer_policy as policy
from services.matching.answer_tables import MatchAnswer, StandingSearch, StandingSearchMatch
from services.matching.shapes import MATCH
from services.matching.terms import MatchAnswerOrder, StandingSearchOrder
from services.membership.shapes import DELEGATION
from services.proposals.shapes import PROPOSAL


def _turn(row: Row, delegation: Row) -> Condition:
    return sa.and_(delegation.id == row.other_delegation_id, policy.awaited(row))


ANSWER = Shape.of(
    "MatchAnswer",
    MatchAnswer,
    policy.visible_to,
    {
        "id": global_id("match_answer"),
        "proposal": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.proposal_id),
        "other": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.other_id),
        "delegation": One(lambda: DELEGATION, on=lambda row, it: it.id == row.delegation_id),
        "answer": MatchAnswer.answer,
        "reason": MatchAnswer.reason,
        "turnOf": One(lambda: DELEGATION, on=_turn),
        "deadline": MatchAnswer.deadline,
        "holds": Value(lambda row, _: policy.holds(row)),
        "createdAt": MatchAnswer.created_at,
        "updatedAt": MatchAnswer.updated_at,
        "viewerCanUndo": may(policy.refusals_to_undo),
    },
)


def _mine(row: Row, ask: Ask, mine: bool) -> Condition:  # noqa: FBT001 - a value of the filter
    own = sa.func.coalesce(row.delegation_id == ask.viewer.delegation_id, sa.false(), type_=sa.Boolean())
    return own if mine else sa.not_(own)


ANSWERS = Connection(
    lambda: ANSWER,
    orders={
        MatchAnswerOrder.NEWEST: Order(
            "match_answers.newest",
            lambda row, _: [(row.created_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        )
    },
    default=lambda _: MatchAnswerOrder.NEWEST,
    where={
        "answer": Filter(lambda row, answer: row.answer == answer),
        "mine": Filter(_mine, asks=True),
        "proposal": Filter(
            lambda row, key: sa.or_(row.proposal_id == key, row.other_id == key), of_kind("proposal"), (sa.Uuid(),)
        ),
    },
)
ANSWER_BY_ID = One(
    lambda: ANSWER, by={"id": Filter(lambda row, key: row.id == key, of_kind("match_answer"), (sa.Uuid(),))}
)
extend(
    MATCH,
    {
        "answer": One(lambda: ANSWER, on=lambda row, it: sa.and_(it.proposal_id == row.own_id, it.other_id == row.id)),
        "otherAnswer": One(
            lambda: ANSWER, on=lambda row, it: sa.and_(it.proposal_id == row.id, it.other_id == row.own_id)
        ),
    },
)


def _known(row: Row, _: Ask) -> Any:
    table = table_of(StandingSearchMatch).alias()
    count = sa.select(sa.func.count(type_=sa.Integer())).where(table.c.search_id == row.id)
    return within(row, count).scalar_subquery()


SEARCH = Shape.of(
    "StandingSearch",
    StandingSearch,
    policy.visible_search,
    {
        "id": global_id("standing_search"),
        "proposal": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.proposal_id),
        "band": StandingSearch.band,
        "known": Value(_known),
        "lookedAt": StandingSearch.looked_at,
        "createdAt": StandingSearch.created_at,
        "viewerCanStop": may(policy.refusals_to_stop),
    },
)
SEARCHES = Connection(
    lambda: SEARCH,
    orders={
        StandingSearchOrder.NEWEST: Order(
            "standing_searches.newest",
            lambda row, _: [(row.created_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        )
    },
    default=lambda _: StandingSearchOrder.NEWEST,
)
SEARCH_BY_ID = One(
    lambda: SEARCH, by={"id": Filter(lambda row, key: row.id == key, of_kind("standing_search"), (sa.Uuid(),))}
)
extend(PROPOSAL, {"standingSearch": One(lambda: SEARCH, on=lambda row, it: it.proposal_id == row.id)})
