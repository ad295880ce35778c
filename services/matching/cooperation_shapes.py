"""What can be read of finished cooperations, and how states lead to them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.ids import of_kind
from services.core.names import name_place
from services.core.read.shape import (
    Condition,
    Connection,
    Expression,
    Filter,
    Many,
    One,
    Order,
    Row,
    Shape,
    extend,
    global_id,
    table_of,
    within,
)
from services.core.texts import SAME_MEANING, check_characters, search_parts
from services.matching import policy
from services.matching.cooperation_tables import ANY_CODE, Cooperation, CooperationText, StateExperience
from services.matching.terms import CooperationOrder
from services.taxonomy.shapes import MEMBER_STATE
from services.taxonomy.terms import CapacityArea
from services.translations.shapes import translatable

_NOBODY = sa.cast(sa.null(), sa.Uuid)
"""No delegation owns a cooperation."""

COOPERATION = Shape.of(
    "Cooperation",
    Cooperation,
    policy.cooperation_visible_to,
    {
        "id": global_id("cooperation"),
        "externalId": Cooperation.external_id,
        "source": Cooperation.source,
        "visibility": Cooperation.visibility,
        "originalLanguage": Cooperation.language,
        **translatable("cooperation", Cooperation, CooperationText, policy.cooperation_visible_to, lambda _: _NOBODY),
        # Never null: everyone sees all states, and the key is one of theirs.
        "hostState": One(lambda: MEMBER_STATE, on=lambda row, state: state.iso3 == row.host_state, null=False),
        "partnerStates": Many(
            lambda: MEMBER_STATE,
            on=lambda row, state: state.iso3 == sa.any_(row.partner_states),
            order=lambda state, ask: [name_place(state, ask), state.iso3],
        ),
        "startedOn": Cooperation.started_on,
        "endedOn": Cooperation.ended_on,
        "capacityAreas": Cooperation.capacity_areas,
        "sectors": Cooperation.sectors,
        "createdAt": Cooperation.created_at,
        "isDemo": Cooperation.is_demo,
    },
)


def _found(source: sa.FromClause, configurations: Expression, words: Expression, sketch: Expression) -> sa.FromClause:
    """The cooperations that a search finds, with their score in [0, 1]."""
    found = sa.func.cooperation_search(configurations, words, sketch, SAME_MEANING).table_valued(
        sa.column("id", sa.Uuid), sa.column("score", sa.Float)
    )
    return sa.select(source, found.c.score).join_from(source, found, found.c.id == source.c.id).subquery()


def _about(row: Row, code: Expression) -> Condition:
    """Whether a cooperation is about a code."""
    table = table_of(StateExperience).alias()
    met = table.c.code == sa.cast(code, sa.Text)
    return row.id.in_(sa.select(table.c.cooperation_id).where(met))  # type: ignore[no-any-return]


def _by(row: Row, state: Expression) -> Condition:
    """Whether a state took part in a cooperation."""
    table = table_of(StateExperience).alias()
    met = sa.and_(table.c.code == ANY_CODE, table.c.state == sa.cast(state, sa.Text))
    return row.id.in_(sa.select(table.c.cooperation_id).where(met))  # type: ignore[no-any-return]


def _of(state: Row, row: Row) -> Condition:
    """Whether the parent, a state, took part in a cooperation."""
    table = table_of(StateExperience).alias()
    met = sa.and_(table.c.code == ANY_CODE, table.c.state == state.iso3)
    return row.id.in_(within(state, sa.select(table.c.cooperation_id).where(met)))  # type: ignore[no-any-return]


def _code(value: str) -> str:
    return check_characters(value, path=())


def _area(area: CapacityArea) -> str:
    return area.value


def _cooperations(on: Any = None) -> Connection:
    return Connection(
        lambda: COOPERATION,
        orders={
            CooperationOrder.NEWEST: Order(
                "cooperations.newest", lambda row, _: [(row.ended_on, True), (row.id, True)], (sa.Date(), sa.Uuid())
            ),
            CooperationOrder.RELEVANCE: Order(
                "cooperations.relevance",
                lambda row, _: [(row.score, True), (row.id, True)],
                (sa.Float(), sa.Uuid()),
                needs="search",
            ),
        },
        default=lambda where: CooperationOrder.RELEVANCE if "search" in where else CooperationOrder.NEWEST,
        on=on,
        where={
            "search": Filter(
                convert=search_parts, types=(ARRAY(sa.Text), ARRAY(sa.Text), sa.Text()), slow=True, joins=_found
            ),
            "state": Filter(_by, _code, (sa.Text(),)),
            "sector": Filter(_about, _code, (sa.Text(),)),
            "capacityArea": Filter(_about, _area, (sa.Text(),)),
            "source": Filter(lambda row, source: row.source == source),
        },
    )


COOPERATIONS = _cooperations()
COOPERATION_BY_ID = One(
    lambda: COOPERATION, by={"id": Filter(lambda row, key: row.id == key, of_kind("cooperation"), (sa.Uuid(),))}
)
extend(MEMBER_STATE, {"cooperations": _cooperations(_of)})
