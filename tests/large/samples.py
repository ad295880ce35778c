"""Values from the large demonstration that documents ask with: common ones and rare ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.core.actor import Actor, Role
from services.core.ids import write_id
from services.core.table import today

_BUSY = """
SELECT d.id FROM delegation d JOIN (SELECT delegation_id, count(*) AS n FROM proposal GROUP BY 1) p ON p.delegation_id = d.id
WHERE d.standing IN ('member', 'co_chair') ORDER BY n {0} LIMIT 1
"""
_IDS = {
    "delegation": "SELECT id FROM delegation WHERE id = ANY ($1)",
    "practice": "SELECT practice_id FROM endorsement GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
    "proposal": """(SELECT id FROM proposal WHERE delegation_id = ANY ($1) AND status = 'open' ORDER BY id DESC LIMIT 1)
        UNION ALL (SELECT proposal_id FROM expression_of_interest e JOIN proposal p ON p.id = e.proposal_id
            WHERE p.status = 'open' AND p.visibility = 'public' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)""",
    "expression_of_interest": """SELECT e.id FROM expression_of_interest e JOIN thread_message m ON m.expression_id = e.id
        WHERE e.sender_id = ANY ($1) GROUP BY 1 ORDER BY count(*) DESC LIMIT 1""",
    "lab": """(SELECT lab_id FROM lab_milestone WHERE visibility = 'public' AND lab_status <> 'planned'
            GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)
        UNION ALL (SELECT id FROM lab WHERE parties && $1 ORDER BY id DESC LIMIT 1)""",
    **{
        part: f"SELECT id FROM {part} WHERE visibility = 'members' AND lab_status = 'active' ORDER BY id LIMIT 1"
        for part in ("lab_party", "lab_milestone", "lab_contribution", "lab_update", "lab_output")
    },
    "cooperation": "SELECT id FROM cooperation WHERE visibility = 'public' ORDER BY id LIMIT 1",
    "person": "SELECT id FROM person WHERE delegation_id = ANY ($1) LIMIT 1",
    "matching_weights": "SELECT id FROM matching_weights LIMIT 1",
    "thread_message": "SELECT id FROM thread_message WHERE sender_id = ANY ($1) LIMIT 1",
    "notice": "SELECT id FROM notice LIMIT 1",
}
_SEARCHES = ("training teachers", "demo", "洪水", "оценка систем", "12345", "irrigation in the dry season")
_LISTS = {
    "sectors": ('["11130"]', '["16010", "23210"]', '["99999"]'),
    "sdgTargets": ('["4.4"]', '["17.18"]'),
    "workingLanguages": ('["ar"]', '["pt"]'),
    "state": ('"KEN"', '"TUV"'),
    "sector": ('"11130"',),
    "goal": ('"4"',),
    "act": ('"demo.invented"',),
    "category": ('"111"',),
    "region": ('"002"', '"061"'),
    "codes": ('["en", "CC-BY-4.0"]',),
    "search": tuple(f'"{text}"' for text in _SEARCHES),
    "minimumScore": ("0.6",),
}


@dataclass
class Samples:
    """Who asks and with which values."""

    actors: dict[str, Actor] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)

    async def find(self, connection: Any) -> None:
        """Look up, as the owner, who has much and who has little, and what is theirs."""
        busiest, quietest = [await connection.fetchval(_BUSY.format(way)) for way in ("DESC", "ASC")]
        person = "SELECT id FROM person WHERE delegation_id = $1 AND role = 'focal_point'"
        secretariat = await connection.fetchval("SELECT id FROM person WHERE role = 'secretariat' LIMIT 1")
        taking = partial(Actor, reads_members=True, acts=True, languages=("fr", "en"))
        self.actors = {
            "public": Actor(),
            "focal point of many": taking(
                Role.FOCAL_POINT, await connection.fetchval(person, busiest), busiest, co_chair=True
            ),
            "viewer of few": taking(Role.VIEWER, await connection.fetchval(person, quietest), quietest),
            "secretariat": taking(Role.SECRETARIAT, secretariat, None),
        }
        both = [busiest, quietest]
        for kind, statement in _IDS.items():
            rows = await connection.fetch(statement, *([both] if "$1" in statement else []))
            self.ids[kind] = [f'"{write_id(kind, row[0])}"' for row in rows]

    def argument(self, field: str, key: str, kind: str) -> Sequence[str]:
        """Values of an argument that a field cannot do without."""
        match kind:
            case "ID" if field == "node":
                return [given[0] for given in self.ids.values() if given]
            case "ID" if key in {"need", "offer"}:
                return self.ids["proposal"]
            case "ID":
                return self.ids.get(field) or [f'"{write_id(field, UUID(int=7 << 76))}"']  # none is there
            case "CountryCode":
                return ['"FRA"']
            case "Date":
                return [f'"{today()}"']
            case "BigInt":
                return [{"place": "0", "first": "1"}.get(key, "2")]
        raise KeyError(f"Give samples for the argument {key}: {kind} of {field}.")

    def filter(self, where: str, key: str) -> Sequence[str]:
        """Values of a filter that are no enum and no boolean."""
        found = self.ids.get(key) or self.ids.get(f"lab_{key}")
        if found:
            return found
        if key in {"expiresAfter", "expiresBefore", "asOf", "sponsoredOn"}:
            return [f'"{today() + timedelta(days=days)}"' for days in (-2000, 7, 30, 900)]
        if key == "object":
            return self.ids["proposal"]
        if key in _LISTS:
            return _LISTS[key]
        raise KeyError(f"Give samples for the filter {key} of {where}.")

    def combined(self, where: str) -> Sequence[str]:
        """Filters that people use together."""
        busiest, quietest = self.ids["delegation"]
        match where:
            case "ProposalWhere":
                return [
                    'side: OFFER, status: OPEN, capacityAreas: [SKILLS_TRAINING], region: "002"',
                    'status: OPEN, sectors: ["99999"], capacityAreas: [SKILLS_TRAINING]',
                    f"delegation: {busiest}, status: DRAFT",
                    f"delegation: {quietest}, status: OPEN, side: NEED",
                    f'status: OPEN, expiresAfter: "{today()}", expiresBefore: "{today() + timedelta(days=30)}"',
                    'search: "training teachers", status: OPEN, side: OFFER, workingLanguages: ["fr"]',
                    "mine: true, status: EXPIRED",
                ]
            case "PracticeWhere":
                return [
                    f"delegation: {busiest}, status: WITHDRAWN",
                    'status: PUBLISHED, capacityAreas: [RISK_SAFETY], sectors: ["16010"]',
                    'search: "洪水", status: PUBLISHED',
                ]
            case "ExpressionOfInterestWhere":
                return ["direction: RECEIVED, status: SENT, awaitingMe: true", "direction: SENT, status: AGREED"]
            case "LabWhere":
                return ['region: "002", overdue: true', 'status: ACTIVE, search: "洪水"', "mine: true, status: PLANNED"]
        return []
