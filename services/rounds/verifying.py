"""Checking a round that others computed: its frozen input is solved and certified anew, and every number compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from services.rounds.certificate import certify
from services.rounds.errors import WrongAllocation
from services.rounds.frozen import Frozen, digest
from services.rounds.solving import Say, check_allocation, solve

Kept = Sequence[tuple[str, str]]
"""What was allocated: need and offer, in hex."""
OF_THE_SOLVER = frozenset({"proofs", "bound"})
"""What tells how a value was proven, and not what it is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a round has found; it is right where ``findings`` is empty."""

    findings: list[str]
    certificate: dict[str, Any]


def verify(text: bytes, kept_digest: bytes, kept: Kept, certificate: Mapping[str, Any], say: Say) -> Verdict:
    """Solve the frozen input again, by both solvers, and compare with what is kept.

    Raises:
        WrongRound, RoundTooLarge, FloorsUnreachable: the input is none that has an allocation.
    """
    findings = [] if digest(text) == kept_digest else ["The frozen input is not the one whose hash was kept."]
    frozen = Frozen.from_json(text)
    solved = solve(frozen, say)
    known = {(frozen.needs[n].id, frozen.offers[o].id): pair for pair, (n, o) in enumerate(_ends(frozen))}
    unknown = [pair for pair in kept if pair not in known]
    findings += [f"Need {need} and offer {offer} are no pair of the round." for need, offer in unknown]
    pairs = np.array(sorted(known[pair] for pair in kept if pair in known), dtype=np.int64)
    try:
        check_allocation(frozen, pairs, solved.least)
    except WrongAllocation as error:
        findings.append(error.message)
    again = certify(frozen, replace(solved, pairs=pairs))
    findings += [
        f"{name}: the certificate says {certificate.get(name)}, and it is {again[name]}."
        for name in again
        if name not in OF_THE_SOLVER and certificate.get(name) != again[name]
    ]
    return Verdict(findings, again)


def _ends(frozen: Frozen) -> list[tuple[int, int]]:
    return list(zip(frozen.need.tolist(), frozen.offer.tolist(), strict=True))
