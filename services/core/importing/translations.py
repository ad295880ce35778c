"""Accepted translations in bulk: those of a delegation's own file stand at once, as if its focal point had written them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert

from services.core.actor import Actor
from services.core.read.shape import table_of
from services.core.table import now
from services.core.texts import LIMITS, UNMADE, TextRow, TranslationStatus

_NEVER = ("is_stale", "machine_made_by", "suggestion_id")
_UNEMBEDDED = ("embedding", "embedding_model", "sketch")


def translation_merge(table: type[TextRow], rows: sa.FromClause, actor: Actor) -> Insert:
    """The statement that writes ``rows`` as accepted translations into ``table``, after the originals were written.

    ``rows`` has the column of ``table`` that names the thing, ``language``, ``title``, ``summary``, ``description`` and
    ``search`` (its vector, see ``texts.indexed``); each thing and language once. A translation that says what it said
    before is left as it is, stale or not; one that says something else is fresh, and takes the place of what was
    suggested. Rows in the language of the original, or of things that are not there, do nothing. The texts are
    searched by their meaning after ``embed_missing``.
    """
    text, original = table_of(table), table_of(table).alias()
    key = next(column.name for column in text.primary_key if column.name != "language")
    moment = sa.literal(now(), text.c.made_at.type)
    person = sa.literal(actor.person_id, sa.Uuid())
    values: dict[str, Any] = {
        **{name: rows.c[name] for name in (key, "language", *LIMITS, "search")},
        **{name: original.c[name] for name in ("delegation_id", "status", "visibility")},
        "is_original": sa.false(),
        "translation_status": sa.literal(TranslationStatus.ACCEPTED, text.c.translation_status.type),
        "made_by_id": original.c.delegation_id,
        "made_by_person_id": person,
        "made_at": moment,
        "accepted_by_person_id": person,
        "accepted_at": moment,
    }
    of_thing = sa.and_(original.c[key] == rows.c[key], original.c.is_original)
    chosen = sa.select(*values.values()).join_from(rows, original, of_thing)
    chosen = chosen.where(rows.c.language != original.c.language)
    written = insert(text).from_select(list(values), chosen, include_defaults=False)
    new = written.excluded
    differs = sa.or_(text.c.suggestion_id.is_not(None), *(text.c[name] != new[name] for name in LIMITS))
    return written.on_conflict_do_update(
        index_elements=[key, "language"],
        set_={
            **{name: new[name] for name in values if name != "is_original"},
            **{name: UNMADE[name] for name in _NEVER},
            **dict.fromkeys(_UNEMBEDDED),
        },
        where=sa.and_(~text.c.is_original, differs),
    )
