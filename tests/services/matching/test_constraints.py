"""The hard constraints: each one alone keeps a pair from matching, and what is left out constrains nothing."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.table import today
from services.matching.terms import Constraint
from tests.builders import delegation_id
from tests.services.matching.world import ORGANISATION, WHOLE, a_proposal, change, matches, more_delegations

TODAY = today()


@dataclass(frozen=True)
class Case:
    """What to change of the need (by Senegal) and of the offer (by China) for the sake of a constraint."""

    constraint: Constraint
    need: dict[str, Any] = field(default_factory=dict)
    offer: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.constraint} {self.need} {self.offer}"


FIRST = {"period_from": TODAY, "period_to": TODAY + timedelta(30)}
SECOND = {"period_from": TODAY + timedelta(31), "period_to": TODAY + timedelta(60)}
BROKEN = [
    Case(Constraint.OPEN, offer={"status": "withdrawn"}),
    Case(Constraint.OPEN, offer={"status": "closed"}),
    Case(Constraint.OPEN, offer={"status": "expired"}),
    Case(Constraint.OPEN, offer={"status": "draft"}),
    Case(Constraint.OPEN, offer={"expires_on": TODAY - timedelta(1)}),
    Case(Constraint.OPEN, offer={"opens_on": TODAY + timedelta(1)}),
    Case(Constraint.OPEN, need={"status": "closed"}),
    Case(Constraint.OPEN, need={"status": "expired"}),
    Case(Constraint.OPEN, need={"expires_on": TODAY - timedelta(1)}),
    Case(Constraint.PLACES_LEFT, offer={"places": 2, "agreed": 2}),
    Case(Constraint.PLACES_LEFT, need={"places": 1, "agreed": 1}),
    Case(Constraint.OTHER_DELEGATION, offer={"delegation_id": delegation_id("SEN")}),
    Case(Constraint.TAKES_PART, offer={"delegation_id": delegation_id("suspended")}),
    Case(Constraint.TAKES_PART, offer={"delegation_id": delegation_id("applicant")}),
    Case(Constraint.OPPOSITE_SIDE, offer={"side": "need"}),
    Case(Constraint.OPPOSITE_SIDE, need={"side": "offer"}),
    Case(Constraint.COMMON_LANGUAGE, offer={"working_languages": ["zh"]}),
    Case(Constraint.COMMON_LANGUAGE, need={"working_languages": ["wo", "ar"]}),
    Case(Constraint.PERIOD, FIRST, SECOND),
    Case(Constraint.PERIOD, SECOND, FIRST),
    Case(Constraint.PERIOD, {"period_to": TODAY}, {"period_from": TODAY + timedelta(1)}),
    Case(Constraint.OWN_REGIONS, need={"regions_accepted": ["150", "002"]}),
    Case(Constraint.OWN_REGIONS, {"regions_accepted": ["142"]}, {"delegation_id": ORGANISATION}),
    Case(Constraint.PARTNER_REGIONS, offer={"regions_accepted": ["142", "014"]}),
    Case(Constraint.OWN_MODALITIES, need={"modalities_accepted": ["north_south", "triangular"]}),
    Case(Constraint.PARTNER_MODALITIES, offer={"modalities_accepted": ["triangular"]}),
]
KEPT = [
    Case(Constraint.OPEN, offer={"opens_on": TODAY, "expires_on": TODAY + timedelta(1)}),
    Case(Constraint.OPEN, offer={"expires_on": TODAY}),
    Case(Constraint.OPEN, need={"status": "draft", "expires_on": None, "opens_on": TODAY + timedelta(9)}),
    Case(Constraint.PLACES_LEFT, offer={"places": 2, "agreed": 1}),
    Case(Constraint.OPPOSITE_SIDE, offer={"side": "joint"}),
    Case(Constraint.OPPOSITE_SIDE, need={"side": "joint"}),
    Case(Constraint.OPPOSITE_SIDE, {"side": "joint"}, {"side": "joint"}),
    Case(Constraint.OPPOSITE_SIDE, {"side": "offer"}, {"side": "need"}),
    Case(Constraint.COMMON_LANGUAGE, offer={"working_languages": []}),
    Case(Constraint.COMMON_LANGUAGE, need={"working_languages": []}),
    Case(Constraint.COMMON_LANGUAGE, offer={"working_languages": ["zh"], "interpretation_offered": True}),
    Case(Constraint.COMMON_LANGUAGE, need={"working_languages": ["ar"], "interpretation_offered": True}),
    Case(Constraint.COMMON_LANGUAGE, {"working_languages": ["fr-SN"]}, {"working_languages": ["zh", "fr-CA"]}),
    Case(Constraint.PERIOD, FIRST, {**SECOND, "period_from": TODAY + timedelta(30)}),
    Case(Constraint.PERIOD, {"period_from": TODAY}, {"period_from": TODAY + timedelta(900)}),
    Case(Constraint.PERIOD, need=FIRST),
    Case(Constraint.OWN_REGIONS, need={"regions_accepted": ["002", "142"]}),
    Case(Constraint.PARTNER_REGIONS, offer={"regions_accepted": ["202"]}),
    Case(Constraint.OWN_MODALITIES, {"modalities_accepted": ["south_south"]}),
    Case(Constraint.PARTNER_MODALITIES, {}, {"modalities_accepted": ["south_south", "triangular"]}),
    Case(Constraint.OWN_MODALITIES, {"modalities_accepted": ["other"]}, {"delegation_id": ORGANISATION}),
]


async def before_and_after(db: Database, case: Case) -> tuple[bool, bool]:
    """Whether need and offer match before the changes of ``case`` and after."""
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
    before = offer in await matches(db, need)
    async with db.write(SYSTEM) as session:
        for proposal, changes in ((need, case.need), (offer, case.offer)):
            if changes:
                await change(session, proposal, **changes)
    return before, offer in await matches(db, need)


@pytest.mark.parametrize("case", BROKEN, ids=str)
async def test_one_broken_constraint_is_enough_for_no_match(db: Database, case: Case) -> None:
    assert await before_and_after(db, case) == (True, False)


@pytest.mark.parametrize("case", KEPT, ids=str)
async def test_a_constraint_that_is_kept_excludes_nothing(db: Database, case: Case) -> None:
    assert await before_and_after(db, case) == (True, True)


def test_every_constraint_is_broken_once() -> None:
    assert {case.constraint for case in BROKEN} == set(Constraint) - {Constraint.VISIBLE}  # that is test_visibility
