"""The life of a proposal over GraphQL, and who sees it on the way."""

from typing import Any

from services.core.actor import SYSTEM, Audience
from services.core.ids import write_id
from services.core.table import today
from services.proposals.terms import ProposalStatus
from tests.builders import delegation_id
from tests.conftest import Ask, OneAtATime
from tests.services.proposals.world import a_proposal, everything, in_days

ANSWER = "{ proposal { id status revision expiresOn } errors { __typename code message path } }"
DRAFT = f"mutation ($input: ProposalDraftInput!) {{ proposalDraft(input: $input) {ANSWER} }}"
POST = f"mutation ($input: ProposalPostInput!) {{ proposalPost(input: $input) {ANSWER} }}"
REVISE = """mutation ($id: ID!, $input: ProposalReviseInput!) { act: proposalRevise(id: $id, input: $input) {
  proposal { revision quantity unit places title { text } } errors { code path } } }"""
OPEN, CLOSE = (
    f"mutation ($id: ID!) {{ act: {name}(input: {{id: $id}}) {ANSWER} }}" for name in ("proposalOpen", "proposalClose")
)
RENEW = f"mutation ($id: ID!, $day: Date!) {{ act: proposalRenew(input: {{id: $id, expiresOn: $day}}) {ANSWER} }}"
WITHDRAW = f'mutation ($id: ID!) {{ act: proposalWithdraw(input: {{id: $id, reason: "No money."}}) {ANSWER} }}'
DELETE = "mutation ($id: ID!) { act: proposalDelete(input: {id: $id}) { deletedId errors { code } } }"
SEEN = "query ($id: ID!) { proposal(id: $id) { status } }"
NEED = {"side": "NEED", "language": "fr", "title": "Former nos infirmières", "capacityAreas": ["SKILLS_TRAINING"]}


async def status(graphql: Ask, who: str, key: str) -> str | None:
    found = (await graphql(who, SEEN, id=key))["data"]["proposal"]
    return None if found is None else str(found["status"])


async def test_a_proposal_goes_from_draft_to_closed_and_is_seen_by_its_audience(graphql: Ask) -> None:
    made = (await graphql("ZMB contributor", DRAFT, input=NEED))["data"]["proposalDraft"]
    assert made["errors"] == []
    key = made["proposal"]["id"]
    for who in ("public", "secretariat", "FRA focal point"):
        assert await status(graphql, who, key) is None
    refused = (await graphql("ZMB contributor", OPEN, id=key))["data"]["act"]
    assert refused["proposal"] is None
    assert [(error["__typename"], error["code"], error["path"]) for error in refused["errors"]] == [
        ("NotPermittedError", "NOT_PERMITTED", ["id"])
    ]
    opened = (await graphql("ZMB focal point", OPEN, id=key))["data"]["act"]
    assert opened["proposal"] == {"id": key, "status": "OPEN", "revision": 2, "expiresOn": str(in_days(365))}
    assert [await status(graphql, who, key) for who in ("public", "secretariat", "VAT viewer")] == [
        None,
        "OPEN",
        "OPEN",
    ]
    renewed = (await graphql("ZMB focal point", RENEW, id=key, day=str(in_days(9))))["data"]["act"]["proposal"]
    assert renewed["expiresOn"] == str(in_days(9))
    closed = (await graphql("ZMB focal point", CLOSE, id=key))["data"]["act"]["proposal"]
    assert closed["status"] == "CLOSED"
    late = (await graphql("ZMB focal point", WITHDRAW, id=key))["data"]["act"]["errors"]
    assert [(error["__typename"], error["code"]) for error in late] == [("ConflictError", "PROPOSAL_WRONG_STATUS")]


async def test_a_focal_point_posts_in_one_act_and_only_once_for_one_key(graphql: Ask, db: OneAtATime) -> None:
    asked = {**NEED, "expiresOn": str(in_days(30)), "idempotencyKey": "k1"}
    first = (await graphql("ZMB focal point", POST, input=asked))["data"]["proposalPost"]
    assert first["errors"] == []
    once = await everything(db)
    again = (await graphql("ZMB focal point", POST, input=asked))["data"]["proposalPost"]
    assert again == first
    assert first["proposal"]["status"] == "OPEN"
    other = (await graphql("ZMB focal point", POST, input={**asked, "title": "Autre"}))["data"]["proposalPost"]
    assert [(error["__typename"], error["code"]) for error in other["errors"]] == [
        ("ConflictError", "IDEMPOTENCY_KEY_REUSED")
    ]
    assert await everything(db) == once


