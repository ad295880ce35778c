"""The score once more, naively and in Python, from the rows of two proposals and the reference files."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.db import Reader
from services.core.read.shape import table_of
from services.core.table import today
from services.matching.cooperation_tables import Cooperation
from services.matching.tables import MatchingWeights
from services.membership.tables import Delegation
from services.proposals.tables import Proposal, ProposalText
from services.taxonomy.reference import Reference, classified_on, read_reference
from services.taxonomy.terms import ClassificationScheme as Scheme

LISTS = ("capacity_areas", "sectors", "sdg_targets", "forms", "working_languages")


@dataclass(frozen=True)
class Side:
    """One proposal with all that scoring reads of it."""

    id: UUID
    side: str
    delegation: UUID
    state: str | None
    lists: Mapping[str, frozenset[str]]
    sketch: str | None
    model: str
    row: Mapping[str, Any]


class Oracle:
    """All proposals of the database, the weights in force, and how often each state worked on each code before."""

    def __init__(
        self, sides: Mapping[UUID, Side], weights: Mapping[str, Any], done: Mapping[tuple[str, str], int]
    ) -> None:
        self.sides, self.weights, self.done = sides, weights, done
        self.reference: Reference = read_reference()
        self.regions = {
            one.iso3: [code for code in (one.region, one.sub_region, one.intermediate_region) if code]
            for one in self.reference.states
        }
        self.classified = {
            scheme: classified_on(self.reference.classifications, scheme, today())
            for scheme in (Scheme.LDC, Scheme.LLDC, Scheme.SIDS, Scheme.UNCTAD_DEVELOPING)
        }

    def groups(self, state: str) -> set[str]:
        return {scheme.value for scheme in (Scheme.LDC, Scheme.LLDC, Scheme.SIDS) if state in self.classified[scheme]}

    def developing(self, state: str) -> bool:
        return state in self.classified[Scheme.UNCTAD_DEVELOPING]

    def modality(self, one: Side, other: Side) -> str:
        if one.state is None or other.state is None:
            return "other"
        both = {self.developing(one.state), self.developing(other.state)}
        return {(True,): "south_south", (False, True): "north_south", (False,): "other"}[tuple(sorted(both))]

    def may_match(self, own: Side, other: Side) -> bool:
        """The hard constraints that the crowd of the tests can break."""
        if own.delegation == other.delegation or (own.side == other.side and own.side != "joint"):
            return False
        spoken = [side.lists["working_languages"] for side in (own, other)]
        interpreted = own.row["interpretation_offered"] or other.row["interpretation_offered"]
        if all(spoken) and not spoken[0] & spoken[1] and not interpreted:
            return False
        for one, two in ((own, other), (other, own)):
            accepted = set(one.row["regions_accepted"])
            if accepted and not (two.state and accepted & set(self.regions[two.state])):
                return False
            modalities = {str(word) for word in one.row["modalities_accepted"]}
            if modalities and self.modality(one, two) not in modalities:
                return False
        return True

    def parts(self, own: Side, other: Side) -> dict[str, float]:
        """What each criterion contributes to the score of two proposals; all 0 where a side finds nothing."""
        if own.side == other.side == "joint":
            need, offer = sorted((own, other), key=lambda one: one.id)
        elif own.side == "need" or other.side == "offer":
            need, offer = own, other
        else:
            need, offer = other, own
        forward = self._points("need", need, offer, need)
        backward = self._points("offer", offer, need, need)
        f, b = sum(forward.values()), sum(backward.values())
        if f <= 0 or b <= 0:
            return dict.fromkeys(forward, 0.0)
        return {name: forward[name] * b / (f + b) + backward[name] * f / (f + b) for name in forward}

    def _points(self, name: str, asking: Side, asked: Side, receiving: Side) -> dict[str, float]:
        weights, floor = self.weights[name], self.weights["floor"]
        agreed: dict[str, float | None] = {
            one: self._overlap(asking.lists[one], asked.lists[one], floor, whole=name == "need") for one in LISTS
        }
        agreed["text"] = _nearness(asking, asked)
        agreed["like_conditions"] = self._likeness(asking.state, asked.state)
        groups = len(self.groups(receiving.state)) if receiving.state else 0
        agreed["experience"] = self._experience(asking, asked)
        agreed["equity"] = groups / (groups + 0.5) if receiving.state else None
        reach = sum(weight * (1 if agreed[one] is not None else 1 - floor) for one, weight in weights.items())
        return {one: weights[one] * (agreed[one] or 0.0) / reach for one in weights}

    def _overlap(self, mine: frozenset[str], theirs: frozenset[str], floor: float, *, whole: bool) -> float | None:
        if not mine or not theirs:
            return None
        common = len(mine & theirs)
        size = len(mine) if whole else min(len(mine), len(theirs))
        return floor + (1 - floor) * common / (size + 0.5) if common else 0.0

    def _experience(self, asking: Side, asked: Side) -> float | None:
        """That of the side asked, in what both name."""
        if asking.state is None or asked.state is None:
            return None
        names = ("capacity_areas", "sectors")
        named = {code for name in names for code in asking.lists[name] & asked.lists[name]}
        count = sum(self.done[asked.state, code] for code in named)
        return count / (count + 1)

    def _likeness(self, mine: str | None, theirs: str | None) -> float | None:
        if mine is None or theirs is None:
            return None
        region = len(set(self.regions[mine]) & set(self.regions[theirs])) / (len(self.regions[mine]) + 0.5)
        group = len(self.groups(mine) & self.groups(theirs)) / (len(self.groups(mine)) + 0.5)
        return region + group - region * group


def _nearness(one: Side, other: Side) -> float | None:
    if one.sketch is None or other.sketch is None or one.model != other.model:
        return None
    differing = sum(a != b for a, b in zip(one.sketch, other.sketch, strict=True))
    cosine = math.cos(math.pi * differing / 2048)
    if cosine <= 0:
        return 0.0
    for (start, low), (end, high) in pairwise([(0.0, 0.0), (0.3, 0.1), (0.75, 0.9), (1.0, 1.0)]):
        if cosine <= end:
            return low + (cosine - start) / (end - start) * (high - low)
    return 1.0


async def read_oracle(session: Reader) -> Oracle:
    """An oracle of what ``session`` sees."""
    proposal, text, delegation = table_of(Proposal), table_of(ProposalText), table_of(Delegation)
    found = await session.execute(
        sa.select(proposal, delegation.c.state, sa.cast(text.c.sketch, sa.Text), text.c.embedding_model)
        .join_from(proposal, delegation, delegation.c.id == proposal.c.delegation_id)
        .join(text, sa.and_(text.c.proposal_id == proposal.c.id, text.c.is_original))
    )
    sides = {}
    for row in found.mappings():
        lists = {name: frozenset(str(code) for code in row[name]) for name in LISTS}
        lists["working_languages"] = frozenset(tag.split("-")[0] for tag in lists["working_languages"])
        sides[row["id"]] = Side(
            row["id"], str(row["side"]), row["delegation_id"], row["state"], lists, row["sketch"],
            row["embedding_model"], dict(row),
        )  # fmt: skip
    weights = table_of(MatchingWeights)
    latest = sa.select(weights.c.weights).where(weights.c.confirmed_at.is_not(None)).order_by(weights.c.confirmed_at)
    done: Counter[tuple[str, str]] = Counter()
    for row in (await session.execute(sa.select(table_of(Cooperation)))).mappings():
        for state in (row["host_state"], *row["partner_states"]):
            done.update((state, str(code)) for code in (*row["capacity_areas"], *row["sectors"]))
    return Oracle(sides, (await session.execute(latest)).scalars().all()[-1], done)
