"""What an import makes of proposals in each state, and who may import for whom."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Role, Scope
from services.core.errors import NotPermitted
from services.core.importing.json_rows import GivenRows
from services.core.importing.report import Report
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import Text, add_translation
from services.membership.tables import Delegation
from services.membership.terms import Standing
from services.proposals.imports import import_proposals
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import ProposalStatus
from tests.builders import actor, delegation_id
from tests.conftest import OneAtATime

NEED = {"externalId": "A", "delegation": "ZMB", "side": "NEED", "title": "Teachers", "language": "en"}
TABLE = table_of(Proposal)


def in_days(number: int) -> Any:
    return today() + timedelta(days=number)


async def bring(db: OneAtATime, *rows: dict[str, Any], who: Any = SYSTEM, **options: Any) -> Report:
    return await import_proposals(db, who, GivenRows("rows of a test", rows), **options)


async def stored(db: OneAtATime) -> Any:
    async with db.read(SYSTEM) as session:
        return (await session.execute(sa.select(TABLE).where(TABLE.c.external_id == "A"))).one()


async def change(db: OneAtATime, **columns: Any) -> None:
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(TABLE).values(**columns).where(TABLE.c.external_id == "A"))


async def refusal(db: OneAtATime, row: dict[str, Any]) -> tuple[str | None, str]:
    """Import one row that must be refused."""
    report = await bring(db, row)
    [refused] = report.refused
    return refused.column, refused.reason


@pytest.mark.parametrize(
    ("opens", "expires", "status"),
    [
        (None, None, "open"),
        (-3, 30, "open"),
        (0, 1, "open"),
        (None, 0, "draft"),
        (None, -1, "draft"),
        (-30, -1, "draft"),
        (1, None, "draft"),
        (5, 30, "draft"),
    ],
)
async def test_a_new_proposal_is_open_if_it_has_what_opening_needs(
    db: OneAtATime, opens: int | None, expires: int | None, status: str
) -> None:
    days = {"opensOn": opens, "expiresOn": expires}
    row = NEED | {name: None if number is None else str(in_days(number)) for name, number in days.items()}
    report = await bring(db, row)
    assert report.by_status == {status: 1}
    found = await stored(db)
    assert found.status == status
    assert (found.opened_at is not None) == (status == "open")
    assert (await bring(db, row)).unchanged == 1


async def test_drafts_are_wanted_as_drafts_and_opened_by_the_next_import(db: OneAtATime) -> None:
    assert (await bring(db, NEED, as_drafts=True)).by_status == {"draft": 1}
    assert (await bring(db, NEED, as_drafts=True)).unchanged == 1
    assert (await bring(db, NEED)).by_status == {"open": 1}
    opened = await stored(db)
    assert opened.opened_at == opened.listed_at
    assert (await bring(db, {**NEED, "places": 3}, as_drafts=True)).by_status == {"open": 1}
    assert (await stored(db)).opened_at == opened.opened_at


async def test_an_open_proposal_keeps_its_side_and_more_places_than_are_agreed(db: OneAtATime) -> None:
    await bring(db, {**NEED, "places": 5})
    await change(db, agreed=2)
    assert await refusal(db, {**NEED, "side": "OFFER"}) == (
        "side",
        "An open proposal keeps its side. Withdraw it and post another one instead.",
    )
    assert await refusal(db, {**NEED, "places": 2}) == (
        "places",
        "2 have agreed already; more places than that are needed.",
    )
    assert (await bring(db, {**NEED, "places": 3})).changed == 1
    assert (await stored(db)).agreed == 2


async def test_a_draft_may_change_its_side(db: OneAtATime) -> None:
    await bring(db, NEED, as_drafts=True)
    assert (await bring(db, {**NEED, "side": "OFFER"})).by_status == {"open": 1}


async def test_a_last_day_that_is_not_given_again_stays(db: OneAtATime) -> None:
    await bring(db, NEED)
    await change(db, expires_on=in_days(20), opens_on=in_days(-20))
    for row in (NEED, {**NEED, "expiresOn": "", "opensOn": None, "workingLanguages": ""}):
        assert (await bring(db, row)).unchanged == 1
    await bring(db, {**NEED, "title": "Nurses", "expiresOn": ""})
    assert (await stored(db)).expires_on == in_days(20)


async def test_an_expired_proposal_is_opened_again_by_a_later_last_day_alone(db: OneAtATime) -> None:
    await bring(db, NEED)
    first = await stored(db)
    await change(db, status=ProposalStatus.EXPIRED, opens_on=in_days(-50), expires_on=in_days(-2))
    assert (await bring(db, NEED)).unchanged == 1
    column, reason = await refusal(db, {**NEED, "title": "Nurses"})
    assert column == "expiresOn"
    assert reason.startswith("An open proposal expires after today and by ")
    assert (await bring(db, {**NEED, "expiresOn": str(in_days(9))})).by_status == {"open": 1}
    again = await stored(db)
    assert (again.opened_at, again.listed_at, again.opens_on) == (first.opened_at, first.listed_at, in_days(-50))


@pytest.mark.parametrize("status", [ProposalStatus.CLOSED, ProposalStatus.WITHDRAWN])
async def test_what_is_over_can_stand_in_the_file_but_not_change(db: OneAtATime, status: ProposalStatus) -> None:
    await bring(db, NEED)
    await change(db, status=status)
    assert (await bring(db, NEED)).unchanged == 1
    assert await refusal(db, {**NEED, "title": "Nurses"}) == (
        "externalId",
        f"This proposal is {status.value}, so it cannot be changed.",
    )


async def test_the_texts_carry_the_new_status_and_audience(db: OneAtATime) -> None:
    text = table_of(ProposalText).c
    for options, row, expected in (
        ({"as_drafts": True}, NEED, ("draft", "members")),
        ({}, {**NEED, "visibility": "PUBLIC"}, ("open", "public")),
    ):
        await bring(db, row, **options)
        found = await stored(db)
        async with db.read(SYSTEM) as session:
            copied = sa.select(text.status, text.visibility).where(text.proposal_id == found.id)
            assert tuple((await session.execute(copied)).one()) == expected


async def test_a_translation_is_not_overrun_by_a_new_original(db: OneAtATime) -> None:
    await bring(db, NEED)
    found = await stored(db)
    async with db.write(SYSTEM) as session:
        await add_translation(session, ProposalText, {"proposal_id": found.id}, Text("fr", "Enseignants"))
    assert await refusal(db, {**NEED, "language": "fr"}) == (
        "language",
        "There is a translation into this language; remove it before it becomes the original.",
    )
    assert (await bring(db, {**NEED, "language": "es"})).changed == 1


async def test_a_focal_point_imports_for_its_own_delegation_under_row_security(db: OneAtATime) -> None:
    focal_point = actor("ZMB focal point")
    assert (await bring(db, NEED, who=focal_point)).added == 1
    changed = await bring(db, {**NEED, "title": "Lehrkräfte", "language": "de", "places": 4}, who=focal_point)
    assert changed.kept
    found = await stored(db)
    assert (found.delegation_id, found.language, found.places) == (delegation_id("ZMB"), "de", 4)
    assert (await bring(db, NEED | {"places": 5, "language": "de"}, who=focal_point)).changed == 1


async def test_a_focal_point_imports_for_nobody_else_and_learns_nothing_of_others(db: OneAtATime) -> None:
    others = [{**NEED, "delegation": code} for code in ("FRA", "DEU")]
    report = await bring(db, *others, {**NEED, "delegation": "XYZ"}, who=actor("ZMB focal point"))
    own = "This is the row of another delegation; you import for your own."
    assert [one.reason for one in report.refused] == [
        own,
        own,
        "This is no ISO 3166-1 alpha-3 code of a state, such as ZMB.",
    ]


async def test_an_external_id_is_each_delegation_s_own(db: OneAtATime) -> None:
    await bring(db, {**NEED, "delegation": "FRA"})
    assert (await bring(db, NEED, who=actor("ZMB focal point"))).added == 1


async def test_an_observer_brings_offers_alone(db: OneAtATime) -> None:
    row = {**NEED, "delegation": "VAT"}
    report = await bring(db, row, {**row, "side": "OFFER"}, who=actor("VAT focal point"))
    assert [(one.line, one.column) for one in report.refused] == [(1, "side")]


async def test_for_a_delegation_that_does_not_take_part_nothing_is_imported(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        row = table_of(Delegation)
        await session.execute(sa.update(row).values(standing=Standing.SUSPENDED).where(row.c.state == "ZMB"))
    assert await refusal(db, NEED) == ("delegation", "The delegation of ZMB does not take part now: it is suspended.")


@pytest.mark.parametrize(
    "who", ["public", "secretariat", "ZMB viewer", "ZMB contributor", "suspended focal point", "applicant focal point"]
)
async def test_others_may_not_import(db: OneAtATime, who: str) -> None:
    with pytest.raises(NotPermitted, match="Only a focal point of a delegation taking part can import"):
        await bring(db, NEED, who=actor(who))


async def test_a_token_needs_the_scope(db: OneAtATime) -> None:
    focal_point = actor("ZMB focal point")
    assert focal_point.role is Role.FOCAL_POINT
    with pytest.raises(NotPermitted):
        await bring(db, NEED, who=replace(focal_point, scopes=frozenset({Scope.READ, Scope.WRITE})))
    assert (await bring(db, NEED, who=replace(focal_point, scopes=frozenset({Scope.IMPORT})))).kept
