"""The life of a lab, one function per act: hold, check policy, apply rule, write, record, announce."""

from dataclasses import dataclass
from uuid import UUID

from services.core.actor import Actor, Audience
from services.core.db import Writer
from services.core.table import now, today
from services.core.texts import Text
from services.labs import policy, rules
from services.labs.acts import hold_lab, keep_and_announce, said
from services.labs.queries import states_of, title_in
from services.labs.tables import Lab
from services.labs.terms import LabStatus
from services.matching.cooperation_commands import CooperationContent, record_cooperation
from services.practices.commands import PracticeContent, draft_practice
from services.proposals.commands import a_reason
from services.proposals.content import language_tag

LESSONS_LIMIT = 20_000
"""The longest lessons, in characters: what a practice's description holds."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a lab has taught; ``title`` is the practice's, the lab's own where it is empty."""

    language: str
    text: str
    title: str = ""


async def activate_lab(session: Writer, actor: Actor, lab_id: UUID) -> UUID:
    """Start a planned lab that every party has answered; who declined is a party of it no more.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_activate``.
    """
    lab = await hold_lab(session, actor, lab_id, policy.refusals_to_activate)
    lab.activated_at = lab.listed_at = now()
    return await _step(session, actor, lab, LabStatus.ACTIVE, "lab.activated")


async def suspend_lab(session: Writer, actor: Actor, lab_id: UUID, reason: str) -> UUID:
    """Let an active lab rest, with a reason that the other parties are told.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_suspend``.
        ReasonNeeded: no reason, or one that is too long.
    """
    lab = await hold_lab(session, actor, lab_id, policy.refusals_to_suspend)
    lab.suspension_reason = a_reason(reason)
    return await _step(session, actor, lab, LabStatus.SUSPENDED, "lab.suspended", reason=lab.suspension_reason)


async def resume_lab(session: Writer, actor: Actor, lab_id: UUID) -> UUID:
    """Go on with a suspended lab.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_resume``.
    """
    lab = await hold_lab(session, actor, lab_id, policy.refusals_to_resume)
    return await _step(session, actor, lab, LabStatus.ACTIVE, "lab.resumed")


async def conclude_lab(session: Writer, actor: Actor, lab_id: UUID, lessons: Lessons) -> UUID:
    """End an active lab: its lessons become a practice draft of the actor's delegation, and experience of its states.

    All of it is one transaction.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_conclude``.
        Invalid: no lessons, too much of them, or a wrong language.
    """
    lab = await hold_lab(session, actor, lab_id, policy.refusals_to_conclude)
    lab.lessons = said(lessons.text, "lessons", LESSONS_LIMIT, needed=True)
    lab.lessons_language = language_tag(lessons.language)
    title = lessons.title.strip() or await title_in(session, lab.id, lab.lessons_language)
    text = Text(lab.lessons_language, title, description=lab.lessons)
    draft = PracticeContent(
        text=text,
        capacity_areas=tuple(lab.capacity_areas),
        sectors=tuple(lab.sectors),
        sdg_targets=tuple(lab.sdg_targets),
        visibility=lab.visibility,
    )
    lab.practice_id = await draft_practice(session, actor, draft)
    lab.concluded_at = now()
    done = await _step(session, actor, lab, LabStatus.CONCLUDED, "lab.concluded")
    await _record_experience(session, actor, lab, text)
    return done


async def _record_experience(session: Writer, actor: Actor, lab: Lab, text: Text) -> None:
    """What the states of a lab have done is evidence for the next match, unless the parties keep the lab to themselves.

    A lab without states says nothing about any.
    """
    states = await states_of(session, lab)
    if not states or lab.visibility is Audience.DELEGATION:
        return
    assert lab.activated_at is not None, "what was active has a first day"
    finished = CooperationContent(
        lab_id=lab.id,
        text=text,
        host_state=states[0],
        partner_states=tuple(states[1:]),
        started_on=lab.activated_at.date(),
        ended_on=today(),
        capacity_areas=tuple(lab.capacity_areas),
        sectors=tuple(lab.sectors),
        visibility=lab.visibility,
        is_demo=lab.is_demo,
    )
    await record_cooperation(session, actor, finished)


async def _step(session: Writer, actor: Actor, lab: Lab, wanted: LabStatus, act: str, **facts: str) -> UUID:
    lab.status = rules.step(lab.status, wanted)
    lab.revision += 1
    return await keep_and_announce(session, actor, act, lab.id, "lab", lab.id, status=wanted.value, **facts)
