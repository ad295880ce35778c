"""The words of matching."""

from enum import StrEnum


class MatchCriterion(StrEnum):
    """What a pair of proposals is scored by, in the order in which equal reasons are shown."""

    CAPACITY_AREAS = "capacity_areas"
    SECTORS = "sectors"
    SDG_TARGETS = "sdg_targets"
    FORMS = "forms"
    TEXT = "text"
    WORKING_LANGUAGES = "working_languages"
    LIKE_CONDITIONS = "like_conditions"
    EQUITY = "equity"
    EXPERIENCE = "experience"


class Constraint(StrEnum):
    """The hard constraints: a pair that breaks one is no match, however well the rest fits."""

    VISIBLE = "visible"
    OPEN = "open"
    PLACES_LEFT = "places_left"
    OTHER_DELEGATION = "other_delegation"
    TAKES_PART = "takes_part"
    OPPOSITE_SIDE = "opposite_side"
    COMMON_LANGUAGE = "common_language"
    PERIOD = "period"
    OWN_REGIONS = "own_regions"
    PARTNER_REGIONS = "partner_regions"
    OWN_MODALITIES = "own_modalities"
    PARTNER_MODALITIES = "partner_modalities"


class MatchChangeField(StrEnum):
    """What of a proposal would have to be another for a pair to become a match."""

    STATUS = "status"
    EXPIRES_ON = "expires_on"
    OPENS_ON = "opens_on"
    PLACES = "places"
    SIDE = "side"
    INTERPRETATION_OFFERED = "interpretation_offered"
    PERIOD_FROM = "period_from"
    REGIONS_ACCEPTED = "regions_accepted"
    MODALITIES_ACCEPTED = "modalities_accepted"
    CAPACITY_AREAS = "capacity_areas"


class MatchBand(StrEnum):
    """How good a match is, without false precision; the limits stand in the weights."""

    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"


class MatchMissCode(StrEnum):
    """What does not fit though it excludes nothing."""

    CAPACITY_AREAS_NOT_COVERED = "capacity_areas_not_covered"
    SECTORS_NOT_COVERED = "sectors_not_covered"
    SDG_TARGETS_NOT_COVERED = "sdg_targets_not_covered"
    FORMS_NOT_COVERED = "forms_not_covered"
    QUANTITY_SHORT = "quantity_short"
    INTERPRETATION_NEEDED = "interpretation_needed"
    TEXTS_FAR_APART = "texts_far_apart"
    NOT_STATED = "not_stated"


class ModalityReason(StrEnum):
    """Why a pair is neither North-South nor South-South cooperation."""

    BOTH_DEVELOPED = "both_developed"
    NO_STATE = "no_state"


class MatchOrder(StrEnum):
    """Orders of matches."""

    SCORE = "score"


class WeightsOrder(StrEnum):
    """Orders of the versions of weights."""

    NEWEST = "newest"


class CooperationSource(StrEnum):
    """How the platform knows of a finished cooperation."""

    IMPORT = "import"
    LAB = "lab"


class CooperationOrder(StrEnum):
    """Orders of finished cooperations."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


class MatchAnswerKind(StrEnum):
    """What a delegation says to a pair of a proposal of its own with another."""

    SAVED = "saved"
    DISMISSED = "dismissed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


TOLD = (MatchAnswerKind.ACCEPTED, MatchAnswerKind.DECLINED)
"""The answers that the other side is told; the others are a delegation's own."""
SETS_ASIDE = (MatchAnswerKind.DISMISSED, MatchAnswerKind.DECLINED)
"""The answers after which a pair stays away until something changes."""


class MatchAnswerOrder(StrEnum):
    """Orders of what was said to pairs."""

    NEWEST = "newest"


class StandingSearchOrder(StrEnum):
    """Orders of standing searches."""

    NEWEST = "newest"


class TriangularRole(StrEnum):
    """What an offer is in a triangle; the need is the beneficiary's."""

    PIVOTAL = "pivotal"
    FACILITATING = "facilitating"


class TriangleOrder(StrEnum):
    """Orders of triangles."""

    SCORE = "score"
