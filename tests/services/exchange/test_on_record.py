"""An export is on record before anything goes out."""

import io
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.errors import Invalid
from services.core.exporting.formats import Format
from services.core.read.shape import table_of
from services.exchange.kinds import export_things
from services.exchange.terms import ExchangeKind
from tests.conftest import OneAtATime
from tests.examples import build_all


@pytest.mark.parametrize("what", list(ExchangeKind))
async def test_an_export_is_on_record_also_where_it_fails_midway_and_not_where_it_is_refused(
    db: OneAtATime, what: ExchangeKind
) -> None:
    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError("no space left")

    async with db.write(SYSTEM) as session:
        await build_all(session)
    with pytest.raises(OSError, match="no space"):
        await export_things(db, SYSTEM, what, Full(), Format.JSONL)
    with pytest.raises(Invalid):
        await export_things(db, SYSTEM, what, io.BytesIO(), Format.JSONL, state="ZZZ")
    leaf = table_of(RecordLeaf)
    async with db.read(SYSTEM) as reader:
        found = sa.select(sa.func.count()).where(leaf.c.act == f"{what}.exported")
        assert await reader.scalar(found) == 1
