"""What files of labs have in them: one row for each lab, with its parties, milestones and contributions as lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.core.actor import Actor
from services.core.db import Reader
from services.core.errors import Invalid
from services.core.ids import write_id
from services.core.importing.finding import with_texts
from services.core.read.shape import table_of
from services.labs import policy
from services.labs.tables import Lab, LabParty, LabText
from services.labs.work_tables import LabContribution, LabMilestone
from services.membership.tables import Delegation
from services.proposals import expression_policy
from services.proposals.tables import ExpressionOfInterest

LAB, TEXT = table_of(Lab), table_of(LabText)
LISTS = ("parties", "milestones", "contributions")
"""The columns that hold lists of objects; in CSV and XLSX each is one cell of JSON."""


@dataclass(frozen=True, slots=True)
class Delegations:
    """The delegations that an actor knows of, by what files call them: their states' codes, else their global ids."""

    ids: Mapping[str, UUID]
    names: Mapping[UUID, str]

    def find(self, text: str) -> str:
        """Return what files call the delegation of a state's code, or of a global id.

        Raises:
            Invalid: there is no such delegation.
        """
        for name in (text.upper(), text.lower()):
            if name in self.ids:
                return self.names[self.ids[name]]
        raise Invalid("This is no delegation here: name the ISO 3166-1 alpha-3 code of its state, or its id.")


async def delegations(session: Reader) -> Delegations:
    """All delegations that the asker may know of."""
    row = table_of(Delegation).c
    found = [(key, state) for key, state in await session.execute(sa.select(row.id, row.state))]
    names = {key: state or write_id("delegation", key) for key, state in found}
    ids = {write_id("delegation", key): key for key in names}
    return Delegations({**ids, **{name: key for key, name in names.items()}}, names)


def lab_rows(actor: Actor) -> sa.Select[Any]:
    """The labs that an actor may see, with ``title``, ``summary``, ``description`` and ``translations``.

    ``expression`` is the id of the expression of interest, None for who may not know of it; ``parties_listed``,
    ``milestones_listed`` and ``contributions_listed`` are JSON lists of what stands in the file.
    """
    seen = table_of(ExpressionOfInterest).alias()
    known = sa.and_(seen.c.id == LAB.c.expression_id, expression_policy.visible_to(actor.viewer, seen.c))
    columns = (
        sa.select(seen.c.id).where(known).correlate(LAB).scalar_subquery().label("expression"),
        _parties().label("parties_listed"),
        _milestones().label("milestones_listed"),
        _contributions().label("contributions_listed"),
    )
    rows = with_texts(LAB, TEXT, "lab_id", LAB).add_columns(*columns)
    return rows.where(policy.visible_to(actor.viewer, LAB.c))


def _parties() -> sa.ColumnElement[Any]:
    row = table_of(LabParty).alias().c
    entry = {
        "delegation": _delegation(row.delegation_id),
        "organisation": _said(row.organisation),
        "role": sa.func.upper(row.role),
        "status": sa.func.upper(row.status),
        "confirmedOn": row.confirmed_on,
        "reason": _said(row.reason),
    }
    return _listed(entry, row.lab_id, row.created_at, row.id)


def _milestones() -> sa.ColumnElement[Any]:
    row = table_of(LabMilestone).alias().c
    entry = {
        "language": row.language,
        "title": row.title,
        "description": _said(row.description),
        "dueOn": row.due_on,
        "status": sa.func.upper(row.status),
        "reachedOn": row.reached_on,
        "evidence": _said(row.evidence),
        "reason": _said(row.reason),
    }
    return _listed(entry, row.lab_id, row.due_on, row.id)


def _contributions() -> sa.ColumnElement[Any]:
    row, party = table_of(LabContribution).alias().c, table_of(LabParty).alias().c
    organisation = sa.select(_said(party.organisation)).where(party.id == row.party_id).scalar_subquery()
    entry = {
        "delegation": _delegation(row.delegation_id),
        "organisation": organisation,
        "status": sa.func.upper(row.status),
        "amountMinor": row.amount_minor,
        "currency": row.currency,
        "kind": sa.func.upper(row.kind),
        "quantity": sa.cast(sa.func.trim_scale(row.quantity), sa.Text),
        "unit": _said(row.unit),
        "periodFrom": row.period_from,
        "periodTo": row.period_to,
        "valuedMinor": row.valued_minor,
        "valuationMethod": _said(row.valuation_method),
        "note": _said(row.note),
        "pledgedOn": row.pledged_on,
        "committedOn": row.committed_on,
        "deliveredOn": row.delivered_on,
        "withdrawnOn": row.withdrawn_on,
    }
    return _listed(entry, row.lab_id, row.created_at, row.id)


def _listed(
    entry: Mapping[str, sa.ColumnElement[Any]], lab_id: sa.ColumnElement[UUID], *order: sa.ColumnElement[Any]
) -> sa.ColumnElement[Any]:
    """The rows of a lab as a JSON list of objects, each with what is not blank."""
    parts = [part for name, value in entry.items() for part in (sa.literal_column(f"'{name}'"), value)]
    one = sa.func.json_strip_nulls(sa.func.json_build_object(*parts))
    ordered = sa.func.json_agg(aggregate_order_by(one, *order))
    listed = sa.select(ordered).where(lab_id == LAB.c.id).correlate(LAB).scalar_subquery()
    return sa.func.coalesce(listed, sa.text("'[]'::json"))


def _said(text: sa.ColumnElement[str]) -> sa.ColumnElement[Any]:
    return sa.func.nullif(text, sa.literal_column("''"))


def _delegation(key: sa.ColumnElement[UUID]) -> sa.ColumnElement[Any]:
    """What files call a delegation."""
    row = table_of(Delegation).alias().c
    state = sa.select(row.state).where(row.id == key).scalar_subquery()
    return sa.func.coalesce(state, sa.func.concat("delegation_", sa.func.replace(sa.cast(key, sa.Text), "-", "")))
