"""Finished plans, kept by the question that they answer, within a bound of bytes."""

from collections import OrderedDict
from hashlib import sha256

from services.core.read.plan import Plan

LIMIT = 32 * 1024 * 1024
"""Bytes of all plans of a process together."""

Question = tuple[object, ...]
"""The hash of the document, the field in it, what of the variables and of the viewer shapes the statement."""


class Plans:
    """Plans by question, the least recently used dropped first; ``size`` counts their bytes."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._plans: OrderedDict[Question, tuple[Plan, int]] = OrderedDict()
        self.size = 0

    def get(self, question: Question) -> Plan | None:
        """The plan kept for ``question``."""
        kept = self._plans.get(question)
        if kept is None:
            return None
        self._plans.move_to_end(question)
        return kept[0]

    def keep(self, question: Question, plan: Plan) -> None:
        """Keep a plan for the next question of its kind; one that is larger than the bound is not kept."""
        _, before = self._plans.pop(question, (None, 0))
        weight = plan.weight + len(repr(question))
        self._plans[question] = plan, weight
        self.size += weight - before
        while self.size > self._limit:
            _, (_, dropped) = self._plans.popitem(last=False)
            self.size -= dropped


def digest(document: str) -> bytes:
    """What a document is known by: 64 KB of text need not be held for each of its plans."""
    return sha256(document.encode("utf-8", "surrogatepass")).digest()


PLANS = Plans()
