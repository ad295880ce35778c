"""Finished plans, and queries in the forms that are known, kept within a bound of bytes."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from graphql import VariableDefinitionNode

from services.core.read.plan import Plan

LIMIT = 32 * 1024 * 1024
"""Bytes of all that a process keeps."""

Question = tuple[object, ...]
"""The hash of the document, the field in it, what of the variables and of the viewer shapes the statement."""


class Weighed(Protocol):
    """What can be kept: it knows about how many bytes it holds."""

    @property
    def weight(self) -> int:
        """About how many bytes it holds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that is known in some form, by the variables that it takes; they hold its text and all its tokens."""

    variables: Sequence[VariableDefinitionNode]
    characters: int

    @property
    def weight(self) -> int:
        """By what tokens of graphql-core take."""
        return 2_000 + 100 * self.characters


@dataclass(frozen=True, slots=True)
class Known:
    """A query in one form (its text, and what of its variables and of who asks shapes the SQL), by its root fields.

    Each has its key in the answer, its name and its plan. All are answered by their Shapes alone (``answer``), so
    nothing is left to execute. Limits are rules of validation: a document in a form that is known has passed them.
    """

    fields: Sequence[tuple[str, str, Plan]]

    @property
    def weight(self) -> int:
        """With the plans, which may be kept nowhere else any more."""
        return 2_000 + sum(plan.weight for _, _, plan in self.fields)


class Plans:
    """What is kept by question, the least recently used dropped first; ``size`` counts the bytes."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._kept: OrderedDict[Question, tuple[Weighed, int]] = OrderedDict()
        self.size = 0

    def get(self, question: Question) -> Weighed | None:
        """What is kept for ``question``."""
        kept = self._kept.get(question)
        if kept is None:
            return None
        self._kept.move_to_end(question)
        return kept[0]

    def keep(self, question: Question, thing: Weighed) -> None:
        """Keep something for the next question of its kind; what is larger than the bound is not kept."""
        _, before = self._kept.pop(question, (None, 0))
        weight = thing.weight + len(repr(question))
        self._kept[question] = thing, weight
        self.size += weight - before
        while self.size > self._limit:
            _, (_, dropped) = self._kept.popitem(last=False)
            self.size -= dropped


def digest(document: str) -> bytes:
    """What a document is known by: 64 KB of text need not be held for each of its plans."""
    return sha256(document.encode("utf-8", "surrogatepass")).digest()


PLANS = Plans()
