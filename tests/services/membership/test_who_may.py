"""Who may do what to a standing, after product.md: the secretariat proposes and records, a co-chair decides."""

from collections.abc import Callable
from functools import partial

import pytest

from services.core.actor import SYSTEM
from services.core.db import Database
from services.membership import commands
from services.membership.policy import is_co_chair, may_open
from services.membership.tables import StandingProposal
from services.membership.terms import NewDelegation, Standing
from tests.builders import actor, delegation_id
from tests.services.membership.world import (
    NOTE,
    READ_TOKEN,
    Act,
    a_standing_proposal,
    asker,
    change,
    code_of,
    decide,
    delegation,
    stand,
)

S = Standing
OWN = ("ZMB viewer", "ZMB contributor", "ZMB focal point")
WHO = (
    "public", "applicant viewer", "applicant focal point", "suspended focal point", *OWN, "FRA focal point",
    "CHN viewer", "CHN contributor", "CHN focal point", "VAT focal point", "secretariat",
    *(f"{who}{READ_TOKEN}" for who in ("ZMB focal point", "CHN focal point", "secretariat")),
)  # fmt: skip
EVERYONE = frozenset(WHO)
DECIDES, RECORDS = {"CHN focal point"}, {"secretariat"}
KNOW_ALL = {who for who in WHO if who.startswith(("secretariat", "CHN focal point"))}


def of(code: str) -> set[str]:
    """The people of one delegation among those who ask."""
    return {who for who in WHO if who.startswith(code)}


def propose(code: str, standing: Standing) -> Act:
    return partial(commands.propose_standing, delegation_id=delegation_id(code), change=change(standing))


def withdraw(code: str) -> Act:
    return partial(commands.withdraw_delegation, delegation_id=delegation_id(code), reference=NOTE)


def apply_again(code: str) -> Act:
    return partial(commands.record_application, delegation_id=delegation_id(code), reference=NOTE)


# act: (what is done, who may, who may know of the object; for all others it is not there)
ON_DELEGATIONS: dict[str, tuple[Act, set[str], set[str] | frozenset[str]]] = {
    "propose to suspend a member": (propose("ZMB", S.SUSPENDED), RECORDS, EVERYONE),
    "propose to end a standing": (propose("ZMB", S.WITHDRAWN), RECORDS, EVERYONE),
    "propose to admit an applicant": (propose("applicant", S.OBSERVER), RECORDS, KNOW_ALL | of("applicant")),
    "propose a co-chair": (propose("ZMB", S.CO_CHAIR), RECORDS, EVERYONE),
    "propose to end a co-chair's term": (propose("CHN", S.MEMBER), RECORDS, EVERYONE),
    "withdraw a member": (withdraw("ZMB"), {"ZMB focal point"}, EVERYONE),
    "withdraw an observer": (withdraw("VAT"), {"VAT focal point"}, EVERYONE),
    "withdraw a suspended delegation": (withdraw("suspended"), set(), EVERYONE),
    "withdraw an application": (withdraw("applicant"), set(), KNOW_ALL | of("applicant")),
}
ON_PROPOSALS: dict[str, tuple[str, Standing, Callable[[StandingProposal], Act], set[str]]] = {
    "accept about a member": ("ZMB", S.SUSPENDED, decide, DECIDES),
    "reject about a member": ("ZMB", S.SUSPENDED, partial(decide, accept=False), DECIDES),
    "admit an applicant": ("applicant", S.OBSERVER, decide, DECIDES),
    "decline an applicant": ("applicant", S.DECLINED, decide, DECIDES),
    "reinstate a suspended delegation": ("suspended", S.OBSERVER, decide, DECIDES),
    "make a co-chair": ("ZMB", S.CO_CHAIR, decide, DECIDES),
    "accept about the co-chair itself": ("CHN", S.MEMBER, decide, set()),
    "reject about the co-chair itself": ("CHN", S.MEMBER, partial(decide, accept=False), set()),
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("act", ON_DELEGATIONS)
async def test_who_may_act_on_a_delegation(db: Database, act: str, who: str) -> None:
    command, may, know = ON_DELEGATIONS[act]
    expected = None if who in may else "NOT_PERMITTED" if who in know or READ_TOKEN in who else "NOT_FOUND"
    assert await code_of(db, asker(who), command) == expected


@pytest.mark.parametrize("who", WHO)
async def test_who_may_record_that_a_delegation_applies_again(db: Database, who: str) -> None:
    await stand(db, "SEN", S.WITHDRAWN)
    assert await code_of(db, asker(who), apply_again("SEN")) == (None if who in RECORDS else "NOT_PERMITTED")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("act", ON_PROPOSALS)
async def test_who_may_decide_on_a_proposal(db: Database, act: str, who: str) -> None:
    about, standing, decision, may = ON_PROPOSALS[act]
    async with db.write(SYSTEM) as session:
        proposal = await a_standing_proposal(session, about=about, standing=standing)
    know = KNOW_ALL | of(about)
    expected = None if who in may else "NOT_PERMITTED" if who in know or READ_TOKEN in who else "NOT_FOUND"
    assert await code_of(db, asker(who), decision(proposal)) == expected


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.parametrize("who", WHO)
async def test_who_may_answer_an_invitation(db: Database, who: str, accept: bool) -> None:
    answer = partial(
        commands.answer_invitation, delegation_id=delegation_id("applicant"), reference=NOTE, accept=accept
    )
    await stand(db, "applicant", S.INVITED)
    know = KNOW_ALL | of("applicant")
    may = who == "applicant focal point"
    expected = None if may else "NOT_PERMITTED" if who in know or READ_TOKEN in who else "NOT_FOUND"
    assert await code_of(db, asker(who), answer) == expected
    if may:
        told = await delegation(db, "applicant")
        assert told.standing is (S.APPLICANT if accept else S.DECLINED)
        assert await code_of(db, asker(who), answer) == "DELEGATION_WRONG_STANDING"


@pytest.mark.parametrize("who", WHO)
async def test_who_may_record_that_a_declined_delegation_applies_again(db: Database, who: str) -> None:
    await stand(db, "applicant", S.DECLINED)
    know = KNOW_ALL | of("applicant")
    expected = None if who in RECORDS else "NOT_PERMITTED" if who in know or READ_TOKEN in who else "NOT_FOUND"
    assert await code_of(db, asker(who), apply_again("applicant")) == expected


@pytest.mark.parametrize("who", WHO)
async def test_who_may_open_a_delegation(db: Database, who: str) -> None:
    new = NewDelegation(S.INVITED, NOTE, state="BTN")
    opened = partial(commands.open_delegation, new=new)
    assert await code_of(db, asker(who), opened) == (None if who in RECORDS else "NOT_PERMITTED")
    assert may_open(asker(who).viewer) == (who in RECORDS)


async def test_the_platform_itself_founds_the_group(db: Database) -> None:
    assert await code_of(db, SYSTEM, propose("applicant", S.OBSERVER)) is None
    async with db.write(SYSTEM) as session:
        proposal = await a_standing_proposal(session, about="ZMB", standing=S.CO_CHAIR)
    assert await code_of(db, SYSTEM, decide(proposal)) is None
    assert await code_of(db, SYSTEM, withdraw("FRA")) == "NOT_PERMITTED"


@pytest.mark.parametrize("word", ["viewer", "contributor", "focal point"])
def test_a_co_chair_is_the_focal_point_of_a_co_chairing_state_and_no_other_of_its_people(word: str) -> None:
    person = actor(f"CHN {word}")
    assert person.co_chair
    assert is_co_chair(person.viewer) == (word == "focal point")
