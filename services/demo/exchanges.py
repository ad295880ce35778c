"""The exchanges of the demonstration, from an expression of interest to a joint lab: told as acts of its people.

Each act is the platform's own command, done by the person who is named, so that the record, the thread, what waits for
whom and the notices are what they are elsewhere. Only the day on which a lab began is moved back.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from services.core.actor import SYSTEM, Actor, Audience, Role
from services.core.db import Reader, Writer, identify
from services.core.money import Money
from services.core.read.shape import table_of
from services.core.table import now, today
from services.core.texts import Text
from services.demo.files import PEOPLE, lines
from services.identity.tables import Person
from services.labs import commands as labs
from services.labs import contribution_commands, founding, milestone_commands, party_commands, update_commands
from services.labs.contribution_commands import InKind
from services.labs.founding import LabContent
from services.labs.milestone_commands import MilestoneContent
from services.labs.policy import visible_to
from services.labs.queries import Named
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import LabPartyRole, OutputKind
from services.labs.update_commands import OutputContent, UpdateContent
from services.labs.work_tables import LabMilestone
from services.membership.tables import Delegation
from services.practices.tables import Practice
from services.proposals import expression_commands as talks
from services.proposals import thread_commands
from services.proposals.exchange import Words
from services.proposals.expression_commands import ExpressionContent
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import CooperationForm
from services.translations import commands as translations
from services.translations.commands import Translation
from services.translations.kinds import Kind

Given = Mapping[str, Any]
LAB = Kind("lab", Lab, LabText, visible_to)


@dataclass
class Telling:
    """One exchange as it is told: who acts, and what the acts so far have made."""

    session: Writer
    delegations: Mapping[str, UUID]
    proposal: UUID
    begun_days_ago: int
    actor: Actor = SYSTEM
    expression: UUID = field(init=False)
    lab: UUID = field(init=False)
    contributions: list[UUID] = field(default_factory=list)

    async def milestone(self, title: str) -> UUID:
        """The milestone of the lab with this title."""
        row = table_of(LabMilestone).c
        found = sa.select(row.id).where(row.lab_id == self.lab, row.title == title)
        return UUID(str((await self.session.execute(found)).scalar_one()))

    async def party(self) -> UUID:
        """The party that the acting delegation is."""
        row = table_of(LabParty).c
        found = sa.select(row.id).where(row.lab_id == self.lab, row.delegation_id == self.actor.delegation_id)
        return UUID(str((await self.session.execute(found)).scalar_one()))


async def tell_exchanges(session: Writer) -> None:
    """Let the people of the demonstration do all that ``exchanges.jsonl`` says; the session is the platform's.

    An exchange of a delegation that is not the demonstration's is left out.

    Raises:
        DomainError: the data do not fit the platform.
    """
    people, delegations = await _people(session), await _delegations(session)
    for line in lines("exchanges.jsonl"):
        if not people.keys() >= {act["who"] for act in line["acts"]}:
            continue
        proposal = await _proposal(session, delegations, *line["proposal"])
        telling = Telling(session, delegations, proposal, line["begunDaysAgo"])
        for given in line["acts"]:
            telling.actor = people[given["who"]]
            await identify(session, telling.actor)
            session.expire_all()  # what one has read, another may not see
            await ACTS[given["act"]](telling, given)
            await session.flush()
        await identify(session, SYSTEM)


async def _people(session: Reader) -> dict[str, Actor]:
    """The people of the demonstration by their names in e-mail; all their delegations take part."""
    found = sa.select(col(Person.email), col(Person.role), col(Person.id), col(Person.delegation_id))
    rows = await session.execute(found.where(col(Person.email).endswith(PEOPLE)))
    return {
        email.removesuffix(PEOPLE): Actor(Role(role), person_id, delegation_id, reads_members=True, acts=True)
        for email, role, person_id, delegation_id in rows
    }


async def _delegations(session: Reader) -> dict[str, UUID]:
    rows = await session.execute(sa.select(col(Delegation.state), col(Delegation.id)))
    return {state: key for state, key in rows if state is not None}


async def _proposal(session: Reader, delegations: Mapping[str, UUID], by: str, external_id: str) -> UUID:
    row = table_of(Proposal).c
    found = sa.select(row.id).where(row.delegation_id == delegations[by], row.external_id == external_id)
    return UUID(str((await session.execute(found)).scalar_one()))


async def _mark(telling: Telling, table: type[SQLModel], key: UUID, **columns: Any) -> None:
    """Mark what was made as demo; ``columns`` are what else is otherwise than the command left it."""
    await telling.session.flush()
    await identify(telling.session, SYSTEM)
    row = table_of(table)
    await telling.session.execute(sa.update(row).where(row.c.id == key).values(is_demo=True, **columns))
    await identify(telling.session, telling.actor)


async def _send(telling: Telling, given: Given) -> None:
    content = ExpressionContent(telling.proposal, given["language"], given["text"])
    telling.expression = await talks.send_expression(telling.session, telling.actor, content)
    await _mark(telling, ExpressionOfInterest, telling.expression)


def _turn(
    command: Callable[[Writer, Actor, UUID, Words], Awaitable[UUID]],
) -> Callable[[Telling, Given], Awaitable[None]]:
    async def take(telling: Telling, given: Given) -> None:
        await command(telling.session, telling.actor, telling.expression, Words(given["text"], given["language"]))

    return take


async def _write(telling: Telling, given: Given) -> None:
    who = telling.session, telling.actor
    await thread_commands.write_message(*who, telling.expression, given["language"], given["text"])


async def _found(telling: Telling, given: Given) -> None:
    content = LabContent(Text(**given["text"]), given["terms"], visibility=Audience(given["visibility"]))
    parties = tuple(Named(telling.delegations[state], LabPartyRole(role)) for state, role in given["parties"])
    telling.lab = await founding.found_lab(telling.session, telling.actor, telling.expression, content, parties)
    began = now() - timedelta(days=telling.begun_days_ago)
    await _mark(telling, Lab, telling.lab, created_at=began)


async def _revise(telling: Telling, given: Given) -> None:
    lab = await telling.session.get_one(Lab, telling.lab)
    await founding.revise_lab(telling.session, telling.actor, lab.id, lab.revision, given["text"])


async def _confirm(telling: Telling, _: Given) -> None:
    await party_commands.confirm_party(telling.session, telling.actor, await telling.party())


async def _activate(telling: Telling, _: Given) -> None:
    await labs.activate_lab(telling.session, telling.actor, telling.lab)
    began = now() - timedelta(days=telling.begun_days_ago)
    await _mark(telling, Lab, telling.lab, activated_at=began, listed_at=began)


async def _suspend(telling: Telling, given: Given) -> None:
    await labs.suspend_lab(telling.session, telling.actor, telling.lab, given["reason"])


async def _conclude(telling: Telling, given: Given) -> None:
    lessons = labs.Lessons(given["language"], given["lessons"], given["title"])
    await labs.conclude_lab(telling.session, telling.actor, telling.lab, lessons)
    draft = (await telling.session.get_one(Lab, telling.lab)).practice_id
    assert draft is not None, "a concluded lab leaves a practice draft"
    await _mark(telling, Practice, draft)


async def _plan(telling: Telling, given: Given) -> None:
    due_on = today() + timedelta(days=given["dueInDays"])
    content = MilestoneContent(given["language"], given["title"], due_on, given["description"])
    await milestone_commands.add_milestone(telling.session, telling.actor, telling.lab, content)


async def _reach(telling: Telling, given: Given) -> None:
    key, day = await telling.milestone(given["title"]), today() - timedelta(days=given["daysAgo"])
    await milestone_commands.reach_milestone(telling.session, telling.actor, key, given["evidence"], day)


async def _miss(telling: Telling, given: Given) -> None:
    key = await telling.milestone(given["title"])
    await milestone_commands.miss_milestone(telling.session, telling.actor, key, given["reason"])


async def _pledge(telling: Telling, given: Given) -> None:
    what: Money | InKind
    if "money" in given:
        what = Money(*given["money"])
    else:
        kind, quantity, unit = given["inKind"]
        what = InKind(CooperationForm(kind.lower()), Decimal(quantity), unit)
    key = await contribution_commands.pledge_contribution(
        telling.session, telling.actor, await telling.party(), what, given["note"]
    )
    telling.contributions.append(key)


async def _commit(telling: Telling, given: Given) -> None:
    key = telling.contributions[given["number"]]
    await contribution_commands.commit_contribution(telling.session, telling.actor, key)


async def _deliver(telling: Telling, given: Given) -> None:
    key = telling.contributions[given["number"]]
    await contribution_commands.deliver_contribution(telling.session, telling.actor, key)


async def _update(telling: Telling, given: Given) -> None:
    content = UpdateContent(given["language"], given["text"], today() - timedelta(days=given["daysAgo"]))
    await update_commands.post_update(telling.session, telling.actor, telling.lab, content)


async def _output(telling: Telling, given: Given) -> None:
    kind, day = OutputKind(given["kind"].lower()), today() - timedelta(days=given["daysAgo"])
    content = OutputContent(kind, given["language"], given["title"], delivered_on=day)
    await update_commands.deliver_output(telling.session, telling.actor, telling.lab, content)


async def _translate(telling: Telling, given: Given) -> None:
    translation = Translation(Text(**given["text"]), given.get("engine"))
    await translations.suggest_translation(telling.session, telling.actor, LAB, telling.lab, translation)


ACTS: Mapping[str, Callable[[Telling, Given], Awaitable[None]]] = {
    "send": _send,
    "talks": _turn(talks.take_up_talks),
    "ask": _turn(talks.ask_sender),
    "reply": _turn(talks.reply_to_receiver),
    "agree": _turn(talks.agree_expression),
    "write": _write,
    "found": _found,
    "revise": _revise,
    "confirm": _confirm,
    "activate": _activate,
    "suspend": _suspend,
    "conclude": _conclude,
    "milestone": _plan,
    "reach": _reach,
    "miss": _miss,
    "pledge": _pledge,
    "commit": _commit,
    "deliver": _deliver,
    "update": _update,
    "output": _output,
    "translate": _translate,
}
"""What each act of the file does."""
