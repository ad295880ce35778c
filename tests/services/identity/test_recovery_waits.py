"""Whom a recovery waits for: those who can agree see that it does, and nobody is waited for who cannot."""

from dataclasses import replace

import pytest

from services.core.db import Database
from services.core.errors import DomainError
from services.membership.terms import Standing
from tests.conftest import Ask, OneAtATime
from tests.services.identity.test_recoveries import (
    CHIEF,
    OTHER,
    S,
    another_of_the_secretariat,
    approve,
    asked,
    found,
    sure,
)
from tests.services.membership.world import stand


async def test_a_focal_point_of_a_delegation_that_is_suspended_is_not_waited_for(db: Database) -> None:
    one, two, chief = await sure(db, OTHER), await another_of_the_secretariat(db), await sure(db, CHIEF)
    await stand(db, "ZMB", Standing.SUSPENDED)
    key = await asked(db)
    with pytest.raises(DomainError) as refused:
        await approve(db, replace(chief, acts=False, reads_members=False), key)
    assert refused.value.code == "NOT_PERMITTED"
    await approve(db, one, key)
    await approve(db, two, key)
    assert (await found(db, key)).status is S.APPROVED


async def waits_for(graphql: Ask, who: str) -> list[str]:
    answer = await graphql(who, "{ viewer { matters { nodes { kind deadline } } } }")
    nodes = answer["data"]["viewer"]["matters"]["nodes"]
    assert all(one["deadline"] is not None for one in nodes)
    return [one["kind"] for one in nodes]


async def test_it_waits_for_whoever_can_agree_until_they_did(db: OneAtATime, graphql: Ask) -> None:
    people = ("ZMB contributor", CHIEF, OTHER, "ZMB viewer", "FRA focal point")
    key = await asked(db)
    assert [await waits_for(graphql, who) for who in people] == [
        [],
        ["RECOVERY_TO_APPROVE"],
        ["RECOVERY_TO_APPROVE"],
        [],
        [],
    ]
    await approve(db, await sure(db, CHIEF), key)
    assert [await waits_for(graphql, who) for who in people] == [[], [], ["RECOVERY_TO_APPROVE"], [], []]
    await approve(db, await sure(db, OTHER), key)
    assert [await waits_for(graphql, who) for who in people] == [[]] * 5