async def test_revising_tells_null_from_left_out(graphql: Ask) -> None:
    asked = {**NEED, "quantity": "12.50", "unit": "seats", "places": 3}
    key = (await graphql("ZMB focal point", DRAFT, input=asked))["data"]["proposalDraft"]["proposal"]["id"]

    async def revise(**changes: Any) -> dict[str, Any]:
        found = await graphql("ZMB contributor", REVISE, id=key, input=changes)
        answer: dict[str, Any] = found["data"]["act"]
        return answer

    assert (await revise(revision=1, places=None, title="Soins"))["proposal"] == {
        "revision": 2,
        "quantity": "12.5",
        "unit": "seats",
        "places": None,
        "title": {"text": "Soins"},
    }
    assert (await revise(revision=1, unit="beds"))["errors"] == [{"code": "STALE_REVISION", "path": ["revision"]}]


async def test_wrong_input_is_answered_by_the_name_of_the_field(graphql: Ask, db: OneAtATime) -> None:
    before = await everything(db)
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"sectors": ["99999"]}, "UNKNOWN_CODE", "sectors"),
        ({"places": -1}, "WRONG_AMOUNT", "places"),
        ({"quantity": "NaN"}, "WRONG_AMOUNT", "quantity"),
        ({"expiresOn": str(today())}, "PROPOSAL_WRONG_EXPIRY", "expiresOn"),
        ({"opensOn": str(in_days(3)), "expiresOn": str(in_days(2))}, "WRONG_DATES", "expiresOn"),
        ({"title": "x" * 201}, "INVALID", "title"),
        ({"regionsAccepted": ["0\u00002"]}, "INVALID", "regionsAccepted"),
        ({"side": "OFFER", "idempotencyKey": ""}, "INVALID", "idempotencyKey"),
    ]
    for fields, code, name in wrong:
        answer = (await graphql("ZMB focal point", POST, input={**NEED, **fields}))["data"]["proposalPost"]
        assert answer["proposal"] is None
        assert [(error["code"], error["path"]) for error in answer["errors"]] == [(code, [name])], fields
    for fields in ({"quantity": "many"}, {"expiresOn": "tomorrow"}, {"language": "klingon!"}, {"side": "GIFT"}):
        answer = await graphql("ZMB focal point", POST, input={**NEED, **fields})
        assert answer["errors"]
        assert answer.get("data") is None
    assert await everything(db) == before


async def test_an_id_of_another_type_is_named(graphql: Ask) -> None:
    key = write_id("practice", delegation_id("ZMB"))
    answer = (await graphql("ZMB focal point", OPEN, id=key))["data"]["act"]
    assert [(error["code"], error["message"], error["path"]) for error in answer["errors"]] == [
        ("WRONG_ID", "This is the id of a practice, and the id of a proposal is needed.", ["id"])
    ]


async def test_nobody_acts_without_signing_in(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, visibility=Audience.PUBLIC)
    key, before = write_id("proposal", proposal.id), await everything(db)
    asked: list[tuple[str, dict[str, Any]]] = [
        (DRAFT, {"input": NEED}),
        (POST, {"input": NEED}),
        (REVISE, {"id": key, "input": {"revision": 1}}),
        (OPEN, {"id": key}),
        (CLOSE, {"id": key}),
        (RENEW, {"id": key, "day": str(in_days(3))}),
        (WITHDRAW, {"id": key}),
        (DELETE, {"id": key}),
    ]
    for query, variables in asked:
        answer = await graphql("public", query, **variables)
        assert [error["message"] for error in answer["errors"]] == ["Sign in first: this needs a person."], query
    assert await everything(db) == before


