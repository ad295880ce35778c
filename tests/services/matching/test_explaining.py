"""Reasons name what agrees, misses name what does not; the modality follows from the classifications of the day."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.ids import write_id
from services.matching.terms import MatchMissCode
from tests.services.matching.world import (
    DIMENSIONS,
    ORGANISATION,
    WHOLE,
    a_cooperation,
    a_proposal,
    change,
    code_of,
    matches,
    more_delegations,
)

NEAR, FAR = code_of([1.3] * DIMENSIONS), code_of([1.3, -1.3] * (DIMENSIONS // 2))


async def one_match(db: Database, need: dict[str, Any], offer: dict[str, Any]) -> dict[str, Any]:
    """The match of a need by Senegal and an offer by Nepal; its misses are the same from both sides."""
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        asked = await a_proposal(session, "need", "SEN", **{**WHOLE, **need})
        given = await a_proposal(session, "offer", "NPL", **{**WHOLE, **offer})
    match = (await matches(db, asked))[given]
    assert (await matches(db, given))[asked]["misses"] == match["misses"]
    return match


def codes(told: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {one["code"]: one["codes"] for one in told}


async def test_reasons_name_what_agrees(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        done = await a_cooperation(session, "NPL", capacity_areas=["skills_training", "financing"], sectors=["22040"])
        await a_cooperation(session, "CHN", capacity_areas=["skills_training"])
    match = await one_match(db, {"language": "fr", "code": NEAR}, {"language": "ar", "code": NEAR})
    assert codes(match["reasons"]) == {
        "CAPACITY_AREAS": ["SKILLS_TRAINING", "PUBLIC_LITERACY"],
        "SECTORS": ["11130", "22040"],
        "SDG_TARGETS": ["4.4", "4.c"],
        "FORMS": ["TRAINING", "EXPERT"],
        "TEXT": ["fr", "ar"],
        "WORKING_LANGUAGES": ["fr", "en"],
        "LIKE_CONDITIONS": ["LDC"],
        "EQUITY": ["LDC"],
        "EXPERIENCE": ["SKILLS_TRAINING", "22040"],
    }
    assert match["misses"] == []
    assert {
        one["code"]: [each["id"] for each in one["cooperations"]] for one in match["reasons"] if one["cooperations"]
    } == {"EXPERIENCE": [write_id("cooperation", done)]}
    parts = [one["contribution"] for one in match["reasons"]]
    assert parts == sorted(parts, reverse=True)
    assert {one["code"]: one["sentence"] for one in match["reasons"]}["SECTORS"] == "Sectors in common: 11130, 22040."
    assert sum(one["weight"] for one in match["reasons"]) == pytest.approx(1)
    assert (match["band"], match["weightsVersion"]) == ("STRONG", 2)


MISSES: list[tuple[MatchMissCode, dict[str, Any], dict[str, Any], list[str], str]] = [
    (
        MatchMissCode.CAPACITY_AREAS_NOT_COVERED,
        {"capacity_areas": ["skills_training", "financing"]},
        {},
        ["FINANCING"],
        "The need asks for capacity areas that the offer does not name: FINANCING.",
    ),
    (
        MatchMissCode.SECTORS_NOT_COVERED,
        {},
        {"sectors": ["11130"]},
        ["22040"],
        "The need asks for sectors that the offer does not name: 22040.",
    ),
    (
        MatchMissCode.SDG_TARGETS_NOT_COVERED,
        {},
        {"sdg_targets": ["9.5"]},
        ["4.4", "4.c"],
        "The need asks for SDG targets that the offer does not name: 4.4, 4.c.",
    ),
    (
        MatchMissCode.FORMS_NOT_COVERED,
        {"forms": ["funding", "expert"]},
        {},
        ["FUNDING"],
        "The need asks for forms of cooperation that the offer does not name: FUNDING.",
    ),
    (
        MatchMissCode.QUANTITY_SHORT,
        {"quantity": Decimal("100.500"), "unit": "hours"},
        {"quantity": Decimal(100), "unit": "hours"},
        ["100", "100.5"],
        "The offer gives less than the need asks for (given, asked): 100, 100.5.",
    ),
    (
        MatchMissCode.INTERPRETATION_NEEDED,
        {"working_languages": ["fr"]},
        {"working_languages": ["zh"], "interpretation_offered": True},
        ["fr", "zh"],
        "There is no working language in common; interpretation is offered: fr, zh.",
    ),
    (
        MatchMissCode.TEXTS_FAR_APART,
        {"language": "fr", "code": NEAR},
        {"language": "zh", "code": FAR},
        ["fr", "zh"],
        "The two texts are far apart in meaning: fr, zh.",
    ),
    (
        MatchMissCode.NOT_STATED,
        {"sectors": []},
        {"forms": []},
        ["SECTORS", "FORMS"],
        "Not compared, since not both sides state it: SECTORS, FORMS.",
    ),
]


@pytest.mark.parametrize(("code", "need", "offer", "meant", "sentence"), MISSES, ids=lambda value: str(value)[:40])
async def test_a_miss_says_what_does_not_fit(
    db: Database, code: MatchMissCode, need: dict[str, Any], offer: dict[str, Any], meant: list[str], sentence: str
) -> None:
    match = await one_match(db, {"code": NEAR, **need}, {"code": NEAR, **offer})
    assert match["misses"] == [{"code": code.name, "codes": meant, "sentence": sentence}]


def test_every_miss_is_told_once() -> None:
    assert [code for code, *_ in MISSES] == list(MatchMissCode)


async def test_what_the_need_does_not_ask_for_is_no_miss(db: Database) -> None:
    more = {"sectors": [*WHOLE["sectors"], "74020"], "quantity": Decimal(5), "unit": "hours"}
    match = await one_match(db, {"code": NEAR}, {"code": NEAR, **more})
    assert match["misses"] == []


@pytest.mark.parametrize(
    ("need", "offer", "modality", "reason"),
    [
        ("SEN", "NPL", "SOUTH_SOUTH", None),
        ("SEN", "CHN", "SOUTH_SOUTH", None),
        ("SEN", "DEU", "NORTH_SOUTH", None),
        ("DEU", "SEN", "NORTH_SOUTH", None),
        ("FRA", "DEU", "OTHER", "BOTH_DEVELOPED"),
        ("SEN", ORGANISATION, "OTHER", "NO_STATE"),
        (ORGANISATION, "SEN", "OTHER", "NO_STATE"),
    ],
)
async def test_the_modality_is_derived(
    db: Database, need: str | UUID, offer: str | UUID, modality: str, reason: str | None
) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        asked = await a_proposal(session, "need", need, **WHOLE)
        given = await a_proposal(session, "offer", offer, **WHOLE)
    for match in ((await matches(db, asked))[given], (await matches(db, given))[asked]):
        assert (match["modality"], match["modalityReason"]) == (modality, reason)


async def test_the_equity_of_a_match_is_the_receivers(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        one = await a_proposal(session, "need", "DEU", **WHOLE)
        other = await a_proposal(session, "offer", "NPL", **WHOLE)
    assert "EQUITY" not in codes((await matches(db, one))[other]["reasons"])
    async with db.write(SYSTEM) as session:
        await change(session, one, side="offer")
        await change(session, other, side="need")
    assert codes((await matches(db, one))[other]["reasons"])["EQUITY"] == ["LDC", "LLDC"]
