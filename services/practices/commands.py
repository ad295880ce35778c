"""Writes of practices, one function per use case: fetch visible, check policy, apply rule, write, record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor, Audience, Role
from services.core.audit import record
from services.core.db import Writer, as_platform, unique
from services.core.errors import Conflict, NotPermitted
from services.core.events import announce
from services.core.later import insert_later
from services.core.live import SECRETARIAT, tell, topic
from services.core.policy import Refusals, check_revision, lock
from services.core.read.shape import table_of
from services.core.stale import announce_stale
from services.core.table import now, today
from services.core.texts import Text, check_characters, check_external_id, original_text, save_text
from services.practices import policy, rules
from services.practices.errors import ReasonNeeded
from services.practices.tables import Endorsement, Practice, PracticeText, PracticeVersion
from services.practices.terms import PracticeStatus
from services.taxonomy.queries import check_codes
from services.taxonomy.terms import CapacityArea

REASON_LIMIT = 2_000
"""The longest reason, in characters."""


@dataclass(frozen=True, slots=True)
class PracticeContent:
    """What a delegation writes of a practice."""

    text: Text
    capacity_areas: tuple[CapacityArea, ...] = ()
    sectors: tuple[str, ...] = ()
    sdg_targets: tuple[str, ...] = ()
    licence: str | None = None
    visibility: Audience = Audience.PUBLIC
    external_id: str | None = None


class ExternalIdTaken(Conflict):
    """The delegation has another practice of this external id."""

    code = "EXTERNAL_ID_TAKEN"


async def draft_practice(session: Writer, actor: Actor, content: PracticeContent) -> UUID:
    """Make a draft that only the actor's delegation sees.

    Raises:
        NotPermitted: the actor does not write for a delegation that takes part.
        Invalid: a text or code is wrong.
        ExternalIdTaken: the delegation has a practice of this external id.
    """
    if actor.role not in policy.WRITERS or not actor.acts or actor.delegation_id is None:
        raise NotPermitted("Only contributors and focal points of a delegation taking part can draft a practice.")
    text = content.text.checked()
    content = await _checked(session, content)
    practice = Practice(delegation_id=actor.delegation_id, language=text.language, **_columns(content))
    taken = ExternalIdTaken(f"Your delegation already has a practice “{content.external_id}”.", path=("externalId",))
    async with unique(session, "uq_practice_delegation_id_external_id", taken):
        session.add(practice)
    await save_text(session, PracticeText, {"practice_id": practice.id}, _copied(practice), text)
    await record(session, actor, "practice.drafted", "practice", practice.id, title=text.title)
    return practice.id


async def revise_practice(
    session: Writer, actor: Actor, practice_id: UUID, revision: int, changes: Mapping[str, Any]
) -> UUID:
    """Change what ``changes`` names (fields of PracticeContent and Text); a published one becomes a new version.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_revise``.
        StaleRevision: someone changed it since.
        Invalid: a text or code is wrong.
    """
    practice = await _lock(session, actor, practice_id, policy.refusals_to_revise)
    check_revision(practice, revision)
    content = await _changed(session, practice, changes)
    content = await _checked(session, content)
    practice.language = content.text.language
    for name, value in _columns(content).items():
        setattr(practice, name, value)
    await session.flush()
    stale = await save_text(session, PracticeText, {"practice_id": practice.id}, _copied(practice), content.text)
    if practice.status is PracticeStatus.PUBLISHED:
        await _keep_version(session, practice)
    await record(session, actor, "practice.revised", "practice", practice.id, revision=practice.revision)
    await announce_stale(session, actor, "practice", practice.id, stale)
    return practice.id


async def delete_practice(session: Writer, actor: Actor, practice_id: UUID) -> UUID:
    """Remove a draft for good.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_delete``.
    """
    practice = await _lock(session, actor, practice_id, policy.refusals_to_delete)
    await session.delete(practice)
    await session.flush()
    await record(session, actor, "practice.deleted", "practice", practice_id)
    await _tell(session, practice)
    return practice_id


async def submit_practice(session: Writer, actor: Actor, practice_id: UUID) -> UUID:
    """Give a draft to the secretariat for review.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_submit``.
    """
    practice = await _lock(session, actor, practice_id, policy.refusals_to_submit)
    practice.status = rules.step(practice.status, PracticeStatus.IN_REVIEW)
    await _keep(session, actor, practice, "practice.submitted")
    await announce(session, actor, "practice.submitted", practice.id)
    return practice.id


async def return_practice(session: Writer, actor: Actor, practice_id: UUID, reason: str) -> UUID:
    """Give a practice in review back to its delegation, saying what is missing.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_review``.
        ReasonNeeded: no reason, or one that is too long.
    """
    practice = await _lock(session, actor, practice_id, policy.refusals_to_review)
    reason = _reason(reason)
    async with as_platform(session, actor):
        practice.return_reason = reason
        practice.status = rules.step(practice.status, PracticeStatus.DRAFT)
        practice.revision += 1
    await record(session, actor, "practice.returned", "practice", practice_id, reason=reason)
    await announce(session, actor, "practice.returned", practice_id, reason=reason)
    await _tell(session, practice)
    return practice_id


async def publish_practice(session: Writer, actor: Actor, practice_id: UUID) -> UUID:
    """Make a reviewed practice visible to the audience its author chose.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_review``.
    """
    practice = await _lock(session, actor, practice_id, policy.refusals_to_review)
    practice.status = rules.step(practice.status, PracticeStatus.PUBLISHED)
    practice.published_at = practice.listed_at = now()
    practice.last_confirmed_on = today()
    practice.return_reason = ""
    practice.revision += 1
    await _keep_version(session, practice)
    await record(session, actor, "practice.published", "practice", practice.id, status=practice.status)
    await announce(session, actor, "practice.published", practice.id)
    await _tell(session, practice)
    return practice.id


async def withdraw_practice(session: Writer, actor: Actor, practice_id: UUID, reason: str) -> UUID:
    """Take a published practice out of sight; the delegation keeps it.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_withdraw``.
        ReasonNeeded: no reason, or one that is too long.
    """
    practice = await _lock(session, actor, practice_id, policy.refusals_to_withdraw)
    practice.withdrawal_reason = _reason(reason)
    practice.status = rules.step(practice.status, PracticeStatus.WITHDRAWN)
    await _keep(session, actor, practice, "practice.withdrawn")
    if actor.role is Role.SECRETARIAT:
        await announce(session, actor, "practice.withdrawn", practice.id, reason=practice.withdrawal_reason)
    return practice.id


async def confirm_practice(session: Writer, actor: Actor, practice_id: UUID) -> UUID:
    """Say that a published practice still holds, today.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_confirm``.
    """
    practice = await _lock(session, actor, practice_id, policy.refusals_to_confirm)
    practice.last_confirmed_on = today()
    return await _keep(session, actor, practice, "practice.confirmed")


async def endorse_practice(session: Writer, actor: Actor, practice_id: UUID) -> UUID:
    """Give the delegation's one voice to a practice; giving it again changes nothing.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_endorse``.
    """
    await _lock(session, actor, practice_id, policy.refusals_to_endorse, update=False)
    voice = {"practice_id": practice_id, "delegation_id": actor.delegation_id, "person_id": actor.person_id}
    insert_later(session, Endorsement, {**voice, "created_at": now()}, unless_there=True)
    await record(session, actor, "practice.endorsed", "practice", practice_id)
    return practice_id


async def unendorse_practice(session: Writer, actor: Actor, practice_id: UUID) -> UUID:
    """Take the delegation's voice back; where there is none, nothing changes.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_endorse``.
    """
    await _lock(session, actor, practice_id, policy.refusals_to_endorse, update=False)
    await session.execute(
        sa.delete(Endorsement).where(
            col(Endorsement.practice_id) == practice_id, col(Endorsement.delegation_id) == actor.delegation_id
        )
    )
    await record(session, actor, "practice.unendorsed", "practice", practice_id)
    return practice_id


async def _lock(
    session: Writer, actor: Actor, practice_id: UUID, refusals: Refusals, *, update: bool = True
) -> Practice:
    return await lock(
        session, actor, Practice, practice_id, policy.visible_to, refusals, what="practice", update=update
    )


async def _keep(session: Writer, actor: Actor, practice: Practice, act: str) -> UUID:
    practice.revision += 1
    await session.flush()
    await record(session, actor, act, "practice", practice.id, status=practice.status)
    await _tell(session, practice)
    return practice.id


async def _tell(session: Writer, practice: Practice) -> None:
    """Tell those for whom it may have waited, or waits now: its delegation, and the secretariat, which reviews it."""
    await tell(session, topic("delegation", practice.delegation_id), SECRETARIAT)


async def _keep_version(session: Writer, practice: Practice) -> None:
    """Keep the texts as they are now as the next version."""
    practice.version += 1
    text = table_of(PracticeText).c
    each = sa.func.jsonb_build_object("title", text.title, "summary", text.summary, "description", text.description)
    texts = sa.select(sa.func.jsonb_object_agg(text.language, each))
    texts = texts.where(text.practice_id == practice.id, text.suggestion_id.is_(None))
    row = {"practice_id": practice.id, "number": practice.version, "published_at": now(), **_copied(practice)}
    await session.execute(sa.insert(PracticeVersion).values(**row, texts=texts.scalar_subquery()))


async def _changed(session: Writer, practice: Practice, changes: Mapping[str, Any]) -> PracticeContent:
    """The content as it will be: what is there now, with ``changes``."""
    text = await original_text(session, PracticeText, PracticeText.practice_id, practice.id)
    now_there = {name: getattr(practice, name) for name in _COLUMNS}
    columns = {name: changes.get(name, value) for name, value in now_there.items()}
    parts = {name: changes.get(name, value) for name, value in asdict(text).items()}
    return PracticeContent(text=Text(**parts).checked(), **columns)


async def _checked(session: Writer, content: PracticeContent) -> PracticeContent:
    """The content with its own number without blanks around it, as files have it."""
    licence = [] if content.licence is None else [content.licence]
    await check_codes(session, sectors=content.sectors, sdgTargets=content.sdg_targets, licence=licence)
    number = content.external_id
    return content if number is None else replace(content, external_id=check_external_id(number))


_COLUMNS = ("capacity_areas", "sectors", "sdg_targets", "licence", "visibility", "external_id")


def _columns(content: PracticeContent) -> dict[str, Any]:
    """The columns of the practice that its delegation writes; lists without repetitions."""
    values = {name: getattr(content, name) for name in _COLUMNS}
    return {name: list(dict.fromkeys(v)) if isinstance(v, tuple | list) else v for name, v in values.items()}


def _copied(practice: Practice) -> dict[str, Any]:
    return {
        "delegation_id": practice.delegation_id,
        "status": practice.status.value,
        "visibility": practice.visibility,
    }


def _reason(reason: str) -> str:
    text = reason.strip()
    if not 1 <= len(text) <= REASON_LIMIT:
        raise ReasonNeeded(f"A reason of 1 to {REASON_LIMIT:,} characters is needed.", path=("reason",))
    return check_characters(text, path=("reason",))
