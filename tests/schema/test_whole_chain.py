"""The whole chain over HTTP: need, match, talks, agreed, lab, milestones missed and reached, concluded, practice draft,
experience that the next match names. South-South, North-South and triangular; and exactly who is told, in which language.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Audience
from services.core.ids import typed_id, write_id
from services.core.read.shape import table_of
from services.core.table import today
from services.identity.tables import Person
from services.labs.work_tables import LabMilestone
from services.notices.tables import Mail, Notice
from services.proposals.terms import CooperationForm, ProposalStatus, Side
from services.taxonomy.terms import CapacityArea
from tests.builders import delegation_id
from tests.conftest import OneAtATime
from tests.schema.documents_of_chain import ACT, LAB, MATCHES, PARTIES
from tests.services.notices.world import change_person, tell_all
from tests.services.proposals.world import a_proposal

LANGUAGES = {"SEN": "fr", "EGY": "ar", "FRA": "es", "CHN": "zh", "ZMB": "ru", "VAT": "en"}
ROLES = ("focal point", "contributor")


@dataclass(frozen=True)
class Case:
    """Who offers, who else takes part, with which roles, and which modality follows."""

    offers: str
    roles: dict[str, str]
    modality: str

    @property
    def parties(self) -> list[str]:
        return list(self.roles)


CASES = {
    "South-South": Case("EGY", {"SEN": "PARTNER", "EGY": "PARTNER"}, "SOUTH_SOUTH"),
    "North-South": Case("FRA", {"SEN": "PARTNER", "FRA": "PARTNER"}, "NORTH_SOUTH"),
    "triangular": Case("EGY", {"SEN": "BENEFICIARY", "EGY": "PIVOTAL", "FRA": "FACILITATING"}, "TRIANGULAR"),
}


class Chain:
    """Everyone at work over HTTP; what each act tells is told at once."""

    def __init__(self, db: OneAtATime, http: httpx.AsyncClient) -> None:
        self.db, self._http = db, http
        self.expected: list[tuple[str, str]] = []

    async def ask(self, who: str, query: str, **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        answer = (await self._http.post("/graphql", json=body, headers={"x-actor": who})).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def act(self, who: str, mutation: str, fields: str, told: list[str], event: str, **given: Any) -> Any:
        """Do one thing; the people of the delegations ``told`` must hear of it, except who did it."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = ACT % {"kind": INPUTS.get(mutation, kind), "mutation": mutation, "fields": fields}
        done = (await self.ask(who, document, input=given))[mutation]
        assert done["errors"] == [], (mutation, done)
        await tell_all(self.db, times=2)
        people = [f"{code} {role}" for code in told for role in ROLES]
        self.expected += [(one, event) for one in people if one != who]
        return done

    async def told(self) -> list[tuple[str, str]]:
        """Who was told of what; everyone is mailed as often, in their own language."""
        async with self.db.read(SYSTEM) as session:
            person, notice, mail = table_of(Person).c, table_of(Notice).c, table_of(Mail).c
            rows = await session.execute(
                sa.select(person.name, notice.event, mail.language, mail.id)
                .join_from(table_of(Notice), table_of(Person), person.id == notice.person_id)
                .outerjoin(table_of(Mail), mail.notice_id == notice.id)
            )
            found = rows.all()
        for name, event, language, mail_id in found:
            assert mail_id is not None, (name, event)
            assert language == LANGUAGES[name.partition(" ")[0]], (name, event, language)
        return [(name, str(event)) for name, event, _, _ in found]


INPUTS = {
    "expressionOfInterestAgree": "ExpressionOfInterestStepInput",
    "expressionOfInterestTakeUpTalks": "ExpressionOfInterestStepInput",
    "labActivate": "LabInput",
    "labMilestoneMiss": "LabMilestoneReasonInput",
}


@pytest.mark.parametrize("name", CASES)
async def test_from_a_need_to_experience(db: OneAtATime, http: httpx.AsyncClient, name: str) -> None:
    case, chain = CASES[name], Chain(db, http)
    offer = await prepared(db, case)
    need = (await chain.act("SEN focal point", "proposalPost", "proposal { id status }", [], "", **a_need()))[
        "proposal"
    ]
    before = await score_of(chain, "SEN focal point", need["id"], offer)
    assert "EXPERIENCE" not in before

    expression = await agreed(chain, case, need["id"], offer)
    lab = await running(chain, case, expression)
    await milestones(db, chain, case, lab)
    concluded = await chain.act(
        "SEN focal point",
        "labConclude",
        "lab { status lessons practice { id status delegation { state { code } } title { text } } }",
        case.parties,
        "lab_concluded",
        id=lab,
        language="fr",
        lessons="Former d'abord les formateurs.",
    )
    assert concluded["lab"]["status"] == "CONCLUDED"
    draft = concluded["lab"]["practice"]
    assert (draft["status"], draft["delegation"]["state"]["code"]) == ("DRAFT", "SEN")

    after = await score_of(chain, "SEN focal point", need["id"], offer)
    assert after["EXPERIENCE"]["contribution"] > 0
    titles = [one["title"]["text"] for one in after["EXPERIENCE"]["cooperations"]]
    assert titles == ["Laboratoire commun"]
    told, expected = Counter(await chain.told()), Counter(chain.expected)
    assert (told - expected, expected - told) == (Counter(), Counter())
    await nobody_else_sees(chain, draft["id"], expression)


