"""What can be read of practices: a Shape per GraphQL type."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from services.core.ids import of_kind
from services.core.policy import may, reasons_against
from services.core.read.codes import any_of
from services.core.read.shape import (
    Ask,
    Connection,
    Expression,
    Filter,
    Many,
    One,
    Order,
    Row,
    Shape,
    Value,
    global_id,
    within,
)
from services.core.table import text_enum
from services.core.texts import SAME_MEANING, search_parts
from services.membership.shapes import DELEGATION
from services.practices import policy
from services.practices.rules import RED_DAYS, YELLOW_DAYS
from services.practices.tables import Endorsement, Practice, PracticeText, PracticeVersion
from services.practices.terms import Freshness, PracticeStatus
from services.taxonomy.shapes import today
from services.translations.shapes import translatable


class PracticeOrder(StrEnum):
    """Orders of practices."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


class EndorsementOrder(StrEnum):
    """Orders of endorsements."""

    NEWEST = "newest"


def _freshness(row: Row, _: Ask) -> Expression:
    age = today() - row.last_confirmed_on
    words = sa.case(
        (row.status != PracticeStatus.PUBLISHED, sa.null()),
        (age >= RED_DAYS, Freshness.RED.value),
        (age >= YELLOW_DAYS, Freshness.YELLOW.value),
        else_=Freshness.GREEN.value,
    )
    return sa.type_coerce(words, text_enum(Freshness))


ENDORSEMENT = Shape.of(
    "Endorsement",
    Endorsement,
    None,
    {
        "delegation": One(lambda: DELEGATION, on=lambda row, it: it.id == row.delegation_id),
        "createdAt": Endorsement.created_at,
    },
)

VERSION_TEXT = Shape.of(
    "PracticeVersionText",
    None,
    None,
    {
        "language": Value(lambda row, _: row.language),
        "title": Value(lambda row, _: row.title),
        "summary": Value(lambda row, _: row.summary),
        "description": Value(lambda row, _: row.description),
    },
)


def _version_texts(row: Row, _: Ask) -> sa.FromClause:
    each = sa.func.jsonb_each(row.texts).table_valued(
        sa.column("key", sa.Text), sa.column("value", sa.dialects.postgresql.JSONB)
    )
    columns = [each.c.value[name].astext.label(name) for name in ("title", "summary", "description")]
    return within(row, sa.select(each.c.key.label("language"), *columns).select_from(each)).subquery()


VERSION = Shape.of(
    "PracticeVersion",
    PracticeVersion,
    policy.visible_to,
    {
        "number": PracticeVersion.number,
        "publishedAt": PracticeVersion.published_at,
        "texts": Many(lambda: VERSION_TEXT, over=_version_texts, order=lambda row, _: [row.language]),
    },
)

PRACTICE = Shape.of(
    "Practice",
    Practice,
    policy.visible_to,
    {
        "id": global_id("practice"),
        "revision": Practice.revision,
        "externalId": Practice.external_id,
        "status": Practice.status,
        "visibility": Practice.visibility,
        "originalLanguage": Practice.language,
        **translatable("practice", Practice, PracticeText, policy.visible_to),
        "delegation": One(lambda: DELEGATION, on=lambda row, it: it.id == row.delegation_id),
        "capacityAreas": Practice.capacity_areas,
        "sectors": Practice.sectors,
        "sdgTargets": Practice.sdg_targets,
        "licence": Practice.licence,
        "version": Practice.version,
        "versions": Many(
            lambda: VERSION, on=lambda row, it: it.practice_id == row.id, order=lambda it, _: [it.number.desc()]
        ),
        "createdAt": Practice.created_at,
        "updatedAt": Practice.updated_at,
        "publishedAt": Practice.published_at,
        "lastConfirmedOn": Practice.last_confirmed_on,
        "freshness": Value(_freshness, null=True),
        "returnReason": Practice.return_reason,
        "withdrawalReason": Practice.withdrawal_reason,
        "isDemo": Practice.is_demo,
        "endorsements": Connection(
            lambda: ENDORSEMENT,
            orders={
                EndorsementOrder.NEWEST: Order(
                    "endorsements.newest",
                    lambda row, _: [(row.created_at, True), (row.delegation_id, True)],
                    (sa.DateTime(timezone=True), sa.Uuid()),
                )
            },
            default=lambda _: EndorsementOrder.NEWEST,
            on=lambda row, it: it.practice_id == row.id,
        ),
        "viewerHasEndorsed": Value(
            lambda row, ask: (
                sa.select(col(Endorsement.practice_id))
                .where(
                    col(Endorsement.practice_id) == row.id, col(Endorsement.delegation_id) == ask.viewer.delegation_id
                )
                .exists()
            )
        ),
        "viewerCanRevise": may(policy.refusals_to_revise),
        "viewerCanDelete": may(policy.refusals_to_delete),
        "viewerCanSubmit": may(policy.refusals_to_submit),
        "viewerCanReview": may(policy.refusals_to_review),
        "viewerCanWithdraw": may(policy.refusals_to_withdraw),
        "viewerCanConfirm": may(policy.refusals_to_confirm),
        "viewerCanEndorse": may(policy.refusals_to_endorse),
        "viewerCannotEndorseReasons": reasons_against(policy.refusals_to_endorse),
    },
)


def _found(source: sa.FromClause, configurations: Expression, words: Expression, sketch: Expression) -> sa.FromClause:
    """The practices that a search finds, with their score in [0, 1]."""
    found = sa.func.practice_search(configurations, words, sketch, SAME_MEANING).table_valued(
        sa.column("id", sa.Uuid), sa.column("score", sa.Float)
    )
    return sa.select(source, found.c.score).join_from(source, found, found.c.id == source.c.id).subquery()


PRACTICES = Connection(
    lambda: PRACTICE,
    orders={
        PracticeOrder.NEWEST: Order(
            "practices.newest",
            lambda row, _: [(row.listed_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        ),
        PracticeOrder.RELEVANCE: Order(
            "practices.relevance",
            lambda row, _: [(row.score, True), (row.id, True)],
            (sa.Float(), sa.Uuid()),
            needs="search",
        ),
    },
    default=lambda where: PracticeOrder.RELEVANCE if "search" in where else PracticeOrder.NEWEST,
    where={
        "search": Filter(
            convert=search_parts, types=(ARRAY(sa.Text), ARRAY(sa.Text), sa.Text()), slow=True, joins=_found
        ),
        "status": Filter(lambda row, status: row.status == status),
        "delegation": Filter(lambda row, key: row.delegation_id == key, of_kind("delegation"), (sa.Uuid(),)),
        "capacityAreas": any_of("practice", "capacity_areas", lambda areas: [area.value for area in areas]),
        "sectors": any_of("practice", "sectors", None),
        "sdgTargets": any_of("practice", "sdg_targets", None),
    },
    ways=policy.ways,
)

PRACTICE_BY_ID = One(
    lambda: PRACTICE, by={"id": Filter(lambda row, key: row.id == key, of_kind("practice"), (sa.Uuid(),))}
)
