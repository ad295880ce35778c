"""`gof match verify`: solve a round's frozen input again, and compare everything with what is kept."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schema.running import database, migrated
from schema.serving import opened
from services.core.errors import Invalid
from services.core.ids import typed_id
from services.core.progress import Say
from services.core.settings import settings
from services.rounds.queries import KeptRound, kept_round
from services.rounds.terms import ComputationStage


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has found; the round is right where ``findings`` is empty."""

    findings: list[str]
    certificate: dict[str, Any]


def verify(named: str, say: Say) -> Checked:
    """Check the round, or the one computation, of a global id or its UUID.

    Raises:
        Invalid: it is no id.
        NotFound: there is none of it that has been computed.
    """
    from services.rounds import verifying

    async def ask(url: str) -> KeptRound:
        async with opened(url) as db:
            return await kept_round(db, _key(named))

    with database(settings(), say) as urls:
        migrated(urls, say)
        kept = asyncio.run(ask(urls.app))

    def enter(stage: ComputationStage) -> None:
        say(f"{stage.value} …")

    found = verifying.verify(kept.text, kept.input_hash, kept.pairs, kept.certificate, enter)
    return Checked(found.findings, found.certificate)


def _key(named: str) -> UUID:
    kind = named.rpartition("_")[0]
    if kind in {"allocation_round", "allocation_computation"}:
        return typed_id(named, kind)
    try:
        return UUID(named)
    except ValueError as error:
        raise Invalid(f"“{named[:60]}” is no id of a round.") from error


def told(checked: Checked) -> list[str]:
    """The check for people: what is wrong, or the figures that are right."""
    if checked.findings:
        return checked.findings
    one = checked.certificate
    groups = ", ".join(f"{group['group']} {group['served']}/{group['needs']}" for group in one["groups"])
    solvers = ", ".join(proof["solver"] for proof in one["proofs"])
    proven = f"{'proven' if one['proven'] else 'not proven'} by {solvers}"
    return [
        f"value {one['value'] / 1e6:.6f}, at most {one['bound'] / 1e6:.6f}, {proven}; price of fairness {one['price']}",
        f"served {one['served']} of {one['needs']}: {groups}; Gini of load {one['gini']}",
        f"envious {one['envious']}, blocking pairs {one['blocking']}, without anything {one['unserved']}",
    ]
