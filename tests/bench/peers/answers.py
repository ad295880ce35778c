"""PostGraphile's answers in the shape of ours, so that it can be told whether both give the same data.

What follows from a row and its reader alone, such as ``isOverdue`` or a name in one language, is worked out here and
costs PostGraphile nothing: in its manner that is the client's work.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.core.ids import write_id
from services.core.table import today
from services.practices.rules import freshness
from tests.bench.asking import Asker

Row = Mapping[str, Any]


def alike(answer: Any) -> Any:
    """An answer without its cursors, which each server writes in its own way, and with moments written in one way."""
    match answer:
        case {"hasNextPage": more}:
            return {"hasNextPage": more}
        case dict():
            return {name: _moment(value) if name.endswith("At") else alike(value) for name, value in answer.items()}
        case list():
            return [alike(one) for one in answer]
    return answer


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _practices(data: Row, reader: Asker) -> Any:
    return {"practices": _page(data["allPractices"], _practice, reader)}


def _labs(data: Row, reader: Asker) -> Any:
    return {"labs": _page(data["allLabs"], _lab, reader)}


def _proposal(data: Row, reader: Asker) -> Any:
    row = data["proposalByRowId"]
    revises = row["delegationByDelegationId"]["rowId"] == str(reader.delegation) and row["status"] in {"draft", "open"}
    expressions = row["expressionOfInterestsByProposalId"]
    return {
        "proposal": {
            "id": _id("proposal", row),
            **_upper(row, "side", "status"),
            "title": _title(row),
            "summary": {"text": row["text"]["summary"]},
            "description": {"text": row["text"]["description"]},
            "delegation": _delegation(row["delegationByDelegationId"], reader),
            "capacityAreas": [code.upper() for code in row["capacityAreas"]],
            "forms": [code.upper() for code in row["forms"]],
            **{name: row[name] for name in ("sectors", "workingLanguages", "expiresOn", "openedAt")},
            "placesLeft": None if row["places"] is None else row["places"] - row["agreed"],
            "viewerCanRevise": revises,
            "expressionsOfInterest": {
                "totalCount": expressions["totalCount"],
                **_page(expressions, _expression, reader),
            },
        }
    }


READ: Mapping[str, Callable[[Row, Asker], Any]] = {"practices": _practices, "labs": _labs, "proposal": _proposal}
"""By operation: its answer in our shape, as this reader reads it."""


def _practice(row: Row, reader: Asker) -> Any:
    author = row["delegationByDelegationId"]
    confirmed = row["lastConfirmedOn"]
    return {
        "id": _id("practice", row),
        "title": _title(row),
        "publishedAt": row["publishedAt"],
        "freshness": confirmed and freshness(date.fromisoformat(confirmed), today()).value.upper(),
        "capacityAreas": [code.upper() for code in row["capacityAreas"]],
        "sectors": row["sectors"],
        "sdgTargets": row["sdgTargets"],
        "delegation": author and {**_delegation(author, reader), **_upper(author, "standing")},
        "endorsements": row["endorsementsByPracticeId"],
    }


def _lab(row: Row, reader: Asker) -> Any:
    milestones = row["labMilestonesByLabId"]
    return {
        "id": _id("lab", row),
        "title": _title(row),
        **_upper(row, "modality"),
        "nextDueOn": row["nextDueOn"],
        "isOverdue": _past(row["nextDueOn"]),
        "parties": [
            {**_upper(one, "role", "status"), "delegation": _delegation(one["delegationByDelegationId"], reader)}
            for one in row["labPartiesByLabId"]["nodes"]
        ],
        "milestones": {
            "totalCount": milestones["totalCount"],
            "nodes": [_milestone(one) for one in milestones["nodes"]],
        },
    }


def _milestone(row: Row) -> Any:
    overdue = row["status"] == "planned" and _past(row["dueOn"])
    told = {"id": _id("lab_milestone", row), "title": row["title"], "dueOn": row["dueOn"]}
    return {**told, **_upper(row, "status"), "isOverdue": overdue}


def _expression(row: Row, reader: Asker) -> Any:
    turn = row["turn"] and row[f"{row['turn']}Id"]
    return {
        "id": _id("expression_of_interest", row),
        **_upper(row, "status", "turn"),
        "turnDeadline": row["turnDeadline"],
        "viewerIsOnTurn": turn == str(reader.delegation),
        "message": row["message"],
        "sentAt": row["sentAt"],
        "sender": _delegation(row["delegationBySenderId"], reader),
    }


def _page(page: Row, shaped: Callable[[Row, Asker], Any], reader: Asker) -> dict[str, Any]:
    return {"nodes": [shaped(row, reader) for row in page["nodes"]], "pageInfo": page["pageInfo"]}


def _id(kind: str, row: Row) -> str:
    return write_id(kind, UUID(row["rowId"]))


def _upper(row: Row, *names: str) -> dict[str, Any]:
    return {name: row[name] and row[name].upper() for name in names}


def _title(row: Row) -> Any:
    return {"language": row["text"]["language"], "text": row["text"]["title"]}


def _past(day: str | None) -> bool:
    return day is not None and date.fromisoformat(day) < today()


def _delegation(row: Row | None, reader: Asker) -> Any:
    if row is None:
        return None
    language = next((one for one in reader.languages if one in row["names"]), "en")
    return {"id": _id("delegation", row), "name": {"text": row["names"][language]}}
