"""One world for the who-may matrix: every kind of thing at every point of life that ``who_may.md`` speaks of.

What is "its own" is Zambia's, the other party is France, and Egypt is no party of anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Audience, Role, Scope
from services.core.audit import RecordLeaf
from services.core.db import Writer, identify
from services.core.exporting.formats import Format
from services.core.read.shape import table_of
from services.core.table import now
from services.core.texts import Text, add_translation
from services.exchange.tables import Work
from services.exchange.terms import ExchangeKind
from services.identity.tables import Person, SignInSession
from services.labs.tables import LabParty
from services.labs.terms import ContributionStatus, LabPartyStatus, LabStatus, OutputKind
from services.labs.work_tables import LabOutput, LabUpdate
from services.membership.tables import Delegation
from services.membership.terms import DelegationKind, Standing
from services.practices.tables import Endorsement, PracticeText
from services.practices.terms import PracticeStatus
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus
from services.proposals.unsealing_tables import ThreadUnsealing
from services.taxonomy.terms import CapacityArea
from services.translations.tables import TranslationSuggestion
from services.translations.terms import SuggestionStatus
from tests.builders import SINCE, a_practice, actor, delegation_id, id_of
from tests.security.factor_things import factor_things
from tests.security.match_things import build_answers
from tests.security.membership_things import membership_things
from tests.security.round_things import build_rounds
from tests.services.identity.world import an_api_token
from tests.services.labs.world import a_contribution, a_lab, a_milestone, an_agreed, party_of
from tests.services.matching.world import a_cooperation
from tests.services.membership.world import a_standing_proposal, stand_in
from tests.services.notices.examples import a_notice
from tests.services.proposals.thread_world import a_file, a_message
from tests.services.proposals.world import a_proposal, an_expression
from tests.services.record.examples import build_record_examples

ROLES = {
    "public": "public",
    "applicant": "applicant focal point",
    "suspended": "suspended focal point",
    "viewer": "ZMB viewer",
    "contributor": "ZMB contributor",
    "focal point": "ZMB focal point",
    "other's": "EGY focal point",
    "observer": "VAT focal point",
    "co-chair": "CHN focal point",
    "secretariat": "secretariat",
}
"""The columns of ``who_may.md``, and who stands for each."""
Things = dict[str, tuple[str, UUID]]
"""The name of a thing in ``who_may.md`` -> the kind in its id, and its key."""


def asks(role: str) -> Actor:
    """Who stands for a role, in a session."""
    one = actor(ROLES[role])
    return one if one.person_id is None else replace(one, session_id=id_of(f"session {ROLES[role]}"))


async def build_things(session: Writer) -> Things:
    """Write all of it, and return what has a name."""
    things: Things = {}
    builders = (
        _people,
        _practices,
        _proposals,
        _expressions,
        _labs,
        _works,
        _translations,
        build_rounds,
        build_answers,
    )
    for build in (*builders, _others):
        things |= await build(session)
    return things | await membership_things(session)


async def _people(session: Writer) -> Things:
    for role in ROLES.values():
        if role != "public":
            session.add(
                SignInSession(id=id_of(f"session {role}"), person_id=id_of(role), expires_at=now() + timedelta(days=1))
            )
    colleague = Person(
        delegation_id=delegation_id("ZMB"), email="colleague@test.example", name="A colleague", role=Role.VIEWER
    )
    session.add(colleague)
    await session.flush()
    return {
        "a colleague": ("person", colleague.id),
        "the focal point's session": ("session", id_of("session ZMB focal point")),
        "the focal point's API token": ("api_token", (await an_api_token(session, "ZMB focal point", Scope.READ)).id),
        "a person of its delegation": ("person", id_of("ZMB contributor")),
        "the focal point's notice": ("notice", (await a_notice(session, "ZMB focal point")).id),
        "its own delegation": ("delegation", delegation_id("ZMB")),
        "the applicant's delegation": ("delegation", delegation_id("applicant")),
        **await factor_things(session, colleague.id),
    }


async def _practices(session: Writer) -> Things:
    states: Mapping[str, tuple[PracticeStatus, Audience]] = {
        "a practice that is a draft": (PracticeStatus.DRAFT, Audience.PUBLIC),
        "a practice in review": (PracticeStatus.IN_REVIEW, Audience.PUBLIC),
        "a practice for everyone": (PracticeStatus.PUBLISHED, Audience.PUBLIC),
        "a practice for members": (PracticeStatus.PUBLISHED, Audience.MEMBERS),
        "a practice for its delegation": (PracticeStatus.PUBLISHED, Audience.DELEGATION),
        "a practice withdrawn": (PracticeStatus.WITHDRAWN, Audience.PUBLIC),
    }
    things: Things = {}
    for name, (status, visibility) in states.items():
        practice = await a_practice(
            session, title=name, status=status, visibility=visibility, capacity_areas=[CapacityArea.SKILLS_TRAINING]
        )
        things[name] = ("practice", practice.id)
    endorsed = await a_practice(session, by="FRA", status=PracticeStatus.PUBLISHED)
    for code in ("ZMB", "EGY", "CHN", "VAT"):
        session.add(Endorsement(practice_id=endorsed.id, delegation_id=delegation_id(code)))
    await session.flush()
    return things | {"a practice of France that all endorse": ("practice", endorsed.id)}


async def _proposals(session: Writer) -> Things:
    states: Mapping[str, tuple[ProposalStatus, Audience]] = {
        "a proposal that is a draft": (ProposalStatus.DRAFT, Audience.MEMBERS),
        "a proposal for members": (ProposalStatus.OPEN, Audience.MEMBERS),
        "a proposal for everyone": (ProposalStatus.OPEN, Audience.PUBLIC),
        "a proposal for its delegation": (ProposalStatus.OPEN, Audience.DELEGATION),
        "a proposal that expired": (ProposalStatus.EXPIRED, Audience.MEMBERS),
        "a proposal withdrawn": (ProposalStatus.WITHDRAWN, Audience.MEMBERS),
    }
    things: Things = {}
    for name, (status, visibility) in states.items():
        areas: dict[str, Any] = {
            "capacity_areas": [CapacityArea.SKILLS_TRAINING],
            "forms": ["training"],
            "working_languages": ["en"],
        }
        proposal = await a_proposal(session, title=name, status=status, visibility=visibility, **areas)
        things[name] = ("proposal", proposal.id)
    return things | {"a proposal of France": ("proposal", (await a_proposal(session, by="FRA")).id)}


async def _expressions(session: Writer) -> Things:
    sender, receiver = Party.SENDER, Party.RECEIVER
    states: Mapping[str, tuple[str, str, ExpressionStatus, Party | None]] = {
        "an expression that is a draft": ("ZMB", "FRA", ExpressionStatus.DRAFT, None),
        "an expression sent": ("ZMB", "FRA", ExpressionStatus.SENT, sender),
        "an expression received": ("FRA", "ZMB", ExpressionStatus.SENT, receiver),
        "an expression in talks": ("FRA", "ZMB", ExpressionStatus.IN_TALKS, receiver),
        "a draft to it": ("FRA", "ZMB", ExpressionStatus.DRAFT, None),
    }
    things: Things = {}
    for name, (by, of, status, turn) in states.items():
        expression = await an_expression(session, await a_proposal(session, by=of), by=by, status=status, turn=turn)
        things[name] = ("expression_of_interest", expression.id)
        if name == "an expression received":
            message = await a_message(session, expression)
            file = await a_file(session, message=message)
            unsealing = ThreadUnsealing(
                expression_id=expression.id, person_id=id_of("secretariat"), reason="An emergency."
            )
            session.add(unsealing)
            await session.flush()
            things["that its thread was unsealed"] = ("thread_unsealing", unsealing.id)
            things |= {"a message of its thread": ("thread_message", message.id), "its file": ("attachment", file.id)}
    things["an expression agreed"] = ("expression_of_interest", (await an_agreed(session)).id)
    unsent = await a_file(session, by="ZMB focal point")
    return things | {"a file not sent yet": ("attachment", unsent.id)}


async def _labs(session: Writer) -> Things:
    confirmed = LabPartyStatus.CONFIRMED
    states: Mapping[str, tuple[LabStatus, Audience, LabPartyStatus | None]] = {
        "a lab planned": (LabStatus.PLANNED, Audience.PUBLIC, confirmed),
        "a lab for members": (LabStatus.ACTIVE, Audience.MEMBERS, confirmed),
        "a lab for everyone": (LabStatus.ACTIVE, Audience.PUBLIC, confirmed),
        "a lab for its parties": (LabStatus.ACTIVE, Audience.DELEGATION, confirmed),
        "a lab suspended": (LabStatus.SUSPENDED, Audience.MEMBERS, confirmed),
    }
    things: Things = {}
    for name, (status, visibility, said) in states.items():
        lab = await a_lab(
            session, title=name, founder="ZMB", partner="FRA", status=status, visibility=visibility, partner_status=said
        )
        things[name] = ("lab", lab.id)
    asked = await a_lab(session, founder="FRA", partner="ZMB", status=LabStatus.PLANNED)
    return things | {"a part that it is asked for": ("lab_party", (await party_of(session, asked, "ZMB")).id)}


async def _works(session: Writer) -> Things:
    lab = await a_lab(session, founder="ZMB", partner="FRA", status=LabStatus.ACTIVE, visibility=Audience.MEMBERS)
    first, late = await a_milestone(session, lab), await a_milestone(session, lab, due=-3)
    common: dict[str, Any] = {"lab_id": lab.id, "delegation_id": lab.founder_id}
    update = LabUpdate(**common, language="en", text="We go on.", reported_on=now().date())
    output = LabOutput(**common, kind=OutputKind.DATA_SET, language="en", title="Samples", delivered_on=now().date())
    session.add_all([update, output])
    part: LabParty = await party_of(session, lab, "ZMB")
    pledged = await a_contribution(session, lab, "ZMB", ContributionStatus.PLEDGED)
    committed = await a_contribution(session, lab, "ZMB", ContributionStatus.COMMITTED)
    return {
        "its part in a lab": ("lab_party", part.id),
        "a milestone": ("lab_milestone", first.id),
        "a milestone overdue": ("lab_milestone", late.id),
        "an update": ("lab_update", update.id),
        "an output": ("lab_output", output.id),
        "a contribution pledged": ("lab_contribution", pledged.id),
        "a contribution committed": ("lab_contribution", committed.id),
    }


async def _translations(session: Writer) -> Things:
    practice = await a_practice(session, status=PracticeStatus.PUBLISHED)
    await add_translation(session, PracticeText, {"practice_id": practice.id}, Text("fr", "Enseigner"))
    theirs = await a_practice(session, by="FRA", status=PracticeStatus.PUBLISHED)

    async def suggestion(thing: UUID, by: str, language: str) -> UUID:
        row = TranslationSuggestion(
            kind="practice",
            thing_id=thing,
            language=language,
            title="Enseñar",
            status=SuggestionStatus.SUGGESTED,
            by_person_id=id_of(f"{by} contributor"),
        )
        await identify(session, actor(f"{by} contributor"))  # the database says by whom it is
        session.add(row)
        await session.flush()
        await identify(session, SYSTEM)
        return row.id

    return {
        "a practice translated": ("practice", practice.id),
        "a translation suggested to it": ("translation_suggestion", await suggestion(practice.id, "FRA", "es")),
        "a translation it suggested": ("translation_suggestion", await suggestion(theirs.id, "ZMB", "es")),
    }


async def _others(session: Writer) -> Things:
    await stand_in(session, "SEN", Standing.WITHDRAWN)
    await stand_in(session, "applicant", Standing.INVITED)  # which may as little, and can answer
    empty = Delegation(
        kind=DelegationKind.OBSERVER, names={"en": "New here"}, standing=Standing.MEMBER, standing_since=SINCE
    )
    session.add(empty)
    about = await a_standing_proposal(session)
    work = Work(person_id=id_of("ZMB focal point"), kind=ExchangeKind.PROPOSALS, format=Format.CSV, seen_at=now())
    session.add(work)
    await session.flush()
    made = dict(reversed(await build_record_examples(session)))
    leaf = table_of(RecordLeaf)
    keys: dict[str, UUID] = {}
    for act, who in (("practice.drafted", "ZMB focal point"), ("practice.drafted", "secretariat")):
        found = sa.select(leaf.c.id).where(leaf.c.act == act, leaf.c.person_id == id_of(who)).limit(1)
        keys[who] = (await session.execute(found)).scalar_one()
    return {
        "a delegation without people": ("delegation", empty.id),
        "a delegation that withdrew": ("delegation", delegation_id("SEN")),
        "a proposal to suspend it": ("standing_proposal", about.id),
        "the focal point's import": ("work", work.id),
        **{
            name: ("cooperation", await a_cooperation(session, "CHN", visibility=meant, external_id=name))
            for name, meant in {"a cooperation for everyone": "public", "a cooperation for members": "members"}.items()
        },
        "a head of the record": ("record_head", made["record_head"]),
        "its entry in the record": ("record_leaf", keys["ZMB focal point"]),
        "the secretariat's entry": ("record_leaf", keys["secretariat"]),
    }
