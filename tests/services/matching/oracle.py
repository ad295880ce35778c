"""The score once more, naively and in Python, from the rows of two proposals and the reference files."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

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
    code: str | None
    passages: list[str]
    words: Mapping[str, int]
    language: str
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

    def in_common(self, one: Side, other: Side) -> bool:
        """Whether two states share a region or a group."""
        if one.state is None or other.state is None:
            return False
        shared = set(self.regions[one.state]) & set(self.regions[other.state])
        return bool(shared or self.groups(one.state) & self.groups(other.state))

    def understand(self, one: Side, other: Side) -> bool:
        """Whether two proposals have a working language in common, or need none."""
        spoken = [side.lists["working_languages"] for side in (one, other)]
        interpreted = one.row["interpretation_offered"] or other.row["interpretation_offered"]
        return bool(interpreted or not all(spoken) or spoken[0] & spoken[1])

    def may_match(self, own: Side, other: Side) -> bool:
        """The hard constraints that the crowd of the tests can break."""
        if own.delegation == other.delegation or (own.side == other.side and own.side != "joint"):
            return False
        if not self.understand(own, other):
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
        agreed["text"] = self._agreement(asking, asked)
        agreed["like_conditions"] = self._likeness(asking.state, asked.state)
        groups = len(self.groups(receiving.state)) if receiving.state else 0
        agreed["experience"] = self._experience(asking, asked)
        agreed["equity"] = groups / (groups + 0.5) if receiving.state else None
        reach = sum(weight * (1 if agreed[one] is not None else 1 - floor) for one, weight in weights.items())
        return {one: weights[one] * (agreed[one] or 0.0) / reach for one in weights}

    def _agreement(self, one: Side, other: Side) -> float | None:
        if one.code is None or other.code is None or one.model != other.model:
            return None
        near = _cosine(one.code, other.code)
        if len(one.passages) > 1 or len(other.passages) > 1:
            near = (near + max(_cosine(a, b) for a in one.passages for b in other.passages)) / 2
        if one.language == other.language and one.words and other.words:
            words = self._words(one, other)
            near = _alike(near + words * 1.05 / (words + 0.05))
        if near <= 0:
            return 0.0
        for (start, low), (end, high) in pairwise([(0.0, 0.0), (0.3, 0.1), (0.75, 0.9), (1.0, 1.0)]):
            if near <= end:
                return low + (near - start) / (end - start) * (high - low)
        return 1.0

    def _words(self, one: Side, other: Side) -> float:
        """What both say: more the oftener they say it, and the fewer others of their language do."""
        mine, theirs = ({word: _counts(n) for word, n in side.words.items()} for side in (one, other))
        of_language = [side for side in self.sides.values() if side.language == one.language]
        common = 0.0
        for word in mine.keys() & theirs.keys():
            having = sum(word in side.words for side in of_language)
            rare = math.log(1 + len(of_language) / having) / math.log(1 + len(of_language))
            common += mine[word] * theirs[word] * round(100 * rare**3)
        norms = [math.sqrt(sum(n * n for n in counts.values())) for counts in (mine, theirs)]
        return common / (100 * norms[0] * norms[1])

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


def _cosine(one: str, other: str) -> float:
    mine, theirs = _numbers(one), _numbers(other)
    return sum(a * b for a, b in zip(mine, theirs, strict=True)) / len(mine) * 0.6508**2 / (1 - 0.0435)


def _numbers(code: str) -> list[int]:
    """Three planes, the last of which counts negative."""
    size = len(code) // 3
    return [int(code[i]) + 2 * int(code[size + i]) - 4 * int(code[2 * size + i]) for i in range(size)]


def _alike(said: float) -> float:
    for (start, low), (end, high) in pairwise([(0.0, 0.0), (0.3, 0.2), (0.6, 0.44), (1.1, 0.5), (2.0, 1.0)]):
        if said <= end:
            return low + (said - start) / (end - start) * (high - low)
    return 1.0


def _counts(times: int) -> int:
    return 22 if times >= 8 else 16 if times >= 4 else 11 if times >= 2 else 7


async def read_oracle(session: Reader) -> Oracle:
    """An oracle of what ``session`` sees."""
    proposal, text, delegation = table_of(Proposal), table_of(ProposalText), table_of(Delegation)
    each = sa.func.unnest(text.c.search).table_valued("lexeme", "positions").render_derived()
    times = sa.func.cardinality(sa.cast(each.c.positions, ARRAY(sa.SmallInteger)))
    words = sa.select(sa.func.json_object_agg(each.c.lexeme, times)).correlate(text).scalar_subquery().label("words")
    found = await session.execute(
        sa.select(proposal, delegation.c.state, text.c.code, text.c.passage_codes, text.c.embedding_model, words)
        .join_from(proposal, delegation, delegation.c.id == proposal.c.delegation_id)
        .join(text, sa.and_(text.c.proposal_id == proposal.c.id, text.c.is_original))
    )
    sides = {}
    for row in found.mappings():
        lists = {name: frozenset(str(code) for code in row[name]) for name in LISTS}
        lists["working_languages"] = frozenset(tag.split("-")[0] for tag in lists["working_languages"])
        sides[row["id"]] = Side(
            row["id"], str(row["side"]), row["delegation_id"], row["state"], lists, row["code"],
            row["passage_codes"] or [], row["words"] or {}, row["language"].split("-")[0], row["embedding_model"], dict(row),
        )  # fmt: skip
    weights = table_of(MatchingWeights)
    latest = sa.select(weights.c.weights).where(weights.c.confirmed_at.is_not(None)).order_by(weights.c.confirmed_at)
    done: Counter[tuple[str, str]] = Counter()
    for row in (await session.execute(sa.select(table_of(Cooperation)))).mappings():
        for state in (row["host_state"], *row["partner_states"]):
            done.update((state, str(code)) for code in (*row["capacity_areas"], *row["sectors"]))
    return Oracle(sides, (await session.execute(latest)).scalars().all()[-1], done)
