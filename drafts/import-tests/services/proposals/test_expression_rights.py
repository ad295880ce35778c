"""Who may do what to an expression of interest, and when."""

from functools import partial
from typing import Any

import pytest

from services.core.actor import SYSTEM, Audience
from services.core.db import Database
from services.proposals import expression_commands as commands
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus
from tests.builders import actor
from tests.services.proposals.world import a_proposal, an_expression, code_of, in_days, interest, step

E = ExpressionStatus
SENDER, RECEIVER = Party.SENDER, Party.RECEIVER
NO, NONE, LATE, WAIT = "NOT_PERMITTED", "NOT_FOUND", "EXPRESSION_OF_INTEREST_WRONG_STATUS", "NOT_YOUR_TURN"
STRANGERS = dict.fromkeys(
    ("public", "secretariat", "SEN focal point", "CHN focal point", "suspended focal point"), NONE
)
HELPERS = dict.fromkeys(("FRA viewer", "FRA contributor", "ZMB viewer", "ZMB contributor"), NO)
"""The receiver is ZMB and the sender FRA."""
BY_SENDER = STRANGERS | HELPERS | {"FRA focal point": None, "ZMB focal point": NO}
BY_RECEIVER = STRANGERS | HELPERS | {"FRA focal point": NO, "ZMB focal point": None}
UNSENT = STRANGERS | {"ZMB focal point": NONE, "FRA viewer": NO, "FRA contributor": NO, "FRA focal point": None}
OF_DRAFTS = UNSENT | {"FRA contributor": None}


@pytest.mark.parametrize(
    ("name", "status", "turn", "expected"),
    [
        ("revise", E.DRAFT, None, OF_DRAFTS),
        ("delete", E.DRAFT, None, OF_DRAFTS),
        ("send", E.DRAFT, None, UNSENT),
        ("take up talks", E.SENT, RECEIVER, BY_RECEIVER),
        ("ask", E.SENT, RECEIVER, BY_RECEIVER),
        ("ask", E.IN_TALKS, RECEIVER, BY_RECEIVER),
        ("reply", E.SENT, SENDER, BY_SENDER),
        ("reply", E.IN_TALKS, SENDER, BY_SENDER),
        ("agree", E.IN_TALKS, SENDER, BY_SENDER | {"ZMB focal point": WAIT}),
        ("agree", E.IN_TALKS, RECEIVER, BY_RECEIVER | {"FRA focal point": WAIT}),
        ("decline", E.SENT, SENDER, BY_RECEIVER),
        ("decline", E.IN_TALKS, RECEIVER, BY_RECEIVER),
        ("withdraw", E.SENT, RECEIVER, BY_SENDER),
        ("withdraw", E.IN_TALKS, SENDER, BY_SENDER),
    ],
)
async def test_who_may_act_on_an_expression_of_interest(
    db: Database, name: str, status: E, turn: Party | None, expected: dict[str, str | None]
) -> None:
    found = {}
    for who in expected:
        async with db.write(SYSTEM) as session:
            proposal = await a_proposal(session)
            expression = await an_expression(session, proposal, status=status, turn=turn)
        found[who] = await code_of(db, actor(who), step(name, expression.id))
    assert found == expected


@pytest.mark.parametrize(
    ("name", "who", "allowed"),
    [
        ("revise", "FRA focal point", {(E.DRAFT, None)}),
        ("delete", "FRA focal point", {(E.DRAFT, None)}),
        ("send", "FRA focal point", {(E.DRAFT, None)}),
        ("take up talks", "ZMB focal point", {(E.SENT, RECEIVER)}),
        ("ask", "ZMB focal point", {(E.SENT, RECEIVER), (E.IN_TALKS, RECEIVER)}),
        ("reply", "FRA focal point", {(E.SENT, SENDER), (E.IN_TALKS, SENDER)}),
        ("agree", "FRA focal point", {(E.IN_TALKS, SENDER)}),
        ("agree", "ZMB focal point", {(E.IN_TALKS, RECEIVER)}),
        (
            "decline",
            "ZMB focal point",
            {(E.SENT, SENDER), (E.SENT, RECEIVER), (E.IN_TALKS, SENDER), (E.IN_TALKS, RECEIVER)},
        ),
        (
            "withdraw",
            "FRA focal point",
            {(E.SENT, SENDER), (E.SENT, RECEIVER), (E.IN_TALKS, SENDER), (E.IN_TALKS, RECEIVER)},
        ),
    ],
)
async def test_each_step_is_for_some_statuses_and_turns_only(
    db: Database, name: str, who: str, allowed: set[tuple[E, Party | None]]
) -> None:
    live = [(status, turn) for status in (E.SENT, E.IN_TALKS) for turn in (SENDER, RECEIVER)]
    ended = [(status, None) for status in E if status not in (E.SENT, E.IN_TALKS)]
    for status, turn in [*live, *ended]:
        async with db.write(SYSTEM) as session:
            expression = await an_expression(session, await a_proposal(session), status=status, turn=turn)
        code = await code_of(db, actor(who), step(name, expression.id))
        known = who == "FRA focal point" or status is not E.DRAFT
        refusals = {LATE, WAIT} if known else {NONE}
        assert code is None if (status, turn) in allowed else code in refusals, (status, turn, code)


async def test_who_may_draft_and_send_an_expression_of_interest(db: Database) -> None:
    expected = {
        "public": (NONE, NONE),
        "secretariat": (NO, NO),
        "ZMB focal point": (NO, NO),
        "FRA viewer": (NO, NO),
        "FRA contributor": (None, NO),
        "SEN focal point": (None, None),
        "CHN focal point": (None, None),
        "VAT focal point": (None, None),
        "suspended focal point": (NONE, NONE),
        "applicant focal point": (NONE, NONE),
    }
    found = {}
    for who in expected:
        async with db.write(SYSTEM) as session:
            one, two = await a_proposal(session), await a_proposal(session)
        drafts = await code_of(db, actor(who), partial(commands.draft_expression, content=interest(one)))
        found[who] = drafts, await code_of(db, actor(who), partial(commands.send_expression, content=interest(two)))
    assert found == expected


async def test_a_suspended_delegation_sends_nothing_to_what_it_can_read(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, visibility=Audience.PUBLIC)
    send = partial(commands.send_expression, content=interest(proposal))
    assert await code_of(db, actor("suspended focal point"), send) == NO


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"status": ProposalStatus.DRAFT}, NONE),
        ({"status": ProposalStatus.WITHDRAWN}, NONE),
        ({"visibility": Audience.DELEGATION}, NONE),
        ({"status": ProposalStatus.CLOSED}, "PROPOSAL_NOT_OPEN"),
        ({"status": ProposalStatus.EXPIRED}, "PROPOSAL_NOT_OPEN"),
        ({"expires_on": in_days(-1)}, "PROPOSAL_EXPIRED"),
        ({"expires_on": in_days(0)}, None),
        ({"places": 2, "agreed": 2}, "PROPOSAL_FULL"),
        ({"places": 2, "agreed": 1}, None),
    ],
)
async def test_interest_is_expressed_in_what_is_open_and_has_places(
    db: Database, columns: dict[str, Any], code: str | None
) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, **columns)
        other = await a_proposal(session)
        draft = await an_expression(session, other, status=E.DRAFT)
        for name, value in columns.items():
            setattr(other, name, value)
    who = actor("FRA focal point")
    assert await code_of(db, who, partial(commands.send_expression, content=interest(proposal))) == code
    late = code is not None
    assert await code_of(db, who, step("send", draft.id)) == ("PROPOSAL_NOT_OPEN" if late else None)
