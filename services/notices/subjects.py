"""What an event is about, as it is when people are told: its two sides, its names in every language, its day.

Reads as the platform; the facts of an announcement say what may have changed since. None where the thing is gone, or
where nobody need be told any more.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.db import Reader
from services.core.read.shape import table_of
from services.core.texts import TextRow, TranslationStatus
from services.identity.recovery_tables import Recovery
from services.identity.tables import Person
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import LabPartyStatus
from services.matching.answer_tables import StandingSearch
from services.membership.tables import StandingProposal
from services.notices.membership_subjects import (
    day_of,
    delegation,
    delegation_names,
    focal_point,
    group_settings,
    organisation,
)
from services.notices.terms import ByLanguage, Languages, Said, Subject, Who, Word
from services.practices.tables import Practice, PracticeText
from services.proposals.tables import ExpressionOfInterest, Proposal, ProposalText
from services.proposals.terms import Party
from services.proposals.thread_tables import ThreadMessage
from services.rounds.tables import Allocation
from services.translations.kinds import KINDS

Facts = Mapping[str, Any]
Look = Callable[[Reader, UUID, Facts], Awaitable[Subject | None]]


async def expression_of_interest(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """An exchange between two delegations; ``facts`` hold whose ``turn`` it became and the ``deadline``."""
    found = await session.get(ExpressionOfInterest, key)
    if found is None:
        return None
    sides = {Who.SENDER: found.sender_id, Who.RECEIVER: found.receiver_id}
    if found.turn is not None and found.turn == facts.get("turn"):  # a reminder of a turn that is over tells nobody
        sides[Who.ON_TURN] = found.sender_id if found.turn is Party.SENDER else found.receiver_id
    said: dict[str, Said] = {
        "sender": await delegation_names(session, found.sender_id),
        "receiver": await delegation_names(session, found.receiver_id),
        "proposal": await _title(session, ProposalText, "proposal_id", found.proposal_id),
        "reason": found.decline_reason,
        **day_of("deadline", facts.get("deadline")),
    }
    return Subject("expression_of_interest", key, sides, said=said)


async def thread(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """The thread of an expression of interest; ``facts`` name the ``message`` that was written, or the ``reason`` why it was opened."""
    exchange = await expression_of_interest(session, key, facts)
    if exchange is not None and "message" not in facts:
        return replace(exchange, said={**exchange.said, "reason": facts["reason"]})
    message = await session.get(ThreadMessage, UUID(facts["message"]))
    if exchange is None or message is None:
        return None
    writes, reads = (message.sender_id, message.receiver_id)[:: 1 if message.by is Party.SENDER else -1]
    said = {"writer": await delegation_names(session, writes), "proposal": exchange.said["proposal"]}
    return replace(exchange, sides={Who.OTHER_SIDE: reads}, said=said)


async def practice(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """A practice; ``facts`` hold the ``reason`` that the secretariat gave."""
    found = await session.get(Practice, key)
    if found is None:
        return None
    said: dict[str, Said] = {
        "owner": await delegation_names(session, found.delegation_id),
        "practice": await _title(session, PracticeText, "practice_id", key),
        "reason": facts.get("reason", ""),
    }
    return Subject("practice", key, {Who.OWNER: found.delegation_id}, said=said)


async def proposal(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """A proposal; ``facts`` hold the ``reason`` that the secretariat gave, or the day on which it ``expires_on``."""
    found = await session.get(Proposal, key)
    if found is None:
        return None
    said: dict[str, Said] = {
        "proposal": await _title(session, ProposalText, "proposal_id", key),
        "reason": facts.get("reason", ""),
        **day_of("expires", facts.get("expires_on")),
    }
    return Subject("proposal", key, {Who.OWNER: found.delegation_id}, said=said)


async def standing(session: Reader, key: UUID, _: Facts) -> Subject | None:
    """A proposal to change the standing of a delegation."""
    found = await session.get(StandingProposal, key)
    if found is None:
        return None
    said: dict[str, Said] = {
        "delegation": await delegation_names(session, found.delegation_id),
        "standing": Word("standing", found.standing.value),
        "since": found.since or (found.closed_at or found.created_at).date(),
        "reference": found.reference,
        "reason": found.reason,
    }
    return Subject("standing_proposal", key, {Who.OWNER: found.delegation_id}, said=said)


async def person(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """A person of a delegation or of the secretariat; ``facts`` hold the ``role`` given, or a ``day``."""
    found = await session.get(Person, key)
    if found is None:
        return None
    place = Word("place", "secretariat")
    said: dict[str, Said] = {
        "delegation": place if found.delegation_id is None else await delegation_names(session, found.delegation_id),
        "role": Word("role", facts.get("role", found.role.value)),
        **day_of("day", facts.get("day")),
    }
    if found.invitation_expires_at is not None:
        said["expires"] = found.invitation_expires_at.date()
    sides = {} if found.delegation_id is None else {Who.OWNER: found.delegation_id}
    return Subject("person", key, sides, person_id=key, said=said)


async def provider(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """The provider of sign-ins of a delegation, of which ``key`` is the id; ``facts`` hold the ``issuer``."""
    said: dict[str, Said] = {"delegation": await delegation_names(session, key), "issuer": facts["issuer"]}
    return Subject("delegation", key, {Who.OWNER: key}, said=said)


async def recovery(session: Reader, key: UUID, _: Facts) -> Subject | None:
    """The recovery of a person's lost second factor."""
    found = await session.get(Recovery, key)
    if found is None:
        return None
    name = await session.scalar(sa.select(col(Person.name)).where(col(Person.id) == found.person_id))
    said: dict[str, Said] = {
        "person": name or "",
        "delegation": await _by(session, found.delegation_id),
        "reason": found.reason,
        "ready": found.ready_at.date(),
        "expires": found.expires_at.date(),
    }
    sides = {} if found.delegation_id is None else {Who.OWNER: found.delegation_id}
    return Subject("recovery", key, sides, person_id=found.person_id, said=said)


