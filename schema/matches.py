"""Matches at the command line: the same GraphQL document as through HTTP, read as the delegation itself would."""

from dataclasses import replace
from typing import Any

import orjson

from schema.core.answering import shown
from schema.core.context import Context
from schema.running import database, migrated
from schema.serving import opened
from services.core.actor import PUBLIC, SYSTEM, Actor, Role
from services.core.audit import record
from services.core.db import Database
from services.core.errors import DomainError, Invalid
from services.core.ids import write_id
from services.core.page import FIRST_LIMIT
from services.core.progress import Say
from services.core.settings import settings
from services.core.table import uuid7
from services.matching.queries import find_proposal
from services.membership.queries import delegation_of_state

DOCUMENT = """
query Matches($id: ID!, $first: Int!) {
  proposal(id: $id) {
    externalId side title { text language }
    matches(first: $first) {
      totalCount
      nodes {
        score band modality weightsVersion
        proposal { id externalId title { text language } delegation { state { code } } }
        reasons { code contribution }
        misses { code }
      }
    }
  }
}
"""


class NotAnswered(DomainError):
    """The document could not be answered."""

    code = "NOT_ANSWERED"


def ranked(delegation: str, external_id: str, first: int, say: Say) -> dict[str, Any]:
    """Return a proposal with its ``first`` best matches, 1 to 100.

    Raises:
        NotFound: no such delegation, or it has no such proposal.
        Invalid: ``first`` is out of range.
    """
    import asyncio

    if not 1 <= first <= FIRST_LIMIT:
        raise Invalid(f"--first is {first}; 1 to {FIRST_LIMIT} are allowed.")

    async def ask(url: str) -> dict[str, Any]:
        async with opened(url) as db:
            return await _ask(db, delegation.upper(), external_id, first)

    with database(settings(), say) as urls:
        migrated(urls, say)
        return asyncio.run(ask(urls.app))


async def _ask(db: Database, code: str, external_id: str, first: int) -> dict[str, Any]:
    from schema.root import SCHEMA

    async with db.write(SYSTEM) as session:
        what = {"delegation": code, "external_id": external_id, "first": first}
        await record(session, SYSTEM, "matches.ranked", "read", uuid7(), **what)
        delegation_id, takes_part = await delegation_of_state(session, code)
    actor: Actor = replace(PUBLIC, role=Role.VIEWER, delegation_id=delegation_id, reads_members=takes_part)
    async with db.read(actor) as session:
        key = await find_proposal(session, actor, code, external_id)
    variables = {"id": write_id("proposal", key), "first": first}
    answer = await SCHEMA.execute(DOCUMENT, variables, context_value=Context(db, actor))
    if answer.errors or answer.data is None:
        raise NotAnswered(shown((answer.errors or [])[0], "of the command line")["message"])
    found: dict[str, Any] = orjson.loads(orjson.dumps(answer.data["proposal"]))
    return found


def as_document(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The ranking for programs: the best first."""
    return [
        {
            "externalId": one["proposal"]["externalId"],
            "delegation": (one["proposal"]["delegation"] or {}).get("state", {}).get("code"),
            "score": one["score"],
            "band": one["band"],
            "modality": one["modality"],
            "reasons": one["reasons"],
            "misses": [miss["code"] for miss in one["misses"]],
            "title": one["proposal"]["title"]["text"],
            "weightsVersion": one["weightsVersion"],
        }
        for one in found["matches"]["nodes"]
    ]


def told(found: dict[str, Any]) -> list[str]:
    """The ranking for people, two lines a match."""
    sentences = [f"{found['side']} {found['externalId']}: {found['title']['text']}"]
    for place, one in enumerate(as_document(found), 1):
        sentences.append(
            f"{place:3}. {one['score']:.3f} {one['band']:8} {one['delegation'] or '-'} {one['externalId'] or '-'}  {one['title']}"
        )
        reasons = ", ".join(f"{reason['code']} {reason['contribution']:.3f}" for reason in one["reasons"])
        sentences.append(f"     {one['modality']}: {reasons}")
    return sentences
