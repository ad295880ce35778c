"""A lab followed live: each act on it or on what belongs to it is one more answer, for those who may still see it."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM, Audience
from services.core.ids import write_id
from services.labs import milestone_commands
from services.labs.tables import Lab
from services.labs.terms import ContributionStatus, LabPartyStatus, LabStatus
from services.membership.terms import Standing
from tests.builders import actor
from tests.schema.live.conftest import Running
from tests.schema.live.world import Client, Place, followed_query, socket
from tests.services.labs.world import a_contribution, a_lab, a_milestone, a_party, act_on, party_of
from tests.services.translations.world import LAB, suggesting

FOLLOW = """
subscription ($id: ID!) { labChanged(id: $id) {
  revision status languages
  parties { status }
  milestones { nodes { title status } }
  contributions { nodes { status } }
  updates { totalCount }
  outputs { totalCount }
} }
"""


async def begin(place: Place, status: LabStatus = LabStatus.ACTIVE, **columns: Any) -> Lab:
    """A lab of FRA and ZMB."""
    return await place.write(lambda session: a_lab(session, status=status, **columns))


async def act(place: Place, who: str, name: str, key: UUID) -> None:
    """Do one thing to a lab, in a transaction of its own."""
    async with place.db.write(actor(who)) as session:
        await act_on(name, key)(session, actor(who))


def asked(key: UUID) -> dict[str, Any]:
    """The payload that follows a lab."""
    return {"query": FOLLOW, "variables": {"id": write_id("lab", key)}}


async def follow(client: Client, key: UUID) -> dict[str, Any]:
    """Follow a lab; returns it as it is now."""
    await client.send("subscribe", id="1", payload=asked(key))
    return await lab_in(client)


async def lab_in(client: Client) -> dict[str, Any]:
    """The lab by the next answer."""
    found: dict[str, Any] = (await client.next())["data"]["labChanged"]
    return found


async def refusal(client: Client) -> str:
    """The code of the error with which the subscription ended."""
    message = await client.receive()
    assert (message["type"], message["id"]) == ("error", "1"), message
    code: str = message["payload"][0]["extensions"]["code"]
    return code


ACTS = [
    (LabStatus.PLANNED, "revise", "lab"),
    (LabStatus.PLANNED, "activate", "lab"),
    (LabStatus.ACTIVE, "suspend", "lab"),
    (LabStatus.SUSPENDED, "resume", "lab"),
    (LabStatus.ACTIVE, "conclude", "lab"),
    (LabStatus.PLANNED, "confirm", "party"),
    (LabStatus.PLANNED, "decline", "party"),
    (LabStatus.ACTIVE, "add milestone", "lab"),
    (LabStatus.ACTIVE, "revise milestone", "milestone"),
    (LabStatus.ACTIVE, "reach", "milestone"),
    (LabStatus.ACTIVE, "miss", "milestone"),
    (LabStatus.ACTIVE, "drop", "milestone"),
    (LabStatus.ACTIVE, "pledge", "party"),
    (LabStatus.ACTIVE, "commit", "pledged"),
    (LabStatus.ACTIVE, "deliver", "committed"),
    (LabStatus.ACTIVE, "withdraw", "pledged"),
    (LabStatus.ACTIVE, "post update", "lab"),
    (LabStatus.ACTIVE, "deliver output", "lab"),
]


async def target(place: Place, lab: Lab, kind: str) -> UUID:
    """The id of what an act is on: the lab, the party ZMB, a milestone that should be reached, a contribution of ZMB."""
    async with place.db.write(SYSTEM) as session:
        match kind:
            case "lab":
                return lab.id
            case "party":
                return (await party_of(session, lab, "ZMB")).id
            case "milestone":
                return (await a_milestone(session, lab, due=-1)).id
            case _:
                return (await a_contribution(session, lab, "ZMB", ContributionStatus(kind))).id


async def test_every_act_on_a_lab_is_one_more_answer(server: Running, place: Place) -> None:
    async with socket(server.host, await place.token("FRA viewer")) as client:
        for status, name, kind in ACTS:
            said = LabPartyStatus.CONFIRMED if name == "activate" else None
            lab = await begin(place, status, partner_status=said)
            key = await target(place, lab, kind)
            before = await follow(client, lab.id)
            await act(place, "ZMB focal point", name, key)
            assert await lab_in(client) != before, name
            await client.send("complete", id="1")


async def test_who_follows_a_lab_sees_it_translated_and_overdue(server: Running, place: Place) -> None:
    lab = await begin(place)
    await place.write(lambda session: a_milestone(session, lab, due=-1))
    async with socket(server.host, await place.token("FRA viewer")) as client:
        before = await follow(client, lab.id)
        async with place.db.write(actor("ZMB contributor")) as session:
            await suggesting(lab.id, "Cartes des sols", kind=LAB)(session, actor("ZMB contributor"))
        assert (await lab_in(client))["languages"] == ["en", "fr"]
        await place.write(milestone_commands.tell_overdue)
        assert await lab_in(client) == {**before, "languages": ["en", "fr"]}


async def test_a_stream_shows_a_lab_too(server: Running, place: Place) -> None:
    lab = await begin(place)
    async with followed_query(server.host, await place.token("EGY viewer"), asked(lab.id)) as events:
        assert (await events.next())[1]["data"]["labChanged"]["status"] == "ACTIVE"
        await act(place, "ZMB focal point", "suspend", lab.id)
        assert (await events.next())[1]["data"]["labChanged"]["status"] == "SUSPENDED"


@pytest.mark.parametrize(
    ("who", "status", "visibility"),
    [
        ("EGY focal point", LabStatus.PLANNED, Audience.PUBLIC),
        ("secretariat", LabStatus.PLANNED, Audience.PUBLIC),
        ("EGY focal point", LabStatus.ACTIVE, Audience.DELEGATION),
        ("secretariat", LabStatus.CONCLUDED, Audience.DELEGATION),
        ("suspended focal point", LabStatus.ACTIVE, Audience.MEMBERS),
        ("applicant focal point", LabStatus.ACTIVE, Audience.MEMBERS),
    ],
)
async def test_others_are_told_that_there_is_no_such_lab(
    server: Running, place: Place, who: str, status: LabStatus, visibility: Audience
) -> None:
    lab = await begin(place, status, visibility=visibility)
    async with socket(server.host, await place.token(who)) as client:
        await client.send("subscribe", id="1", payload=asked(lab.id))
        assert await refusal(client) == "NOT_FOUND"


async def test_a_party_that_declined_hears_no_more_once_the_lab_is_active(server: Running, place: Place) -> None:
    said = LabPartyStatus.CONFIRMED
    lab = await begin(place, LabStatus.PLANNED, visibility=Audience.DELEGATION, partner_status=said)
    await place.write(partial(a_party, lab=lab, code="SEN", status=LabPartyStatus.DECLINED))
    async with (
        socket(server.host, await place.token("SEN viewer")) as gone,
        socket(server.host, await place.token("FRA viewer")) as there,
    ):
        for client in (gone, there):
            assert (await follow(client, lab.id))["status"] == "PLANNED"
        await act(place, "ZMB focal point", "activate", lab.id)
        assert (await lab_in(there))["status"] == "ACTIVE"
        assert await refusal(gone) == "NOT_FOUND"
        await act(place, "ZMB focal point", "suspend", lab.id)
        assert (await lab_in(there))["status"] == "SUSPENDED"
        with pytest.raises(TimeoutError):
            await gone.receive(seconds=0.3)


async def test_it_ends_with_the_token(server: Running, place: Place) -> None:
    lab = await begin(place)
    async with socket(server.host, await place.token("FRA viewer", timedelta(seconds=2))) as client:
        await follow(client, lab.id)
        code, reason = await client.closed(seconds=5)
    assert (code, "expired" in str(reason)) == (4403, True)


async def test_who_is_suspended_hears_no_more_of_a_lab(server: Running, place: Place) -> None:
    lab = await begin(place)
    async with socket(server.host, await place.token("EGY viewer")) as client:
        await follow(client, lab.id)
        try:
            await place.restand("EGY", Standing.SUSPENDED)
            assert await refusal(client) == "RIGHTS_CHANGED"
        finally:
            await place.restand("EGY", Standing.MEMBER)
