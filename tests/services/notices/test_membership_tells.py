"""Each step of a standing and of a sponsorship is told to those concerned, once, in their language."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM
from services.core.db import Writer
from services.core.table import now, today
from services.membership.commands import (
    answer_invitation,
    end_terms,
    propose_standing,
    record_application,
    withdraw_delegation,
)
from services.membership.decision_commands import decide_standing
from services.membership.nomination_commands import confirm_nomination, decline_nomination, hand_over, nominate
from services.membership.nomination_tables import Nomination
from services.membership.organisation_commands import end_sponsorship, sponsor_organisation
from services.membership.organisation_tables import Organisation
from services.membership.setting_commands import confirm_settings, propose_settings
from services.membership.setting_tables import GroupSettings
from services.membership.tables import StandingPeriod
from services.membership.terms import GroupNumbers, OrganisationKind, Standing, StandingChange, VoicesNeeded
from services.privacy.commands import ask_erasure, erase
from tests.builders import SINCE, delegation_id, id_of
from tests.conftest import OneAtATime
from tests.services.membership.world import a_standing_proposal, stand
from tests.services.notices.world import change_person, done_and_told, languages_of, mails, tell_all, told

S = Standing
Make = Callable[[Writer], Awaitable[UUID]]
ZMB, CHN = ({f"{code} focal point", f"{code} contributor"} for code in ("ZMB", "CHN"))
APPLICANT = {"applicant focal point", "applicant contributor"}


def proposed(about: str, standing: Standing) -> Make:
    async def make(session: Writer) -> UUID:
        return (await a_standing_proposal(session, about=about, standing=standing)).id

    return make


async def of_delegation(code: str, _: Writer) -> UUID:
    return delegation_id(code)


async def propose(session: Writer, who: Any, _: UUID) -> object:
    return await propose_standing(session, who, delegation_id("applicant"), StandingChange(S.OBSERVER, "NV 2"))


async def sponsor(session: Writer, who: Any, _: UUID) -> object:
    return await sponsor_organisation(session, who, "UNZA", OrganisationKind.UNIVERSITY)


async def sponsored(session: Writer) -> UUID:
    made = Organisation(
        delegation_id=delegation_id("ZMB"), name="UNZA", kind=OrganisationKind.UNIVERSITY, sponsored_since=today()
    )
    session.add(made)
    await session.flush()
    return made.id


async def a_term_over(session: Writer) -> UUID:
    period = await session.get_one(StandingPeriod, id_of("standing CHN"))
    assert period.valid_from == SINCE
    period.valid_to = today()
    await session.flush()
    return delegation_id("CHN")


async def end(session: Writer, _who: Any, _key: UUID) -> object:
    return await end_terms(session)


async def nominated(whom: str, session: Writer, who: Any, _: UUID) -> object:
    return await nominate(session, who, id_of(whom), "NV 6")


async def a_nomination(session: Writer) -> UUID:
    made = Nomination(delegation_id=delegation_id("ZMB"), person_id=id_of("ZMB contributor"), reference="NV 6")
    session.add(made)
    await session.flush()
    return made.id


async def proposed_settings(session: Writer, who: Any, _: UUID) -> object:
    return await propose_settings(session, who, GroupNumbers(), "As decided.")


async def some_settings(session: Writer) -> UUID:
    made = GroupSettings(
        version=2, voices_needed=VoicesNeeded.ONE, open_days=30, longest_open_days=60, note="As decided."
    )
    session.add(made)
    await session.flush()
    return made.id


withdraw = partial(withdraw_delegation, reference="NV 3")
CASES: dict[str, tuple[Make, str, Callable[..., Awaitable[Any]], list[str], set[str]]] = {
    "a proposal": (
        partial(of_delegation, "applicant"),
        "secretariat",
        propose,
        ["standing_proposed"],
        {"CHN focal point"} | APPLICANT,
    ),
    "a decision": (
        proposed("ZMB", S.SUSPENDED),
        "CHN focal point",
        partial(decide_standing, accept=True),
        ["standing_accepted"],
        ZMB | {"secretariat"},
    ),
    "an objection": (
        proposed("applicant", S.MEMBER),
        "CHN focal point",
        partial(decide_standing, accept=False, reason="Not yet."),
        ["standing_rejected"],
        APPLICANT | {"secretariat"},
    ),
    "a withdrawal": (
        partial(of_delegation, "ZMB"),
        "ZMB focal point",
        withdraw,
        ["delegation_standing_changed"],
        {"ZMB contributor", "secretariat", "CHN focal point"},
    ),
    "the end of a term": (
        a_term_over,
        "platform",
        end,
        ["delegation_standing_changed"],
        CHN | {"secretariat"},
    ),
    "a nomination": (
        partial(of_delegation, "ZMB"),
        "ZMB contributor",
        partial(nominated, "ZMB viewer"),
        ["focal_point_nominated"],
        {"ZMB focal point"},
    ),
    "a confirmation": (
        a_nomination,
        "ZMB focal point",
        confirm_nomination,
        ["person_role_given", "focal_point_confirmed"],
        {"ZMB contributor", "secretariat"},
    ),
    "a nomination declined": (
        a_nomination,
        "ZMB focal point",
        partial(decline_nomination, reason="Another is named."),
        ["focal_point_declined"],
        {"ZMB contributor"},
    ),
    "settings proposed": (
        partial(of_delegation, "ZMB"),
        "secretariat",
        proposed_settings,
        ["group_settings_proposed"],
        {"CHN focal point"},
    ),
    "settings confirmed": (
        some_settings,
        "CHN focal point",
        confirm_settings,
        ["group_settings_confirmed"],
        {"secretariat"},
    ),
    "a sponsorship": (
        partial(of_delegation, "ZMB"),
        "ZMB focal point",
        sponsor,
        ["organisation_sponsored"],
        {"ZMB contributor", "secretariat"},
    ),
    "the end of a sponsorship": (
        sponsored,
        "ZMB focal point",
        end_sponsorship,
        ["organisation_sponsorship_ended"],
        {"ZMB contributor", "secretariat"},
    ),
}


@pytest.mark.parametrize("step", CASES)
async def test_a_step_is_told_to_exactly_these_people_in_their_language(db: OneAtATime, step: str) -> None:
    make, who, act, events, expected = CASES[step]
    assert await done_and_told(db, make, who, act) == events
    assert set(await told(db)) == expected
    assert await mails(db) == languages_of(expected)


@pytest.mark.parametrize(("accept", "word"), [(True, "applicant"), (False, "declined")])
async def test_an_answer_to_an_invitation_is_told_with_the_standing(db: OneAtATime, *, accept: bool, word: str) -> None:
    await stand(db, "applicant", S.INVITED)
    answer = partial(answer_invitation, reference="NV 4", accept=accept)
    await done_and_told(db, partial(of_delegation, "applicant"), "applicant focal point", answer)
    found = await told(db)
    assert set(found) == {"applicant contributor", "secretariat", "CHN focal point"}
    assert found["secretariat"] == f"Test organisation (applicant): the standing is now “{word}”"


async def test_a_new_application_is_told_to_those_who_left(db: OneAtATime) -> None:
    await stand(db, "ZMB", S.WITHDRAWN)
    again = partial(record_application, reference="NV 5")
    await done_and_told(db, partial(of_delegation, "ZMB"), "secretariat", again)
    assert set(await told(db)) == ZMB | {"CHN focal point"}


async def test_a_hand_over_is_told_to_those_who_stay_and_to_the_secretariat(db: OneAtATime) -> None:
    over = partial(handed, "ZMB contributor")
    await done_and_told(db, partial(of_delegation, "ZMB"), "ZMB focal point", over)
    assert set(await told(db)) == {"ZMB contributor", "secretariat"}


async def handed(whom: str, session: Writer, who: Any, _: UUID) -> object:
    return await hand_over(session, who, id_of(whom))


@pytest.mark.parametrize("who", ["ZMB contributor", "ZMB focal point"])
async def test_an_erasure_is_told_to_the_person_before_and_to_the_focal_points_after(db: OneAtATime, who: str) -> None:
    key = id_of("ZMB contributor")
    if who == "ZMB contributor":
        await done_and_told(db, partial(of_delegation, "ZMB"), who, asked)
        assert await told(db) == {"ZMB contributor": "سيُمحى اسمكم وعنوانكم"}
        assert set(await mails(db)) == {"ZMB contributor"}
        return
    async with db.write(SYSTEM) as session:
        await change_person(session, "ZMB contributor", left_at=now())
        await erase(session, key)
    await tell_all(db, times=2)
    assert set(await told(db)) == {"ZMB focal point"}


async def asked(session: Writer, who: Any, _: UUID) -> object:
    return await ask_erasure(session, replace(who, session_id=id_of("session")))
