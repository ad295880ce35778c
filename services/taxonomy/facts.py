"""The facts of the reference data, one value a row. Codes are stable; ``names`` map a UN language to a text.

``source`` is the key of the ``Source`` that vouches for the row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.taxonomy.terms import (
    CapacityArea,
    ClassificationScheme,
    DateBasis,
    IncomeGroup,
    LicenceUse,
    NamedKind,
    RegionLevel,
    SectorStatus,
    StateKind,
    Vision,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A publication that facts are taken from, as it stood on ``as_of``."""

    key: str
    title: str
    publisher: str
    as_of: date
    licence: str


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the UN's M49 geography; ``code`` has three digits, ``parent`` is None for the five largest."""

    code: str
    parent: str | None
    level: RegionLevel
    names: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class State:
    """A member state of the United Nations, or one of its two observer states.

    ``iso3`` and ``iso2`` are ISO 3166-1, ``m49`` three digits; the regions are M49 codes, of which the
    intermediate one may be absent. ``un_member_since`` is a year, None for an observer state.
    ``official_languages`` are BCP 47 tags, at least one. ``names`` are the UN's short names.
    """

    iso3: str
    iso2: str
    m49: str
    kind: StateKind
    region: str
    sub_region: str
    intermediate_region: str | None
    un_member_since: int | None
    official_languages: tuple[str, ...]
    names: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class NamePlace:
    """The place (from 1) of a named thing when its list is sorted for readers of ``language``."""

    kind: NamedKind
    language: str
    position: int
    code: str


@dataclass(frozen=True, slots=True)
class Classification:
    """A state stands under ``scheme`` from ``valid_from`` on and before ``valid_to`` (half-open).

    ``valid_to`` is the first day it no longer does, set only from an act in effect; a planned end is
    ``scheduled_to`` and ends nothing by itself. ``as_known_on`` is the day on which the source was known to
    say so. ``value`` is the income group of a ``WB_INCOME`` row, else None. ``note`` says what the
    source says besides, often nothing.
    """

    scheme: ClassificationScheme
    iso3: str
    value: IncomeGroup | None
    valid_from: date
    valid_from_basis: DateBasis
    valid_to: date | None
    scheduled_to: date | None
    as_known_on: date
    source: str
    note: str

    def holds_on(self, day: date) -> bool:
        """Whether the state stood under the scheme on ``day``, by what is recorded."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class AreaText:
    """A capacity area in words: the Group's working wording, with the visions it serves (at least one)."""

    area: CapacityArea
    visions: tuple[Vision, ...]
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class VisionText:
    """A vision of the action plan; ``place`` says where it stands there (I.1 … I.5)."""

    vision: Vision
    place: str
    names: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Action:
    """One of the ten actions of the action plan: ``code`` A1 … A10, ``place`` II.1 … II.10."""

    code: str
    visions: tuple[Vision, ...]
    place: str
    names: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A Sustainable Development Goal, ``number`` 1 … 17."""

    number: int
    names: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Target:
    """A target of a goal: ``code`` like 4.4 or 1.a; ``text`` is English."""

    code: str
    goal: int
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class SectorCategory:
    """A three-digit category of the OECD-DAC purpose codes; ``names`` in English and, where known, French."""

    code: str
    names: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Sector:
    """A five-digit OECD-DAC purpose code; ``names`` in English and, where known, French."""

    code: str
    category: str
    status: SectorStatus
    names: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its BCP 47 tag; ``direction`` ltr or rtl; ``autonym`` its own name, empty where unknown."""

    code: str
    direction: str
    autonym: str
    names: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence by its SPDX id; ``suggested_for`` is the Group's own short list, empty for most."""

    id: str
    name: str
    osi_approved: bool
    suggested_for: tuple[LicenceUse, ...]
    source: str
