"""On the demonstration's proposals, the needs meet the offers that were written for them, across languages."""

import json
from datetime import timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM
from services.core.db import Database, Writer
from services.core.meanings import meanings
from services.core.table import today
from services.core.texts import EMBEDDER
from services.membership.tables import Delegation
from services.membership.terms import DelegationKind, Standing
from tests.builders import DELEGATIONS, SINCE, delegation_id
from tests.services.matching.world import a_proposal, matches

pytestmark = pytest.mark.slow  # it loads the embedding's model
Row = dict[str, Any]
TEXT = (files("services.demo") / "data" / "proposals.jsonl").read_text(encoding="utf-8")
ROWS: list[Row] = [json.loads(line) for line in TEXT.splitlines()]
MEANT = {
    "SEN demo-need-teacher-training": {"CHN demo-offer-teacher-training", "EGY demo-offer-teacher-training"},
    "BEN demo-need-maternal-health": {"CHN demo-offer-maternal-health", "JOR demo-offer-maternal-health"},
    "NPL demo-need-midwife-support": {"CHN demo-offer-maternal-health", "JOR demo-offer-maternal-health"},
    "ZMB demo-need-smallholder-advice": {
        "CHN demo-offer-agricultural-extension",
        "IND demo-offer-voice-smallholder-advice",
    },
    "HTI demo-need-flood-warning": {"IDN demo-offer-multi-hazard-warning", "MEX demo-offer-hazard-data"},
    "PRY demo-need-guarani-corpus": {"RUS demo-offer-language-corpora"},
    "COM demo-need-national-strategy": {"SRB demo-offer-strategy-advice"},
    "DJI demo-need-public-literacy": {"ARM demo-offer-public-literacy"},
    "TKM demo-need-testing-skills": {"SGP demo-offer-testing-methods"},
    "MRT demo-need-pasture-maps": {"MAR demo-offer-dryland-farming"},
    "KGZ demo-need-university-compute": {"BLR demo-offer-university-compute"},
}
"""Need -> the offers that stand first, in any order."""


def name_of(row: Row) -> str:
    return f"{row['delegation']} {row['externalId']}"


async def build_demo(session: Writer) -> dict[str, UUID]:
    """Write the demonstration's proposals with their real meaning; their ids by name."""
    for state in sorted({row["delegation"] for row in ROWS} - DELEGATIONS.keys()):
        session.add(
            Delegation(
                id=delegation_id(state),
                kind=DelegationKind.STATE,
                state=state,
                names={"en": state},
                standing=Standing.MEMBER,
                standing_since=SINCE,
            )
        )
    await session.flush()
    texts = ["\n".join(row[part] for part in ("title", "summary", "description")) for row in ROWS]
    read = await meanings(EMBEDDER, texts, with_passages=True)
    return {name_of(row): await _written(session, row, found) for row, found in zip(ROWS, read, strict=True)}


async def _written(session: Writer, row: Row, found: dict[str, Any]) -> UUID:
    return await a_proposal(
        session,
        row["side"].lower(),
        row["delegation"],
        code=found["code"],
        passages=found["passage_codes"],
        language=row["language"],
        capacity_areas=[word.lower() for word in row["capacityAreas"]],
        sectors=row["sectors"],
        sdg_targets=row["sdgTargets"],
        forms=[word.lower() for word in row["forms"]],
        regions_accepted=row["regionsAccepted"],
        working_languages=row["workingLanguages"],
        opens_on=today() + timedelta(row["opensInDays"]),
        expires_on=today() + timedelta(row["expiresInDays"]),
    )


async def test_needs_meet_the_offers_that_were_written_for_them(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        ids = await build_demo(session)
    names = {key: name for name, key in ids.items()}
    for need, offers in MEANT.items():
        found = await matches(db, ids[need])
        assert {names[key] for key in list(found)[: len(offers)]} == offers, need
        assert all(found[ids[offer]]["band"] in {"STRONG", "GOOD"} for offer in offers), need


async def test_a_french_need_meets_arabic_and_chinese_offers_first(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        ids = await build_demo(session)
    first = list((await matches(db, ids["SEN demo-need-teacher-training"], first=2)).values())
    languages = {tuple(reason["codes"]) for one in first for reason in one["reasons"] if reason["code"] == "TEXT"}
    assert languages == {("fr", "zh"), ("fr", "ar")}
