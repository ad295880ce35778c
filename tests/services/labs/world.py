"""What the tests of labs share: labs in any state with all that belongs to one, and a look at all of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import SYSTEM, Actor, Audience
from services.core.audit import RecordLeaf
from services.core.db import Database, Reader, Writer
from services.core.errors import DomainError
from services.core.money import Money
from services.core.read.shape import table_of
from services.core.table import now, today
from services.core.texts import Text, save_text
from services.labs import commands, contribution_commands, founding, milestone_commands, party_commands, update_commands
from services.labs.founding import LabContent
from services.labs.milestone_commands import MilestoneContent
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import (
    ContributionStatus,
    LabPartyStatus,
    LabStatus,
    MilestoneStatus,
    OutputKind,
)
from services.labs.update_commands import OutputContent, UpdateContent
from services.labs.work_tables import LabContribution, LabMilestone, LabOutput, LabUpdate
from services.practices.tables import Practice
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import CooperationForm, ExpressionStatus, Modality
from services.taxonomy.terms import CapacityArea
from tests.builders import delegation_id
from tests.services.proposals.world import a_proposal, an_expression

PARTS: tuple[type[SQLModel], ...] = (LabParty, LabMilestone, LabContribution, LabUpdate, LabOutput)
TABLES: tuple[type[SQLModel], ...] = (Lab, LabText, *PARTS, Practice, RecordLeaf)
Act = Callable[[Writer, Actor], Awaitable[object]]
JOB = "SELECT payload FROM pgqueuer WHERE entrypoint = 'notices.tell' ORDER BY id"


async def an_agreed(session: Writer, by: str = "FRA", of: str = "ZMB", **columns: Any) -> ExpressionOfInterest:
    """An agreed expression of interest of ``by`` in a proposal of ``of``."""
    proposal = await a_proposal(session, by=of, **columns)
    return await an_expression(session, proposal, by=by, status=ExpressionStatus.AGREED)


def content(**fields: Any) -> LabContent:
    """A lab to found, with what the test is about."""
    text = Text(fields.pop("language", "en"), fields.pop("title", "Soil maps for everyone"))
    return LabContent(**{"text": text, "terms_of_reference": "We share what we measure.", **fields})


async def a_lab(
    session: Writer,
    *,
    founder: str = "FRA",
    partner: str = "ZMB",
    title: str = "Soil maps for everyone",
    language: str = "en",
    status: LabStatus = LabStatus.ACTIVE,
    visibility: Audience = Audience.MEMBERS,
    partner_status: LabPartyStatus | None = None,
    **columns: Any,
) -> Lab:
    """A lab of two delegations in any state, made by the platform itself."""
    expression = await an_agreed(session, founder, partner)
    if status is not LabStatus.PLANNED:
        columns = {"activated_at": now(), **columns}
    if status is LabStatus.SUSPENDED:
        columns = {"suspension_reason": "Rains.", **columns}
    if status is LabStatus.CONCLUDED:
        columns = {"lessons": "Measure twice.", "lessons_language": "en", "concluded_at": now(), **columns}
    lab = Lab(
        expression_id=expression.id,
        proposal_id=expression.proposal_id,
        founder_id=delegation_id(founder),
        language=language,
        terms_of_reference="We share what we measure.",
        status=status,
        visibility=visibility,
        **{"modality": Modality.NORTH_SOUTH, "modality_on": today(), **columns},
    )
    session.add(lab)
    await session.flush()
    asked = LabPartyStatus.INVITED if status is LabStatus.PLANNED else LabPartyStatus.CONFIRMED
    for code, said in ((founder, LabPartyStatus.CONFIRMED), (partner, partner_status or asked)):
        await a_party(session, lab, code, said)
    copied = {"delegation_id": lab.founder_id, "status": status.value, "visibility": visibility}
    await save_text(session, LabText, {"lab_id": lab.id}, copied, Text(language, title))
    return lab


async def a_party(session: Writer, lab: Lab, code: str, status: LabPartyStatus, **columns: Any) -> LabParty:
    """A further party."""
    confirmed_on = today() if status is LabPartyStatus.CONFIRMED else None
    party = LabParty(
        lab_id=lab.id, delegation_id=delegation_id(code), status=status, confirmed_on=confirmed_on, **columns
    )
    session.add(party)
    await session.flush()
    return party


async def party_of(session: Reader, lab: Lab, code: str) -> LabParty:
    """The party that a delegation is."""
    found = sa.select(LabParty).where(
        table_of(LabParty).c.lab_id == lab.id, table_of(LabParty).c.delegation_id == delegation_id(code)
    )
    return (await session.execute(found)).scalar_one()


async def a_milestone(
    session: Writer, lab: Lab, status: MilestoneStatus = MilestoneStatus.PLANNED, due: int = 30, **columns: Any
) -> LabMilestone:
    """A milestone in any state, due in so many days."""
    if status is MilestoneStatus.REACHED:
        columns = {"reached_on": today(), "evidence": "The map.", **columns}
    elif status is not MilestoneStatus.PLANNED:
        columns = {"reason": "Rains.", **columns}
    fixed = {"language": "en", "title": "First map", "due_on": today() + timedelta(days=due), **columns}
    milestone = LabMilestone(lab_id=lab.id, status=status, **fixed)
    session.add(milestone)
    await session.flush()
    return milestone


async def a_contribution(
    session: Writer,
    lab: Lab,
    code: str = "FRA",
    status: ContributionStatus = ContributionStatus.PLEDGED,
    **columns: Any,
) -> LabContribution:
    """A contribution in any state; 12.50 EUR where nothing else is said."""
    party = await party_of(session, lab, code)
    if "kind" not in columns:
        columns = {"amount_minor": 1250, "currency": "EUR", **columns}
    days = {f"{one}_on": today() for one in ("committed", "delivered", "withdrawn") if one == status.value}
    contribution = LabContribution(
        lab_id=lab.id,
        party_id=party.id,
        delegation_id=party.delegation_id,
        status=status,
        **{"pledged_on": today(), **days, **columns},
    )
    session.add(contribution)
    await session.flush()
    return contribution


async def the_rest(session: Writer, lab: Lab, by: str = "FRA") -> None:
    """One of everything else that belongs to a lab."""
    milestone = await a_milestone(session, lab)
    await a_contribution(session, lab, by)
    common: dict[str, Any] = {"lab_id": lab.id, "delegation_id": lab.founder_id, "milestone_id": milestone.id}
    session.add(LabUpdate(**common, language="fr", text="Ça avance.", reported_on=today()))
    session.add(
        LabOutput(**common, kind=OutputKind.DATA_SET, language="en", title="Soil samples", delivered_on=today())
    )
    await session.flush()


def act_on(name: str, key: UUID) -> Act:
    """An act on a lab, a party, a milestone or a contribution by its name."""
    acts: dict[str, Act] = {
        "revise": partial(founding.revise_lab, lab_id=key, revision=1, changes={"title": "Another title"}),
        "activate": partial(commands.activate_lab, lab_id=key),
        "suspend": partial(commands.suspend_lab, lab_id=key, reason="Rains."),
        "resume": partial(commands.resume_lab, lab_id=key),
        "conclude": partial(commands.conclude_lab, lab_id=key, lessons=commands.Lessons("en", "Measure twice.")),
        "confirm": partial(party_commands.confirm_party, party_id=key),
        "decline": partial(party_commands.decline_party, party_id=key, reason="No budget."),
        "add milestone": partial(
            milestone_commands.add_milestone, lab_id=key, content=MilestoneContent("en", "A map", today())
        ),
        "revise milestone": partial(
            milestone_commands.revise_milestone, milestone_id=key, revision=1, changes={"title": "Two maps"}
        ),
        "reach": partial(milestone_commands.reach_milestone, milestone_id=key, evidence="The map."),
        "miss": partial(milestone_commands.miss_milestone, milestone_id=key, reason="Rains."),
        "drop": partial(milestone_commands.drop_milestone, milestone_id=key, reason="No need."),
        "pledge": partial(contribution_commands.pledge_contribution, party_id=key, given=Money(100, "XOF")),
        "commit": partial(contribution_commands.commit_contribution, contribution_id=key),
        "deliver": partial(contribution_commands.deliver_contribution, contribution_id=key),
        "withdraw": partial(contribution_commands.withdraw_contribution, contribution_id=key),
        "post update": partial(update_commands.post_update, lab_id=key, content=UpdateContent("en", "We go on.")),
        "deliver output": partial(
            update_commands.deliver_output, lab_id=key, content=OutputContent(OutputKind.COURSE, "en", "A course")
        ),
    }
    return acts[name]


async def everything(db: Database) -> dict[str, list[Any]]:
    """All rows that an act on labs could change, by table; and the events announced."""
    found: dict[str, list[Any]] = {}
    async with db.read(SYSTEM) as session:
        for table in map(table_of, TABLES):
            rows = await session.execute(sa.select(*table.c).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
        found["events"] = list((await session.execute(sa.text(JOB))).scalars())
    return found


async def code_of(db: Database, who: Actor, act: Act) -> str | None:
    """Do it in a transaction of its own: None, or the code of why it was not done; then nothing may have changed."""
    before, failure = await everything(db), None
    try:
        async with db.write(who) as session:
            await act(session, who)
    except DomainError as error:
        failure = error
    if failure is None:
        return None
    assert await everything(db) == before, f"refused with {failure.code}, yet something changed"
    return failure.code


async def refused(db: Database, who: Actor, act: Act, error: type[DomainError], path: tuple[str, ...]) -> str:
    """Make sure that it is refused with this error and path and changes nothing; return the sentence."""
    before = await everything(db)
    with pytest.raises(error) as caught:
        async with db.write(who) as session:
            await act(session, who)
    assert caught.value.path == path
    assert await everything(db) == before
    return caught.value.message


async def build_lab_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Labs in every state and for every audience, with all that belongs to one; returns their ids with their kinds."""
    made: list[tuple[str, UUID]] = []
    titles = [("en", "Soil maps"), ("fr", "Données locales"), ("zh", "教师培训"), ("ar", "تدريب المعلمين")]
    pairs = [("FRA", "ZMB"), ("ZMB", "SEN"), ("CHN", "EGY")]
    for number, status in enumerate([*LabStatus, *[LabStatus.ACTIVE] * 2]):
        language, title = titles[number % len(titles)]
        founder, partner = pairs[number % len(pairs)]
        lab = await a_lab(
            session,
            founder=founder,
            partner=partner,
            title=f'{title} \u2028 "{number}" \\ 🧪',
            language=language,
            status=status,
            visibility=list(Audience)[(number + 1) % 3],
            capacity_areas=list(CapacityArea)[: number % 4],
            sectors=["11130", "22040"][: number % 3],
            modality=list(Modality)[number % 3],
        )
        await a_party(session, lab, "VAT", LabPartyStatus.CONFIRMED, organisation="A foundation")
        made += [("lab", lab.id), ("lab_party", (await party_of(session, lab, founder)).id)]
        for place, said in enumerate(MilestoneStatus):
            if status is not LabStatus.CONCLUDED or said is not MilestoneStatus.PLANNED:
                made.append(("lab_milestone", (await a_milestone(session, lab, said, due=place * 9 - 9)).id))
        for place, given in enumerate(ContributionStatus):
            kind: dict[str, Any] = {
                "kind": CooperationForm.EXPERT,
                "quantity": Decimal(place + 1) / 8,
                "unit": "expert months",
            }
            value: dict[str, Any] = {"valued_minor": 2**62, "currency": "XOF", "valuation_method": "market price"}
            columns = [{}, kind, {"amount_minor": 2**62 + number}, kind | value][place]
            made.append(("lab_contribution", (await a_contribution(session, lab, founder, given, **columns)).id))
        await the_rest(session, lab, founder)
    made += [("lab_update", key) for key in (await session.execute(sa.select(table_of(LabUpdate).c.id))).scalars()]
    made += [("lab_output", key) for key in (await session.execute(sa.select(table_of(LabOutput).c.id))).scalars()]
    return made
