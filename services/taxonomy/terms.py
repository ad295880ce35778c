"""The closed words of the reference data; open lists (states, sectors, licences) are rows, not words."""

from enum import StrEnum


class StateKind(StrEnum):
    """How a state stands to the United Nations; it says nothing of its standing in the Group."""

    MEMBER = "member"
    OBSERVER = "observer"


class RegionLevel(StrEnum):
    """The three levels of the UN's M49 geography; only some sub-regions are parted into intermediate ones."""

    REGION = "region"
    SUB_REGION = "sub_region"
    INTERMEDIATE = "intermediate"


class ClassificationScheme(StrEnum):
    """Who classifies states, and by what; a state stands under a scheme from one day to another."""

    UNCTAD_DEVELOPING = "unctad_developing"
    LDC = "ldc"
    LLDC = "lldc"
    SIDS = "sids"
    WB_INCOME = "wb_income"


class IncomeGroup(StrEnum):
    """The World Bank's income groups, by gross national income per person; the value of a ``WB_INCOME`` row."""

    LOW = "low"
    LOWER_MIDDLE = "lower_middle"
    UPPER_MIDDLE = "upper_middle"
    HIGH = "high"


class DateBasis(StrEnum):
    """What the first day of a classification rests on.

    ``act``: the day the act took effect. ``year``: only the year is known, and the day is its last, when the
    state was certainly listed. ``list``: the state stands on a list of that day; earlier is not claimed.
    """

    ACT = "act"
    YEAR = "year"
    LIST = "list"


class CapacityArea(StrEnum):
    """What capacity in AI consists of: the five visions crossed with compute, data, skills and models."""

    COMPUTE_INFRASTRUCTURE = "compute_infrastructure"
    CONNECTIVITY_ENERGY = "connectivity_energy"
    DATA_RESOURCES = "data_resources"
    LANGUAGE_RESOURCES = "language_resources"
    MODELS_APPLICATIONS = "models_applications"
    SKILLS_TRAINING = "skills_training"
    PUBLIC_LITERACY = "public_literacy"
    STRATEGY_POLICY = "strategy_policy"
    TESTING_EVALUATION_CERTIFICATION = "testing_evaluation_certification"
    RISK_SAFETY = "risk_safety"
    RESEARCH_LAB = "research_lab"
    FINANCING = "financing"


class Vision(StrEnum):
    """The five visions of the action plan of 25 September 2024."""

    V1 = "V1"
    V2 = "V2"
    V3 = "V3"
    V4 = "V4"
    V5 = "V5"


class SectorStatus(StrEnum):
    """Whether the DAC still gives the purpose code out; withdrawn ones keep older activities readable."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class LicenceUse(StrEnum):
    """What the Group suggests a licence for, so that a form need not offer seven hundred."""

    CONTENT = "content"
    DATA = "data"
    SOFTWARE = "software"
    MODEL = "model"


class NamedKind(StrEnum):
    """The lists that are shown in the order of their names in the reader's language."""

    LANGUAGE = "language"
    REGION = "region"
    STATE = "state"
