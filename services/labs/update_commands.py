"""What parties tell of a lab: progress updates and outputs."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

from services.core.actor import Actor
from services.core.db import Writer
from services.core.table import today
from services.labs import policy, rules
from services.labs.acts import hold_lab, keep_and_announce, said
from services.labs.errors import WrongAddress
from services.labs.milestone_commands import check_milestone
from services.labs.terms import OutputKind
from services.labs.work_tables import LabOutput, LabUpdate
from services.proposals.content import language_tag

TEXT_LIMIT, TITLE_LIMIT, URL_LIMIT = 5_000, 200, 2_000


@dataclass(frozen=True, slots=True)
class UpdateContent:
    """A progress update: a text, the day that it tells of, and the milestone that it is about, if one."""

    language: str
    text: str
    reported_on: date | None = None
    milestone_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OutputContent:
    """What was delivered, on which day, and the milestone that it belongs to, if one."""

    kind: OutputKind
    language: str
    title: str
    description: str = ""
    url: str = ""
    delivered_on: date | None = None
    milestone_id: UUID | None = None


async def post_update(session: Writer, actor: Actor, lab_id: UUID, content: UpdateContent) -> UUID:
    """Tell of a lab's progress for one's own delegation.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_post_update``.
        Invalid: no text, too much of it, a wrong language, or a day that has not come.
    """
    lab = await hold_lab(session, actor, lab_id, policy.refusals_to_post_update, path=("lab",))
    await check_milestone(session, lab, content.milestone_id)
    assert actor.delegation_id is not None, "the refusals let only people of delegations pass"
    update = LabUpdate(
        lab_id=lab.id,
        delegation_id=actor.delegation_id,
        milestone_id=content.milestone_id,
        language=language_tag(content.language),
        text=said(content.text, "text", TEXT_LIMIT, needed=True),
        reported_on=rules.check_day(content.reported_on or today(), "reportedOn", until=today()),
    )
    session.add(update)
    return await keep_and_announce(session, actor, "lab.updated", lab.id, "lab_update", update.id)


async def deliver_output(session: Writer, actor: Actor, lab_id: UUID, content: OutputContent) -> UUID:
    """Say what an active lab has delivered.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_deliver_output``.
        Invalid: a text, language or link is wrong, or a day that has not come.
    """
    lab = await hold_lab(session, actor, lab_id, policy.refusals_to_deliver_output, path=("lab",))
    await check_milestone(session, lab, content.milestone_id)
    assert actor.delegation_id is not None, "the refusals let only people of delegations pass"
    output = LabOutput(
        lab_id=lab.id,
        delegation_id=actor.delegation_id,
        milestone_id=content.milestone_id,
        kind=content.kind,
        language=language_tag(content.language),
        title=said(content.title, "title", TITLE_LIMIT, needed=True),
        description=said(content.description, "description", TEXT_LIMIT),
        url=_address(content.url),
        delivered_on=rules.check_day(content.delivered_on or today(), "deliveredOn", until=today()),
    )
    session.add(output)
    return await keep_and_announce(
        session, actor, "lab.output_delivered", lab.id, "lab_output", output.id, title=output.title
    )


def _address(url: str) -> str:
    """A web address, or nothing.

    Raises:
        WrongAddress: it is none, or not by https; a link of another scheme could run in a reader's browser.
    """
    address = said(url, "url", URL_LIMIT)
    try:
        parts = urlsplit(address)
        whole = parts.scheme == "https" and bool(parts.hostname) and " " not in address
    except ValueError:
        whole = False
    if address and not whole:
        raise WrongAddress("A link begins with https:// and names a site.", path=("url",))
    return address
