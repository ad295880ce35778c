"""Founding a lab from an agreed expression of interest, and revising it until it is active."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor, Audience
from services.core.db import Reader, Writer, unique
from services.core.ids import write_id
from services.core.live import tell, topic
from services.core.policy import check_revision, lock
from services.core.stale import announce_stale
from services.core.table import today
from services.core.texts import Text, check_characters, original_text, save_text
from services.labs import policy, rules
from services.labs.acts import hold_lab, keep_and_announce, said
from services.labs.errors import LabExists, TooMany, WrongParties
from services.labs.queries import Named, modality_of, parties_of, taking_part
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import LabPartyRole, LabPartyStatus
from services.membership.organisation_commands import was_sponsored
from services.proposals import expression_policy
from services.proposals.content import language_tag
from services.proposals.policy import visible_to as visible_proposal
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.taxonomy.queries import check_codes
from services.taxonomy.terms import CapacityArea

TERMS_LIMIT = 20_000
"""The longest terms of reference, in characters."""
ORGANISATION_LIMIT = 200
MOST_CODES = 100


@dataclass(frozen=True, slots=True)
class LabContent:
    """A lab as its parties write it; areas, sectors and targets of None are those of the proposal."""

    text: Text
    terms_of_reference: str
    starts_on: date | None = None
    ends_on: date | None = None
    capacity_areas: tuple[CapacityArea, ...] | None = None
    sectors: tuple[str, ...] | None = None
    sdg_targets: tuple[str, ...] | None = None
    visibility: Audience = Audience.MEMBERS

    def columns(self) -> dict[str, Any]:
        """The columns of ``lab`` that hold it; the text stands in a table of its own."""
        values = {name: getattr(self, name) for name in _COLUMNS}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


_COLUMNS = tuple(one.name for one in fields(LabContent) if one.name != "text")


async def found_lab(
    session: Writer, actor: Actor, expression_id: UUID, content: LabContent, parties: tuple[Named, ...] = ()
) -> UUID:
    """Found the one lab of an agreed expression of interest; ``parties`` names further ones, and roles.

    The founder confirms by founding, for itself and for what it sponsors; every other party is asked.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_found``.
        LabExists: it has a lab; the sentence names it.
        WrongParties: a delegation that does not take part, a party named twice, or too many.
        Invalid: a text, date, language or code is wrong.
    """
    expression = await lock(
        session,
        actor,
        ExpressionOfInterest,
        expression_id,
        expression_policy.visible_to,
        policy.refusals_to_found_from,
        what="expression of interest",
        path=("expressionOfInterest",),
    )
    await _check_first(session, expression_id)
    assert actor.delegation_id is not None, "the refusals let only people of delegations pass"
    two = (expression.sender_id, expression.receiver_id)
    named = await _checked_parties(session, sorted(two, key=lambda one: one != actor.delegation_id), parties)
    ready = await checked(session, await _with_defaults(session, actor, expression.proposal_id, content))
    lab = await _write(session, actor.delegation_id, expression, ready, named)
    await tell(session, topic("expression_of_interest", expression.id))
    return await keep_and_announce(session, actor, "lab.founded", lab.id, "lab", lab.id, title=ready.text.title)


async def revise_lab(session: Writer, actor: Actor, lab_id: UUID, revision: int, changes: Mapping[str, Any]) -> UUID:
    """Change what ``changes`` names (fields of LabContent and Text) of a planned lab; the other parties are asked anew.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_revise``.
        StaleRevision: someone changed it since.
        Invalid: a text, date, language or code is wrong.
    """
    lab = await hold_lab(session, actor, lab_id, policy.refusals_to_revise)
    check_revision(lab, revision)
    before = await original_text(session, LabText, col(LabText.lab_id), lab.id)
    text = Text(**{name: changes.get(name, value) for name, value in asdict(before).items()})
    columns: dict[str, Any] = {name: changes.get(name, getattr(lab, name)) for name in _COLUMNS}
    lists = {name: tuple(value) for name, value in columns.items() if isinstance(value, list)}
    ready = await checked(session, LabContent(text=text, **{**columns, **lists}))
    lab.language = ready.text.language
    for name, value in ready.columns().items():
        setattr(lab, name, value)
    await session.flush()
    stale = await save_text(session, LabText, {"lab_id": lab.id}, _copied(lab), ready.text)
    await announce_stale(session, actor, "lab", lab.id, stale)
    await _ask_anew(session, actor, lab)
    return await keep_and_announce(
        session, actor, "lab.revised", lab.id, "lab", lab.id, revision=lab.revision, title=ready.text.title
    )


async def derive_modality(session: Writer, lab: Lab) -> None:
    """Derive the modality again from the parties that have not declined, still by the founding day."""
    lab.modality, lab.modality_reason = await modality_of(session, await parties_of(session, lab.id), lab.modality_on)
    await session.flush()


async def checked(session: Reader, content: LabContent) -> LabContent:
    """Return the content with a normal language tag, without blanks around texts and repetitions in lists.

    Raises:
        Invalid: a text, date, language or code is wrong; ``path`` names the field.
    """
    rules.check_period(content.starts_on, content.ends_on, ("startsOn", "endsOn"))
    sectors = _codes(content.sectors, "sectors")
    targets = _codes(content.sdg_targets, "sdgTargets")
    await check_codes(session, sectors=sectors, sdgTargets=targets)
    return replace(
        content,
        text=replace(content.text, language=language_tag(content.text.language)).checked(),
        terms_of_reference=said(content.terms_of_reference, "termsOfReference", TERMS_LIMIT, needed=True),
        capacity_areas=tuple(dict.fromkeys(content.capacity_areas or ())),
        sectors=sectors,
        sdg_targets=targets,
    )


async def _check_first(session: Reader, expression_id: UUID) -> None:
    found = await session.scalar(sa.select(col(Lab.id)).where(col(Lab.expression_id) == expression_id))
    if found is not None:
        raise LabExists(f"A lab was founded from it already: {write_id('lab', found)}.", path=("expressionOfInterest",))


async def _with_defaults(session: Reader, actor: Actor, proposal_id: UUID, content: LabContent) -> LabContent:
    """What the content leaves open, from the proposal; nothing where it may not be read any more."""
    found = sa.select(Proposal).where(col(Proposal.id) == proposal_id, visible_proposal(actor.viewer, Proposal))
    proposal = (await session.execute(found)).scalar_one_or_none()
    missing: dict[str, Any] = {
        name: () if proposal is None else tuple(getattr(proposal, name))
        for name in ("capacity_areas", "sectors", "sdg_targets")
        if getattr(content, name) is None
    }
    return replace(content, **missing)


async def _checked_parties(session: Reader, two: list[UUID], named: tuple[Named, ...]) -> list[Named]:
    """All parties, the two of the expression of interest first and as partners where nothing else is said."""
    given = [replace(one, organisation=_organisation(one.organisation)) for one in named]
    keys = [(one.delegation_id, one.organisation.casefold()) for one in given]
    if len(set(keys)) < len(keys):
        raise WrongParties("A party is named twice.", path=("parties",))
    said = {one.delegation_id: one for one in given if not one.organisation}
    first = [said.get(one, Named(one, LabPartyRole.PARTNER)) for one in two]
    found = [*first, *(one for one in given if one not in first)]
    if len(found) > rules.MOST_PARTIES:
        raise WrongParties(f"There are {len(found)} parties; a lab has up to {rules.MOST_PARTIES}.", path=("parties",))
    wanted = {one.delegation_id for one in found}
    if wanted - await taking_part(session, wanted):
        raise WrongParties(
            "A delegation named here does not take part in the Group today, or is not known.", path=("parties",)
        )
    for one in found:
        if one.organisation and await was_sponsored(session, one.delegation_id, one.organisation):
            raise WrongParties(
                f"“{one.organisation}” is sponsored no more by the delegation named with it.", path=("parties",)
            )
    return found


async def _write(
    session: Writer, founder: UUID, expression: ExpressionOfInterest, content: LabContent, parties: list[Named]
) -> Lab:
    day = today()
    modality, reason = await modality_of(session, parties, day)
    lab = Lab(
        expression_id=expression.id,
        proposal_id=expression.proposal_id,
        founder_id=founder,
        language=content.text.language,
        modality=modality,
        modality_on=day,
        modality_reason=reason,
        parties=list({one.delegation_id for one in parties}),
        **content.columns(),
    )
    async with unique(session, "uq_lab_expression_id", LabExists("A lab was founded from it already.")):
        session.add(lab)
    session.add_all(_party(lab.id, one, founder) for one in parties)
    await session.flush()
    await save_text(session, LabText, {"lab_id": lab.id}, _copied(lab), content.text)
    return lab


def _organisation(name: str) -> str:
    return said(name, "parties", ORGANISATION_LIMIT)


def _party(lab_id: UUID, named: Named, founder: UUID) -> LabParty:
    own = named.delegation_id == founder
    return LabParty(
        lab_id=lab_id,
        delegation_id=named.delegation_id,
        organisation=named.organisation,
        role=named.role,
        status=LabPartyStatus.CONFIRMED if own else LabPartyStatus.INVITED,
        confirmed_on=today() if own else None,
    )


async def _ask_anew(session: Writer, actor: Actor, lab: Lab) -> None:
    """Whoever revises confirms by it; what the others said was about other terms."""
    parties = (await session.execute(sa.select(LabParty).where(col(LabParty.lab_id) == lab.id))).scalars()
    for one in parties:
        own = one.delegation_id == actor.delegation_id
        one.status = LabPartyStatus.CONFIRMED if own else LabPartyStatus.INVITED
        one.confirmed_on = today() if own else None
        one.reason = ""
    await session.flush()
    await derive_modality(session, lab)


def _codes(values: tuple[str, ...] | None, name: str) -> tuple[str, ...]:
    if len(values or ()) > MOST_CODES:
        raise TooMany(f"There are {len(values or ()):,} here; up to {MOST_CODES} are possible.", path=(name,))
    return tuple(dict.fromkeys(check_characters(value.strip(), path=(name,)) for value in values or ()))


def _copied(lab: Lab) -> dict[str, Any]:
    return {"delegation_id": lab.founder_id, "status": lab.status.value, "visibility": lab.visibility}
