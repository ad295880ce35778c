"""Blanks around a text, control characters among them, are taken off alike by commands and by files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.exporting.formats import Format
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.read.shape import table_of
from services.core.table import Row
from services.core.texts import Text, TextRow
from services.practices.commands import PracticeContent, draft_practice, revise_practice
from services.practices.tables import Practice, PracticeText
from services.proposals.commands import draft_proposal
from services.proposals.content import ProposalContent
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import Side
from tests.builders import actor, delegation_id
from tests.conftest import OneAtATime
from tests.services.exchange.drawn import bring, written

WHO = actor("EGY focal point")
BLANKS = "\x1c\x1f\x85\u2028\u3000\xa0\t\r\n "
INNER = "a\x1fb\x85c\u200b\ufeff"
"""Within a text these stay; the last two are no blanks, so they stay at its end too."""
TABLES: Mapping[str, tuple[type[Row], type[TextRow]]] = {
    "proposals": (Proposal, ProposalText),
    "practices": (Practice, PracticeText),
}


def around(text: str) -> str:
    return f"{BLANKS}{text}{BLANKS}"


async def drafted(db: OneAtATime, what: str) -> None:
    text = Text("en", around(INNER), around(f"=1{INNER}"), around(""))
    async with db.write(WHO) as session:
        if what == "proposals":
            unit = around("people")
            await draft_proposal(
                session, WHO, ProposalContent(text=text, side=Side.NEED, unit=unit, external_id=around(INNER))
            )
        else:
            await draft_practice(session, WHO, PracticeContent(text, external_id=around(INNER)))


async def stored(db: OneAtATime, what: str) -> set[tuple[Any, ...]]:
    thing, text = (table_of(one) for one in TABLES[what])
    same = text.c[f"{thing.name}_id"] == thing.c.id
    found = sa.select(thing.c.external_id, text.c.title, text.c.summary, text.c.description)
    async with db.read(WHO) as session:
        own = found.join_from(thing, text, same).where(thing.c.delegation_id == delegation_id("EGY"))
        return {tuple(one) for one in await session.execute(own)}


@pytest.mark.parametrize("what", list(TABLES))
async def test_what_a_command_wrote_comes_back_in_unchanged(db: OneAtATime, tmp_path: Path, what: str) -> None:
    before = await stored(db, what)
    await drafted(db, what)
    assert await stored(db, what) - before == {(INNER, INNER, f"=1{INNER}", "")}
    for format_ in Format:
        path = tmp_path / f"rows.{format_}"
        path.write_bytes(await written(db, what, format_, WHO))
        report = await bring(db, what, open_rows(path, what), WHO)
        assert (report.added, report.changed) == (0, 0)
        assert report.unchanged == len(before) + 1


@pytest.mark.parametrize("what", list(TABLES))
async def test_a_file_takes_the_same_blanks_off(db: OneAtATime, what: str) -> None:
    await drafted(db, what)
    before = await stored(db, what)
    row = {
        "externalId": around(INNER), "delegation": around("EGY"), "language": "en", "title": around(INNER),
        "summary": around(f"=1{INNER}"), "description": BLANKS, "status": "DRAFT",
    }  # fmt: skip
    row |= {"side": "NEED", "unit": around("people")} if what == "proposals" else {}
    assert (await bring(db, what, GivenRows("rows", [row]), WHO)).unchanged == 1
    assert await stored(db, what) == before


async def test_a_revised_number_has_no_blanks_around(db: OneAtATime) -> None:
    async with db.write(WHO) as session:
        made = await draft_practice(session, WHO, PracticeContent(Text("en", "A title")))
        await revise_practice(session, WHO, made, 1, {"external_id": around("P-1")})
    assert {number for number, *_ in await stored(db, "practices")} >= {"P-1"}
