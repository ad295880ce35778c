"""The equity board with answers written by hand; it is one statement, and counts what the reader may see."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.core.actor import SYSTEM, Audience
from services.core.db import Writer
from services.labs.terms import ContributionStatus, LabPartyRole, LabPartyStatus, LabStatus
from tests.conftest import Ask, OneAtATime
from tests.services.labs.world import a_contribution, a_lab, a_party
from tests.services.matching.world import a_cooperation

BOARD = """query ($year: Int) { equityBoard(year: $year) {
  all { states gave received gaveNothing receivedNothing giniGave giniReceived }
  groups { scheme states gave received receivedNothing }
  regions { region { code } states gave received }
  years { year gave received statesThatGave statesThatReceived }
  states { state { code } gave received records { totalCount nodes { year gave received
    lab { title { text } } cooperation { title { text } } } } } } }"""
GIVEN = ContributionStatus.COMMITTED
TRIANGLE = (("FRA", LabPartyRole.FACILITATING), ("SEN", LabPartyRole.PIVOTAL), ("ZMB", LabPartyRole.BENEFICIARY))


async def _labs(session: Writer) -> None:
    """A lab in which France gives to Zambia, a triangle for its parties alone, and two that do not count."""
    at: dict[str, Any] = {"activated_at": datetime(2025, 12, 31, 23, 30, tzinfo=UTC)}
    two = await a_lab(session, title="Two", visibility=Audience.PUBLIC, **at)
    await a_contribution(session, two, "FRA", GIVEN, amount_minor=5)
    await a_contribution(session, two, "ZMB", ContributionStatus.WITHDRAWN, amount_minor=5)
    await a_party(session, two, "FRA", LabPartyStatus.CONFIRMED, organisation="A university")
    await a_party(session, two, "EGY", LabPartyStatus.DECLINED)
    three = await a_lab(session, title="Three", founder="SEN", partner="EGY", visibility=Audience.DELEGATION, **at)
    for code, role in TRIANGLE[:1] + TRIANGLE[2:]:
        await a_party(session, three, code, LabPartyStatus.CONFIRMED, role=role)
    await a_lab(session, title="Planned", status=LabStatus.PLANNED)


@pytest.fixture
async def kept(db: OneAtATime) -> None:
    """What is counted, and what is not."""
    async with db.write(SYSTEM) as session:
        await _labs(session)
        await a_cooperation(session, "ZMB", "CHN", "FRA", ended_on=date(2024, 1, 1))
        await a_cooperation(session, "SEN", "CHN", ended_on=date(2024, 12, 31), visibility="members")


def _states(board: Any) -> dict[str, tuple[int, int]]:
    found = {one["state"]["code"]: (one["gave"], one["received"]) for one in board["states"]}
    return {code: figures for code, figures in found.items() if figures != (0, 0)}


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("who", "year", "states"),
    [
        ("public", None, {"CHN": (1, 0), "FRA": (2, 1), "ZMB": (0, 2)}),
        ("CHN viewer", None, {"CHN": (2, 0), "FRA": (2, 1), "SEN": (0, 1), "ZMB": (0, 2)}),
        ("secretariat", None, {"CHN": (2, 0), "FRA": (2, 1), "SEN": (0, 1), "ZMB": (0, 2)}),
        ("EGY viewer", None, {"CHN": (2, 0), "FRA": (3, 1), "SEN": (0, 2), "ZMB": (0, 3), "EGY": (0, 1)}),
        ("EGY viewer", 2025, {"FRA": (2, 1), "SEN": (0, 1), "ZMB": (0, 2), "EGY": (0, 1)}),
        ("EGY viewer", 2024, {"CHN": (2, 0), "FRA": (1, 0), "SEN": (0, 1), "ZMB": (0, 1)}),
        ("EGY viewer", 2023, {}),
    ],
)
async def test_each_reader_sees_who_gave_and_received(
    db: OneAtATime, graphql: Ask, who: str, year: int | None, states: dict[str, tuple[int, int]]
) -> None:
    db.documents.clear()
    board = (await graphql(who, BOARD, year=year))["data"]["equityBoard"]
    assert len(db.documents) == 1
    assert _states(board) == states
    for one in board["states"]:
        shown = one["records"]["nodes"]
        assert (one["gave"], one["received"]) == tuple(sum(it[name] for it in shown) for name in ("gave", "received"))
        assert all((it["lab"] is None) != (it["cooperation"] is None) for it in shown)


@pytest.mark.usefixtures("kept")
async def test_what_is_told_of_states_together(graphql: Ask) -> None:
    board = (await graphql("CHN viewer", BOARD))["data"]["equityBoard"]
    every, taking_part = board["all"], len(board["states"])
    assert (every["states"], every["gave"], every["received"]) == (taking_part, 4, 4)
    assert (every["gaveNothing"], every["receivedNothing"]) == (taking_part - 2, taking_part - 3)
    amounts = sorted(one["received"] for one in board["states"])
    differences = sum(abs(one - other) for one in amounts for other in amounts)
    assert every["giniReceived"] == pytest.approx(differences / (2 * taking_part * sum(amounts)))
    groups = {one["scheme"]: one for one in board["groups"]}
    assert (groups["LDC"]["gave"], groups["LDC"]["received"]) == (0, 3), "Senegal and Zambia"
    assert groups["LLDC"]["received"] == 2, "Zambia"
    assert {one["region"]["code"]: one["received"] for one in board["regions"]}["002"] == 3
    assert board["years"] == [
        {"year": 2025, "gave": 1, "received": 2, "statesThatGave": 1, "statesThatReceived": 2},
        {"year": 2024, "gave": 3, "received": 2, "statesThatGave": 2, "statesThatReceived": 2},
    ]


async def test_where_nothing_is_kept_all_have_nothing(graphql: Ask) -> None:
    board = (await graphql("public", BOARD))["data"]["equityBoard"]
    assert (board["years"], _states(board)) == ([], {})
    assert board["all"]["receivedNothing"] == board["all"]["states"] > 0
    assert board["all"]["giniReceived"] is None


@pytest.mark.parametrize("year", [0, 1945, 10_000])
async def test_a_year_without_figures_is_refused(graphql: Ask, year: int) -> None:
    answer = await graphql("public", BOARD, year=year)
    assert answer["errors"][0]["message"] == f"The year is {year}; there are figures for 1946 to 9999."
