"""What was said to matches, and standing searches, as people would have left them."""

from uuid import UUID

from services.core.db import Writer
from services.matching.answer_tables import MatchAnswer, StandingSearch, StandingSearchMatch
from services.matching.terms import MatchAnswerKind, MatchBand
from tests.builders import delegation_id
from tests.services.matching.world import WHOLE, a_proposal
from tests.services.proposals.world import in_days

K = MatchAnswerKind


async def an_answer(
    session: Writer, own: UUID, other: UUID, by: str, to: str, answer: MatchAnswerKind, *, days: int = 14
) -> MatchAnswer:
    """What one delegation says to another's proposal, both as they are now, under the weights the platform comes with."""
    row = MatchAnswer(
        proposal_id=own,
        other_id=other,
        delegation_id=delegation_id(by),
        other_delegation_id=delegation_id(to),
        answer=answer,
        reason="Too far." if answer is K.DECLINED else "",
        deadline=in_days(days) if answer is K.ACCEPTED else None,
        proposal_revision=1,
        other_revision=1,
        weights_version=2,
    )
    session.add(row)
    await session.flush()
    return row


async def build_answer_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Each kind of answer of Zambia to offers of France and Egypt, and of these back; a search that knows of two."""
    need = await a_proposal(session, "need", "ZMB", **WHOLE)
    made: list[tuple[str, UUID]] = []
    offers = []
    for number, answer in enumerate(K):
        to = ("FRA", "EGY")[number % 2]
        offer = await a_proposal(session, "offer", to, **WHOLE)
        offers.append(offer)
        made.append(("match_answer", (await an_answer(session, need, offer, "ZMB", to, answer)).id))
        if number % 2:
            back = await an_answer(session, offer, need, to, "ZMB", list(K)[3 - number], days=-1)
            made.append(("match_answer", back.id))
    search = StandingSearch(proposal_id=need, delegation_id=delegation_id("ZMB"), band=MatchBand.POSSIBLE)
    session.add(search)
    await session.flush()
    session.add_all(
        StandingSearchMatch(search_id=search.id, other_id=one, delegation_id=delegation_id("ZMB")) for one in offers[:2]
    )
    await session.flush()
    return [*made, ("standing_search", search.id)]
