"""What can be read of translations, and the one line that makes a Shape's texts localized and translatable."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.actor import Viewer
from services.core.ids import of_kind
from services.core.localized import localized
from services.core.policy import may, reasons_against
from services.core.read.shape import (
    Ask,
    Condition,
    Connection,
    Expression,
    FieldOf,
    Filter,
    Many,
    One,
    Order,
    Row,
    Shape,
    Value,
    global_id,
    table_of,
    within,
)
from services.core.table import Row as Thing
from services.core.texts import TextRow
from services.identity.shapes import PERSON
from services.membership.shapes import DELEGATION
from services.translations import policy
from services.translations.kinds import KINDS, Kind, by_delegation
from services.translations.tables import TranslationSuggestion


class TranslationSuggestionOrder(StrEnum):
    """Orders of suggested translations."""

    NEWEST = "newest"


def _thing_id(row: Row, _: Ask) -> Expression:
    return row.kind.concat("_").concat(sa.func.replace(sa.cast(row.thing_id, sa.Text), "-", ""))  # type: ignore[no-any-return]


SUGGESTION = Shape.of(
    "TranslationSuggestion",
    TranslationSuggestion,
    policy.visible_to,
    {
        "id": global_id("translation_suggestion"),
        "thingId": Value(_thing_id),
        "language": TranslationSuggestion.language,
        "title": TranslationSuggestion.title,
        "summary": TranslationSuggestion.summary,
        "description": TranslationSuggestion.description,
        "status": TranslationSuggestion.status,
        "isStale": TranslationSuggestion.is_stale,
        "machineMadeBy": TranslationSuggestion.machine_made_by,
        "madeBy": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.by_delegation_id),
        "madeByPerson": One(lambda: PERSON, on=lambda row, person: person.id == row.by_person_id),
        "madeAt": TranslationSuggestion.created_at,
        "decidedByPerson": One(lambda: PERSON, on=lambda row, person: person.id == row.decided_by_person_id),
        "decidedAt": TranslationSuggestion.decided_at,
        "declineReason": TranslationSuggestion.decline_reason,
        "viewerCanAccept": may(policy.refusals_to_decide),
        "viewerCannotAcceptReasons": reasons_against(policy.refusals_to_decide),
        "viewerCanWithdraw": may(policy.refusals_to_withdraw),
        "viewerCannotWithdrawReasons": reasons_against(policy.refusals_to_withdraw),
    },
)


def _suggestions(name: str, on: Callable[[Row, Row], Condition] | None = None, **options: Any) -> Connection:
    newest = Order(
        name, lambda row, _: [(row.created_at, True), (row.id, True)], (sa.DateTime(timezone=True), sa.Uuid())
    )
    return Connection(
        lambda: SUGGESTION,
        orders={TranslationSuggestionOrder.NEWEST: newest},
        default=lambda _: TranslationSuggestionOrder.NEWEST,
        on=on,
        **options,
    )


def _for_own_texts(_: Row, ask: Ask) -> sa.FromClause:
    table = table_of(TranslationSuggestion).alias()
    return sa.select(table).where(policy.for_own_texts(ask.viewer, table.c)).subquery()


SUGGESTIONS = _suggestions(
    "translation_suggestions.newest",
    over=_for_own_texts,
    where={
        "status": Filter(lambda row, status: row.status == status),
        "waiting": Filter(lambda row, waiting: row.decided_at.is_(None) == waiting),
    },
)
"""What was suggested for the texts that are one's own to decide about."""

SUGGESTION_BY_ID = One(
    lambda: SUGGESTION,
    by={"id": Filter(lambda row, key: row.id == key, of_kind("translation_suggestion"), (sa.Uuid(),))},
)


def _translation(table: type[TextRow]) -> Shape:
    return Shape.of(
        "Translation",
        table,
        None,
        {
            "language": table.language,
            "status": table.translation_status,
            "isStale": table.is_stale,
            "title": table.title,
            "summary": table.summary,
            "description": table.description,
            "machineMadeBy": table.machine_made_by,
            "madeBy": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.made_by_id),
            "madeByPerson": One(lambda: PERSON, on=lambda row, person: person.id == row.made_by_person_id),
            "madeAt": table.made_at,
            "acceptedByPerson": One(lambda: PERSON, on=lambda row, person: person.id == row.accepted_by_person_id),
            "acceptedAt": table.accepted_at,
        },
    )


def _languages(table: type[TextRow], key: str, row: Row, _: Ask) -> Expression:
    text = table_of(table).alias()
    found = sa.select(text.c.language).where(text.c[key] == row.id)
    ordered = found.order_by(text.c.is_original.desc(), text.c.language)
    return sa.func.array(within(row, ordered).scalar_subquery(), type_=ARRAY(sa.Text))


def translatable(
    name: str,
    thing: type[Thing],
    text: type[TextRow],
    visible_to: Callable[[Viewer, Row], Condition],
    owner: Callable[[Row], Expression] = by_delegation,
) -> dict[str, FieldOf]:
    """Let the texts of a kind of thing be translated, and return what its Shape has of them.

    ``name`` is its type name in global ids; the migration of its texts asks for ``make_translatable(name)``, and its
    GraphQL type takes ``schema.translations.types.Translated``. ``owner`` as in ``Kind``.
    """
    kind = KINDS[name] = Kind(name, thing, text, visible_to, owner)
    shape = _translation(text)
    return {
        **{part: localized(text, kind.key, part) for part in ("title", "summary", "description")},
        "languages": Value(partial(_languages, text, kind.key)),
        "translations": Many(
            lambda: shape,
            on=lambda row, it: sa.and_(it[kind.key] == row.id, sa.not_(it.is_original)),
            order=lambda row, _: [row.language],
        ),
        "translationSuggestions": _suggestions(
            f"{name}.translation_suggestions.newest",
            lambda row, it: sa.and_(it.thing_id == row.id, it.kind == name),
        ),
        "viewerCanSuggestTranslation": may(policy.refusals_to_suggest),
        "viewerCanAcceptTranslations": may(partial(policy.refusals_to_keep, owner=owner)),
    }
