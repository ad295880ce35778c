"""The limit of sending an expression of interest: what the platform's command writes, in as few statements as are right.

The key is locked, then what is asked about is read behind the lock, then everything is written at once.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from services.core.actor import Actor
from services.core.ids import typed_id
from services.core.table import now, uuid7
from services.identity.holding import Client
from services.proposals.content import language_tag
from services.proposals.exchange import needed
from services.proposals.rules import turn_deadline
from tests.bench.statements import Hands, Statement, Values, leaf, statements


class Refused(Exception):
    """It was not done, which the benchmark never asks for."""


@dataclass(frozen=True, slots=True)
class Expressing:
    """Expressions of interest by hand."""

    key: Statement
    held: Statement
    made: Statement
    answer: Statement

    @staticmethod
    def of(folder: str) -> "Expressing":
        """With the answer as ``folder`` builds it."""
        steps = statements("writes")
        answer = statements(folder)["express"]
        return Expressing(steps["express_key"], steps["express_held"], steps["express_made"], answer)

    async def __call__(self, hands: Hands, actor: Actor, asked: Values, _: Client) -> str:
        """Send one, once for each idempotency key."""
        values = _judged(actor, asked["input"])
        async with hands() as hand, hand.connection.transaction():
            await hand.value(self.key, self.key.placed(actor, values))
            found = await hand.row(self.held, self.held.placed(actor, values))
            if found is None or (found["done"] is not None and not found["same"]):
                raise Refused
            if found["done"] is not None:
                values = {**values, "id": found["done"]}
            elif await hand.row(self.made, self.made.placed(actor, values)) is None:
                raise Refused
            return str(await hand.value(self.answer, self.answer.placed(actor, values)))


def _judged(actor: Actor, given: Values) -> dict[str, Any]:
    message, language = needed(given["message"], "message"), language_tag(given["language"])
    fields = {
        "proposal": given["proposal"],
        "language": given["language"],
        "message": given["message"],
        "own_proposal": None,
        "idempotency_key": given["idempotencyKey"],
    }
    asked = {"mutation": "expressionOfInterestSend", "input": fields}
    moment, key, said = now(), uuid7(), uuid7()
    deadline, event_id = turn_deadline(moment.date()), str(uuid7())
    event = {
        "event_id": event_id,
        "event": "expression_of_interest.sent",
        "about": str(key),
        "by": str(actor.delegation_id),
        "person": str(actor.person_id),
        "facts": {"message": str(said), "turn": "receiver", "deadline": deadline.isoformat()},
    }
    return {
        "id": key,
        "at": moment,
        "today": moment.date(),
        "deadline": deadline,
        "proposal": typed_id(given["proposal"], "proposal"),
        "language": language,
        "message": message,
        "said": said,
        "event": orjson.dumps(event),
        "event_id": event_id,
        "key": given["idempotencyKey"],
        "input_hash": hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest(),
        **leaf(actor, "expression_of_interest.sent", "expression_of_interest", key, asked=asked, text=message),
    }
