"""`make bench-matching`: what a search of the index of matches costs at 10,000, 100,000 and 1,000,000 offers.

The offers are drawn, not written: themes with a meaning and words of their own, in six languages, of 120 delegations.
Each answer's best 20 are compared with those of all pairs compared one by one.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from services.core.codes import STEPS
from services.core.meanings import BITS
from services.matching.index import files
from services.matching.index.eligible import eligible
from services.matching.index.meaning import Meaning
from services.matching.index.part import LATEST, MOST, Array, Part, squares
from services.matching.index.points import Partners, points_of
from services.matching.index.question import Partner, Question
from services.matching.index.search import Best, Found, Pairs, search
from services.matching.index.wanted import Wanted
from services.matching.index.words import Words
from services.matching.terms import MatchCriterion

SIZES = (10_000, 100_000, 1_000_000)
THEMES, DIMENSIONS, DELEGATIONS, LANGUAGES, VOCABULARY = 60, 512, 120, 6, 20_000
QUESTIONS, COMPARED, FIRST = 40, 3, 20
LISTS = {"capacity_areas": 12, "sectors": 300, "sdg_targets": 169, "forms": 8, "working_languages": 6}
ACCEPTED = {"regions_accepted": 20, "modalities_accepted": 3}
TODAY = 20_000


def main() -> None:
    """Print a line for each size."""
    chance = np.random.default_rng(1)
    themes = chance.standard_normal((THEMES, DIMENSIONS))
    asked = [a_question(np.random.default_rng(number), themes) for number in range(QUESTIONS)]
    wanted = Wanted(FIRST, members=True)
    sys.stdout.write(
        "| offers | p50 ms | p99 ms | CPU ms | resident MB | made in s | exact |\n|---|---|---|---|---|---|---|\n"
    )
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            parts = made(Path(folder), size, themes)
            took = time.perf_counter() - begun
            for question in asked:
                search(parts, question, wanted)
            times, cpu = [], time.process_time()
            for question in asked:
                begun = time.perf_counter()
                search(parts, question, wanted)
                times.append(1_000 * (time.perf_counter() - begun))
            cpu = 1_000 * (time.process_time() - cpu) / len(asked)
            exact = all(search(parts, one, wanted) == by_force(parts, one) for one in asked[:COMPARED])
            p50, p99 = np.percentile(times, [50, 99])
            told = f"{p50:.1f} | {p99:.1f} | {cpu:.1f} | {resident():.0f} | {took:.0f} | {exact}"
            sys.stdout.write(f"| {size:,} | {told} |\n")
            sys.stdout.flush()


def resident() -> float:
    """Megabytes of this process in memory, mapped files included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def by_force(parts: list[Part], question: Question) -> list[Found]:
    """The best of all pairs, each of which is compared."""
    own, words = Meaning.of(question), Words(parts, question)
    assert own is not None
    found: list[Found] = []
    for part in parts:
        partners, wanted = Partners(question, part), Wanted(len(part), members=True)
        rows, best = eligible(part, question, partners, wanted), Best(wanted)
        common, comparable = words.common(part)[rows], own.comparable(part, rows)
        points = points_of(question, part, rows, partners, comparable)
        pairs = Pairs(part, rows, own, comparable, points, common, words.shares(part, rows, common))
        pairs.compare(np.arange(len(rows)), best)
        found += best.found()[:FIRST]
    return sorted(found, key=lambda one: (one.score, one.id), reverse=True)[:FIRST]


def made(folder: Path, size: int, themes: Array) -> list[Part]:
    """So many offers in files."""
    with files.making(folder) as making:
        assert making is not None
        for begin in range(0, size, MOST):
            making.add(drawn(np.random.default_rng([size, begin]), begin, min(MOST, size - begin), themes))
        making.finish("bench", 0)
    found = files.load(folder, "bench")
    assert found is not None
    return list(found.parts)


def drawn(chance: np.random.Generator, begin: int, rows: int, themes: Array) -> Part:
    """A part of drawn offers."""
    theme = chance.integers(0, THEMES, rows)
    columns: dict[str, Array] = {
        "high": np.arange(begin, begin + rows, dtype=np.uint64),
        "low": chance.integers(0, 2**62, rows).astype(np.uint64),
        "side": np.ones(rows, dtype=np.uint8),
        "flags": (4 + chance.integers(0, 2, rows)).astype(np.uint8),
        "opens_on": np.zeros(rows, dtype=np.int32),
        "expires_on": TODAY + chance.integers(-5, 300, rows).astype(np.int32),
        "period_from": np.zeros(rows, dtype=np.int32),
        "period_to": np.full(rows, LATEST, dtype=np.int32),
        "delegation": chance.zipf(1.5, rows).clip(1, DELEGATIONS).astype(np.uint16) - 1,
        "language": chance.integers(0, LANGUAGES, rows).astype(np.uint16),
        "model": np.zeros(rows, dtype=np.uint16),
    }
    columns["text_language"] = columns["language"]
    names: dict[str, list[Any]] = {
        "delegation": [f"{number:032x}" for number in range(DELEGATIONS)],
        "language": [f"l{number}" for number in range(LANGUAGES)],
        "text_language": [f"l{number}" for number in range(LANGUAGES)],
        "model": [("drawn", BITS * DIMENSIONS)],
    }
    return Part(
        columns | _lists(chance, theme, names) | _codes(chance, themes[theme]) | _words(chance, theme, columns), names
    )


