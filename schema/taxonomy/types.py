"""GraphQL types of reference data."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.core.arguments import Prefer
from schema.core.enums import describe
from schema.core.page import answered_by_shape
from schema.core.scalars import CountryCode, LanguageTag
from schema.core.texts import LocalizedText
from services.taxonomy.terms import CapacityArea, ClassificationScheme, DateBasis, IncomeGroup, RegionLevel, StateKind

if TYPE_CHECKING:
    from schema.membership.types import Delegation

describe(
    StateKind,
    "How a state stands to the United Nations; it says nothing of its standing in the Group.",
    MEMBER="One of the 193 member states.",
    OBSERVER="A non-member observer state.",
)
describe(
    ClassificationScheme,
    "Who classifies states, and by what. Classifications are dated: there is no timeless list.",
    UNCTAD_DEVELOPING="Developing economies by UNCTAD.",
    LDC="Least developed countries, by the UN General Assembly.",
    LLDC="Landlocked developing countries, by UN-OHRLLS.",
    SIDS="Small island developing states, by UN-OHRLLS.",
    WB_INCOME="Income groups by the World Bank.",
)
describe(
    IncomeGroup,
    "Income groups of the World Bank, by gross national income per person.",
    LOW="Low income.",
    LOWER_MIDDLE="Lower middle income.",
    UPPER_MIDDLE="Upper middle income.",
    HIGH="High income.",
)
describe(
    CapacityArea,
    "What capacity in AI consists of: the five visions of the Action Plan crossed with compute, data, skills, models.",
    COMPUTE_INFRASTRUCTURE="Computing power and the infrastructure to use it.",
    CONNECTIVITY_ENERGY="Networks and energy that AI runs on.",
    DATA_RESOURCES="Data sets and data infrastructure.",
    LANGUAGE_RESOURCES="Corpora and tools for languages.",
    MODELS_APPLICATIONS="Models and their application in sectors.",
    SKILLS_TRAINING="Training of specialists.",
    PUBLIC_LITERACY="AI literacy of the public.",
    STRATEGY_POLICY="Strategies and policies.",
    TESTING_EVALUATION_CERTIFICATION="Testing, evaluation and certification.",
    RISK_SAFETY="Risk assessment and safety.",
    RESEARCH_LAB="Research and joint laboratories.",
    FINANCING="Financing of capacity-building.",
)
describe(
    DateBasis,
    "What the first day of a classification rests on.",
    ACT="The day the act took effect.",
    YEAR="Only the year is known; the day is its last.",
    LIST="The state stands on a list of that day; earlier is not claimed.",
)
describe(
    RegionLevel,
    "The levels of the UN's M49 geography.",
    REGION="A region, such as Africa.",
    SUB_REGION="A sub-region, such as Sub-Saharan Africa.",
    INTERMEDIATE="An intermediate region, such as Eastern Africa.",
)


@strawberry.type(description="Where reference data comes from.")
class ReferenceSource:
    """Source."""

    key: str = strawberry.field(description="Its short name here.")
    title: str = strawberry.field(description="Title of the list or decision.")
    publisher: str = strawberry.field(description="Who published it.")
    as_of: date | None = strawberry.field(description="The day whose state it shows; null where it shows none.")


@strawberry.type(description="A region of the UN's M49 geography.")
class Region:
    """Region."""

    code: str = strawberry.field(description="M49 code of three digits, such as `002`.")
    level: RegionLevel = strawberry.field(description="How wide it is.")

    @strawberry.field(description="Its official name.")
    def name(self, language: Prefer = None) -> LocalizedText:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.type(description="That a state is in a group, from a day on until the day before `validTo`.")
class StateClassification:
    """Classification."""

    scheme: ClassificationScheme = strawberry.field(description="Who classifies, and by what.")
    value: IncomeGroup | None = strawberry.field(description="The income group; null under every other scheme.")
    valid_from: date = strawberry.field(description="The first day.")
    valid_from_basis: DateBasis = strawberry.field(description="How well the first day is known.")
    valid_to: date | None = strawberry.field(
        description="The first day on which it no longer holds, by an act in force; null while it holds."
    )
    scheduled_to: date | None = strawberry.field(
        description="A planned end that no act in force has made final, as known on `asKnownOn`; null if none is planned."
    )
    as_known_on: date | None = strawberry.field(description="The day of the source; null where the source has none.")
    note: str = strawberry.field(description="What else the source says; often empty.")
    source: ReferenceSource = strawberry.field(description="Where this comes from.")


@strawberry.type(description="A member state of the United Nations, or a non-member observer state.")
class MemberState:
    """State."""

    code: CountryCode = strawberry.field(description="ISO 3166-1 alpha-3.")
    m49: str = strawberry.field(description="UN M49 code of three digits.")
    kind: StateKind = strawberry.field(description="Whether it is a member or an observer state.")
    un_member_since: int | None = strawberry.field(description="Year of admission; null for observer states.")
    official_languages: list[LanguageTag] = strawberry.field(description="Official languages (BCP 47).")
    regions: list[Region] = strawberry.field(description="All regions it lies in, by code.")
    delegation: Annotated["Delegation", strawberry.lazy("schema.membership.types")] | None = strawberry.field(
        description="Its delegation to the Group; null if it has none, or none that you may know of."
    )

    @strawberry.field(description="Its official short name.")
    def name(self, language: Prefer = None) -> LocalizedText:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="The groups it is in on a day, by scheme.")
    def classifications(
        self, as_of: Annotated[date | None, strawberry.argument(description="The day; today when absent.")] = None
    ) -> list[StateClassification]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]
