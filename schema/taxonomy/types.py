"""GraphQL types of reference data."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.core.arguments import Prefer
from schema.core.enums import describe
from schema.core.page import answered_by_shape
from schema.core.scalars import CountryCode, LanguageTag
from schema.core.texts import LocalizedText
from services.taxonomy.lists import CodeOrder, NameOrCodeOrder, PlaceOrder
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
describe(
    Vision,
    "The five visions of the Action Plan of 25 September 2024.",
    V1="Connected AI and digital infrastructure.",
    V2="AI at work in every sector.",
    V3="AI literacy and skilled people.",
    V4="Secure and diverse data.",
    V5="Safe, reliable and controllable AI.",
)
describe(
    SectorStatus,
    "Whether the OECD-DAC still gives a purpose code out.",
    ACTIVE="It does.",
    WITHDRAWN="No longer; the code keeps older activities readable.",
)
describe(
    LicenceUse,
    "What the Group suggests a licence for.",
    CONTENT="Texts, pictures and courses.",
    DATA="Data sets.",
    SOFTWARE="Software.",
    MODEL="Trained models.",
)
describe(
    NameOrCodeOrder,
    "Orders of regions and languages.",
    NAME="By name, as readers of the reader's language expect.",
    CODE="By code.",
)
describe(CodeOrder, "Orders of lists that are kept by code.", CODE="By code.")
describe(
    PlaceOrder,
    "Orders of lists that have an order of their own.",
    PLACE="As in the document that the list is from.",
)


def _in_a_language(language: Prefer = None) -> LocalizedText:
    """Answered by the Shape."""
    return answered_by_shape()  # type: ignore[no-any-return]


def _name(description: str = "Its name, in the languages that its source has; English always.") -> LocalizedText:
    return strawberry.field(resolver=_in_a_language, description=description)


@strawberry.type(description="A publication that reference data comes from. Public, as all reference data is.")
class ReferenceSource:
    """Source."""

    key: str = strawberry.field(description="Its short name here, such as `cldr_47`.")
    title: str = strawberry.field(description="Title of the list or decision.")
    publisher: str = strawberry.field(description="Who published it.")
    as_of: date = strawberry.field(
        description="The day on which it was known to say so; the last of its month or year where no day is known."
    )
    licence: str = strawberry.field(
        description="The terms of its texts; `facts`, where it has only facts, are free to use."
    )


def _source() -> ReferenceSource:
    return strawberry.field(description="Where this comes from.")  # type: ignore[no-any-return]


@strawberry.type(description="A region of the UN's M49 geography.")
class Region:
    """Region."""

    code: str = strawberry.field(description="M49 code of three digits, such as `002`.")
    level: RegionLevel = strawberry.field(description="How wide it is.")
    name: LocalizedText = _name("Its official name.")
    parent: "Region | None" = strawberry.field(description="The region it lies in; null for the widest.")
    source: ReferenceSource = _source()


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
        description="A planned end that no act has made final, as known on `asKnownOn`; null if none is planned."
    )
    as_known_on: date = strawberry.field(description="The day on which its source was known to say so.")
    note: str = strawberry.field(description="What else the source says; often empty.")
    source: ReferenceSource = _source()


@strawberry.type(description="A member state of the United Nations, or a non-member observer state.")
class MemberState:
    """State."""

    code: CountryCode = strawberry.field(description="ISO 3166-1 alpha-3.")
    m49: str = strawberry.field(description="UN M49 code of three digits.")
    kind: StateKind = strawberry.field(description="Whether it is a member or an observer state.")
    name: LocalizedText = _name("Its official short name.")
    un_member_since: int | None = strawberry.field(description="Year of admission; null for observer states.")
    official_languages: list[LanguageTag] = strawberry.field(description="Official languages (BCP 47).")
    regions: list[Region] = strawberry.field(description="All regions it lies in, the widest first.")
    delegation: Annotated["Delegation", strawberry.lazy("schema.membership.types")] | None = strawberry.field(
        description="Its delegation to the Group; null if it has none, or none that you may know of."
    )
    source: ReferenceSource = _source()

    @strawberry.field(description="The groups it is in on a day, by scheme.")
    def classifications(
        self, as_of: Annotated[date | None, strawberry.argument(description="The day; today when absent.")] = None
    ) -> list[StateClassification]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.type(description="One of the five visions of the Action Plan, in the Group's short words, not a quotation.")
class VisionEntry:
    """Vision."""

    code: Vision = strawberry.field(description="V1 to V5.")
    paragraph: str = strawberry.field(description="Where it stands in the Action Plan, such as `I.1`.")
    name: LocalizedText = _name()
    actions: list["PlanAction"] = strawberry.field(
        description="The actions that serve it, by the Group's reading, in the order of the Action Plan."
    )
    source: ReferenceSource = _source()


@strawberry.type(description="One of the ten actions of the Action Plan, in the Group's short words, not a quotation.")
class PlanAction:
    """Action."""

    code: str = strawberry.field(description="A1 to A10.")
    paragraph: str = strawberry.field(description="Where it stands in the Action Plan, such as `II.10`.")
    name: LocalizedText = _name()
    visions: list[VisionEntry] = strawberry.field(description="The visions it serves, by the Group's reading.")
    source: ReferenceSource = _source()


@strawberry.type(description="A capacity area in the Group's words.")
class CapacityAreaEntry:
    """Capacity area."""

    code: CapacityArea = strawberry.field(description="What practices and proposals are tagged with.")
    name: LocalizedText = _name()
    description: LocalizedText = _name("What belongs to it, in a sentence.")
    visions: list[VisionEntry] = strawberry.field(description="The visions it serves; at least one.")
    source: ReferenceSource = _source()


@strawberry.type(description="A Sustainable Development Goal.")
class SdgGoal:
    """Goal."""

    code: str = strawberry.field(description="Its number as text, `1` to `17`.")
    number: int = strawberry.field(description="Its number, 1 to 17.")
    name: LocalizedText = _name("The goal, in the words of the General Assembly.")
    targets: list["SdgTarget"] = strawberry.field(description="Its targets, in the order of the General Assembly.")
    source: ReferenceSource = _source()


@strawberry.type(description="A target of a Sustainable Development Goal.")
class SdgTarget:
    """Target."""

    code: str = strawberry.field(description="Goal and place, such as `4.4` or `1.a`.")
    name: LocalizedText = _name("The target, in the words of the General Assembly.")
    goal: SdgGoal = strawberry.field(description="The goal it belongs to.")
    source: ReferenceSource = _source()


@strawberry.type(description="A category of OECD-DAC purpose codes.")
class SectorCategory:
    """Sector category."""

    code: str = strawberry.field(description="Three digits, such as `111`.")
    name: LocalizedText = _name()
    sectors: list["Sector"] = strawberry.field(description="All its purpose codes, withdrawn ones too, by code.")
    source: ReferenceSource = _source()


@strawberry.type(description="An OECD-DAC purpose code: what an activity is for.")
class Sector:
    """Sector."""

    code: str = strawberry.field(description="Five digits, such as `11130`.")
    name: LocalizedText = _name()
    category: SectorCategory = strawberry.field(description="The category it belongs to.")
    status: SectorStatus = strawberry.field(description="Whether it is still given out.")
    source: ReferenceSource = _source()


@strawberry.type(description="A language that is official in a state or widely written.")
class Language:
    """Language."""

    code: LanguageTag = strawberry.field(description="Its BCP 47 tag.")
    name: LocalizedText = _name()
    autonym: str = strawberry.field(description="Its name in itself; empty where that is not known.")
    direction: str = strawberry.field(description="The way it is written, in HTML's words: `ltr` or `rtl`.")
    source: ReferenceSource = _source()


@strawberry.type(description="A licence of the SPDX list that is not deprecated there.")
class Licence:
    """Licence."""

    code: str = strawberry.field(description="Its SPDX id, such as `CC-BY-4.0`.")
    name: LocalizedText = _name("Its name; SPDX has it in English only.")
    osi_approved: bool = strawberry.field(description="Whether the Open Source Initiative approved it.")
    suggested_for: list[LicenceUse] = strawberry.field(description="What the Group suggests it for; empty for most.")
    source: ReferenceSource = _source()