def _lists(chance: np.random.Generator, theme: Array, names: dict[str, list[Any]]) -> dict[str, Array]:
    """Codes of a theme, and others."""
    names |= {"lists": [*LISTS, *ACCEPTED], "codes": [], "places": []}
    columns, sizes, begin = [], [], 0
    for name, known in (LISTS | ACCEPTED).items():
        wide = -(-known // 64)
        bits = np.zeros((wide, len(theme)), dtype=np.uint64)
        for time_ in range(3 if name in LISTS else 1):
            given = chance.random(len(theme)) < (0.7 if name in LISTS else 0.1)
            code = np.where(
                chance.random(len(theme)) < 0.6, (theme * 7 + time_) % known, chance.integers(0, known, len(theme))
            )
            rows = np.nonzero(given)[0]
            np.bitwise_or.at(bits, (code[rows] // 64, rows), np.uint64(1) << (code[rows] % 64).astype(np.uint64))
        names["codes"].append([f"{name} {number}" for number in range(known)])
        names["places"].append([begin, begin + wide])
        columns.append(bits)
        sizes.append(np.bitwise_count(bits).sum(axis=0, dtype=np.uint16))
        begin += wide
    return {"codes": np.concatenate(columns), "sizes": np.array(sizes)}


def _codes(chance: np.random.Generator, meant: Array) -> dict[str, Array]:
    """Codes of texts, with one to four passages."""
    code = np.concatenate([coded(meant[at : at + 8_192], chance) for at in range(0, len(meant), 8_192)])
    many = chance.integers(1, 5, len(meant))
    begins = np.append(0, np.cumsum(many))
    whose = np.repeat(np.arange(len(meant)), many)
    passages = np.concatenate([coded(meant[whose[at : at + 8_192]], chance) for at in range(0, len(whose), 8_192)])
    norm = np.maximum(squares(code), np.maximum.reduceat(squares(passages), begins[:-1])).astype(np.int32)
    return {"code": code, "passages": passages, "begins": begins, "norm": norm}


def coded(meant: Array, chance: np.random.Generator) -> Array:
    """Codes of vectors that are moved from ``meant`` by chance."""
    moved = (meant + chance.standard_normal(meant.shape, dtype=np.float32)) / np.sqrt(2)
    numbers = np.clip(np.rint(moved / STEPS[BITS]), -3, 3).astype(np.int8)
    planes = np.stack([numbers >> plane & 1 for plane in range(BITS)], axis=1).astype(np.uint8)
    return np.packbits(planes, axis=2).reshape(len(meant), -1).view(np.uint64)


def _words(chance: np.random.Generator, theme: Array, columns: dict[str, Array]) -> dict[str, Array]:
    """40 words a text, half of them usual ones."""
    rows = np.repeat(np.arange(len(theme)), 40)
    usual = np.minimum(chance.zipf(1.3, len(rows)), VOCABULARY)
    own = VOCABULARY + theme[rows] * 50 + chance.integers(0, 50, len(rows))
    word = columns["language"][rows].astype(np.int64) * 10**6 + np.where(chance.random(len(rows)) < 0.5, usual, own)
    each = np.unique(word * MOST + rows)
    words, begins = np.unique(each // MOST, return_index=True)
    counts = np.full(len(each), 7, dtype=np.uint8)
    square = 49 * np.bincount(each % MOST, minlength=len(theme)).astype(np.int32)
    at = np.append(begins, len(each))
    return {"words": words, "at": at, "in_rows": (each % MOST).astype(np.uint16), "counts": counts, "square": square}


def a_question(chance: np.random.Generator, themes: Array) -> Question:
    """A need of some theme, which states everything."""
    theme = int(chance.integers(0, THEMES))
    language = int(chance.integers(0, LANGUAGES))
    lists = {name: [f"{name} {(theme * 7 + time_) % known}" for time_ in range(3)] for name, known in LISTS.items()}
    words = {language * 10**6 + VOCABULARY + theme * 50 + int(one) for one in chance.integers(0, 50, 20)}
    words |= {language * 10**6 + int(one) for one in np.minimum(chance.zipf(1.3, 20), VOCABULARY)}
    texts = [_bits(coded(themes[theme][None, :], chance)) for _ in range(4)]
    weights: dict[str, float] = dict(
        zip(MatchCriterion, (0.15, 0.15, 0.1, 0.08, 0.4, 0.05, 0.07, 0.0, 0.0), strict=True)
    )
    return Question(
        id=UUID(int=2**127), side="need", today=TODAY, period_from=None, period_to=None, lists=lists,
        interpretation_offered=False, language=f"l{language}", model="drawn", text_language=f"l{language}",
        code=texts[0], passages=texts[1:], square=49 * len(words), words=[(one, 7) for one in sorted(words)],
        regions=["regions_accepted 1"], groups=1, experience={}, partners=list(_partners(chance)),
        need=weights, offer=weights, floor=0.5, strong=0.7, good=0.5,
    )  # fmt: skip


def _bits(code: Array) -> str:
    return "".join(map(str, np.unpackbits(code.view(np.uint8))))


def _partners(chance: np.random.Generator) -> Iterator[Partner]:
    for number in range(DELEGATIONS):
        modality = f"modalities_accepted {number % 3}"
        likeness = float(chance.random())
        yield Partner(f"{number:032x}", number % 5 != 0, (), number % 3, likeness, likeness, modality, {})


if __name__ == "__main__":
    main()
