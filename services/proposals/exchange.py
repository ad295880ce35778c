"""The exchange between the two delegations of an expression of interest: one step, one row, one turn passed on."""

from dataclasses import dataclass
from uuid import UUID

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Writer
from services.core.events import announce
from services.core.live import tell, topic
from services.core.table import today
from services.core.texts import check_characters
from services.proposals import rules
from services.proposals.content import language_tag
from services.proposals.errors import TextNeeded
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import Party, TurnKind
from services.proposals.thread_tables import ThreadMessage

KIND = "expression_of_interest"
TEXT_LIMIT = 5_000
"""The longest message, question or reply, in characters."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said with a step; without a language, in that of the expression of interest."""

    text: str = ""
    language: str | None = None


async def move(
    session: Writer,
    actor: Actor,
    expression: ExpressionOfInterest,
    kind: TurnKind,
    words: Words,
    *,
    must_say: bool = False,
) -> UUID:
    """Take one step of the exchange: pass the turn on, write what was said, record it; return the expression's id.

    ``must_say`` asks for a text; without it the text may be empty. What was said is a message of the thread. The event
    ``expression_of_interest.<kind>`` tells ``message`` (the message's UUID), whose ``turn`` it is now and its
    ``deadline`` (ISO 8601), both None where it is nobody's.

    Raises:
        ExpressionWrongStatus: the life cycle has no such step.
        TextNeeded: nothing is said where something must be, or too much.
        Invalid: a wrong language, or a character that is no text.
    """
    text = needed(words.text, "text") if must_say else _said(words.text, "text")
    language = expression.language if words.language is None else language_tag(words.language)
    move = rules.MOVES[kind]
    if move.status is not None:
        expression.status = rules.step_expression(expression.status, move.status)
    expression.turn = move.turn
    expression.turn_deadline = None if move.turn is None else rules.turn_deadline(today())
    expression.turn_reminders = 0
    expression.revision += 1
    await session.flush()
    message = await say(session, actor, expression, text, language, kind)
    await record(session, actor, f"{KIND}.{kind.value}", KIND, expression.id, text=text)
    deadline = None if expression.turn_deadline is None else expression.turn_deadline.isoformat()
    facts = {"message": str(message.id), "turn": expression.turn, "deadline": deadline}
    await announce(session, actor, f"{KIND}.{kind.value}", expression.id, **facts)
    await tell(session, *topics(expression))
    return expression.id


async def say(
    session: Writer,
    actor: Actor,
    expression: ExpressionOfInterest,
    text: str,
    language: str,
    kind: TurnKind | None = None,
) -> ThreadMessage:
    """Write one message into the thread of an expression of interest that the caller has locked."""
    message = ThreadMessage(
        expression_id=expression.id,
        kind=kind,
        by=Party.SENDER if actor.delegation_id == expression.sender_id else Party.RECEIVER,
        author_id=actor.person_id,
        language=language,
        text=text,
        sender_id=expression.sender_id,
        receiver_id=expression.receiver_id,
    )
    session.add(message)
    await session.flush()
    return message


def topics(expression: ExpressionOfInterest) -> list[str]:
    """What is told when a turn passes: the expression of interest, and its two delegations, for whom it may matter."""
    both = (expression.sender_id, expression.receiver_id)
    return [topic(KIND, expression.id), *(topic("delegation", one) for one in both)]


def needed(text: str, name: str) -> str:
    """Return a text without blanks around.

    Raises:
        TextNeeded: it is empty or too long.
        Invalid: it has a character that is no text.
    """
    said = _said(text, name)
    if not said:
        raise TextNeeded(f"Something must be said: 1 to {TEXT_LIMIT:,} characters.", path=(name,))
    return said


def _said(text: str, name: str) -> str:
    said = text.strip()
    if len(said) > TEXT_LIMIT:
        raise TextNeeded(f"The {name} has {len(said):,} characters; it may have {TEXT_LIMIT:,}.", path=(name,))
    return check_characters(said, path=(name,))
