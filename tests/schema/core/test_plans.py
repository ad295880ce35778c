"""The plans that a process keeps: within their bound, the least recently used dropped first."""

from hypothesis import given
from hypothesis import strategies as st

from schema.core.plans import Plans, digest
from services.core.read.plan import Plan


def plan(size: int) -> Plan:
    return Plan("x" * size, (), {}, {}, slow=False)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 6_000)), max_size=60))
def test_the_bound_holds_whatever_is_kept(kept: list[tuple[int, int]]) -> None:
    plans = Plans(20_000)
    for question, size in kept:
        plans.keep((question,), plan(size))
        assert plans.size <= 20_000
        there = [found for one in range(21) if (found := plans.get((one,))) is not None]
        assert plans.size >= sum(found.weight for found in there)
        if plan(size).weight < 19_000:
            assert plans.get((question,)) is not None, "the newest is kept"


def test_what_was_used_last_stays() -> None:
    plans = Plans(3 * plan(5_000).weight + 100)
    for question in "abc":
        plans.keep((question,), plan(5_000))
    assert plans.get(("a",)) is not None
    plans.keep(("d",), plan(5_000))
    assert [plans.get((one,)) is not None for one in "abcd"] == [True, False, True, True]


def test_a_plan_that_is_larger_than_all_the_room_is_not_kept_and_leaves_no_debt() -> None:
    plans = Plans(4_000)
    plans.keep(("a",), plan(50_000))
    assert (plans.get(("a",)), plans.size) == (None, 0)


def test_documents_are_told_apart_and_known_again() -> None:
    assert digest("{ a }") == digest("{ a }") != digest("{ b }")
    assert digest("\ud800")
