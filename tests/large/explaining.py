"""What PostgreSQL does for a statement of the read engine: its plan as it was run, in the manner of serving."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.core.actor import Actor
from services.core.db import Database, Writer
from services.core.read.plan import Plan
from services.core.read.selection import Variables

SCANS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Sample Scan", "Tid Scan"}
_COUNTED = "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = ANY ($1)"
_BIG = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 10000"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One statement as it was run. ``scanned`` are the big tables read from end to end, also within functions."""

    sql: str
    plan: Mapping[str, Any]
    milliseconds: float
    scanned: Sequence[str]

    def nodes(self) -> Iterator[Mapping[str, Any]]:
        """All nodes of the plan, those of sub-plans too."""
        waiting = [self.plan]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.get("Plans", ()))

    def rows_read(self, big: Sequence[str]) -> int:
        """How many rows of big tables, or entries of their indexes, were looked at (functions of the owner apart)."""
        names = (
            "Actual Rows",
            "Rows Removed by Filter",
            "Rows Removed by Index Recheck",
            "Rows Removed by Join Filter",
        )
        scans = [node for node in self.nodes() if node["Node Type"] in SCANS and node.get("Relation Name") in big]
        return int(sum(node["Actual Loops"] * sum(node.get(name, 0) for name in names) for node in scans))

    @property
    def blocks(self) -> int:
        """How many blocks of 8 KB were looked at in all."""
        return int(self.plan["Shared Hit Blocks"] + self.plan["Shared Read Blocks"])

    def problems(self) -> list[str]:
        """What must not be: a big table read from end to end, or something written to disk in between."""
        found = [f"reads {table} from end to end" for table in self.scanned]
        found += ["writes to disk in between"] if self.plan.get("Temp Written Blocks") else []
        found += [
            f"sorts on disk by {node['Sort Key']}" for node in self.nodes() if node.get("Sort Space Type") == "Disk"
        ]
        return found


@dataclass
class Explaining(Database):
    """Answers as serving does, and remembers how each statement was run."""

    url: str
    readings: list[Reading] = field(default_factory=list)
    big: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.url, size=2)

    async def open(self) -> None:
        """As a server does; and find out which tables are big."""
        await super().open()
        async with self._reading.one() as connection:
            self.big = [row[0] for row in await connection.fetch(_BIG)]

    async def document_within(self, session: Writer, plan: Plan, actor: Actor, variables: Variables) -> str:
        """What is read with its leaf is explained as all else: the statement is the same."""
        return await self.document(plan, actor, variables)

    async def _fetch(self, sql: str, *values: Any) -> str:
        async with self._reading.one() as connection, connection.transaction(readonly=True):
            text = await connection.fetchval(sql, *values)
            before = dict(await connection.fetch(_COUNTED, self.big))
            await connection.execute(f"PREPARE asked AS {sql}")
            try:
                given = f"({', '.join(map(literal, values))})" if values else ""
                told = await connection.fetchval(
                    f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE asked{given}"
                )
            finally:
                await connection.execute("DEALLOCATE asked")
            after = dict(await connection.fetch(_COUNTED, self.big))
        [explained] = orjson.loads(told)
        scanned = [table for table, count in after.items() if count > before.get(table, 0)]
        self.readings.append(Reading(sql, explained["Plan"], explained["Execution Time"], scanned))
        return str(text)


def literal(value: Any) -> str:
    """A parameter as EXECUTE takes it: text that PostgreSQL reads as the parameter's type."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case list() | tuple():
            inner = ",".join("NULL" if one is None else '"' + _plain(one).translate(_ESCAPED) + '"' for one in value)
            return _quoted("{" + inner + "}")
        case _:
            return _quoted(_plain(value))


_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _plain(value: Any) -> str:
    match value:
        case datetime() | date():
            return value.isoformat()
        case UUID() | str():
            return str(value)
    raise TypeError(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
