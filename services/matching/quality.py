"""How good rankings are, against judgements: nDCG@10, recall, reciprocal rank, and the same by pair of languages."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Judgements = Mapping[str, Mapping[str, float]]
"""Query -> document -> how relevant it is, above 0."""
DEPTH = 100
"""Places of a ranking that count; what stands behind them counts as not found."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The means over the queries that have judgements, each in [0, 1].

    ``first`` is how often the first one is relevant, ``mrr`` the mean of 1 / place of the first relevant one
    (E. Voorhees, TREC-8), ``ndcg10`` the gain of the first ten, discounted by the logarithm of the place, as a part of
    the best possible (K. Järvelin and J. Kekäläinen, 2002).
    """

    queries: int
    ndcg10: float
    recall5: float
    recall10: float
    recall100: float
    first: float
    mrr: float

    def as_json(self) -> dict[str, Any]:
        """The figures by name."""
        return asdict(self)


def quality(rankings: Mapping[str, Sequence[str]], judged: Judgements) -> Quality:
    """Measure the ranking of each query that has a relevant document; a query without ranking found nothing."""
    queries = [query for query, documents in judged.items() if any(value > 0 for value in documents.values())]
    each = [_of_one(rankings.get(query, ())[:DEPTH], judged[query]) for query in queries]
    means = [math.fsum(column) / len(each) for column in zip(*each, strict=True)] if each else [0.0] * 6
    return Quality(len(each), *means)


def by_languages(
    rankings: Mapping[str, Sequence[str]], judged: Judgements, languages: Mapping[str, str], spoken: Mapping[str, str]
) -> dict[tuple[str, str], Quality]:
    """The same for each pair of a query's language (``languages``) and the language of documents (``spoken``) alone."""
    pairs: defaultdict[tuple[str, str], dict[str, dict[str, float]]] = defaultdict(dict)
    for query, documents in judged.items():
        for document, value in documents.items():
            pairs[languages[query], spoken[document]].setdefault(query, {})[document] = value
    return {
        (own, other): quality(
            {query: [one for one in rankings.get(query, ()) if spoken[one] == other] for query in judged_here},
            judged_here,
        )
        for (own, other), judged_here in sorted(pairs.items())
    }


def _of_one(ranking: Sequence[str], judged: Mapping[str, float]) -> tuple[float, ...]:
    relevant = {document for document, value in judged.items() if value > 0}
    places = [place for place, document in enumerate(ranking, 1) if document in relevant]
    best = sorted((value for value in judged.values() if value > 0), reverse=True)
    gain = _discounted([max(judged.get(document, 0.0), 0.0) for document in ranking[:10]])
    recalls = [sum(place <= depth for place in places) / len(relevant) for depth in (5, 10, DEPTH)]
    return gain / _discounted(best[:10]), *recalls, float(places[:1] == [1]), 1 / places[0] if places else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))
