"""Sponsored organisations over GraphQL: read by everyone, as of any day."""

from typing import Any

from services.core.ids import write_id
from services.core.table import today
from tests.builders import delegation_id
from tests.conftest import Ask
from tests.services.membership.world import in_days

DONE = "organisation { id name kind sponsoredSince sponsoredUntil viewerCanEndSponsorship } errors { code path }"
SPONSOR = f"mutation ($input: OrganisationSponsorInput!) {{ organisationSponsor(input: $input) {{ {DONE} }} }}"
END = f"""
mutation ($input: OrganisationSponsorshipEndInput!) {{ organisationSponsorshipEnd(input: $input) {{ {DONE} }} }}"""
LISTED = """
query ($where: OrganisationWhere) { organisations(where: $where) {
  totalCount nodes { name sponsor { name { text } organisations(first: 5) { totalCount } } } } }"""
ZAMBIA = write_id("delegation", delegation_id("ZMB"))


async def done(graphql: Ask, who: str, asked: str, **given: Any) -> dict[str, Any]:
    answer = await graphql(who, asked, input=given)
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    found: dict[str, Any] = payload
    return found


async def listed(graphql: Ask, **where: Any) -> list[str]:
    found = (await graphql("public", LISTED, where=where))["data"]["organisations"]
    assert found["totalCount"] == len(found["nodes"])
    return [one["name"] for one in found["nodes"]]


async def test_a_delegation_sponsors_and_ends_and_everyone_sees_since_when(graphql: Ask) -> None:
    given = {"name": " UNZA ", "kind": "UNIVERSITY", "idempotencyKey": "one"}
    begun = await done(graphql, "ZMB focal point", SPONSOR, **given)
    assert await done(graphql, "ZMB focal point", SPONSOR, **given) == begun
    key = begun["organisation"].pop("id")
    assert begun["organisation"] == {
        "name": "UNZA",
        "kind": "UNIVERSITY",
        "sponsoredSince": str(today()),
        "sponsoredUntil": None,
        "viewerCanEndSponsorship": True,
    }
    await done(graphql, "FRA focal point", SPONSOR, name="Alliance", kind="ALLIANCE")
    assert await listed(graphql) == ["Alliance", "UNZA"]
    assert await listed(graphql, delegation=ZAMBIA) == await listed(graphql, kind="UNIVERSITY") == ["UNZA"]
    assert await listed(graphql, sponsoredOn=str(in_days(-1))) == []
    assert await listed(graphql, sponsoredOn=str(today())) == ["Alliance", "UNZA"]
    [refused] = (await done(graphql, "FRA focal point", END, id=key))["errors"]
    assert (refused["code"], refused["path"]) == ("NOT_PERMITTED", ["id"])
    ended = await done(graphql, "ZMB focal point", END, id=key)
    assert ended["organisation"]["sponsoredUntil"] == str(today())
    assert not ended["organisation"]["viewerCanEndSponsorship"]
    assert await listed(graphql, sponsoredOn=str(today())) == ["Alliance"]
    assert await listed(graphql, delegation=ZAMBIA) == ["UNZA"], "what was stays"
