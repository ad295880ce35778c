"""What can be read of reference data; everyone may see all of it."""

import sqlalchemy as sa

from services.core.names import named
from services.core.read.shape import Ask, Condition, Expression, Many, One, Row, Shape, Value, table_of, within
from services.taxonomy.tables import MemberState, ReferenceSource, Region, StateClassification


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


SOURCE = Shape.of(
    "ReferenceSource",
    ReferenceSource,
    None,
    {
        "key": ReferenceSource.key,
        "title": ReferenceSource.title,
        "publisher": ReferenceSource.publisher,
        "asOf": ReferenceSource.as_of,
    },
)

REGION = Shape.of("Region", Region, None, {"code": Region.code, "level": Region.level, "name": named()})

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
        "source": One(lambda: SOURCE, on=lambda row, source: source.key == row.source, null=False),
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
            lambda: REGION,
            on=lambda row, region: region.code == sa.any_(row.regions),
            order=lambda region, _: [region.code],
        ),
        "classifications": Many(
            lambda: CLASSIFICATION, over=_classifications, order=lambda row, _: [sa.cast(row.scheme, sa.Text)]
        ),
    },
)
