"""Reference data: true, dated, with its source; loaded by ``gof reference load``, the same for everyone."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.core.table import text_enum
from services.taxonomy.terms import ClassificationScheme, IncomeGroup, StateKind


class _Coded(SQLModel):
    """What every classification entry has: its code, ASCII in every language, and its names by language."""

    code: str = Field(primary_key=True)
    names: dict[str, Any] = Field(sa_type=JSONB)
    """BCP 47 tag -> name; the six UN languages where the source has them, at least ``en``."""


class Region(_Coded, table=True):
    """A region of UN M49; ``parent`` is the region it lies in."""

    __tablename__ = "region"

    parent: str | None = Field(default=None, foreign_key="region.code")
    level: str


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


class StateClassification(SQLModel, table=True):
    """That a state is in a group, from a day on until the day before ``valid_to``."""

    __tablename__ = "state_classification"

    scheme: ClassificationScheme = Field(primary_key=True, sa_type=text_enum(ClassificationScheme))
    iso3: str = Field(primary_key=True, foreign_key="member_state.iso3")
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    scheduled_to: date | None = None
    """A planned end that no act in force has made final, as known on ``as_known_on``."""
    as_known_on: date | None = None
    value: IncomeGroup | None = Field(default=None, sa_type=text_enum(IncomeGroup))
    valid_from_basis: str
    """How well the first day is known: by the act, by its year, or only since the list cited."""
    note: str = ""
    source: str = Field(foreign_key="reference_source.key")


class ReferenceSource(SQLModel, table=True):
    """Where reference data comes from."""

    __tablename__ = "reference_source"

    key: str = Field(primary_key=True)
    title: str
    publisher: str
    as_of: date | None = None
    licence: str = ""


class Language(_Coded, table=True):
    """A language by its BCP 47 tag."""

    __tablename__ = "language"

    autonym: str
    direction: str


class CapacityAreaEntry(_Coded, table=True):
    """A capacity area, described."""

    __tablename__ = "capacity_area"

    descriptions: dict[str, Any] = Field(sa_type=JSONB)
    visions: list[str] = Field(sa_type=ARRAY(sa.Text))


class VisionEntry(_Coded, table=True):
    """One of the five visions of the Action Plan."""

    __tablename__ = "vision"


class ActionEntry(_Coded, table=True):
    """One of the ten actions of the Action Plan."""

    __tablename__ = "plan_action"


class Sector(_Coded, table=True):
    """An OECD-DAC purpose code of five digits."""

    __tablename__ = "sector"

    category: str


class SdgGoal(_Coded, table=True):
    """A Sustainable Development Goal, 1 to 17."""

    __tablename__ = "sdg_goal"

    number: int


class SdgTarget(_Coded, table=True):
    """A target of a Sustainable Development Goal, such as 4.4 or 1.a."""

    __tablename__ = "sdg_target"

    goal: str = Field(foreign_key="sdg_goal.code")
    place: int
    """Its place among the targets of its goal."""


class Licence(_Coded, table=True):
    """A licence by its SPDX id."""

    __tablename__ = "licence"
