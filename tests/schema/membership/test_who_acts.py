"""Nominations, hand-overs and the Group's settings over GraphQL."""

from typing import Any

from services.core.ids import write_id
from tests.builders import id_of
from tests.conftest import Ask

DONE = "nomination { id status reference person { name role } viewerCanClose } errors { code path }"
NOMINATE = f"mutation ($input: FocalPointNominateInput!) {{ focalPointNominate(input: $input) {{ {DONE} }} }}"
CONFIRM = f"mutation ($input: FocalPointConfirmInput!) {{ focalPointConfirm(input: $input) {{ {DONE} }} }}"
OVER = """
mutation ($input: FocalPointHandOverInput!) { focalPointHandOver(input: $input) { done errors { code path } } }"""
SETTINGS = "settings { id version voicesNeeded openDays inForce viewerCanConfirm } errors { code path }"
PROPOSE = f"mutation ($input: GroupSettingsProposeInput!) {{ groupSettingsPropose(input: $input) {{ {SETTINGS} }} }}"
PUT = f"mutation ($input: GroupSettingsConfirmInput!) {{ groupSettingsConfirm(input: $input) {{ {SETTINGS} }} }}"
IN_FORCE = "{ groupSettings(where: {inForce: true}) { totalCount nodes { version voicesNeeded openDays } } }"
CONTRIBUTOR = write_id("person", id_of("ZMB contributor"))


async def done(graphql: Ask, who: str, asked: str, **given: Any) -> dict[str, Any]:
    answer = await graphql(who, asked, input=given)
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    found: dict[str, Any] = payload
    return found


async def matters(graphql: Ask, who: str) -> list[str]:
    found = await graphql(who, "{ viewer { matters { nodes { kind } } } }")
    return [one["kind"] for one in found["data"]["viewer"]["matters"]["nodes"]]


async def test_a_person_is_nominated_waits_is_confirmed_and_follows(graphql: Ask) -> None:
    given = {"person": CONTRIBUTOR, "reference": "Note 9", "idempotencyKey": "one"}
    made = await done(graphql, "ZMB contributor", NOMINATE, **given)
    assert await done(graphql, "ZMB contributor", NOMINATE, **given) == made
    assert made["errors"] == []
    key = made["nomination"]["id"]
    assert (made["nomination"]["status"], made["nomination"]["viewerCanClose"]) == ("OPEN", False)
    for who, waits in (("ZMB focal point", True), ("ZMB contributor", False), ("secretariat", False)):
        assert ("FOCAL_POINT_NOMINATED" in await matters(graphql, who)) == waits
    [refused] = (await done(graphql, "secretariat", CONFIRM, id=key))["errors"]
    assert (refused["code"], refused["path"]) == ("NOT_PERMITTED", ["id"])
    confirmed = await done(graphql, "ZMB focal point", CONFIRM, id=key)
    assert confirmed["nomination"]["status"] == "CONFIRMED"
    assert confirmed["nomination"]["person"] == {"name": "ZMB contributor", "role": "FOCAL_POINT"}
    assert "FOCAL_POINT_NOMINATED" not in await matters(graphql, "ZMB focal point")
    for wrong, code in (("nonsense", "WRONG_ID"), (write_id("person", id_of("nobody")), "NOT_FOUND")):
        answered = await done(graphql, "ZMB focal point", OVER, successor=wrong)
        assert answered["errors"][0]["code"] == code
    assert await done(graphql, "ZMB focal point", OVER, successor=CONTRIBUTOR) == {"done": True, "errors": []}
    people = await graphql("ZMB viewer", "{ people { nodes { name role } } }")
    assert {"name": "ZMB focal point", "role": "FOCAL_POINT"} not in people["data"]["people"]["nodes"]


async def test_settings_are_proposed_confirmed_and_read_by_everyone(graphql: Ask) -> None:
    first = (await graphql("public", IN_FORCE))["data"]["groupSettings"]
    assert first == {"totalCount": 1, "nodes": [{"version": 1, "voicesNeeded": "ALL", "openDays": 365}]}
    given = {"voicesNeeded": "ONE", "openDays": 60, "longestOpenDays": 90, "note": "As decided in May."}
    [refused] = (await done(graphql, "secretariat", PROPOSE, **{**given, "openDays": 91}))["errors"]
    assert (refused["code"], refused["path"]) == ("WRONG_SETTINGS", ["openDays"])
    made = (await done(graphql, "secretariat", PROPOSE, **given, idempotencyKey="one"))["settings"]
    assert made == (await done(graphql, "secretariat", PROPOSE, **given, idempotencyKey="one"))["settings"]
    assert (made["version"], made["inForce"], made["viewerCanConfirm"]) == (2, False, False)
    assert (await graphql("public", IN_FORCE))["data"]["groupSettings"] == first
    confirmed = (await done(graphql, "CHN focal point", PUT, id=made["id"]))["settings"]
    assert (confirmed["inForce"], confirmed["viewerCanConfirm"]) == (True, False)
    [now] = (await graphql("public", IN_FORCE))["data"]["groupSettings"]["nodes"]
    assert now == {"version": 2, "voicesNeeded": "ONE", "openDays": 60}