async def prepared(db: OneAtATime, case: Case) -> str:
    """Everyone reads a language of their own, and the offer stands; return its id."""
    async with db.write(SYSTEM) as session:
        for code, language in LANGUAGES.items():
            for role in (*ROLES, "viewer"):
                await change_person(session, f"{code} {role}", languages=[language])
        offer = await a_proposal(
            session,
            by=case.offers,
            side=Side.OFFER,
            title="Training of teachers in artificial intelligence",
            language="en",
            status=ProposalStatus.OPEN,
            visibility=Audience.MEMBERS,
            capacity_areas=[CapacityArea.SKILLS_TRAINING],
            forms=[CooperationForm.TRAINING],
            working_languages=["fr", "en"],
        )
        return write_id("proposal", offer.id)


def a_need() -> dict[str, Any]:
    return {
        "side": "NEED",
        "language": "fr",
        "title": "Former les enseignants à l'intelligence artificielle",
        "capacityAreas": ["SKILLS_TRAINING"],
        "forms": ["TRAINING"],
        "workingLanguages": ["fr"],
    }


async def score_of(chain: Chain, who: str, need: str, offer: str) -> dict[str, Any]:
    """The reasons of the match of the two by code; they add up to its score."""
    nodes = (await chain.ask(who, MATCHES, id=need))["proposal"]["matches"]["nodes"]
    found = next(one for one in nodes if one["proposal"]["id"] == offer)
    assert abs(sum(reason["contribution"] for reason in found["reasons"]) - found["score"]) < 1e-9
    return {reason["code"]: reason for reason in found["reasons"]}


async def agreed(chain: Chain, case: Case, need: str, offer: str) -> str:
    """An expression of interest, taken up and agreed; return its id."""
    fields, offers = "expressionOfInterest { id status }", f"{case.offers} focal point"
    wish = {"proposal": offer, "ownProposal": need, "language": "fr", "message": "Nous aimerions participer."}
    sent = await chain.act(
        "SEN focal point", "expressionOfInterestSend", fields, [case.offers], "expression_of_interest_sent", **wish
    )
    key: str = sent["expressionOfInterest"]["id"]
    event = "expression_of_interest_talks_taken_up"
    await chain.act(offers, "expressionOfInterestTakeUpTalks", fields, ["SEN"], event, id=key)
    both, event = ["SEN", case.offers], "expression_of_interest_agreed"
    done = await chain.act("SEN focal point", "expressionOfInterestAgree", fields, both, event, id=key)
    assert done["expressionOfInterest"]["status"] == "AGREED"
    return key


async def running(chain: Chain, case: Case, expression: str) -> str:
    """A lab that all parties confirmed and that is active; return its id."""
    others = [code for code in case.parties if code != "SEN"]
    parties = [
        {"delegation": write_id("delegation", delegation_id(code)), "role": role} for code, role in case.roles.items()
    ]
    given = {
        "expressionOfInterest": expression,
        "language": "fr",
        "title": "Laboratoire commun",
        "termsOfReference": "Chaque partie désigne une personne.",
        "parties": parties,
    }
    founded = (
        await chain.act("SEN focal point", "labFound", f"lab {{ {LAB} }}", case.parties, "lab_founded", **given)
    )["lab"]
    assert (founded["status"], founded["modality"]) == ("PLANNED", case.modality)
    for code in others:
        who = f"{code} focal point"
        listed = (await chain.ask(who, PARTIES, id=founded["id"]))["lab"]["parties"]
        [own] = [one["id"] for one in listed if one["delegation"]["state"]["code"] == code]
        await chain.act(who, "labPartyConfirm", "party { status }", case.parties, "lab_party_confirmed", id=own)
    active = await chain.act(
        "SEN focal point", "labActivate", f"lab {{ {LAB} }}", case.parties, "lab_activated", id=founded["id"]
    )
    assert active["lab"]["status"] == "ACTIVE"
    key: str = founded["id"]
    return key


async def milestones(db: OneAtATime, chain: Chain, case: Case, lab: str) -> None:
    """One milestone is missed once its day has passed, another reached."""
    made = {}
    for title in ("Premier cours", "Second cours"):
        given = {"lab": lab, "language": "fr", "title": title, "dueOn": (today() + timedelta(days=30)).isoformat()}
        done = await chain.act("SEN focal point", "labMilestoneAdd", "milestone { id }", [], "", **given)
        made[title] = done["milestone"]["id"]
    row = table_of(LabMilestone)
    async with db.write(SYSTEM) as session:  # its day passes
        late = sa.update(row).where(row.c.id == typed_id(made["Premier cours"], "lab_milestone"))
        await session.execute(late.values(due_on=today() - timedelta(days=1)))
    overdue = (await chain.ask("SEN focal point", "{ labs(where: {overdue: true}) { nodes { id isOverdue } } }"))[
        "labs"
    ]
    assert overdue["nodes"] == [{"id": lab, "isOverdue": True}]
    missed = await chain.act(
        "SEN focal point",
        "labMilestoneMiss",
        "milestone { status }",
        case.parties,
        "lab_milestone_missed",
        id=made["Premier cours"],
        reason="Les salles manquaient.",
    )
    assert missed["milestone"]["status"] == "MISSED"
    who = f"{case.offers} focal point"
    given = {"id": made["Second cours"], "evidence": "Quarante enseignants formés."}
    reached = await chain.act(
        who, "labMilestoneReach", "milestone { status }", case.parties, "lab_milestone_reached", **given
    )
    assert reached["milestone"]["status"] == "REACHED"


async def nobody_else_sees(chain: Chain, draft: str, expression: str) -> None:
    """The draft of the practice is its delegation's alone, the exchange the two delegations'."""
    query = "query ($draft: ID!, $key: ID!) { practice(id: $draft) { id } expressionOfInterest(id: $key) { id } }"
    nothing = {"practice": None, "expressionOfInterest": None}
    for who in ("ZMB focal point", "CHN focal point", "secretariat", "public"):
        assert await chain.ask(who, query, draft=draft, key=expression) == nothing
