"""The chain over HTTP: sign in, a need in French, matches with reasons, an expression of interest, a question, talks.

At each step another delegation, the secretariat and the public see none of the private parts: through the application,
and with row security alone.
"""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from schema.app import create_app
from schema.core.context import Reception
from services.core.actor import SYSTEM, Audience
from services.core.keys import SigningKey
from services.core.passwords import hash_password
from services.core.read.shape import table_of
from services.core.tokens import Signer
from services.identity.holding import Issuer
from services.identity.queries import Actors
from services.identity.tables import Person
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import CooperationForm, ProposalStatus, Side
from services.proposals.thread_tables import ThreadMessage
from services.taxonomy.terms import CapacityArea
from tests.builders import actor, id_of
from tests.conftest import OneAtATime
from tests.services.proposals.world import a_proposal

PASSWORD = "an honest pass phrase"
PEOPLE = ("SEN focal point", "EGY focal point", "FRA focal point", "secretariat")
OUTSIDE = ("FRA focal point", "secretariat", "public")
SIGN_IN = "mutation ($e: String!, $p: String!) { signIn(input: {email: $e, password: $p}) { accessToken } }"
POST = """mutation ($input: ProposalPostInput!) {
  proposalPost(input: $input) { proposal { id status } errors { code message path } } }"""
MATCHES = """query ($id: ID!) { proposal(id: $id) { matches(first: 10) { nodes {
  score band modality reasons { code contribution } proposal { id title { original { language } } delegation { state { code } } }
} } } }"""
SEND = """mutation ($input: ExpressionOfInterestSendInput!) {
  expressionOfInterestSend(input: $input) { expressionOfInterest { id status turn viewerIsOnTurn } errors { code message } } }"""
STEP = """mutation ($input: %s!) { %s(input: $input) {
  expressionOfInterest { status turn turnDeadline viewerIsOnTurn turns { kind by text } } errors { code message } } }"""
SEEN = """query ($expression: ID!) { expressionOfInterest(id: $expression) { message turns { text } }
  expressionsOfInterest { totalCount } }"""
OFFERS = {
    "ar": ("EGY", "تدريب المعلمين على استخدام الذكاء الاصطناعي في المدارس"),
    "zh": ("CHN", "面向中小学教师的人工智能应用培训"),
    "en": ("FRA", "Satellite maps of soil moisture for harvest forecasts"),
}


INPUTS = {
    "expressionOfInterestAsk": "ExpressionOfInterestTextInput",
    "expressionOfInterestReply": "ExpressionOfInterestTextInput",
    "expressionOfInterestTakeUpTalks": "ExpressionOfInterestStepInput",
}


