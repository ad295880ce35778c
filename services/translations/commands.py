"""Writes of translations, one function per use case: fetch visible, check policy, apply rule, write, record."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Writer, as_platform, unique
from services.core.errors import Conflict, Invalid
from services.core.events import announce
from services.core.ids import write_id
from services.core.live import tell, topic
from services.core.policy import Refusals, lock
from services.core.read.shape import table_of
from services.core.table import now
from services.core.texts import Text, TranslationStatus, check_characters, show_translation
from services.translations import policy, rules
from services.translations.errors import LanguageOfOriginal, NotTranslated, ReasonNeeded, TooManyWaiting
from services.translations.kinds import KINDS, Kind
from services.translations.queries import thing_of
from services.translations.showing import hold, show_best
from services.translations.tables import TranslationSuggestion
from services.translations.terms import SuggestionStatus

REASON_LIMIT = 2_000
"""The longest reason, in characters."""
ENGINE_LIMIT = 100
"""The longest name of an engine, in characters."""
LanguageCommand = Callable[[Writer, Actor, Kind, UUID, str], Awaitable[UUID]]
_ROW = table_of(TranslationSuggestion)


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation as it is suggested; ``machine_made_by`` names the engine that made it, None for people's work."""

    text: Text
    machine_made_by: str | None = None


async def suggest_translation(session: Writer, actor: Actor, kind: Kind, thing_id: UUID, given: Translation) -> UUID:
    """Suggest a translation of a thing's texts and return the suggestion's id.

    What is written by who decides about the thing's translations is accepted at once. What the actor's delegation
    suggested before, in this language and of the same making, is withdrawn.

    Raises:
        NotFound, NotPermitted: see ``policy.refusals_to_suggest``.
        Invalid: a text, the language or the engine's name is wrong.
        LanguageOfOriginal: the text is written in that language.
        TooManyWaiting: ``rules.MOST_WAITING`` of the actor's delegation wait there already.
    """
    await _lock_thing(session, actor, kind, thing_id, policy.refusals_to_suggest, update=False)
    text, engine = given.text.checked(), _engine(given.machine_made_by)
    owner = await _owner(session, kind, thing_id, text.language)
    status = rules.begins_as(engine, decides=policy.decides(actor, owner))
    await _make_room(session, actor, kind, thing_id, text.language, status)
    suggestion = TranslationSuggestion(
        kind=kind.name,
        thing_id=thing_id,
        delegation_id=owner,
        status=status,
        machine_made_by=engine,
        by_delegation_id=actor.delegation_id,
        by_person_id=actor.person_id,
        **{name: getattr(text, name) for name in ("language", "title", "summary", "description")},
    )
    if status is SuggestionStatus.ACCEPTED:
        suggestion.decided_by_person_id, suggestion.decided_at = actor.person_id, now()
    async with unique(session, "uq_translation_suggestion_waiting", Conflict("Your delegation suggests one just now.")):
        session.add(suggestion)
    if status is SuggestionStatus.ACCEPTED:
        await _show_accepted(session, actor, kind, suggestion)
        return await _keep(session, actor, suggestion, "translation.accepted")
    async with as_platform(session, actor):
        await show_best(session, kind, thing_id, text.language)
    return await _keep(session, actor, suggestion, "translation.suggested")


async def accept_translation(session: Writer, actor: Actor, suggestion_id: UUID) -> UUID:
    """Accept what was suggested for the delegation's own text, in place of what was accepted before.

    Who accepts it says that it holds for the original as it is now, so it is fresh.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_decide``.
        LanguageOfOriginal: the text is written in that language by now.
    """
    suggestion = await _lock(session, actor, suggestion_id, policy.refusals_to_decide)
    kind = KINDS[suggestion.kind]
    await _owner(session, kind, suggestion.thing_id, suggestion.language, path=("id",))
    await _decide(session, actor, suggestion, SuggestionStatus.ACCEPTED)
    await _show_accepted(session, actor, kind, suggestion)
    return await _keep(session, actor, suggestion, "translation.accepted")


