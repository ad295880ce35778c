"""The joint labs of the large demonstration, founded from agreed expressions of interest: values in, rows out.

The statuses and days agree with each other as the commands would have left them. What triggers keep of a lab (its
parties, states, regions and next due day) is theirs to write.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.core.actor import Audience
from services.demo.crowd import Party
from services.demo.invented import Batch, Chance, Row, Scene, add_texts
from services.demo.phrases import Subject, phrases
from services.labs import rules
from services.labs.terms import (
    ContributionStatus,
    LabPartyRole,
    LabPartyStatus,
    LabStatus,
    MilestoneStatus,
    OutputKind,
)
from services.proposals.terms import CooperationForm, ExpressionStatus

C, L, M, R = ContributionStatus, LabStatus, MilestoneStatus, LabPartyRole
ODDS = {L.ACTIVE: 50, L.CONCLUDED: 25, L.PLANNED: 15, L.SUSPENDED: 10}
TRIANGLE = (R.PIVOTAL, R.BENEFICIARY, R.FACILITATING)
CURRENCIES = ("USD", "EUR", "XOF", "CNY", "JPY")
PLANNED_DAYS = 700
"""Over how many days from its founding the milestones of a lab are due."""


def found(scene: Scene, batch: Batch, begin: int, count: int) -> None:
    """Add ``count`` labs, or as many as there are agreed expressions of interest in the batch, with all their work."""
    chance = Chance(f"labs {begin}")
    agreed = [one for one in batch.rows["expression_of_interest"] if one["status"] is ExpressionStatus.AGREED]
    proposals = {one["id"]: one for one in batch.rows["proposal"]}
    for number, expression in enumerate(chance.sample(agreed, min(count, len(agreed))), begin):
        _lab(scene, batch, chance, expression, proposals[expression["proposal_id"]], number)


def _lab(scene: Scene, batch: Batch, chance: Chance, expression: Row, proposal: Row, number: int) -> None:
    made = expression["created_at"] + (scene.first_day - expression["created_at"]) * chance.random()
    parties = _parties(scene, chance, expression)
    founder = parties[0][0]
    stands = [rules.Stand(role, None if party.observer else party.developing) for party, role in parties]
    modality, reason = rules.modality(stands)
    row = batch.add(
        "lab",
        id=chance.id_at(made),
        created_at=made,
        expression_id=expression["id"],
        proposal_id=proposal["id"],
        founder_id=founder.id,
        visibility=chance.one_of({Audience.MEMBERS: 60, Audience.PUBLIC: 30, Audience.DELEGATION: 10}),
        language=founder.language,
        terms_of_reference=phrases("approach")[chance.randrange(6)][founder.language],
        starts_on=made.date() + timedelta(days=30),
        ends_on=made.date() + timedelta(days=PLANNED_DAYS),
        **{name: proposal[name] for name in ("capacity_areas", "sectors", "sdg_targets")},
        **{name: [] for name in ("parties", "states", "regions")},
        modality=modality,
        modality_on=made.date(),
        modality_reason=reason,
        is_demo=True,
        **_life(scene, chance, made, founder.language),
    )
    copied = {"delegation_id": founder.id, "status": row["status"], "visibility": row["visibility"]}
    add_texts(batch, chance, "lab", row, copied, _subject(batch, proposal), number, others=0.2)
    rows = _party_rows(batch, chance, row, parties)
    _milestones(scene, batch, chance, row)
    _contributions(batch, chance, row, rows)
    if row["activated_at"]:
        _progress(scene, batch, chance, row, rows)


def _life(scene: Scene, chance: Chance, made: datetime, language: str) -> Row:
    """Status and days of a lab founded at ``made``, as they stand on the first day."""
    status = chance.one_of(ODDS)
    concluded = status is L.CONCLUDED
    activated = None if status is L.PLANNED else made + (scene.first_day - made) * 0.2
    return {
        "status": status,
        "updated_at": activated or made,
        "revision": 2 if activated else 1,
        "suspension_reason": "[Demo]" if status is L.SUSPENDED else "",
        "lessons": phrases("result")[chance.randrange(5)][language] if concluded else "",
        "lessons_language": language if concluded else None,
        "activated_at": activated,
        "concluded_at": scene.first_day if concluded else None,
        "listed_at": activated or made,
    }


def _parties(scene: Scene, chance: Chance, expression: Row) -> list[tuple[Party, LabPartyRole]]:
    """Who takes part in which role: both sides of the expression of interest, the founder first, and up to two more."""
    known = {party.id: party for party in scene.crowd}
    two = [known[expression["sender_id"]], known[expression["receiver_id"]]]
    chance.shuffle(two)
    others = [party for party in chance.sample(scene.crowd, 4) if party not in two]
    parties = [*two, *others[: chance.choice((0, 0, 1, 2))]]
    triangle = len(parties) == len(TRIANGLE) and chance.random() < 0.7
    return list(zip(parties, TRIANGLE if triangle else [R.PARTNER] * len(parties), strict=True))


def _subject(batch: Batch, proposal: Row) -> Subject:
    return next(one.subject for one in batch.texts["proposal"] if one.thing == proposal["id"])


def _party_rows(batch: Batch, chance: Chance, lab: Row, parties: Sequence[tuple[Party, LabPartyRole]]) -> list[Row]:
    rows = []
    for place, (party, role) in enumerate(parties):
        invited = lab["status"] is L.PLANNED and place > 0 and chance.random() < 0.6
        rows.append(
            _part(
                batch,
                chance,
                "lab_party",
                lab,
                lab["created_at"],
                delegation_id=party.id,
                organisation="",
                role=role,
                status=LabPartyStatus.INVITED if invited else LabPartyStatus.CONFIRMED,
                confirmed_on=None if invited else lab["created_at"].date(),
                reason="",
            )
        )
    return rows


def _milestones(scene: Scene, batch: Batch, chance: Chance, lab: Row) -> None:
    """Up to eight milestones; of those whose day has passed most are reached, and of a concluded lab none is left."""
    today, language = scene.first_day.date(), lab["language"]
    for _ in range(chance.randint(2, 8)):
        due = lab["created_at"].date() + timedelta(days=chance.randint(30, PLANNED_DAYS))
        past = due < today and lab["status"] is not L.PLANNED
        status = chance.one_of({M.REACHED: 75, M.MISSED: 10, M.PLANNED: 15}) if past else M.PLANNED
        if lab["status"] is L.CONCLUDED and status is M.PLANNED:
            status = M.DROPPED
        _part(
            batch,
            chance,
            "lab_milestone",
            lab,
            lab["created_at"],
            language=language,
            title=phrases("approach")[chance.randrange(6)][language],
            description="",
            due_on=due,
            status=status,
            reached_on=due if status is M.REACHED else None,
            evidence=phrases("result")[chance.randrange(5)][language] if status is M.REACHED else "",
            reason="[Demo]" if status in {M.MISSED, M.DROPPED} else "",
            overdue_told_on=today if status is M.PLANNED and due < today else None,
        )


def _contributions(batch: Batch, chance: Chance, lab: Row, parties: Sequence[Row]) -> None:
    pledged: date = lab["created_at"].date()
    for party in chance.choices(parties, k=chance.randint(1, 4)):
        status = (
            C.PLEDGED if lab["status"] is L.PLANNED else chance.one_of({C.PLEDGED: 2, C.COMMITTED: 3, C.DELIVERED: 5})
        )
        money = chance.random() < 0.6
        committed = status in {C.COMMITTED, C.DELIVERED}
        _part(
            batch,
            chance,
            "lab_contribution",
            lab,
            lab["created_at"],
            party_id=party["id"],
            delegation_id=party["delegation_id"],
            status=status,
            amount_minor=chance.randint(1_000, 90_000) * 1_000 if money else None,
            currency=chance.choice(CURRENCIES) if money else None,
            kind=None if money else chance.choice(list(CooperationForm)),
            quantity=None if money else Decimal(chance.randint(1, 200)),
            unit="" if money else "days",
            valued_minor=None,
            valuation_method="",
            note="[Demo]",
            pledged_on=pledged,
            committed_on=pledged if committed else None,
            delivered_on=pledged + timedelta(days=10) if status is C.DELIVERED else None,
        )


def _progress(scene: Scene, batch: Batch, chance: Chance, lab: Row, parties: Sequence[Row]) -> None:
    """Up to six updates and three outputs since the lab is active."""
    language, activated = lab["language"], lab["activated_at"]
    for _ in range(chance.randint(0, 6)):
        at = activated + (scene.first_day - activated) * chance.random()
        text = phrases("context")[chance.randrange(6)][language]
        _by_party(batch, chance, "lab_update", lab, parties, at, language=language, text=text, reported_on=at.date())
    for _ in range(chance.randint(0, 3)):
        at = activated + (scene.first_day - activated) * chance.random()
        told = {
            "kind": chance.choice(list(OutputKind)),
            "language": language,
            "title": phrases("result")[chance.randrange(5)][language],
            "description": "",
            "url": "",
            "delivered_on": at.date(),
        }
        _by_party(batch, chance, "lab_output", lab, parties, at, **told)


def _by_party(
    batch: Batch, chance: Chance, table: str, lab: Row, parties: Sequence[Row], at: datetime, **values: Any
) -> None:
    by = chance.choice(parties)["delegation_id"]
    _part(batch, chance, table, lab, at, delegation_id=by, milestone_id=None, **values)


def _part(batch: Batch, chance: Chance, table: str, lab: Row, at: datetime, **values: Any) -> Row:
    """A row that belongs to a lab; triggers copy onto it what its policies read."""
    return batch.add(table, id=chance.id_at(at), created_at=at, updated_at=at, revision=1, lab_id=lab["id"], **values)
