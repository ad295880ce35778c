"""What can be read of reference data; everyone may see all of it."""

import sqlalchemy as sa

from services.core.names import named
from services.core.read.shape import (
    Ask,
    Condition,
    Expression,
    Many,
    One,
    Row,
    Shape,
    table_of,
    within,
)
from services.taxonomy.tables import (
    ActionEntry,
    CapacityAreaEntry,
    Language,
    Licence,
    MemberState,
    ReferenceSource,
    Region,
    SdgGoal,
    SdgTarget,
    Sector,
    SectorCategory,
    StateClassification,
    VisionEntry,
)
from services.taxonomy.terms import RegionLevel


def today() -> Expression:
    """SQL of today's date in UTC: classifications and deadlines are counted in UTC."""
    return sa.cast(sa.func.timezone("UTC", sa.func.now()), sa.Date)


def in_force(row: Row, day: Expression) -> Condition:
    """Whether a dated row holds on ``day``: from ``valid_from`` until the day before ``valid_to``."""
    return sa.and_(row.valid_from <= day, sa.or_(row.valid_to.is_(None), row.valid_to > day))


def _classifications(state: Row, ask: Ask) -> sa.FromClause:
    table = table_of(StateClassification).alias()
    as_of = ask.arg("asOf")
    day = today() if as_of is None else sa.cast(as_of, sa.Date)
    found = sa.select(table).where(table.c.iso3 == state.iso3, in_force(table.c, day))
    return within(state, found).subquery()


def _widest_first(region: Row, _: Ask) -> list[Expression]:
    """What sorts the regions of one state: it has one of each level at most."""
    return [sa.case(*((region.level == level, place) for place, level in enumerate(RegionLevel)))]


def _in_order(row: Row, _: Ask) -> list[Expression]:
    return [row.position]


SOURCE = Shape.of(
    "ReferenceSource",
    ReferenceSource,
    None,
    {
        "key": ReferenceSource.key,
        "title": ReferenceSource.title,
        "publisher": ReferenceSource.publisher,
        "asOf": ReferenceSource.as_of,
        "licence": ReferenceSource.licence,
    },
)
_SOURCE = One(lambda: SOURCE, on=lambda row, source: source.key == row.source, null=False)

REGION: Shape = Shape.of(
    "Region",
    Region,
    None,
    {
        "code": Region.code,
        "level": Region.level,
        "name": named(),
        "parent": One(lambda: REGION, on=lambda row, parent: parent.code == row.parent),
        "source": _SOURCE,
    },
)

CLASSIFICATION = Shape.of(
    "StateClassification",
    StateClassification,
    None,
    {
        "scheme": StateClassification.scheme,
        "value": StateClassification.value,
        "validFrom": StateClassification.valid_from,
        "validFromBasis": StateClassification.valid_from_basis,
        "validTo": StateClassification.valid_to,
        "scheduledTo": StateClassification.scheduled_to,
        "asKnownOn": StateClassification.as_known_on,
        "note": StateClassification.note,
        "source": _SOURCE,
    },
)

MEMBER_STATE = Shape.of(
    "MemberState",
    MemberState,
    None,
    {
        "code": MemberState.iso3,
        "m49": MemberState.m49,
        "kind": MemberState.kind,
        "name": named(),
        "unMemberSince": MemberState.un_member_since,
        "officialLanguages": MemberState.official_languages,
        "regions": Many(
            lambda: REGION, on=lambda row, region: region.code == sa.any_(row.regions), order=_widest_first
        ),
        "classifications": Many(
            lambda: CLASSIFICATION, over=_classifications, order=lambda row, _: [sa.cast(row.scheme, sa.Text)]
        ),
        "source": _SOURCE,
    },
)

VISION = Shape.of(
    "VisionEntry",
    VisionEntry,
    None,
    {
        "code": VisionEntry.code,
        "paragraph": VisionEntry.paragraph,
        "name": named(),
        "actions": Many(lambda: ACTION, on=lambda row, action: row.code == sa.any_(action.visions), order=_in_order),
        "source": _SOURCE,
    },
)

ACTION: Shape = Shape.of(
    "PlanAction",
    ActionEntry,
    None,
    {
        "code": ActionEntry.code,
        "paragraph": ActionEntry.paragraph,
        "name": named(),
        "visions": Many(lambda: VISION, on=lambda row, vision: vision.code == sa.any_(row.visions), order=_in_order),
        "source": _SOURCE,
    },
)

CAPACITY_AREA = Shape.of(
    "CapacityAreaEntry",
    CapacityAreaEntry,
    None,
    {
        "code": CapacityAreaEntry.code,
        "name": named(),
        "description": named("descriptions"),
        "visions": Many(lambda: VISION, on=lambda row, vision: vision.code == sa.any_(row.visions), order=_in_order),
        "source": _SOURCE,
    },
)

SDG_GOAL = Shape.of(
    "SdgGoal",
    SdgGoal,
    None,
    {
        "code": SdgGoal.code,
        "number": SdgGoal.number,
        "name": named(),
        "targets": Many(lambda: SDG_TARGET, on=lambda row, target: target.goal == row.code, order=_in_order),
        "source": _SOURCE,
    },
)

SDG_TARGET: Shape = Shape.of(
    "SdgTarget",
    SdgTarget,
    None,
    {
        "code": SdgTarget.code,
        "name": named(),
        "goal": One(lambda: SDG_GOAL, on=lambda row, goal: goal.code == row.goal, null=False),
        "source": _SOURCE,
    },
)

SECTOR_CATEGORY = Shape.of(
    "SectorCategory",
    SectorCategory,
    None,
    {
        "code": SectorCategory.code,
        "name": named(),
        "sectors": Many(
            lambda: SECTOR, on=lambda row, sector: sector.category == row.code, order=lambda sector, _: [sector.code]
        ),
        "source": _SOURCE,
    },
)

SECTOR: Shape = Shape.of(
    "Sector",
    Sector,
    None,
    {
        "code": Sector.code,
        "name": named(),
        "category": One(lambda: SECTOR_CATEGORY, on=lambda row, it: it.code == row.category, null=False),
        "status": Sector.status,
        "source": _SOURCE,
    },
)

LANGUAGE = Shape.of(
    "Language",
    Language,
    None,
    {
        "code": Language.code,
        "name": named(),
        "autonym": Language.autonym,
        "direction": Language.direction,
        "source": _SOURCE,
    },
)

LICENCE = Shape.of(
    "Licence",
    Licence,
    None,
    {
        "code": Licence.code,
        "name": named(),
        "osiApproved": Licence.osi_approved,
        "suggestedFor": Licence.suggested_for,
        "source": _SOURCE,
    },
)
