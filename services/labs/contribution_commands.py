"""Writes of contributions: each party pledges, commits, delivers or withdraws its own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.core.actor import Actor
from services.core.db import Writer
from services.core.errors import Invalid
from services.core.money import Money
from services.core.policy import Refusals
from services.core.table import today
from services.labs import contribution_policy, rules
from services.labs.acts import hold_part, keep, said
from services.labs.tables import LabParty
from services.labs.terms import ContributionStatus
from services.labs.work_tables import LabContribution
from services.proposals.terms import CooperationForm

KIND = "lab_contribution"
UNIT_LIMIT, METHOD_LIMIT, NOTE_LIMIT = 100, 500, 2_000


@dataclass(frozen=True, slots=True)
class InKind:
    """What is given otherwise than in money; a value only with the method by which it was found."""

    kind: CooperationForm
    quantity: Decimal
    unit: str
    period_from: date | None = None
    period_to: date | None = None
    valued: Money | None = None
    valuation_method: str = ""

    def columns(self) -> dict[str, Any]:
        """Its columns, well-formed.

        Raises:
            Invalid: a number, text, day or currency is wrong, or a value without a method; ``path`` names the field.
        """
        if self.kind is CooperationForm.FUNDING:
            raise Invalid("Funding is given in money: use `money`.", path=("inKind", "kind"))
        try:
            rules.check_period(self.period_from, self.period_to, ("periodFrom", "periodTo"))
            method = said(self.valuation_method, "valuationMethod", METHOD_LIMIT, needed=self.valued is not None)
            value = None if self.valued is None else self.valued.checked(("valued",))
            columns: dict[str, Any] = {
                "kind": self.kind,
                "quantity": rules.check_quantity(self.quantity),
                "unit": said(self.unit, "unit", UNIT_LIMIT, needed=True),
                "period_from": self.period_from,
                "period_to": self.period_to,
            }
        except Invalid as error:
            error.path = ("inKind", *error.path)
            raise
        if value is None:
            return columns
        return {**columns, "valued_minor": value.amount_minor, "currency": value.currency, "valuation_method": method}


async def pledge_contribution(
    session: Writer, actor: Actor, party_id: UUID, given: Money | InKind, note: str = ""
) -> UUID:
    """Pledge what a party gives.

    Raises:
        NotFound, NotPermitted, Conflict: see ``contribution_policy.refusals_to_pledge``.
        Invalid: a number, text, day or currency is wrong.
    """
    party = await hold_part(
        session, actor, LabParty, party_id, contribution_policy.refusals_to_pledge, what="party", path=("party",)
    )
    if isinstance(given, Money):
        money = given.checked(("money",))
        columns: dict[str, Any] = {"amount_minor": money.amount_minor, "currency": money.currency}
    else:
        columns = given.columns()
    contribution = LabContribution(
        lab_id=party.lab_id,
        party_id=party.id,
        delegation_id=party.delegation_id,
        note=said(note, "note", NOTE_LIMIT),
        pledged_on=today(),
        **columns,
    )
    session.add(contribution)
    return await keep(session, actor, "lab.contribution_pledged", party.lab_id, KIND, contribution.id, given=columns)


async def commit_contribution(session: Writer, actor: Actor, contribution_id: UUID) -> UUID:
    """Commit what was pledged.

    Raises:
        NotFound, NotPermitted, Conflict: see ``contribution_policy.refusals_to_commit``.
    """
    refusals = contribution_policy.refusals_to_commit
    return await _step(session, actor, contribution_id, ContributionStatus.COMMITTED, refusals)


async def deliver_contribution(session: Writer, actor: Actor, contribution_id: UUID) -> UUID:
    """Say that what was committed is delivered.

    Raises:
        NotFound, NotPermitted, Conflict: see ``contribution_policy.refusals_to_deliver``.
    """
    refusals = contribution_policy.refusals_to_deliver
    return await _step(session, actor, contribution_id, ContributionStatus.DELIVERED, refusals)


async def withdraw_contribution(session: Writer, actor: Actor, contribution_id: UUID) -> UUID:
    """Take back what was pledged or committed; it stays readable as withdrawn.

    Raises:
        NotFound, NotPermitted, Conflict: see ``contribution_policy.refusals_to_withdraw``.
    """
    refusals = contribution_policy.refusals_to_withdraw
    return await _step(session, actor, contribution_id, ContributionStatus.WITHDRAWN, refusals)


async def _step(
    session: Writer, actor: Actor, contribution_id: UUID, wanted: ContributionStatus, refusals: Refusals
) -> UUID:
    one = await hold_part(session, actor, LabContribution, contribution_id, refusals, what="contribution")
    one.status = rules.step_contribution(one.status, wanted)
    setattr(one, f"{wanted.value}_on", today())
    one.revision += 1
    return await keep(session, actor, f"lab.contribution_{wanted.value}", one.lab_id, KIND, one.id)