class People:
    """Everyone of the chain, each with a token of their own."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.tokens: dict[str, str] = {}

    async def ask(self, who: str, query: str, **variables: Any) -> Any:
        """The data that ``who`` gets."""
        headers = {"authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {}
        body = {"query": query, "variables": variables}
        answer = (await self.client.post("/graphql", json=body, headers=headers)).json()
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture
async def people(db: OneAtATime) -> AsyncIterator[People]:
    """The application as it serves people, everyone signed in."""
    password_hash = await hash_password(PASSWORD)
    async with db.write(SYSTEM) as session:
        for name in PEOPLE:
            (await session.get_one(Person, id_of(name))).password_hash = password_hash
    signer = Signer([SigningKey.generate()], issuer="http://gof.test", audience="http://gof.test")
    reception = Reception(db, Issuer(signer), Actors(db, signer))
    transport = httpx.ASGITransport(app=create_app(db, reception.context, signer, opened=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://gof.test") as client:
        found = People(client)
        for name in PEOPLE:
            email = f"{name.lower().replace(' ', '.')}@test.example"
            found.tokens[name] = (await found.ask("public", SIGN_IN, e=email, p=PASSWORD))["signIn"]["accessToken"]
        yield found


async def test_from_a_need_in_french_to_talks_with_who_offers_in_arabic(db: OneAtATime, people: People) -> None:
    async with db.write(SYSTEM) as session:
        for language, (code, title) in OFFERS.items():
            await a_proposal(
                session,
                by=code,
                side=Side.OFFER,
                title=title,
                language=language,
                status=ProposalStatus.OPEN,
                visibility=Audience.MEMBERS,
                capacity_areas=[CapacityArea.SKILLS_TRAINING] if language != "en" else [CapacityArea.DATA_RESOURCES],
                forms=[CooperationForm.TRAINING],
                working_languages=["fr", "en"],
            )
    need = {
        "side": "NEED",
        "language": "fr",
        "title": "Former les enseignants à l'intelligence artificielle à l'école",
        "capacityAreas": ["SKILLS_TRAINING"],
        "forms": ["TRAINING"],
        "workingLanguages": ["fr"],
    }
    posted = (await people.ask("SEN focal point", POST, input=need))["proposalPost"]
    assert posted["errors"] == []
    assert posted["proposal"]["status"] == "OPEN"

    matches = (await people.ask("SEN focal point", MATCHES, id=posted["proposal"]["id"]))["proposal"]["matches"][
        "nodes"
    ]
    assert {one["proposal"]["title"]["original"]["language"] for one in matches[:2]} == {"ar", "zh"}
    for one in matches:
        assert abs(sum(reason["contribution"] for reason in one["reasons"]) - one["score"]) < 1e-9
    offer = next(one["proposal"] for one in matches if one["proposal"]["delegation"]["state"]["code"] == "EGY")

    wish = {
        "proposal": offer["id"],
        "language": "fr",
        "message": "Nous aimerions participer.",
        "ownProposal": posted["proposal"]["id"],
    }
    sent = (await people.ask("SEN focal point", SEND, input=wish))["expressionOfInterestSend"]
    assert sent["errors"] == []
    expression = sent["expressionOfInterest"]
    assert (expression["status"], expression["turn"], expression["viewerIsOnTurn"]) == ("SENT", "RECEIVER", False)
    await nobody_else_sees(db, people, expression["id"])

    steps = (
        ("EGY focal point", "expressionOfInterestAsk", "كم عدد المعلمين؟", "SENT", "SENDER"),
        ("SEN focal point", "expressionOfInterestReply", "Deux cents.", "SENT", "RECEIVER"),
        ("EGY focal point", "expressionOfInterestTakeUpTalks", "لنبدأ المحادثات.", "IN_TALKS", "SENDER"),
    )
    for number, (who, act, words, status, turn) in enumerate(steps, 2):
        kind = INPUTS[act]
        given = {"id": expression["id"], "language": "ar" if who.startswith("EGY") else "fr", "text": words}
        done = (await people.ask(who, STEP % (kind, act), input=given))[act]
        assert done["errors"] == []
        now = done["expressionOfInterest"]
        assert (now["status"], now["turn"], now["viewerIsOnTurn"]) == (status, turn, False)
        assert now["turnDeadline"]
        assert len(now["turns"]) == number
        assert now["turns"][-1]["text"] == words
        await nobody_else_sees(db, people, expression["id"])


async def nobody_else_sees(db: OneAtATime, people: People, expression: str) -> None:
    """Both delegations see the exchange; nobody else does, by the application or by row security alone."""
    for who in ("SEN focal point", "EGY focal point"):
        seen = await people.ask(who, SEEN, expression=expression)
        assert seen["expressionOfInterest"]["message"] == "Nous aimerions participer."
    for who in OUTSIDE:
        seen = await people.ask(who, SEEN, expression=expression)
        assert seen == {"expressionOfInterest": None, "expressionsOfInterest": {"totalCount": 0}}
        async with db.read(actor(who)) as session:
            for table in (ExpressionOfInterest, ThreadMessage):
                assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(table))) == 0
            # the need was posted for members: they see it, the public does not
            proposals = await session.scalar(sa.select(sa.func.count()).select_from(table_of(Proposal)))
            assert (proposals == 0) == (who == "public")


async def test_a_draft_is_seen_by_its_delegation_alone(db: OneAtATime, people: People) -> None:
    draft = {"side": "NEED", "language": "fr", "title": "Un brouillon"}
    query = """mutation ($input: ProposalDraftInput!) { proposalDraft(input: $input) { proposal { id } errors { code } } }"""
    made = (await people.ask("SEN focal point", query, input=draft))["proposalDraft"]["proposal"]
    asked = "query ($id: ID!) { proposal(id: $id) { title { text } } proposals { totalCount } }"
    assert (await people.ask("SEN focal point", asked, id=made["id"]))["proposal"]["title"]["text"] == "Un brouillon"
    for who in ("EGY focal point", *OUTSIDE):
        assert await people.ask(who, asked, id=made["id"]) == {"proposal": None, "proposals": {"totalCount": 0}}
        async with db.read(actor(who)) as session:
            assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(Proposal))) == 0
