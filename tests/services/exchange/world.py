"""Examples of long work, in every state."""

from uuid import UUID

from services.core.db import Writer
from services.core.exporting.formats import Format
from services.core.table import now, uuid7
from services.exchange.tables import Work, WorkRefusal
from services.exchange.terms import LIVE, ExchangeKind, WorkState
from tests.builders import id_of


async def build_work_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Work of three people in every state, reported, refused, begun and beyond what GraphQL's whole numbers count."""
    made: list[tuple[str, UUID]] = []
    for number, state in enumerate([*WorkState, *WorkState]):
        who = ("ZMB focal point", "FRA focal point", "ZMB viewer")[number % 3]
        reported = state in {WorkState.DONE, WorkState.REFUSED}
        work = Work(
            person_id=id_of(who),
            kind=list(ExchangeKind)[number % len(ExchangeKind)],
            format=list(Format)[number % len(Format)],
            dry_run=number % 4 == 0,
            state=state,
            done=number * 10**9 + 999,
            total=None if number % 3 == 0 else 20 * 10**9,
            claim=uuid7() if state is WorkState.RUNNING else None,
            seen_at=now(),
            is_stop_asked=number % 5 == 1,
            ended_at=None if state in LIVE else now(),
            reason='A sentence with "marks".' if state is WorkState.FAILED else "",
            source="rows.csv" if reported else "",
            kept=state is WorkState.DONE,
            added=number if reported else None,
            refused_rows=3 * reported,
        )
        session.add(work)
        await session.flush()
        for line in range(3 * reported):
            refusal = WorkRefusal(
                work_id=work.id,
                number=line,
                person_id=work.person_id,
                line=line + 2,
                cell=f"C{line}" if line else None,
                column="title" if line else None,
                value="\u2028 🧪",
                code="IMPORT_WRONG_CELL",
                message='Not "so".',
            )
            session.add(refusal)
        made.append(("work", work.id))
    await session.flush()
    return made
