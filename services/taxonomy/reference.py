"""The reference data: read from ``data/``, checked as a whole, and asked for a day. Knows no database.

Where each fact comes from stands in ``data/sources.tsv``, how it was made in ``data/README.md``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise

from services.core.languages import UN_LANGUAGES
from services.taxonomy import facts, rows
from services.taxonomy.errors import ReferenceInvalid
from services.taxonomy.lines import Line, Row, read_rows
from services.taxonomy.terms import ClassificationScheme, IncomeGroup, NamedKind, RegionLevel

_NAMES = " ".join(f"name_{language}" for language in UN_LANGUAGES)
_DESCRIPTIONS = " ".join(f"description_{language}" for language in UN_LANGUAGES)
_COLUMNS = {
    "actions": f"code visions place {_NAMES} source",
    "capacity_areas": f"code visions {_NAMES} {_DESCRIPTIONS} source",
    "classifications": "scheme iso3 value valid_from valid_from_basis valid_to scheduled_to as_known_on source note",
    "languages": f"code direction autonym {_NAMES} source",
    "licences": "id name osi_approved suggested_for source",
    "name_order": "kind language position code",
    "regions": f"code parent level {_NAMES} source",
    "sdg_goals": f"code {_NAMES} source",
    "sdg_targets": "code goal text_en source",
    "sector_categories": "code name_en name_fr source",
    "sectors": "code category status name_en name_fr source",
    "sources": "key title publisher as_of licence",
    "states": "iso3 iso2 m49 kind region sub_region intermediate_region un_member_since official_languages"
    f" {_NAMES} source",
    "visions": f"code place {_NAMES} source",
}
_KEYS = {
    "classifications": "scheme iso3 valid_from",
    "licences": "id",
    "name_order": "kind language code",
    "sources": "key",
    "states": "iso3",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """All of the reference data, each table in the order of its file; every code used in it is known in it."""

    sources: tuple[facts.Source, ...]
    regions: tuple[facts.Region, ...]
    languages: tuple[facts.Language, ...]
    states: tuple[facts.State, ...]
    name_places: tuple[facts.NamePlace, ...]
    classifications: tuple[facts.Classification, ...]
    visions: tuple[facts.VisionText, ...]
    actions: tuple[facts.Action, ...]
    capacity_areas: tuple[facts.AreaText, ...]
    goals: tuple[facts.Goal, ...]
    targets: tuple[facts.Target, ...]
    sector_categories: tuple[facts.SectorCategory, ...]
    sectors: tuple[facts.Sector, ...]
    licences: tuple[facts.Licence, ...]


def classified_on(
    classifications: Iterable[facts.Classification],
    scheme: ClassificationScheme,
    day: date,
    *,
    value: IncomeGroup | None = None,
) -> frozenset[str]:
    """Return the ISO 3166-1 alpha-3 codes of the states that stood under ``scheme`` on ``day``.

    With ``value`` only those of that income group. Periods are half-open: on the day of its graduation a
    state is out. A scheduled end counts for nothing until it is recorded as in effect.
    """
    return frozenset(
        row.iso3 for row in classifications if row.scheme is scheme and row.holds_on(day) and value in (None, row.value)
    )


def read_reference(folder: Traversable | None = None) -> Reference:
    """Return the reference data of ``folder``, by default the data that comes with the platform.

    Raises ``ReferenceInvalid``, which names file, line and column, for whatever cannot be right: a missing
    name, an unknown code, an impossible day, a code given twice, two periods of one state and scheme that
    overlap, an order of names with a gap.
    """
    data = folder or files("services.taxonomy") / "data"
    sources = _read(data, "sources", rows.source)
    cited = frozenset(row.key for row in sources)

    def table(file: str, build: Callable[[Line, str], Row]) -> tuple[Row, ...]:
        return _read(data, file, lambda line: build(line, line.known("source", cited, "sources.tsv")))

    languages = table("languages", rows.language)
    states = table("states", partial(rows.state, spoken=frozenset(row.code for row in languages)))
    goals = table("sdg_goals", rows.goal)
    categories = table("sector_categories", rows.category)
    codes = frozenset(row.iso3 for row in states)
    reference = Reference(
        sources=sources,
        regions=table("regions", rows.region),
        languages=languages,
        states=states,
        name_places=_read(data, "name_order", rows.name_place),
        classifications=table("classifications", partial(rows.classification, states=codes)),
        visions=table("visions", rows.vision),
        actions=table("actions", rows.action),
        capacity_areas=table("capacity_areas", rows.area),
        goals=goals,
        targets=table("sdg_targets", partial(rows.target, goals={str(row.number) for row in goals})),
        sector_categories=categories,
        sectors=table("sectors", partial(rows.sector, categories={row.code for row in categories})),
        licences=table("licences", rows.licence),
    )
    _check_geography(reference.regions, states)
    _check_periods(reference.classifications)
    _check_name_places(reference)
    return reference


def _read(data: Traversable, file: str, build: Callable[[Line], Row]) -> tuple[Row, ...]:
    return read_rows(data, f"{file}.tsv", _COLUMNS[file].split(), _KEYS.get(file, "code").split(), build)


def _check_geography(regions: Sequence[facts.Region], states: Sequence[facts.State]) -> None:
    """Refuse a region whose parent is not one level up, and a state whose regions do not nest."""
    levels = list(RegionLevel)
    above = {row.code: row for row in regions}
    for number, row in enumerate(regions, start=2):
        parent = above.get(row.parent or "")
        if row.parent and (parent is None or levels.index(parent.level) != levels.index(row.level) - 1):
            raise ReferenceInvalid("regions.tsv", number, "parent", f"“{row.parent}” is not a region one level above.")
    for number, state in enumerate(states, start=2):
        if (found := above.get(state.sub_region)) is None or found.parent != state.region:
            raise _misplaced(number, "sub_region", state.sub_region, state.region)
        if (inner := state.intermediate_region) is None:
            continue
        if (found := above.get(inner)) is None or found.parent != state.sub_region:
            raise _misplaced(number, "intermediate_region", inner, state.sub_region)


def _misplaced(number: int, column: str, code: str, parent: str) -> ReferenceInvalid:
    return ReferenceInvalid("states.tsv", number, column, f"regions.tsv has no “{code}” directly within “{parent}”.")


def _check_periods(classifications: Iterable[facts.Classification]) -> None:
    """Refuse two periods of one state under one scheme that share a day."""
    periods: defaultdict[tuple[str, str], list[tuple[date, date, int]]] = defaultdict(list)
    for number, row in enumerate(classifications, start=2):
        end = row.valid_to or date.max
        periods[row.scheme, row.iso3].append((row.valid_from, end, number))
    for (scheme, iso3), spans in periods.items():
        for (_, end, before), (start, _, number) in pairwise(sorted(spans)):
            if start < end:
                problem = f"{iso3} is under {scheme} on that day already, by line {before}."
                raise ReferenceInvalid("classifications.tsv", number, "valid_from", problem)


def _check_name_places(reference: Reference) -> None:
    """Refuse an order of names that skips a place, leaves a thing out or orders an unknown one."""
    named = {
        NamedKind.LANGUAGE: {row.code for row in reference.languages},
        NamedKind.REGION: {row.code for row in reference.regions},
        NamedKind.STATE: {row.iso3 for row in reference.states},
    }
    counted: defaultdict[tuple[NamedKind, str], int] = defaultdict(int)
    for number, row in enumerate(reference.name_places, start=2):
        if row.code not in named[row.kind]:
            raise ReferenceInvalid("name_order.tsv", number, "code", f"“{row.code}” is no {row.kind} here.")
        counted[row.kind, row.language] += 1
        if row.position != (place := counted[row.kind, row.language]):
            problem = f"{row.position} stands where {place} is due."
            raise ReferenceInvalid("name_order.tsv", number, "position", problem)
    for kind, codes in named.items():
        for language in UN_LANGUAGES:
            if (given := counted[kind, language]) != len(codes):
                problem = f"{given} of {len(codes)} names in “{language}” have a place."
                raise ReferenceInvalid("name_order.tsv", 0, None, f"{kind}: {problem}")
