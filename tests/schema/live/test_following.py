"""Who follows something hears of each change as the actor it is by then, and nothing once it may not."""

from datetime import timedelta

import pytest

from services.membership.terms import Standing
from services.practices.commands import return_practice, submit_practice
from tests.builders import a_practice, actor
from tests.schema.live.conftest import Running
from tests.schema.live.world import Client, Place, followed, said, socket


async def test_a_socket_shows_the_state_at_once_and_then_each_change(server: Running, place: Place) -> None:
    key = await place.talks()
    async with socket(server.host, await place.token("FRA viewer")) as client:
        assert await client.subscribe(key) == []
        await place.ask(key, "How many places?")
        assert said(await client.next()) == ["How many places?"]
        await place.reply(key, "Twelve.")
        assert said(await client.next()) == ["How many places?", "Twelve."]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_stream_shows_the_state_at_once_and_then_each_change(
    server: Running, place: Place, method: str
) -> None:
    key = await place.talks()
    async with followed(server.host, await place.token("ZMB viewer"), key, method) as events:
        assert events.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        kind, answer = await events.next()
        assert (kind, said(answer)) == ("next", [])
        await place.ask(key, "How many places?")
        kind, answer = await events.next()
        assert (kind, said(answer)) == ("next", ["How many places?"])


async def test_who_is_suspended_hears_no_more_within_5_seconds(server: Running, place: Place) -> None:
    key = await place.talks()
    token = await place.token("FRA contributor")
    async with socket(server.host, token) as client, followed(server.host, token, key) as events:
        await client.subscribe(key)
        await events.next()
        try:
            await place.restand("FRA", Standing.SUSPENDED)
            message = await client.receive(seconds=5)
            assert (message["type"], message["id"]) == ("error", "1")
            assert message["payload"][0]["extensions"]["code"] == "RIGHTS_CHANGED"
            assert (await events.next())[1]["errors"][0]["extensions"]["code"] == "RIGHTS_CHANGED"
            assert await events.next() == ("complete", None)
        finally:
            await place.restand("FRA", Standing.MEMBER)


async def test_it_ends_when_the_token_does(server: Running, place: Place) -> None:
    key = await place.talks()
    token = await place.token("FRA viewer", timedelta(seconds=2))
    async with socket(server.host, token) as client, followed(server.host, token, key) as events:
        await client.subscribe(key)
        await events.next()
        code, reason = await client.closed(seconds=3)
        assert code == 4403
        assert "expired" in str(reason)
        assert (await events.next())[1]["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"


VIEWER = "subscription { viewerChanged { person { name } unreadCount sessions { nodes { endedAt } } } }"


async def test_who_asks_hears_of_notices_of_sessions_and_of_turns_and_others_do_not(
    server: Running, place: Place
) -> None:
    key = await place.talks()
    token, stranger = await place.token("FRA focal point"), await place.token("SEN focal point")
    async with socket(server.host, token) as client, socket(server.host, stranger) as other:
        for one in (client, other):
            await one.send("subscribe", id="1", payload={"query": VIEWER})
        assert (await client.next())["data"]["viewerChanged"]["sessions"]["nodes"] == [{"endedAt": None}]
        await other.next()
        await place.ask(key, "How many?")
        assert (await client.next())["data"]["viewerChanged"]["person"] == {"name": "FRA focal point"}

        another = await place.token("FRA focal point")
        async with socket(server.host, another) as elsewhere:
            ended = {"query": "mutation { signOut { done errors { code } } }"}
            await elsewhere.send("subscribe", id="2", payload=ended)
            assert (await elsewhere.next("2"))["data"]["signOut"]["errors"] == []
            after = (await client.next())["data"]["viewerChanged"]
            assert sorted(one["endedAt"] is None for one in after["sessions"]["nodes"]) == [False, True]
            assert (await elsewhere.closed())[0] == 4403
        with pytest.raises(TimeoutError):
            await other.receive(seconds=0.3)


MATTERS = "subscription { viewerChanged { matters { nodes { kind } } } }"


async def test_what_waits_for_the_secretariat_goes_away_for_all_when_one_has_done_it(
    server: Running, place: Place
) -> None:
    practice = await place.write(lambda session: a_practice(session, by="SEN"))
    delegation, secretariat = actor("SEN focal point"), actor("secretariat")
    async with (
        socket(server.host, await place.token("secretariat")) as officer,
        socket(server.host, await place.token("SEN contributor")) as author,
    ):
        for one in (officer, author):
            await one.send("subscribe", id="1", payload={"query": MATTERS})
            assert await kinds(one) == []
        async with place.db.write(delegation) as session:
            await submit_practice(session, delegation, practice.id)
        assert (await kinds(officer), await kinds(author)) == (["PRACTICE_IN_REVIEW"], [])
        async with place.db.write(secretariat) as session:
            await return_practice(session, secretariat, practice.id, "No evidence given.")
        assert (await kinds(officer), await kinds(author)) == ([], ["PRACTICE_RETURNED"])


async def kinds(client: Client) -> list[str]:
    """What waits for someone, by the next answer to ``MATTERS``."""
    return [one["kind"] for one in (await client.next())["data"]["viewerChanged"]["matters"]["nodes"]]
