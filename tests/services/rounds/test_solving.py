"""Allocations against trying them all: least served first, then value, under floors, places and loads."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from services.rounds.certificate import certify
from services.rounds.errors import FloorsUnreachable, WrongAllocation
from services.rounds.frozen import Frozen, digest
from services.rounds.greedy import greedy
from services.rounds.integer import Rows, relaxed
from services.rounds.solving import check_allocation, solve, value_of
from services.rounds.terms import NeedGroup
from services.rounds.verifying import verify
from tests.services.rounds.instances import a_round, allocations, best, rounds, served

G = NeedGroup
SLOWLY = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOWLY
@given(rounds())
def test_no_allocation_is_better_and_both_solvers_say_so(frozen: Frozen) -> None:
    expected = best(frozen)
    if expected is None:
        with pytest.raises(FloorsUnreachable):
            solve(frozen)
        return
    level, value = expected
    solved = solve(frozen)
    assert (solved.level, value_of(frozen, solved.pairs), solved.bound) == (level, value, value)
    assert [(one.value, one.proven) for one in solved.proofs] == [(value, True)] * 2
    assert solved.level_agreed is not False
    assert all(served(frozen, solved.pairs, one) >= frozen.least(one) for one in frozen.terms.floors)


@SLOWLY
@given(rounds(floors=False))
def test_without_floors_a_flow_is_as_good_as_any(frozen: Frozen) -> None:
    solved = solve(frozen)
    assert value_of(frozen, solved.pairs) == max(value_of(frozen, pairs) for pairs in allocations(frozen))
    assert [(one.value, one.proven) for one in solved.proofs] == [(solved.bound, True)] * 2


@SLOWLY
@given(rounds())
def test_prices_bound_every_allocation_and_rule_out_no_pair_that_is_needed(frozen: Frozen) -> None:
    if best(frozen) is None or not len(frozen.value):
        return
    solved = solve(frozen)
    prices = relaxed(Rows(frozen, solved.least), solved.pairs)
    for pairs in allocations(frozen):
        if all(served(frozen, pairs, group) >= asked for group, asked in solved.least.items()):
            short = prices.bound - value_of(frozen, pairs)
            assert short >= 0
            assert all(prices.slack[pair] <= (short + 1) * 1000 for pair in pairs)


@SLOWLY
@given(rounds())
def test_an_allocation_is_worth_no_less_than_greedy_under_the_same_floors_and_loads(frozen: Frozen) -> None:
    if best(frozen) is None:
        return
    solved = solve(frozen)
    pairs = greedy(frozen, solved.least)
    if pairs is not None:
        check_allocation(frozen, pairs, solved.least)
        assert value_of(frozen, pairs) <= value_of(frozen, solved.pairs)


@SLOWLY
@given(rounds())
def test_what_was_frozen_is_read_again_and_verified(frozen: Frozen) -> None:
    if best(frozen) is None:
        return
    text = frozen.to_json()
    again = Frozen.from_json(text)
    assert again.to_json() == text
    solved = solve(frozen)
    certificate = certify(frozen, solved)
    kept = [(frozen.needs[frozen.need[one]].id, frozen.offers[frozen.offer[one]].id) for one in solved.pairs]
    assert verify(text, digest(text), kept, certificate, lambda _: None).findings == []
    forged = certificate | {"value": certificate["value"] + 1}
    assert len(verify(text, digest(text), kept, forged, lambda _: None).findings) == 1


def test_a_least_served_group_comes_before_value() -> None:
    needs = [{G.LDC}, {G.LDC, G.SIDS}, {G.SIDS}, set()]
    scores = {(need, 0): [100, 200, 300, 900_000][need] for need in range(4)}
    frozen = a_round(needs, [("A", 2)], scores, floors={G.LDC: 0, G.SIDS: 0})
    # one need of both groups serves half of either, and leaves a place to the most valuable
    assert solve(frozen).pairs.tolist() == [1, 3]
    assert solve(frozen.with_terms(replace(frozen.terms, least_served_first=False))).pairs.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("scores", "terms", "sentence"),
    [
        (
            {(0, 0): 9, (3, 0): 9},
            {"floors": {G.LDC: 750}},
            (
                "The floor of LDC cannot be met: 0.75 of its 3 needs are 3, and at most 1 can be served: 2 of them fit no "
                "offer of the round."
            ),
        ),
        (
            {(need, 0): 9 for need in range(4)},
            {"floors": {G.LDC: 1000}},
            (
                "The floor of LDC cannot be met: 1 of its 3 needs are 3, and at most 2 can be served: the offers that fit "
                "them have 2 places."
            ),
        ),
        (
            {(need, offer): 9 for need in range(4) for offer in range(2)},
            {"floors": {G.LDC: 1000}, "max_load": 2},
            (
                "The floor of LDC cannot be met: 1 of its 3 needs are 3, and at most 2 can be served: the states whose "
                "offers fit them give at most 2 places each."
            ),
        ),
        (
            {(need, 0): 9 for need in range(4)},
            {"floors": {G.LDC: 500, G.SIDS: 1000}},
            (
                "The floors of LDC and SIDS cannot be met together: each can be met alone, but the offers that fit their "
                "needs have too few places for 2 and 1 needs at once."
            ),
        ),
    ],
)
def test_floors_that_cannot_be_met_are_explained(scores: dict, terms: dict, sentence: str) -> None:  # type: ignore[type-arg]
    frozen = a_round([{G.LDC}] * 3 + [{G.SIDS}], [("A", 2), ("A", 2)], scores, **terms)
    with pytest.raises(FloorsUnreachable) as refused:
        solve(frozen)
    assert refused.value.message == sentence


def test_what_breaks_a_constraint_is_no_allocation() -> None:
    scores = {(need, offer): 5 for need in range(3) for offer in range(2)}
    frozen = a_round([{G.LDC}, set(), set()], [("A", 1), ("A", 2)], scores, floors={G.LDC: 1000}, max_load=2)
    for pairs, words in (
        ([0, 1], "served twice"),
        ([0, 2], "more places than it has"),
        ([0, 3, 5], "bears more"),
        ([2, 5], "LDC"),
    ):
        with pytest.raises(WrongAllocation, match=words):
            check_allocation(frozen, np.array(pairs), {G.LDC: 1})


def test_a_certificate_tells_what_there_is_to_tell() -> None:
    scores = {(0, 0): 900_000, (1, 0): 800_000, (1, 1): 100_000, (2, 1): 300_000, (3, 2): 500_000, (4, 2): 400_000}
    needs: list[set[NeedGroup]] = [set(), {G.LDC}, {G.LDC}, set(), set(), set()]
    frozen = a_round(needs, [("A", 1), ("B", 1), ("C", 2)], scores, floors={G.LDC: 1000}, max_load=1)
    told = certify(frozen, solve(frozen))
    assert (told["value"], told["unconstrained"], told["price"]) == (1_600_000, 1_700_000, 0.058824)
    assert (told["served"], told["unserved"], told["proven"], told["least_share"]) == (3, 3, True, 1.0)
    assert told["unserved_listed"] == [
        {"need": "need0", "reason": "places_taken"},
        {"need": "need4", "reason": "load_reached"},
        {"need": "need5", "reason": "no_offer"},
    ]
    assert told["envious"] == 2  # need 0 the place of need 1, need 4 that of need 3
    assert told["blocking_listed"] == [{"need": "need0", "offer": "offer0", "value": 900_000, "has": 0}]
    assert told["gini"] == 0.0
    assert told["groups"][1] == {
        "group": "ldc", "needs": 2, "served": 2, "share": 1.0, "floor": 1.0, "least": 2, "possible": 2,
    }  # fmt: skip
