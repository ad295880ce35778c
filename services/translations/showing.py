"""What readers of a language see where nothing is accepted: the suggestion that waits first, people's before machines'."""

from uuid import UUID

import sqlalchemy as sa

from services.core.db import Writer
from services.core.read.shape import table_of
from services.core.texts import Text, TranslationStatus, show_translation
from services.translations.kinds import Kind
from services.translations.tables import TranslationSuggestion
from services.translations.terms import SuggestionStatus

_ROW = table_of(TranslationSuggestion)


async def hold(session: Writer, kind: Kind, thing_id: UUID) -> None:
    """Keep others from changing the thing's original, and the thing from going away, until the transaction ends."""
    thing = table_of(kind.thing)
    await session.execute(
        sa.select(thing.c.id).where(thing.c.id == thing_id).with_for_update(key_share=True, read=True)
    )


async def show_best(session: Writer, kind: Kind, thing_id: UUID, language: str) -> None:
    """Let the thing's readers see, in a language without an original or accepted text, what waits first, or nothing.

    Work of the platform itself, for who suggests may not write another delegation's texts: the session is
    ``SYSTEM``'s. One at a time does it for each thing.
    """
    text = table_of(kind.text)
    of_thing = text.c[kind.key] == thing_id
    await session.execute(sa.select(text.c.language).where(of_thing, text.c.is_original).with_for_update())
    shown = sa.select(text.c.suggestion_id).where(of_thing, text.c.language == language)
    now_shown = (await session.execute(shown)).one_or_none()
    if now_shown is not None and now_shown.suggestion_id is None:
        return  # the original, or accepted
    best = await _best(session, kind, thing_id, language)
    if best is None:
        await session.execute(sa.delete(text).where(of_thing, text.c.language == language))
    elif now_shown is None or now_shown.suggestion_id != best.id:
        await _show(session, kind, best)


async def _best(session: Writer, kind: Kind, thing_id: UUID, language: str) -> TranslationSuggestion | None:
    row = _ROW.c
    waiting = sa.and_(
        row.kind == kind.name, row.thing_id == thing_id, row.language == language, row.decided_at.is_(None)
    )
    order = (row.status == SuggestionStatus.MACHINE, row.is_stale, row.created_at, row.id)
    found = await session.execute(sa.select(TranslationSuggestion).where(waiting).order_by(*order).limit(1))
    return found.scalar_one_or_none()


async def _show(session: Writer, kind: Kind, best: TranslationSuggestion) -> None:
    made = {
        "translation_status": TranslationStatus(best.status.value),
        "is_stale": best.is_stale,
        "made_by_id": best.by_delegation_id,
        "made_by_person_id": best.by_person_id,
        "made_at": best.created_at,
        "machine_made_by": best.machine_made_by,
        "suggestion_id": best.id,
    }
    text = Text(best.language, best.title, best.summary, best.description)
    await show_translation(session, kind.text, {kind.key: best.thing_id}, text, made)
