"""How good the ranking is on texts with judgements: `gof match evaluate`.

Queries become needs and documents offers of a database of their own, through the same import as any file; then each
need is asked for its matches through GraphQL. Yours is not touched. Nothing but the texts differs between the pairs.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from schema.core.context import Context
from schema.running import migrated
from schema.serving import Urls, opened
from services.core import postgres
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.embedding_jobs import embed_missing
from services.core.errors import Invalid
from services.core.ids import write_id
from services.core.importing.json_rows import GivenRows
from services.core.progress import Progress, Say, quiet
from services.core.texts import LIMITS
from services.demo.commands import open_delegation
from services.matching.quality import DEPTH, Quality, by_languages, quality
from services.matching.queries import find_proposal
from services.proposals.imports import import_proposals
from services.proposals.tables import ProposalText
from services.taxonomy.commands import load_reference
from services.taxonomy.reference import read_reference

ASKING, ANSWERING = "RWA", "KEN"
"""Whose needs and offers the texts become; any two members would do."""
DOCUMENT = f"""
query Ranked($id: ID!) {{
  proposal(id: $id) {{ matches(first: {DEPTH}) {{ nodes {{ proposal {{ externalId }} }} }} }}
}}
"""


class WrongSet(Invalid):
    """Texts or judgements that nothing can be measured with."""

    code = "WRONG_SET"


@dataclass(frozen=True, slots=True)
class TestSet:
    """Texts by their id, as (language, text), and which documents are relevant to which query."""

    queries: Mapping[str, tuple[str, str]]
    documents: Mapping[str, tuple[str, str]]
    judged: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What `gof match evaluate` tells."""

    whole: Quality
    pairs: Mapping[tuple[str, str], Quality]

    @property
    def worst(self) -> tuple[str, str]:
        """The pair of languages with the lowest mean reciprocal rank."""
        return min(self.pairs, key=lambda pair: (self.pairs[pair].mrr, pair))

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        pairs = [{"query": own, "document": other, **one.as_json()} for (own, other), one in self.pairs.items()]
        return {**self.whole.as_json(), "worstPair": list(self.worst), "pairs": pairs}

    def told(self) -> list[str]:
        """For people: a table, a line for each pair of languages."""
        named = [("all", self.whole), *((" → ".join(pair), one) for pair, one in self.pairs.items())]
        names = ("queries", "nDCG@10", "recall@5", "recall@10", f"recall@{DEPTH}", "first", "MRR")
        lines = ["".join([f"{'':8}", *(f"{name:>11}" for name in names)])]
        for name, one in named:
            queries, *figures = one.as_json().values()
            lines.append("".join([f"{name:8}", f"{queries:>11}", *(f"{figure:>11.3f}" for figure in figures)]))
        return [*lines, f"worst pair of languages by MRR: {' → '.join(self.worst)}"]


def read_set(queries: Path, documents: Path, judgements: Path, language: str) -> TestSet:
    """Read JSONL files: texts with ``id``, ``text`` and perhaps ``title`` and ``language``; judgements with ``query``,
    ``document`` and perhaps ``relevance``, above 0 for what is relevant. ``language`` is that of texts without one.

    Raises:
        WrongSet: a file or line is wrong, or a judgement names what there is not.
    """
    judged: dict[str, dict[str, float]] = {}
    found = TestSet(_texts(queries, language), _texts(documents, language), judged)
    for place, line in _lines(judgements):
        query, document = (_needed(line, name, place) for name in ("query", "document"))
        for name, known in ((query, found.queries), (document, found.documents)):
            if name not in known:
                raise WrongSet(f"{place}: there is no text “{name[:80]}”.")
        judged.setdefault(query, {})[document] = float(line.get("relevance", 1))
    if not any(value > 0 for values in judged.values() for value in values.values()):
        raise WrongSet(f"{judgements.name} calls nothing relevant.")
    return found


