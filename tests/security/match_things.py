"""What was said to matches, for the who-may matrix: Zambia's need, and offers of France."""

from uuid import UUID

import sqlalchemy as sa

from services.core.db import Writer
from services.core.read.shape import table_of
from services.matching.answer_tables import StandingSearch
from services.matching.tables import MatchingWeights
from services.matching.terms import MatchAnswerKind
from tests.builders import delegation_id, id_of
from tests.services.matching.answer_examples import an_answer
from tests.services.matching.world import WHOLE, a_proposal

K = MatchAnswerKind
NEEDED, OFFERED = id_of("a need that matches"), id_of("an offer that matches")


async def build_answers(session: Writer) -> dict[str, tuple[str, UUID]]:
    """An offer that nobody has answered; answers of each side to others; a standing search."""
    need = await a_proposal(session, "need", "ZMB", id=NEEDED, **WHOLE)
    await a_proposal(session, "offer", "FRA", id=OFFERED, **WHOLE)
    offers = [await a_proposal(session, "offer", "FRA", **WHOLE) for _ in range(4)]
    saved = await an_answer(session, need, offers[0], "ZMB", "FRA", K.SAVED)
    accepted = await an_answer(session, need, offers[1], "ZMB", "FRA", K.ACCEPTED)
    told = await an_answer(session, offers[2], need, "FRA", "ZMB", K.ACCEPTED)
    kept = await an_answer(session, offers[3], need, "FRA", "ZMB", K.SAVED)
    search = StandingSearch(proposal_id=need, delegation_id=delegation_id("ZMB"))
    table = table_of(MatchingWeights)
    numbers = (await session.execute(sa.select(table.c.weights).limit(1))).scalar_one()
    weights = MatchingWeights(version=99, weights=numbers, author_id=id_of("secretariat"))
    session.add_all([search, weights])
    await session.flush()
    return {
        "its need that matches": ("proposal", need),
        "a match it saved": ("match_answer", saved.id),
        "a match it accepted": ("match_answer", accepted.id),
        "a match that France accepted": ("match_answer", told.id),
        "a match that France saved": ("match_answer", kept.id),
        "weights proposed": ("matching_weights", weights.id),
        "its standing search": ("standing_search", search.id),
    }
