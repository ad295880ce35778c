"""A round frozen as data: needs, offers, scored pairs, floors and loads; all that a certificate is recomputed from.

Scores are whole millionths, floors whole thousandths, so that two solvers and everyone who checks them compute alike.
"""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from services.rounds.errors import RoundTooLarge, WrongRound
from services.rounds.rules import THOUSAND, RoundTerms
from services.rounds.terms import NeedGroup

Indices = NDArray[np.int64]
VERSION = 1
MILLION = 1_000_000
MOST_NEEDS = MOST_OFFERS = 100_000
MOST_PAIRS = 2_000_000


@dataclass(frozen=True, slots=True)
class FrozenNeed:
    """A need: ``id`` in hex, and the groups of its state on the day of the round."""

    id: str
    groups: frozenset[NeedGroup]


@dataclass(frozen=True, slots=True)
class FrozenOffer:
    """An offer: ``id`` in hex, the state whose load it is (else its delegation, in hex), and its places."""

    id: str
    state: str
    places: int


@dataclass(frozen=True, eq=False)
class Frozen:
    """A round as data. A pair is a place in ``need``, ``offer`` (places in their lists) and ``value`` (millionths)."""

    needs: tuple[FrozenNeed, ...]
    offers: tuple[FrozenOffer, ...]
    need: Indices
    offer: Indices
    value: Indices
    terms: RoundTerms
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What it was frozen from: day, version of the weights."""

    @cached_property
    def places(self) -> Indices:
        """The places of each offer."""
        return np.array([offer.places for offer in self.offers], dtype=np.int64)

    @cached_property
    def states(self) -> list[str]:
        """The states that offer, in order."""
        return sorted({offer.state for offer in self.offers})

    @cached_property
    def state(self) -> Indices:
        """For each offer, the place of its state in ``states``."""
        known = {state: place for place, state in enumerate(self.states)}
        return np.array([known[offer.state] for offer in self.offers], dtype=np.int64)

    def members(self, group: NeedGroup) -> NDArray[np.bool_]:
        """Which needs are in a group."""
        everyone = group is NeedGroup.ALL
        return np.array([everyone or group in need.groups for need in self.needs], dtype=bool)

    def least(self, group: NeedGroup) -> int:
        """How many needs of a group its floor asks for: the floor's share, rounded up."""
        return -(-int(self.members(group).sum()) * self.terms.floors[group] // THOUSAND)

    def with_terms(self, terms: RoundTerms) -> "Frozen":
        """The same round under other terms."""
        return Frozen(self.needs, self.offers, self.need, self.offer, self.value, terms, self.facts)

    def checked(self) -> "Frozen":
        """Return it if it is a round that can be solved.

        Raises:
            WrongRound: nothing to allocate, or pairs that are none.
            RoundTooLarge: more than ``MOST_NEEDS``, ``MOST_OFFERS`` or ``MOST_PAIRS``.
        """
        if not self.needs or not self.offers:
            raise WrongRound(f"There is nothing to allocate: {len(self.needs)} needs and {len(self.offers)} offers.")
        for what, number, most in (
            ("needs", len(self.needs), MOST_NEEDS),
            ("offers", len(self.offers), MOST_OFFERS),
            ("pairs", len(self.value), MOST_PAIRS),
        ):
            if number > most:
                raise RoundTooLarge(f"This round has {number:,} {what}; it may have {most:,}. Narrow what it takes in.")
        self._check_pairs()
        self.terms.checked()
        return self

    def _check_pairs(self) -> None:
        if not len(self.need) == len(self.offer) == len(self.value):
            raise WrongRound("The columns of the pairs differ in length.")
        for name, column, below in (("need", self.need, len(self.needs)), ("offer", self.offer, len(self.offers))):
            if len(column) and not (column.min() >= 0 and column.max() < below):
                raise WrongRound(f"A pair names a {name} that is none.")
        if len(self.value) and not (self.value.min() >= 1 and self.value.max() <= MILLION):
            raise WrongRound("The value of a pair is above 0 and up to 1.")
        keys = self.need * len(self.offers) + self.offer
        if len(np.unique(keys)) < len(keys):
            raise WrongRound("A pair is named twice.")
        if (self.places < 1).any():
            raise WrongRound("An offer has at least one place.")

    def to_json(self) -> bytes:
        """The frozen input, always the same bytes."""
        listed = {
            "version": VERSION,
            "facts": dict(self.facts),
            "terms": self.terms.as_json(),
            "needs": [{"id": one.id, "groups": sorted(group.value for group in one.groups)} for one in self.needs],
            "offers": [{"id": one.id, "state": one.state, "places": one.places} for one in self.offers],
            "pairs": {"need": self.need, "offer": self.offer, "value": self.value},
        }
        return orjson.dumps(listed, option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY)

    @staticmethod
    def from_json(text: bytes) -> "Frozen":
        """Read what ``to_json`` wrote.

        Raises:
            WrongRound: it is of another version.
        """
        kept = orjson.loads(text)
        if kept["version"] != VERSION:
            raise WrongRound(f"This input was frozen by version {kept['version']}; {VERSION} is known here.")
        needs = tuple(FrozenNeed(one["id"], frozenset(map(NeedGroup, one["groups"]))) for one in kept["needs"])
        offers = tuple(FrozenOffer(one["id"], one["state"], one["places"]) for one in kept["offers"])
        need, offer, value = (np.array(kept["pairs"][name], dtype=np.int64) for name in ("need", "offer", "value"))
        return Frozen(needs, offers, need, offer, value, RoundTerms.from_json(kept["terms"]), kept["facts"])


def digest(text: bytes) -> bytes:
    """The SHA-256 by which the record binds a frozen input."""
    return hashlib.sha256(text).digest()


def packed(text: bytes) -> bytes:
    """A frozen input as it is kept."""
    return zlib.compress(text, 6)


def unpacked(kept: bytes) -> bytes:
    """The frozen input that was kept."""
    return zlib.decompress(kept)
