"""Reference data: true, dated, with its source; loaded by ``gof reference load``, the same for everyone."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.core.table import text_enum, text_enum_array
from services.taxonomy.terms import (
    CapacityArea,
    ClassificationScheme,
    DateBasis,
    IncomeGroup,
    LicenceUse,
    RegionLevel,
    SectorStatus,
    StateKind,
    Vision,
)


class ReferenceSource(SQLModel, table=True):
    """A publication that reference data is taken from, as it stood on ``as_of``."""

    __tablename__ = "reference_source"

    key: str = Field(primary_key=True)
    title: str
    publisher: str
    as_of: date
    licence: str


class Coded(SQLModel):
    """What every entry of reference data has: its code, ASCII in every language, its names, and their source."""

    code: str = Field(primary_key=True)
    names: dict[str, Any] = Field(sa_type=JSONB)
    """BCP 47 tag -> name; the six UN languages where the source has them, at least ``en``."""
    source: str = Field(foreign_key="reference_source.key")


class _Placed(Coded):
    """An entry of a list that has an order of its own."""

    position: int
    """Its place in the list, from 1."""


class _Searched(Coded):
    """An entry of a list so long that people search it."""

    words: str
    """All that it is found by, as ``rules.search_words`` folds it."""


class Region(Coded, table=True):
    """A region of UN M49; ``parent`` is the region it lies in."""

    __tablename__ = "region"

    parent: str | None = Field(default=None, foreign_key="region.code")
    level: RegionLevel = Field(sa_type=text_enum(RegionLevel))
    places: dict[str, Any] = Field(sa_type=JSONB)
    """Language -> place in the order of names in that language, made with Intl.Collator."""


class MemberState(SQLModel, table=True):
    """A member state of the United Nations, or one of the two observer states."""

    __tablename__ = "member_state"

    iso3: str = Field(primary_key=True)
    iso2: str
    m49: str
    kind: StateKind = Field(sa_type=text_enum(StateKind))
    regions: list[str] = Field(sa_type=ARRAY(sa.Text))
    """The M49 codes of all regions it lies in, the widest first."""
    un_member_since: int | None = None
    """The year of admission to the United Nations."""
    official_languages: list[str] = Field(sa_type=ARRAY(sa.Text))
    names: dict[str, Any] = Field(sa_type=JSONB)
    places: dict[str, Any] = Field(sa_type=JSONB)
    """Language -> place in the order of names in that language, made with Intl.Collator."""
    source: str = Field(foreign_key="reference_source.key")


class StateClassification(SQLModel, table=True):
    """That a state is in a group, from a day on until the day before ``valid_to``."""

    __tablename__ = "state_classification"

    scheme: ClassificationScheme = Field(primary_key=True, sa_type=text_enum(ClassificationScheme))
    iso3: str = Field(primary_key=True, foreign_key="member_state.iso3")
    valid_from: date = Field(primary_key=True)
    valid_from_basis: DateBasis = Field(sa_type=text_enum(DateBasis))
    """How well the first day is known: by the act, by its year, or only since the list cited."""
    valid_to: date | None = None
    scheduled_to: date | None = None
    """A planned end that no act in force has made final, as known on ``as_known_on``."""
    as_known_on: date
    value: IncomeGroup | None = Field(default=None, sa_type=text_enum(IncomeGroup))
    note: str = ""
    source: str = Field(foreign_key="reference_source.key")


class Language(_Searched, table=True):
    """A language by its BCP 47 tag."""

    __tablename__ = "language"
    __table_args__ = (sa.CheckConstraint("direction IN ('ltr', 'rtl')", name="direction"),)

    autonym: str
    """Its name in itself; empty where that is not known."""
    direction: str
    """The way it is written, in HTML's words: ltr or rtl."""
    places: dict[str, Any] = Field(sa_type=JSONB)
    """Language -> place in the order of names in that language, made with Intl.Collator."""


class VisionEntry(_Placed, table=True):
    """One of the five visions of the Action Plan."""

    __tablename__ = "vision"

    code: Vision = Field(primary_key=True, sa_type=text_enum(Vision))
    paragraph: str
    """Where it stands in the Action Plan: I.1 to I.5."""


class ActionEntry(_Placed, table=True):
    """One of the ten actions of the Action Plan."""

    __tablename__ = "plan_action"

    visions: list[Vision] = Field(sa_type=text_enum_array(Vision))
    """The visions it serves, by the Group's reading."""
    paragraph: str
    """Where it stands in the Action Plan: II.1 to II.10."""


class CapacityAreaEntry(_Placed, table=True):
    """A capacity area in the Group's words."""

    __tablename__ = "capacity_area"

    code: CapacityArea = Field(primary_key=True, sa_type=text_enum(CapacityArea))
    descriptions: dict[str, Any] = Field(sa_type=JSONB)
    visions: list[Vision] = Field(sa_type=text_enum_array(Vision))
    """The visions it serves, at least one."""


class SdgGoal(Coded, table=True):
    """A Sustainable Development Goal, 1 to 17."""

    __tablename__ = "sdg_goal"

    number: int


class SdgTarget(_Placed, _Searched, table=True):
    """A target of a Sustainable Development Goal, such as 4.4 or 1.a; its place is among the targets of all goals."""

    __tablename__ = "sdg_target"

    goal: str = Field(foreign_key="sdg_goal.code")


class SectorCategory(Coded, table=True):
    """A category of OECD-DAC purpose codes, of three digits."""

    __tablename__ = "sector_category"


class Sector(_Searched, table=True):
    """An OECD-DAC purpose code of five digits."""

    __tablename__ = "sector"

    category: str = Field(foreign_key="sector_category.code")
    status: SectorStatus = Field(sa_type=text_enum(SectorStatus))


class Licence(_Searched, table=True):
    """A licence by its SPDX id."""

    __tablename__ = "licence"

    osi_approved: bool
    """Whether the Open Source Initiative approved it."""
    suggested_for: list[LicenceUse] = Field(sa_type=text_enum_array(LicenceUse))
    """What the Group suggests it for; empty for most."""