async def allocation(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """A place of an offer allocated to a need; the delegation that the facts name under ``by`` has answered."""
    found = await session.get(Allocation, key)
    if found is None:
        return None
    sides = {Who.SENDER: found.need_delegation_id, Who.RECEIVER: found.offer_delegation_id}
    other = Who.RECEIVER if facts.get("by") == str(found.need_delegation_id) else Who.SENDER
    said: dict[str, Said] = {
        "need": await _title(session, ProposalText, "proposal_id", found.need_id),
        "offer": await _title(session, ProposalText, "proposal_id", found.offer_id),
        "receiver": await delegation_names(session, found.need_delegation_id),
        "giver": await delegation_names(session, found.offer_delegation_id),
        "reason": found.reason,
    }
    return Subject("allocation", key, sides | {Who.OTHER_SIDE: sides[other]}, said=said)


async def match(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """The proposal of those who are told; the facts name the ``proposal`` of the side that acted, ``deadline``, ``reason``."""
    other = UUID(facts["proposal"])
    found = [await session.get(Proposal, one) for one in (key, other)]
    if None in found:
        return None
    told, acted = (one.delegation_id for one in found if one is not None)
    said: dict[str, Said] = {
        "sender": await delegation_names(session, acted),
        "proposal": await _title(session, ProposalText, "proposal_id", key),
        "theirs": await _title(session, ProposalText, "proposal_id", other),
        "reason": facts.get("reason", ""),
        **day_of("deadline", facts.get("deadline")),
    }
    return Subject("proposal", key, {Who.OWNER: told}, said=said)


async def standing_search(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """A standing search; the facts tell how many new matches (``count``) it has found."""
    found = await session.get(StandingSearch, key)
    if found is None:
        return None
    title = await _title(session, ProposalText, "proposal_id", found.proposal_id)
    said: dict[str, Said] = {"proposal": title, "count": str(facts["count"])}
    return Subject("proposal", found.proposal_id, {Who.OWNER: found.delegation_id}, said=said)


async def lab(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """A joint lab; ``facts`` name the ``party`` or hold the ``title`` of what it is about, a ``reason`` or ``due_on``."""
    found = await session.get(Lab, key)
    if found is None:
        return None
    voices = sa.select(col(LabParty.delegation_id)).where(
        col(LabParty.lab_id) == key, col(LabParty.status) != LabPartyStatus.DECLINED
    )
    titled = ByLanguage({found.language: facts.get("title", "")}, found.language)
    said: dict[str, Said] = {
        "lab": await _title(session, LabText, "lab_id", key),
        "by": await _by(session, facts.get("by")),
        "party": await _party(session, facts.get("party")),
        "milestone": titled,
        "output": titled,
        "reason": facts.get("reason", ""),
        **day_of("due", facts.get("due_on")),
    }
    return Subject("lab", key, parties=frozenset((await session.execute(voices)).scalars()), said=said)


async def translation(session: Reader, key: UUID, facts: Facts) -> Subject | None:
    """A thing whose translations are meant, of the ``kind`` that the facts name; who suggested one, and in what."""
    kind = KINDS[facts["kind"]]
    text = table_of(kind.text).c
    found = sa.select(text.delegation_id).where(text[kind.key] == key, text.is_original)
    original = (await session.execute(found)).one_or_none()
    if original is None:
        return None
    owner = original.delegation_id
    said: dict[str, Said] = {
        "thing": await _title(session, kind.text, kind.key, key),
        "owner": await _by(session, owner),
        "suggested_by": await _by(session, facts.get("suggested_by")),
        "languages": Languages(tuple(facts.get("languages") or [facts["language"]])),
        "reason": facts.get("reason") or "",
    }
    suggester = facts.get("suggester")
    person_id = None if suggester is None else UUID(suggester)
    sides = {} if owner is None else {Who.OWNER: owner}
    return Subject(kind.name, key, sides, person_id=person_id, said=said)


SUBJECTS: Mapping[str, Look] = {
    "allocation": allocation,
    "delegation": delegation,
    "expression_of_interest": expression_of_interest,
    "focal_point": focal_point,
    "group_settings": group_settings,
    "lab": lab,
    "match": match,
    "organisation": organisation,
    "person": person,
    "practice": practice,
    "proposal": proposal,
    "provider": provider,
    "recovery": recovery,
    "search": standing_search,
    "standing": standing,
    "thread": thread,
    "translation": translation,
}
"""The noun of an announcement -> how its thing is looked at."""


async def _by(session: Reader, delegation_id: UUID | str | None) -> ByLanguage | Word:
    """Who acted, or owns a thing: a delegation, else the secretariat."""
    if delegation_id is None:
        return Word("place", "secretariat")
    return await delegation_names(session, UUID(str(delegation_id)))


async def _party(session: Reader, key: str | None) -> ByLanguage:
    """The name of a party: of the organisation that it is, else of its delegation."""
    found = None if key is None else await session.get(LabParty, UUID(key))
    if found is None:
        return ByLanguage({"en": ""}, "en")
    return (
        ByLanguage({"en": found.organisation}, "en")
        if found.organisation
        else await delegation_names(session, found.delegation_id)
    )


async def _title(session: Reader, table: type[TextRow], key: str, thing: UUID) -> ByLanguage:
    """The title as its author wrote it, and in the languages in which the author has accepted it."""
    row, authors_own = table_of(table).c, (TranslationStatus.ORIGINAL, TranslationStatus.ACCEPTED)
    wanted = sa.select(row.language, row.title, row.is_original)
    found = (await session.execute(wanted.where(row[key] == thing, row.translation_status.in_(authors_own)))).all()
    return ByLanguage({language: title for language, title, _ in found}, next(one for one, _, first in found if first))
