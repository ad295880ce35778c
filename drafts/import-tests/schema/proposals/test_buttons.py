"""What ``viewerCan…`` says and what the act answers are one rule, for everyone and in every state."""

from collections.abc import Collection
from functools import partial

import pytest

from services.core.actor import SYSTEM
from services.core.errors import DomainError
from services.core.ids import write_id
from services.proposals import commands, expression_commands, rules
from services.proposals.tables import Proposal
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus
from tests.builders import actor
from tests.conftest import Ask, OneAtATime
from tests.services.proposals.world import Act, a_proposal, an_expression, in_days, interest, step

PEOPLE = ("ZMB focal point", "ZMB contributor", "FRA focal point", "FRA contributor", "VAT focal point", "secretariat")


def acts_on(proposal: Proposal) -> dict[str, Act]:
    key = proposal.id
    return {
        "Revise": partial(commands.revise_proposal, proposal_id=key, revision=1, changes={}),
        "Delete": partial(commands.delete_proposal, proposal_id=key),
        "Open": partial(commands.open_proposal, proposal_id=key),
        "Renew": partial(commands.renew_proposal, proposal_id=key, expires_on=in_days(40)),
        "Close": partial(commands.close_proposal, proposal_id=key),
        "Withdraw": partial(commands.withdraw_proposal, proposal_id=key, reason="No money."),
        "DraftExpressionOfInterest": partial(expression_commands.draft_expression, content=interest(proposal)),
        "ExpressInterest": partial(expression_commands.send_expression, content=interest(proposal)),
    }


EXPRESSION_ACTS = {
    "Revise": "revise",
    "Delete": "delete",
    "Send": "send",
    "TakeUpTalks": "take up talks",
    "Ask": "ask",
    "Reply": "reply",
    "Agree": "agree",
    "Decline": "decline",
    "Withdraw": "withdraw",
}


class Undone(Exception):
    """It was done; take it back."""


async def answer_of(db: OneAtATime, who: str, act: Act) -> str | None:
    """None where it can be done, else the code of why not; it is taken back."""
    try:
        async with db.write(actor(who)) as session:
            await act(session, actor(who))
            raise Undone  # noqa: TRY301 - leaving the transaction is the point
    except DomainError as error:
        return error.code
    except Undone:
        return None


async def buttons(graphql: Ask, who: str, field: str, key: str, acts: Collection[str]) -> dict[str, str | None]:
    """By act None where the button is there, else the first reason why it is not; who sees nothing finds nothing."""
    asked = " ".join(f"viewerCan{act} viewerCannot{act}Reasons" for act in acts)
    found = (await graphql(who, f"query ($id: ID!) {{ it: {field}(id: $id) {{ {asked} }} }}", id=key))["data"]["it"]
    if found is None:
        return dict.fromkeys(acts, "NOT_FOUND")
    reasons = {act: found[f"viewerCannot{act}Reasons"] for act in acts}
    assert {act: found[f"viewerCan{act}"] for act in acts} == {act: not reasons[act] for act in acts}
    return {act: one[0] if one else None for act, one in reasons.items()}


@pytest.mark.parametrize("status", ProposalStatus)
async def test_the_buttons_of_a_proposal_are_its_rules(graphql: Ask, db: OneAtATime, status: ProposalStatus) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, status=status, places=2)
    key, acts = write_id("proposal", proposal.id), acts_on(proposal)
    for who in PEOPLE:
        answers = {name: await answer_of(db, who, act) for name, act in acts.items()}
        assert await buttons(graphql, who, "proposal", key, acts) == answers, who


@pytest.mark.parametrize(
    ("status", "turn"),
    [
        *((status, None) for status in ExpressionStatus if status not in rules.LIVE),
        *((status, turn) for status in rules.LIVE for turn in Party),
    ],
)
async def test_the_buttons_of_an_expression_of_interest_are_its_rules(
    graphql: Ask, db: OneAtATime, status: ExpressionStatus, turn: Party | None
) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_expression(session, await a_proposal(session), status=status, turn=turn)
    key = write_id("expression_of_interest", expression.id)
    for who in PEOPLE:
        answers = {act: await answer_of(db, who, step(name, expression.id)) for act, name in EXPRESSION_ACTS.items()}
        assert await buttons(graphql, who, "expressionOfInterest", key, EXPRESSION_ACTS) == answers, who


async def test_a_full_proposal_and_a_second_wish_show_no_button(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        full = await a_proposal(session, places=1, agreed=1)
        asked = await a_proposal(session)
        await an_expression(session, asked)
        talks = await an_expression(session, full, status=ExpressionStatus.IN_TALKS, turn=Party.SENDER)
    reasons = {
        full.id: {"ExpressInterest": "PROPOSAL_FULL"},
        asked.id: {"ExpressInterest": "EXPRESSION_OF_INTEREST_EXISTS"},
    }
    for proposal_id, expected in reasons.items():
        key = write_id("proposal", proposal_id)
        shown = await buttons(graphql, "FRA focal point", "proposal", key, ["ExpressInterest"])
        assert shown == expected
    key = write_id("expression_of_interest", talks.id)
    assert await buttons(graphql, "FRA focal point", "expressionOfInterest", key, ["Agree"]) == {
        "Agree": "PROPOSAL_FULL"
    }