async def decline_translation(session: Writer, actor: Actor, suggestion_id: UUID, reason: str) -> UUID:
    """Decline what was suggested for the delegation's own text; its readers see it no more.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_decide``.
        ReasonNeeded: no reason, or one that is too long.
    """
    suggestion = await _lock(session, actor, suggestion_id, policy.refusals_to_decide)
    suggestion.decline_reason = _reason(reason)
    await _decide(session, actor, suggestion, SuggestionStatus.DECLINED)
    await _show_next(session, actor, suggestion)
    return await _keep(session, actor, suggestion, "translation.declined")


async def withdraw_translation(session: Writer, actor: Actor, suggestion_id: UUID) -> UUID:
    """Take back what one's own delegation suggested, while nobody has decided.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_withdraw``.
    """
    suggestion = await _lock(session, actor, suggestion_id, policy.refusals_to_withdraw)
    await _decide(session, actor, suggestion, SuggestionStatus.WITHDRAWN)
    await _show_next(session, actor, suggestion)
    return await _keep(session, actor, suggestion, "translation.withdrawn")


async def confirm_translation(session: Writer, actor: Actor, kind: Kind, thing_id: UUID, language: str) -> UUID:
    """Accept once more the accepted translation into ``language``: it holds for the original as it is now.

    Raises:
        NotFound, NotPermitted: see ``policy.refusals_to_keep``.
        NotTranslated: there is no accepted translation into it.
    """
    await _lock_thing(session, actor, kind, thing_id, _refusals_to_keep(kind))
    confirmed = {"is_stale": False, "accepted_at": now(), "accepted_by_person_id": actor.person_id}
    text = table_of(kind.text)
    await _one(session, sa.update(text).where(*_accepted(kind, thing_id, language)).values(confirmed), language)
    return await _keep_thing(session, actor, kind, thing_id, "translation.confirmed", language)


async def remove_translation(session: Writer, actor: Actor, kind: Kind, thing_id: UUID, language: str) -> UUID:
    """Take the accepted translation into ``language`` away; what waits in that language is shown in its place.

    Raises:
        NotFound, NotPermitted: see ``policy.refusals_to_keep``.
        NotTranslated: there is no accepted translation into it.
    """
    await _lock_thing(session, actor, kind, thing_id, _refusals_to_keep(kind))
    await _one(session, sa.delete(table_of(kind.text)).where(*_accepted(kind, thing_id, language)), language)
    async with as_platform(session, actor):
        await show_best(session, kind, thing_id, language)
    return await _keep_thing(session, actor, kind, thing_id, "translation.removed", language)


async def _lock_thing(
    session: Writer, actor: Actor, kind: Kind, thing_id: UUID, refusals: Refusals, *, update: bool = True
) -> None:
    what = kind.name.replace("_", " ")
    await lock(session, actor, kind.thing, thing_id, kind.visible_to, refusals, what=what, update=update)


@cache  # one callable for each kind, so that what it asks is composed once
def _refusals_to_keep(kind: Kind) -> Refusals:
    return partial(policy.refusals_to_keep, owner=kind.owner)


async def _lock(session: Writer, actor: Actor, suggestion_id: UUID, refusals: Refusals) -> TranslationSuggestion:
    """The thing first, as everyone who changes its texts does, so that nobody waits in a circle."""
    kind, thing_id = await thing_of(session, actor, suggestion_id)
    async with as_platform(session, actor):
        await hold(session, kind, thing_id)
    return await lock(
        session, actor, TranslationSuggestion, suggestion_id, policy.visible_to, refusals, what="translation"
    )


async def _owner(
    session: Writer, kind: Kind, thing_id: UUID, language: str, *, path: tuple[str, ...] = ("language",)
) -> UUID | None:
    """The delegation of the original, which must be written in another language than ``language``."""
    text = table_of(kind.text).c
    found = sa.select(text.language, text.delegation_id).where(text[kind.key] == thing_id, text.is_original)
    original = (await session.execute(found)).one()
    if original.language == language:
        raise LanguageOfOriginal(language, path=path)
    owner: UUID | None = original.delegation_id
    return owner


