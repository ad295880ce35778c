"""So many rows of the index as arrays: one entry of each for every row, in the order of the ids."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.core.meanings import BITS
from services.matching.index.rows import ACCEPTED, LISTS
from services.proposals.terms import Side

MOST = 65_536
"""Rows of a part: a column of it fits a processor's cache, and a row's number two bytes."""
SIDES = tuple(Side)
MEMBERS_ONLY, INTERPRETED, HAS_PLACES = 1, 2, 4
"""What the flags of a row say."""
EARLIEST, LATEST = np.iinfo(np.int32).min, np.iinfo(np.int32).max
ABSENT = {"opens_on": EARLIEST, "expires_on": EARLIEST, "period_from": EARLIEST, "period_to": LATEST}
"""What stands for a date that is not given; without a day of expiry nothing is open."""
NONE = 65_535
"""The number of what is not there."""
Array = NDArray[Any]


@dataclass(frozen=True)
class Part:
    """Rows as arrays (``columns``, by name) and the words that their numbers stand for (``names``).

    Columns of one value a row: ``side``, ``flags``, the four days, ``delegation``, ``language``, ``text_language``,
    ``model`` (places in ``names``; NONE without), ``square`` (of the words; 0 without). ``high`` and ``low`` are the halves of the id. ``codes``
    are the bits of all lists, one 64-bit word a column, in which ``places`` says where each list begins; ``sizes`` the
    lengths of the lists. ``code`` are the planes of the text's code, each in whole 64-bit words, and ``norm`` the largest
    square of the length of it and its passages'; those are ``passages``, from ``begins[row]`` to ``begins[row + 1]``.
    ``words`` are the hashes of all words in order, ``at`` where the rows of each begin in ``in_rows`` and ``counts``.
    """

    columns: Mapping[str, Array]
    names: Mapping[str, list[Any]]
    dead: Array = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Rows that another part has newer, or that are gone; of no row where it is empty."""

    def __getattr__(self, name: str) -> Array:
        try:
            return self.columns[name]
        except KeyError:
            raise AttributeError(name) from None

    def __len__(self) -> int:
        return len(self.columns["high"])

    def row_of(self, key: UUID) -> int | None:
        """The number of a proposal's row; None where it has none here."""
        high, low = halves(key)
        row = int(np.searchsorted(self.high, high))
        while row < len(self) and self.high[row] == high:
            if self.low[row] == low:
                return row
            row += 1
        return None

    def id_of(self, row: int) -> UUID:
        """The id of a row's proposal."""
        return UUID(int=(int(self.high[row]) << 64) + int(self.low[row]))

    def later(self, rows: Array, key: UUID) -> Array:
        """Whether the ids of ``rows`` come behind ``key``."""
        high, low = halves(key)
        return np.asarray((self.high[rows] > high) | ((self.high[rows] == high) & (self.low[rows] > low)))

    def earlier(self, rows: Array, key: UUID) -> Array:
        """Whether the ids of ``rows`` come before ``key``."""
        high, low = halves(key)
        return np.asarray((self.high[rows] < high) | ((self.high[rows] == high) & (self.low[rows] < low)))

    def is_of(self, name: str, value: Any, rows: Array | slice) -> Array:
        """Whether a column with names (``language``, ``model``) has this value in ``rows``."""
        known = self.names[name]
        return np.asarray(self.columns[name][rows] == (known.index(value) if value in known else NONE - 1))

    def alive(self, rows: Array) -> Array:
        """Those of ``rows`` that are not dead."""
        return rows[~self.dead[rows]] if len(self.dead) else rows

    def word(self, value: int) -> tuple[Array, Array]:
        """The rows in which a word stands, each once, and what it counts there."""
        place = int(np.searchsorted(self.words, np.int64(value)))
        if place == len(self.words) or int(self.words[place]) != value:
            return self.in_rows[:0], self.counts[:0]
        begin, end = int(self.at[place]), int(self.at[place + 1])
        return self.in_rows[begin:end], self.counts[begin:end]

    def size(self, name: str) -> Array:
        """How long a list of each row is."""
        return np.asarray(self.sizes[self.names["lists"].index(name)])

    def common(self, name: str, codes: Sequence[str], rows: Array) -> Array:
        """How many of ``codes`` stand in a list of each of ``rows``; one that is there twice counts twice."""
        found = np.zeros(len(rows), dtype=np.int64)
        begin, _ = self._place(name)
        for place, word in enumerate(self._bits(name, codes)):
            if word:
                found += np.bitwise_count(self.codes[begin + place][rows] & word)
        for code, times in Counter(codes).items():
            if times > 1:
                found += (times - 1) * self.has(name, code, rows)
        return found

    def meets(self, name: str, codes: Sequence[str], rows: Array) -> Array:
        """Whether any of ``codes`` stands in a list of each of ``rows``."""
        return self.common(name, list(dict.fromkeys(codes)), rows) > 0

    def has(self, name: str, code: str, rows: Array) -> Array:
        """Whether a code stands in a list of each of ``rows``."""
        number = self._numbers(name).get(code)
        if number is None:
            return np.zeros(len(rows), dtype=bool)
        begin, _ = self._place(name)
        return np.asarray(
            (self.codes[begin + number // 64][rows] >> np.uint64(number % 64) & np.uint64(1)).astype(bool)
        )

    def _place(self, name: str) -> tuple[int, int]:
        begin, end = self.names["places"][self.names["lists"].index(name)]
        return begin, end

    def _numbers(self, name: str) -> dict[str, int]:
        return {code: number for number, code in enumerate(self.names["codes"][self.names["lists"].index(name)])}

    def _bits(self, name: str, codes: Sequence[str]) -> Array:
        begin, end = self._place(name)
        found = np.zeros(end - begin, dtype=np.uint64)
        known = self._numbers(name)
        for number in (known[one] for one in codes if one in known):
            found[number // 64] |= np.uint64(1 << number % 64)
        return found


def part_of(rows: Sequence[Any]) -> Part:
    """A part of rows as ``rows`` reads them, in their order."""
    names: dict[str, list[Any]] = {}
    ids = np.frombuffer(b"".join(row.id.bytes for row in rows), dtype=">u8").astype(np.uint64).reshape(-1, 2)
    columns: dict[str, Array] = {
        "high": ids[:, 0].copy(),
        "low": ids[:, 1].copy(),
        "side": np.array([SIDES.index(Side(row.side)) for row in rows], dtype=np.uint8),
        "flags": np.array(
            [
                MEMBERS_ONLY * row.members_only + INTERPRETED * row.interpretation_offered + HAS_PLACES * row.has_places
                for row in rows
            ],
            dtype=np.uint8,
        ),
        "square": np.array([row.words_square or 0 for row in rows], dtype=np.int32),
    }
    for name, absent in ABSENT.items():
        given = (getattr(row, name) for row in rows)
        columns[name] = np.array([absent if day is None else day for day in given], dtype=np.int32)
    models = [[row.embedding_model, _bits(row.code)] if row.embedding_model and row.code else None for row in rows]
    for name, values in {
        "delegation": [row.delegation_id.hex for row in rows],
        "language": [row.language for row in rows],
        "text_language": [row.text_language for row in rows],
        "model": models,
    }.items():
        columns[name], names[name] = _numbered(values)
    columns |= _lists(rows, names) | _codes(rows) | _words(rows)
    return Part(columns, names)


def _numbered(values: Sequence[Any]) -> tuple[Array, list[Any]]:
    """The values as numbers of those that there are."""
    known: dict[Any, int] = {}
    values = [tuple(one) if isinstance(one, list) else one for one in values]
    found = [NONE if one is None else known.setdefault(one, len(known)) for one in values]
    return np.array(found, dtype=np.uint16), list(known)


def _lists(rows: Sequence[Any], names: dict[str, list[Any]]) -> dict[str, Array]:
    """The bits of all lists, column by column, and the lengths of the lists."""
    lists = (*LISTS, *ACCEPTED)
    names |= {"lists": list(lists), "codes": [], "places": []}
    sizes, columns, begin = np.zeros((len(lists), len(rows)), dtype=np.uint16), [], 0
    for place, name in enumerate(lists):
        known: dict[str, int] = {}
        held = [
            (row, known.setdefault(code, len(known))) for row, one in enumerate(rows) for code in getattr(one, name)
        ]
        sizes[place] = [len(getattr(one, name)) for one in rows]
        wide = max(1, -(-len(known) // 64))
        bits = np.zeros((wide, len(rows)), dtype=np.uint64)
        if held:
            at, number = np.array(held).T
            np.bitwise_or.at(bits, (number // 64, at), np.uint64(1) << (number % 64).astype(np.uint64))
        names["codes"].append(list(known))
        names["places"].append([begin, begin + wide])
        columns.append(bits)
        begin += wide
    return {"codes": np.concatenate(columns), "sizes": sizes}


def halves(key: UUID) -> tuple[np.uint64, np.uint64]:
    """The two halves of an id."""
    high, low = (np.uint64(int.from_bytes(half, "big")) for half in (key.bytes[:8], key.bytes[8:]))
    return high, low


def _bits(sent: bytes) -> int:
    return int.from_bytes(sent[:4], "big")


def _codes(rows: Sequence[Any]) -> dict[str, Array]:
    """The planes of all codes, and where each row's passages begin."""
    whole = [planes(row.code[4:], _bits(row.code)) if row.code else None for row in rows]
    wide = max((one.shape[1] for one in whole if one is not None), default=BITS)
    code = np.zeros((len(rows), wide), dtype=np.uint64)
    begins, passages = np.zeros(len(rows) + 1, dtype=np.int64), []
    norm = np.zeros(len(rows), dtype=np.int32)
    for number, (row, one) in enumerate(zip(rows, whole, strict=True)):
        begins[number + 1] = begins[number]
        if one is None:
            continue
        each = planes(row.passages[4:], _bits(row.code)) if row.passages else one
        begins[number + 1] += len(each)
        code[number] = widened(one, wide)[0]
        passages.append(widened(each, wide))
        norm[number] = max(squares(one).max(), squares(each).max())
    joined = np.concatenate(passages) if passages else np.zeros((0, wide), dtype=np.uint64)
    return {"code": code, "passages": joined, "begins": begins, "norm": norm}


def planes(sent: bytes, bits: int) -> Array:
    """Codes of so many ``bits`` that follow each other, one a row: their planes, each filled up to whole 64-bit words."""
    flat = np.unpackbits(np.frombuffer(sent, dtype=np.uint8))
    size = bits // BITS
    each = flat[: len(flat) // bits * bits].reshape(-1, BITS, size)
    filled = np.zeros((len(each), BITS, -(-size // 64) * 64), dtype=np.uint8)
    filled[:, :, :size] = each
    return np.packbits(filled, axis=2).reshape(len(each), -1).view(np.uint64)


def widened(code: Array, wide: int) -> Array:
    """Codes whose planes have as many words as the widest of a part."""
    if code.shape[1] == wide:
        return code
    found = np.zeros((len(code), BITS, wide // BITS), dtype=np.uint64)
    found[:, :, : code.shape[1] // BITS] = code.reshape(len(code), BITS, -1)
    return found.reshape(len(code), wide)


def squares(code: Array) -> Array:
    """The squares of the lengths of codes, as whole numbers."""
    low, middle, high = code.reshape(len(code), BITS, -1).transpose(1, 0, 2)
    pairs = (
        (1, low, low),
        (4, middle, middle),
        (16, high, high),
        (4, low, middle),
        (-8, low, high),
        (-16, middle, high),
    )
    total = np.zeros(len(code), dtype=np.int64)
    for weight, one, other in pairs:
        total += weight * np.bitwise_count(one & other).sum(axis=1, dtype=np.int64)
    return total


def _words(rows: Sequence[Any]) -> dict[str, Array]:
    """All words in order, the rows in which each stands, and what it counts there."""
    hashes = [np.frombuffer(row.hashes or b"", dtype=">i8") for row in rows]
    counts = np.frombuffer(b"".join(row.counts or b"" for row in rows), dtype=">i2").astype(np.uint8)
    each = np.concatenate(hashes).astype(np.int64) if hashes else np.zeros(0, dtype=np.int64)
    in_rows = np.repeat(np.arange(len(rows), dtype=np.uint16), [len(one) for one in hashes])
    order = np.argsort(each, kind="stable")
    words, begins = np.unique(each[order], return_index=True)
    at = np.append(begins, len(each)).astype(np.int64)
    return {"words": words, "at": at, "in_rows": in_rows[order], "counts": counts[order]}
