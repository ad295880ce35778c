"""An expression of interest from the message to the agreement over GraphQL; nobody else sees any of it at any step."""

from typing import Any

from services.core.actor import SYSTEM, Audience
from services.core.ids import write_id
from services.proposals.tables import Proposal
from services.proposals.terms import ExpressionStatus, Party, Side
from tests.builders import delegation_id
from tests.conftest import Ask, OneAtATime
from tests.services.proposals.world import a_proposal, an_expression, everything, in_days

ANSWER = """{ expressionOfInterest {
    id status turn turnDeadline viewerIsOnTurn turns { kind by language text } proposal { placesLeft status } }
  errors { __typename code path } }"""
STEPS = {
    "draft": "expressionOfInterestDraft",
    "send": "expressionOfInterestSend",
    "sendDraft": "expressionOfInterestSendDraft",
    "takeUpTalks": "expressionOfInterestTakeUpTalks",
    "ask": "expressionOfInterestAsk",
    "reply": "expressionOfInterestReply",
    "agree": "expressionOfInterestAgree",
    "decline": "expressionOfInterestDecline",
    "withdraw": "expressionOfInterestWithdraw",
}
INPUTS = {
    "draft": "Draft",
    "send": "Send",
    "sendDraft": "",
    "takeUpTalks": "Step",
    "ask": "Text",
    "reply": "Text",
    "agree": "Step",
    "decline": "Reason",
    "withdraw": "Step",
}
REVISE = """mutation ($id: ID!, $input: ExpressionOfInterestReviseInput!) {
  act: expressionOfInterestRevise(id: $id, input: $input) {
    expressionOfInterest { message revision ownProposal { id } } errors { code path } } }"""
DELETE = "mutation ($id: ID!) { act: expressionOfInterestDelete(input: {id: $id}) { deletedId errors { code } } }"
LOOK = """query ($proposal: ID!, $expression: ID!) {
  expressionOfInterest(id: $expression) { status }
  node(id: $expression) { id }
  expressionsOfInterest { totalCount nodes { message turns { text } } }
  proposal(id: $proposal) { expressionsOfInterest { totalCount nodes { message turns { text } } } }
}"""
STRANGERS = ("public", "secretariat", "SEN focal point", "CHN focal point")


async def step(graphql: Ask, who: str, name: str, **fields: Any) -> dict[str, Any]:
    kind = f"ExpressionOfInterest{INPUTS[name]}Input"
    query = f"mutation ($input: {kind}!) {{ act: {STEPS[name]}(input: $input) {ANSWER} }}"
    found = await graphql(who, query, input=fields)
    answer: dict[str, Any] = found["data"]["act"]
    return answer


async def done(graphql: Ask, who: str, name: str, **fields: Any) -> dict[str, Any]:
    answer = await step(graphql, who, name, **fields)
    assert answer["errors"] == []
    expression: dict[str, Any] = answer["expressionOfInterest"]
    return expression


