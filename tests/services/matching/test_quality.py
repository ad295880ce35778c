"""The measures of rankings, against numbers worked out by hand."""

import math

import pytest

from services.matching.quality import DEPTH, by_languages, quality

JUDGED = {"a": {"1": 1.0}, "b": {"2": 2.0, "3": 1.0}, "none": {"1": 0.0}}


def test_a_perfect_ranking_has_one_in_everything() -> None:
    found = quality({"a": ["1", "2"], "b": ["2", "3", "1"]}, JUDGED)
    assert found.as_json() == {
        "queries": 2, "ndcg10": 1.0, "recall5": 1.0, "recall10": 1.0, "recall100": 1.0, "first": 1.0, "mrr": 1.0,
    }  # fmt: skip


def test_places_count_as_the_definitions_say() -> None:
    found = quality({"a": ["x", "y", "z", "1"], "b": ["3", "x", "x", "x", "x", "2"]}, JUDGED)
    assert found.mrr == pytest.approx((1 / 4 + 1) / 2)
    assert found.first == 0.5
    assert (found.recall5, found.recall10) == (0.75, 1.0)
    best = 2 + 1 / math.log2(3)
    assert found.ndcg10 == pytest.approx((1 / math.log2(5) + (1 + 2 / math.log2(7)) / best) / 2)


def test_what_is_missing_or_too_deep_is_not_found() -> None:
    deep = [*(f"x{place}" for place in range(DEPTH)), "1"]
    found = quality({"a": deep}, JUDGED)
    assert (found.queries, found.mrr, found.recall100, found.ndcg10) == (2, 0.0, 0.0, 0.0)
    assert quality({}, {"none": {"1": 0.0}}).queries == 0


def test_a_pair_of_languages_is_ranked_by_its_own_documents_alone() -> None:
    judged = {"q": {"fr": 1.0, "zh": 1.0}}
    spoken = {"fr": "fr", "zh": "zh", "en 1": "en", "en 2": "en", "zh 2": "zh"}
    found = by_languages({"q": ["en 1", "en 2", "fr", "zh 2", "zh"]}, judged, {"q": "en"}, spoken)
    assert {pair: one.mrr for pair, one in found.items()} == {("en", "fr"): 1.0, ("en", "zh"): 0.5}
