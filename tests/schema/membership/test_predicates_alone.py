"""Where row security hides nothing, the application's own predicates still answer the same."""

from dataclasses import fields
from typing import Any

import orjson
import pytest

from schema.core import execution
from schema.core.context import Context
from schema.core.plans import Plans
from schema.root import SCHEMA
from services.core.actor import SYSTEM, Actor
from services.core.ids import write_id
from services.core.read.plan import Plan
from tests.builders import actor, delegation_id
from tests.conftest import OneAtATime
from tests.services.membership.world import build_standing_examples

pytestmark = pytest.mark.security

WHO = (
    "public",
    "ZMB viewer",
    "applicant viewer",
    "suspended focal point",
    "CHN viewer",
    "CHN focal point",
    "secretariat",
)
APPLICANT = write_id("delegation", delegation_id("applicant"))
WHOLE = """
    id standing standingOn(day: "2025-06-15") standings { standing validFrom validTo } openProposal { id }
    people { totalCount nodes { name } } viewerCanWithdraw viewerCanProposeStanding
"""
QUERIES = (
    f"{{ delegations {{ totalCount nodes {{ {WHOLE} }} }} }}",
    f'{{ delegation(id: "{APPLICANT}") {{ {WHOLE} }} }}',
    '{ delegations(where: {standing: {anyOf: [APPLICANT, INVITED, SUSPENDED], asOf: "2025-06-15"}}) { nodes { id } } }',
    '{ memberStates(where: {standing: {anyOf: [SUSPENDED, APPLICANT], asOf: "2025-06-15"}}) { nodes { code delegation { id } } } }',
    "{ standingProposals { totalCount nodes { id status proposedBy { name } delegation { id } decidedBy { id } } } }",
)


class Unwalled(Actor):
    """An actor for whom row security hides nothing, so that only predicates do."""

    def identity(self) -> dict[str, str]:
        return SYSTEM.identity()


def unwalled(one: Actor) -> Actor:
    return Unwalled(**{field.name: getattr(one, field.name) for field in fields(one)})


async def answer(db: OneAtATime, who: Actor, query: str) -> Any:
    found = await SCHEMA.execute(query, context_value=Context(db, who))
    assert found.errors is None
    return orjson.loads(orjson.dumps(found.data))


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
async def test_predicates_and_row_security_each_hide_all_that_is_hidden(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch, who: str, query: str
) -> None:
    async with db.write(SYSTEM) as session:
        await build_standing_examples(session)
    both = await answer(db, actor(who), query)
    assert _ids(both) or "anyOf" not in query
    assert await answer(db, unwalled(actor(who)), query) == both
    # the other way round: everything that SYSTEM may ask for, under the identity of who asks
    if who != "secretariat" and "viewerCan" not in query:
        assert _ids(await _by_row_security_alone(db, monkeypatch, who, query)) == _ids(both)


async def _by_row_security_alone(db: OneAtATime, monkeypatch: pytest.MonkeyPatch, who: str, query: str) -> Any:
    monkeypatch.setattr(execution, "PLANS", Plans())
    document = db.document

    async def as_who(plan: Plan, _: Actor, variables: Any) -> str:
        return await document(plan, actor(who), variables)

    monkeypatch.setattr(db, "document", as_who)
    return await answer(db, SYSTEM, query)


def _ids(found: Any) -> list[str]:
    match found:
        case dict():
            return [one for value in found.values() for one in _ids(value)]
        case list():
            return [one for value in found for one in _ids(value)]
        case _:
            return [str(found)]
