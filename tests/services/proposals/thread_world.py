"""What the tests of threads share: messages, marks and files in any state."""

import hashlib
from typing import Any
from uuid import UUID

from services.core.actor import SYSTEM
from services.core.db import Database, Writer
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import ExpressionStatus, Party, TurnKind
from services.proposals.thread_tables import Attachment, ThreadMark, ThreadMessage
from services.proposals.unsealing_tables import ThreadUnsealing
from tests.builders import delegation_id, id_of
from tests.services.proposals.world import a_proposal, an_expression

PARTIES = ("FRA viewer", "FRA contributor", "FRA focal point", "ZMB viewer", "ZMB contributor", "ZMB focal point")
"""The people of the sender and the receiver, where a test names no others."""
STRANGERS = ("public", "secretariat", "SEN focal point", "CHN focal point", "VAT contributor", "suspended viewer")


async def a_message(
    session: Writer,
    expression: ExpressionOfInterest,
    text: str = "Between us.",
    *,
    author: str = "FRA focal point",
    kind: TurnKind | None = None,
    language: str = "en",
    **columns: Any,
) -> ThreadMessage:
    """A message written by the platform itself in someone's name."""
    side = Party.SENDER if delegation_id(author.partition(" ")[0]) == expression.sender_id else Party.RECEIVER
    message = ThreadMessage(
        expression_id=expression.id,
        kind=kind,
        by=side,
        author_id=id_of(author),
        language=language,
        text=text,
        sender_id=expression.sender_id,
        receiver_id=expression.receiver_id,
        **columns,
    )
    session.add(message)
    await session.flush()
    return message


async def a_file(
    session: Writer,
    *,
    by: str = "FRA focal point",
    name: str = "plan.txt",
    content: bytes = b"A plan.",
    message: ThreadMessage | None = None,
    place: int = 1,
    **columns: Any,
) -> Attachment:
    """The row of an uploaded file; there is no content in any store."""
    file = Attachment(
        delegation_id=delegation_id(by.partition(" ")[0]),
        person_id=id_of(by),
        name=name,
        media_type="text/plain",
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        **({} if message is None else bound(message, place)),
        **columns,
    )
    session.add(file)
    await session.flush()
    return file


def bound(message: ThreadMessage, place: int) -> dict[str, Any]:
    """The columns of a file that goes with a message."""
    parties = {"sender_id": message.sender_id, "receiver_id": message.receiver_id}
    return {"message_id": message.id, "place": place, **parties}


def a_mark(expression: ExpressionOfInterest, who: str, up_to: int) -> ThreadMark:
    """How far someone has read."""
    delegation = delegation_id(who.partition(" ")[0])
    return ThreadMark(expression_id=expression.id, person_id=id_of(who), delegation_id=delegation, up_to=up_to)


async def live(db: Database, status: ExpressionStatus = ExpressionStatus.SENT) -> ExpressionOfInterest:
    """An expression of interest of France in a proposal of Zambia."""
    async with db.write(SYSTEM) as session:
        return await an_expression(session, await a_proposal(session), status=status)


async def build_thread_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Threads with turns, messages, files and marks of both sides; returns their ids with their kinds."""
    made: list[tuple[str, UUID]] = []
    for number, by in enumerate(("FRA", "CHN", "SEN")):
        expression = await an_expression(session, await a_proposal(session), by=by)
        expression.receiver_read_to, expression.sender_read_to = number, 2 - number
        made.append(("expression_of_interest", expression.id))
        for place, (author, kind) in enumerate(
            [(f"{by} focal point", TurnKind.SENT), ("ZMB focal point", None), (f"{by} contributor", None)]
        ):
            said = f'\u2028 “{place}” \\ "\U0001f9ea"'
            message = await a_message(session, expression, said, author=author, kind=kind, language="fr")
            made.append(("thread_message", message.id))
            for file in range(place):
                name = f"план {file} “{number}”.txt"
                kept = await a_file(session, by=author, name=name, message=message, place=file + 1)
                made.append(("attachment", kept.id))
        unsealing = ThreadUnsealing(
            expression_id=expression.id, person_id=id_of("secretariat"), reason=f"An emergency “{number}”."
        )
        session.add(unsealing)
        await session.flush()
        made.append(("thread_unsealing", unsealing.id))
        session.add_all(a_mark(expression, who, number + 1) for who in ("ZMB viewer", f"{by} contributor"))
    made.append(("attachment", (await a_file(session, by="ZMB focal point")).id))
    await session.flush()
    return made