def evaluate(chosen: TestSet, say: Say, progress: Progress = quiet) -> Measured:
    """Rank the documents for every query that has judgements, and measure the rankings."""
    with _scratch(say) as urls:
        migrated(urls, say)
        rankings = asyncio.run(_rankings(urls, chosen, say, progress))
    languages, spoken = ({key: one[0] for key, one in texts.items()} for texts in (chosen.queries, chosen.documents))
    return Measured(quality(rankings, chosen.judged), by_languages(rankings, chosen.judged, languages, spoken))


@contextmanager
def _scratch(say: Say) -> Iterator[Urls]:
    """A database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gof-evaluate-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        cluster = postgres.start(Path(folder), say=say, durable=False)
        try:
            yield Urls(cluster.owner_url, cluster.app_url)
        finally:
            cluster.stop()


async def _rankings(urls: Urls, chosen: TestSet, say: Say, progress: Progress) -> dict[str, list[str]]:
    from schema.root import SCHEMA

    async with opened(urls.app) as db:
        await _bring(db, chosen)
        say(f"{len(chosen.queries):,} needs and {len(chosen.documents):,} offers are in")
        rankings: dict[str, list[str]] = {}
        for done, query in enumerate(chosen.judged, 1):
            async with db.read(SYSTEM) as session:
                key = await find_proposal(session, SYSTEM, ASKING, _number("q", query))
            answer = await SCHEMA.execute(
                DOCUMENT, {"id": write_id("proposal", key)}, context_value=Context(db, SYSTEM)
            )
            assert answer.data is not None
            assert not answer.errors, answer.errors
            found = orjson.loads(orjson.dumps(answer.data["proposal"]))["matches"]["nodes"]
            names = [one["proposal"]["externalId"].removeprefix("d ") for one in found]
            rankings[query] = [name for name in names if name != query]  # a text is no answer to itself
            progress(done, len(chosen.judged))
    return rankings


async def _bring(db: Database, chosen: TestSet) -> None:
    async with db.write(SYSTEM) as session:
        await load_reference(session, read_reference())
        for state in (ASKING, ANSWERING):
            await open_delegation(session, {"delegation": state, "standing": "member", "since": "2024-01-01"})
    rows = [
        *(_row(ASKING, "NEED", _number("q", key), *text) for key, text in chosen.queries.items()),
        *(_row(ANSWERING, "OFFER", _number("d", key), *text) for key, text in chosen.documents.items()),
    ]
    report = await import_proposals(db, SYSTEM, GivenRows("texts", rows))
    if not report.kept:
        raise WrongSet(f"The texts cannot be imported: {report.refused[0].reason}")
    await embed_missing(db, ProposalText)


def _number(kind: str, key: str) -> str:
    return f"{kind} {key}"


def _row(state: str, side: str, number: str, language: str, text: str) -> dict[str, Any]:
    """A text as a proposal: as much of it as a title holds, and the rest."""
    title, rest = text[: LIMITS["title"]], text[LIMITS["title"] :]
    if rest and " " in title:
        kept = title.rindex(" ")
        title, rest = text[:kept], text[kept:]
    row = {"delegation": state, "side": side, "externalId": number, "language": language}
    return {**row, "title": " ".join(title.split()), "description": rest.strip()[: LIMITS["description"]]}


def _texts(path: Path, language: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for place, line in _lines(path):
        text = " ".join(filter(None, (line.get("title"), line.get("text")))).strip()
        if not text:
            raise WrongSet(f"{place}: it has no text.")
        found[_needed(line, "id", place)] = (str(line.get("language") or language), text)
    return found


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open("rb") as file:
        for number, octets in enumerate(file, 1):
            if not octets.strip():
                continue
            place = f"{path.name}, line {number}"
            try:
                line = orjson.loads(octets)
            except orjson.JSONDecodeError as error:
                raise WrongSet(f"{place}: it is no JSON object.") from error
            if not isinstance(line, dict):
                raise WrongSet(f"{place}: it is no JSON object.")
            yield place, line


def _needed(line: Mapping[str, Any], name: str, place: str) -> str:
    if not line.get(name):
        raise WrongSet(f"{place}: it has no {name}.")
    return str(line[name])