async def test_another_delegation_and_the_secretariat_change_nothing(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        draft = await a_proposal(session, status=ProposalStatus.DRAFT)
        shown = await a_proposal(session)
    before = await everything(db)
    expected = {draft.id: "NOT_FOUND", shown.id: "NOT_PERMITTED"}
    for who in ("FRA focal point", "secretariat"):
        for proposal_id, code in expected.items():
            key = write_id("proposal", proposal_id)
            asked: list[tuple[str, dict[str, Any]]] = [
                (REVISE, {"id": key, "input": {"revision": 1}}),
                (OPEN, {"id": key}),
                (CLOSE, {"id": key}),
                (RENEW, {"id": key, "day": str(in_days(3))}),
                (DELETE, {"id": key}),
            ]
            for query, variables in asked:
                answer = (await graphql(who, query, **variables))["data"]["act"]
                assert [error["code"] for error in answer["errors"]] == [code], (who, query)
    assert await everything(db) == before


async def test_the_secretariat_withdraws_and_still_reads_what_it_withdrew(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        key = write_id("proposal", (await a_proposal(session, visibility=Audience.PUBLIC)).id)
    assert await status(graphql, "public", key) == "OPEN"
    answer = (await graphql("secretariat", WITHDRAW, id=key))["data"]["act"]
    assert (answer["errors"], answer["proposal"]["status"]) == ([], "WITHDRAWN")
    reasons = "query ($id: ID!) { proposal(id: $id) { withdrawalReason title { text } } }"
    for who in ("secretariat", "ZMB viewer"):
        read = (await graphql(who, reasons, id=key))["data"]["proposal"]
        assert read == {"withdrawalReason": "No money.", "title": {"text": "Courses for nurses"}}
    assert [await status(graphql, who, key) for who in ("public", "FRA focal point")] == [None, None]


async def test_a_deleted_draft_is_gone(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        key = write_id("proposal", (await a_proposal(session, status=ProposalStatus.DRAFT)).id)
    assert (await graphql("ZMB contributor", DELETE, id=key))["data"]["act"] == {"deletedId": key, "errors": []}
    assert await status(graphql, "ZMB contributor", key) is None


async def test_one_proposal_reads_as_it_was_written(graphql: Ask) -> None:
    asked = {
        **NEED,
        "summary": "Douze semaines.",
        "sectors": ["12181"],
        "sdgTargets": ["3.c"],
        "forms": ["TRAINING"],
        "quantity": "120",
        "unit": "places",
        "places": 4,
        "periodFrom": "2027-01-01",
        "modalitiesAccepted": ["SOUTH_SOUTH"],
        "regionsAccepted": ["002"],
        "workingLanguages": ["fr", "pt-BR"],
        "licence": "CC-BY-4.0",
        "readiness": 7,
        "expiresOn": str(in_days(10)),
        "visibility": "PUBLIC",
        "externalId": "N-1",
    }
    key = (await graphql("ZMB focal point", POST, input=asked))["data"]["proposalPost"]["proposal"]["id"]
    fields = """side visibility externalId originalLanguage languages summary { language text isOriginal } delegation {
      state { code } } capacityAreas sectors sdgTargets forms quantity unit places placesLeft agreed periodFrom periodTo
      modalitiesAccepted regionsAccepted workingLanguages interpretationOffered licence readiness opensOn expiresOn
      withdrawalReason isDemo expressionsOfInterest { totalCount } viewerCanRevise viewerCannotReviseReasons
      viewerCanExpressInterest viewerCannotExpressInterestReasons"""
    found = (await graphql("public", f"query ($id: ID!) {{ proposal(id: $id) {{ {fields} }} }}", id=key))["data"]
    assert found["proposal"].pop("opensOn") == str(today())
    assert set(found["proposal"].pop("viewerCannotReviseReasons")) == {"NOT_PERMITTED"}
    assert found["proposal"] == {
        "side": "NEED",
        "visibility": "PUBLIC",
        "externalId": "N-1",
        "originalLanguage": "fr",
        "languages": ["fr"],
        "summary": {"language": "fr", "text": "Douze semaines.", "isOriginal": True},
        "delegation": {"state": {"code": "ZMB"}},
        "capacityAreas": ["SKILLS_TRAINING"],
        "sectors": ["12181"],
        "sdgTargets": ["3.c"],
        "forms": ["TRAINING"],
        "quantity": "120",
        "unit": "places",
        "places": 4,
        "placesLeft": 4,
        "agreed": 0,
        "periodFrom": "2027-01-01",
        "periodTo": None,
        "modalitiesAccepted": ["SOUTH_SOUTH"],
        "regionsAccepted": ["002"],
        "workingLanguages": ["fr", "pt-BR"],
        "interpretationOffered": False,
        "licence": "CC-BY-4.0",
        "readiness": 7,
        "expiresOn": str(in_days(10)),
        "withdrawalReason": "",
        "isDemo": False,
        "expressionsOfInterest": {"totalCount": 0},
        "viewerCanRevise": False,
        "viewerCanExpressInterest": False,
        "viewerCannotExpressInterestReasons": ["NOT_PERMITTED"],
    }