async def test_a_question_back_talks_and_an_agreement_that_takes_the_last_place(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        offer = await a_proposal(session, visibility=Audience.PUBLIC, places=1)
        need = await a_proposal(session, by="FRA", side=Side.NEED)
    proposal = write_id("proposal", offer.id)
    wish = {
        "proposal": proposal,
        "ownProposal": write_id("proposal", need.id),
        "language": "fr",
        "message": "Nous voici.",
    }
    sent = await done(graphql, "FRA focal point", "send", **wish)
    key = sent["id"]
    assert (sent["status"], sent["turn"], sent["viewerIsOnTurn"]) == ("SENT", "RECEIVER", False)
    assert sent["turnDeadline"] == str(in_days(14))

    async def nobody_else_sees_it() -> None:
        for who in STRANGERS:
            found = (await graphql(who, LOOK, proposal=proposal, expression=key))["data"]
            nothing = {"totalCount": 0, "nodes": []}
            assert found == {
                "expressionOfInterest": None,
                "node": None,
                "expressionsOfInterest": nothing,
                "proposal": {"expressionsOfInterest": nothing},
            }

    await nobody_else_sees_it()
    exchange = [
        ("ZMB focal point", "ask", {"text": "How many?", "language": "en"}, ("SENT", "SENDER")),
        ("FRA focal point", "reply", {"text": "Douze."}, ("SENT", "RECEIVER")),
        ("ZMB focal point", "takeUpTalks", {}, ("IN_TALKS", "SENDER")),
        ("FRA focal point", "agree", {"text": "D'accord."}, ("AGREED", None)),
    ]
    for who, name, fields, (status, turn) in exchange:
        after = await done(graphql, who, name, id=key, **fields)
        assert (after["status"], after["turn"]) == (status, turn)
        await nobody_else_sees_it()
    assert after["proposal"] == {"placesLeft": 0, "status": "CLOSED"}
    assert [(one["kind"], one["by"], one["language"], one["text"]) for one in after["turns"]] == [
        ("SENT", "SENDER", "fr", "Nous voici."),
        ("ASKED", "RECEIVER", "en", "How many?"),
        ("REPLIED", "SENDER", "fr", "Douze."),
        ("TALKS_TAKEN_UP", "RECEIVER", "fr", ""),
        ("AGREED", "SENDER", "fr", "D'accord."),
    ]


async def test_a_draft_is_the_senders_alone_until_it_is_sent(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        proposal = write_id("proposal", (await a_proposal(session)).id)
        own = write_id("proposal", (await a_proposal(session, by="FRA")).id)
    wish = {"proposal": proposal, "language": "en", "message": "Hello."}
    key = (await done(graphql, "FRA contributor", "draft", **wish))["id"]
    seen = "query ($id: ID!) { expressionOfInterest(id: $id) { status viewerCanSend } }"
    assert (await graphql("ZMB focal point", seen, id=key))["data"] == {"expressionOfInterest": None}
    assert (await graphql("FRA focal point", seen, id=key))["data"]["expressionOfInterest"]["viewerCanSend"] is True
    for changes, expected in (
        ({"revision": 1, "ownProposal": own}, {"message": "Hello.", "revision": 2, "ownProposal": {"id": own}}),
        (
            {"revision": 2, "message": "Hi.", "ownProposal": None},
            {"message": "Hi.", "revision": 3, "ownProposal": None},
        ),
    ):
        revised = (await graphql("FRA contributor", REVISE, id=key, input=changes))["data"]["act"]
        assert revised == {"expressionOfInterest": expected, "errors": []}
    sent = await done(graphql, "FRA focal point", "sendDraft", id=key)
    assert (sent["status"], [one["text"] for one in sent["turns"]]) == ("SENT", ["Hi."])
    assert (await graphql("ZMB viewer", seen, id=key))["data"]["expressionOfInterest"]["status"] == "SENT"


async def test_a_draft_can_be_deleted_and_what_was_sent_withdrawn_or_declined(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
        draft = await an_expression(session, proposal, status=ExpressionStatus.DRAFT)
        sent, received = [await an_expression(session, proposal, by=code) for code in ("SEN", "EGY")]
    key = write_id("expression_of_interest", draft.id)
    assert (await graphql("FRA contributor", DELETE, id=key))["data"]["act"] == {"deletedId": key, "errors": []}
    withdrawn = await done(graphql, "SEN focal point", "withdraw", id=write_id("expression_of_interest", sent.id))
    assert (withdrawn["status"], withdrawn["turns"][-1]["kind"]) == ("WITHDRAWN", "WITHDRAWN")
    declined = write_id("expression_of_interest", received.id)
    await done(graphql, "ZMB focal point", "decline", id=declined, reason="No room.", language="en")
    read = "query ($id: ID!) { expressionOfInterest(id: $id) { declineReason turns { text } } }"
    assert (await graphql("EGY viewer", read, id=declined))["data"]["expressionOfInterest"] == {
        "declineReason": "No room.",
        "turns": [{"text": "No room."}],
    }


async def test_the_same_key_sends_once(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        proposal = write_id("proposal", (await a_proposal(session)).id)
    wish = {"proposal": proposal, "language": "en", "message": "Hello.", "idempotencyKey": "k1"}
    first = await done(graphql, "FRA focal point", "send", **wish)
    once = await everything(db)
    assert await done(graphql, "FRA focal point", "send", **wish) == first
    asked = {"id": first["id"], "text": "How many?", "idempotencyKey": "k2"}
    assert await done(graphql, "ZMB focal point", "ask", **asked) == await done(
        graphql, "ZMB focal point", "ask", **asked
    )
    assert len((await everything(db))["thread_message"]) == len(once["thread_message"]) + 1


async def test_refusals_name_code_and_argument_and_change_nothing(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        offer = await a_proposal(session)
        hidden = await a_proposal(session, visibility=Audience.DELEGATION)
        mine = await a_proposal(session, by="FRA")
        live = await an_expression(session, offer, by="SEN")
        talks = await an_expression(session, offer, by="EGY", status=ExpressionStatus.IN_TALKS, turn=Party.SENDER)
    before = await everything(db)

    def wish(proposal: Proposal, **fields: Any) -> dict[str, Any]:
        return {"proposal": write_id("proposal", proposal.id), "language": "en", "message": "Hello.", **fields}

    sent, talking = (write_id("expression_of_interest", one.id) for one in (live, talks))
    wrong: list[tuple[str, str, dict[str, Any], str, list[str]]] = [
        ("FRA focal point", "send", wish(hidden), "NOT_FOUND", ["proposal"]),
        ("FRA focal point", "send", wish(mine), "NOT_PERMITTED", ["proposal"]),
        ("FRA contributor", "send", wish(offer), "NOT_PERMITTED", ["proposal"]),
        ("SEN focal point", "send", wish(offer), "EXPRESSION_OF_INTEREST_EXISTS", ["proposal"]),
        ("FRA focal point", "send", wish(offer, message=" "), "TEXT_NEEDED", ["message"]),
        ("FRA focal point", "send", wish(offer, ownProposal=sent), "WRONG_ID", ["ownProposal"]),
        ("FRA focal point", "draft", {**wish(offer), "proposal": "proposal_1"}, "WRONG_ID", ["proposal"]),
        ("secretariat", "send", wish(offer), "NOT_PERMITTED", ["proposal"]),
        ("secretariat", "decline", {"id": sent, "reason": "No."}, "NOT_FOUND", ["id"]),
        ("FRA focal point", "withdraw", {"id": sent}, "NOT_FOUND", ["id"]),
        ("SEN focal point", "sendDraft", {"id": sent}, "EXPRESSION_OF_INTEREST_WRONG_STATUS", ["id"]),
        ("SEN focal point", "reply", {"id": sent, "text": "Twelve."}, "NOT_YOUR_TURN", ["id"]),
        ("SEN focal point", "takeUpTalks", {"id": sent}, "NOT_PERMITTED", ["id"]),
        ("ZMB viewer", "takeUpTalks", {"id": sent}, "NOT_PERMITTED", ["id"]),
        ("ZMB focal point", "agree", {"id": talking}, "NOT_YOUR_TURN", ["id"]),
        ("ZMB focal point", "ask", {"id": sent, "text": ""}, "TEXT_NEEDED", ["text"]),
        ("ZMB focal point", "decline", {"id": sent, "reason": ""}, "REASON_NEEDED", ["reason"]),
    ]
    for who, name, fields, code, path in wrong:
        answer = await step(graphql, who, name, **fields)
        found = [(error["code"], error["path"]) for error in answer["errors"]]
        assert (found, answer["expressionOfInterest"]) == ([(code, path)], None), (who, name)
    foreign = await graphql("FRA focal point", REVISE, id=sent, input={"revision": 1, "message": "Mine."})
    assert [error["code"] for error in foreign["data"]["act"]["errors"]] == ["NOT_FOUND"]
    gone = await graphql("ZMB focal point", DELETE, id=sent)
    assert [error["code"] for error in gone["data"]["act"]["errors"]] == ["NOT_PERMITTED"]
    assert await everything(db) == before


async def test_nobody_takes_a_step_without_signing_in(graphql: Ask, db: OneAtATime) -> None:
    before, key = await everything(db), write_id("expression_of_interest", delegation_id("ZMB"))
    wish = {"proposal": write_id("proposal", delegation_id("ZMB")), "language": "en", "message": "Hello."}
    fields = {"draft": wish, "send": wish, "ask": {"text": "?"}, "reply": {"text": "!"}, "decline": {"reason": "No."}}
    for name, field in STEPS.items():
        query = (
            f"mutation ($input: ExpressionOfInterest{INPUTS[name]}Input!) {{ act: {field}(input: $input) {ANSWER} }}"
        )
        asked = fields.get(name, {}) if name in ("draft", "send") else {"id": key, **fields.get(name, {})}
        answer = await graphql("public", query, input=asked)
        assert [error["message"] for error in answer["errors"]] == ["Sign in first: this needs a person."], name
    assert await everything(db) == before