async def _make_room(
    session: Writer, actor: Actor, kind: Kind, thing_id: UUID, language: str, status: SuggestionStatus
) -> None:
    """Withdraw what the new suggestion replaces, and count the others."""
    ours = (
        _ROW.c.kind == kind.name,
        _ROW.c.thing_id == thing_id,
        _ROW.c.by_delegation_id.is_not_distinct_from(actor.delegation_id),
        _ROW.c.decided_at.is_(None),
    )
    if status not in rules.WAITING:
        return
    replaced = sa.and_(*ours, _ROW.c.language == language, _ROW.c.status == status)
    ended = {"status": SuggestionStatus.WITHDRAWN, "decided_at": now(), "decided_by_person_id": actor.person_id}
    await session.execute(sa.update(_ROW).where(replaced).values(ended))
    waiting = (await session.execute(sa.select(sa.func.count()).select_from(_ROW).where(*ours))).scalar_one()
    if waiting >= rules.MOST_WAITING:
        raise TooManyWaiting(rules.MOST_WAITING)


async def _decide(session: Writer, actor: Actor, suggestion: TranslationSuggestion, status: SuggestionStatus) -> None:
    suggestion.status = rules.step(suggestion.status, status)
    suggestion.decided_by_person_id, suggestion.decided_at = actor.person_id, now()
    suggestion.revision += 1
    await session.flush()


async def _show_accepted(session: Writer, actor: Actor, kind: Kind, suggestion: TranslationSuggestion) -> None:
    made = {
        "translation_status": TranslationStatus.ACCEPTED,
        "made_by_id": suggestion.by_delegation_id,
        "made_by_person_id": suggestion.by_person_id,
        "made_at": suggestion.created_at,
        "machine_made_by": suggestion.machine_made_by,
        "accepted_by_person_id": actor.person_id,
        "accepted_at": now(),
    }
    text = Text(suggestion.language, suggestion.title, suggestion.summary, suggestion.description)
    await show_translation(session, kind.text, {kind.key: suggestion.thing_id}, text, made)


async def _show_next(session: Writer, actor: Actor, suggestion: TranslationSuggestion) -> None:
    async with as_platform(session, actor):
        await show_best(session, KINDS[suggestion.kind], suggestion.thing_id, suggestion.language)


def _accepted(kind: Kind, thing_id: UUID, language: str) -> tuple[sa.ColumnElement[bool], ...]:
    text = table_of(kind.text).c
    return text[kind.key] == thing_id, text.language == language, text.accepted_at.is_not(None)


async def _one(session: Writer, statement: Any, language: str) -> None:
    text = statement.table
    if (await session.execute(statement.returning(text.c.language))).one_or_none() is None:
        raise NotTranslated(language)


async def _keep(session: Writer, actor: Actor, suggestion: TranslationSuggestion, act: str) -> UUID:
    """Record it, and tell who must hear of it: the text's delegation, and whoever suggested it."""
    facts = {"kind": suggestion.kind, "language": suggestion.language, "machine_made_by": suggestion.machine_made_by}
    content = {"thing": write_id(suggestion.kind, suggestion.thing_id), "status": suggestion.status}
    await record(session, actor, act, "translation_suggestion", suggestion.id, **content, language=suggestion.language)
    made = {"owner": suggestion.delegation_id, "suggested_by": suggestion.by_delegation_id}
    people = {**made, "suggester": suggestion.by_person_id, "suggestion": suggestion.id}
    known = {name: None if value is None else str(value) for name, value in people.items()}
    await announce(session, actor, act, suggestion.thing_id, **facts, **known, reason=suggestion.decline_reason)
    await tell(session, topic(suggestion.kind, suggestion.thing_id))
    return suggestion.id


async def _keep_thing(session: Writer, actor: Actor, kind: Kind, thing_id: UUID, act: str, language: str) -> UUID:
    await record(session, actor, act, kind.name, thing_id, language=language)
    await tell(session, topic(kind.name, thing_id))
    return thing_id


def _engine(name: str | None) -> str | None:
    if name is None:
        return None
    if not 1 <= len(name.strip()) <= ENGINE_LIMIT:
        raise Invalid(f"The name of an engine has 1 to {ENGINE_LIMIT} characters.", path=("machineMadeBy",))
    return check_characters(name.strip(), path=("machineMadeBy",))


def _reason(reason: str) -> str:
    text = reason.strip()
    if not 1 <= len(text) <= REASON_LIMIT:
        raise ReasonNeeded(f"A reason of 1 to {REASON_LIMIT:,} characters is needed.", path=("reason",))
    return check_characters(text, path=("reason",))
