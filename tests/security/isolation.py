"""What someone may not know of is not there, by whatever way one looks for it.

``test_two_walls.py`` runs this file without the application's predicates, and without row security as well. So each
test here looks for something that someone must not find: without both walls all of them fail.
"""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.security.conftest import Ground
from tests.security.table import Line, of
from tests.security.test_who_may import followed, is_list, is_there, same, taken_out
from tests.security.world import ROLES

pytestmark = pytest.mark.security
OWN_ROWS = {"experience", "labs"}
"""Kinds of files whose rows are what one sees; of the others one takes out what is one's own."""


def hiding(lines: Sequence[Line]) -> list[Line]:
    """The rows of the table by which something is hidden from someone, and not only left out of a list."""
    return [
        line for line in lines if "–" in line.answers.values() and (line.section != "Things" or "node" in line.fields)
    ]


@pytest.mark.parametrize("line", hiding(of("Things")), ids=str)
async def test_it_is_in_no_answer_no_list_and_no_count(ground: Ground, line: Line) -> None:
    for field in line.fields:
        async with ground.undone():
            same(line, {role: await is_there(ground, role, field, line.thing) for role in ROLES})


@pytest.mark.parametrize(
    "line", [one for one in hiding(of("Things")) if one.fields[-1] in {"practices", "proposals", "labs"}], ids=str
)
async def test_no_search_finds_it(ground: Ground, line: Line) -> None:
    field = line.fields[-1]
    assert is_list(field)
    query = f"query ($text: String!) {{ {field}(first: 100, where: {{search: $text}}) {{ totalCount nodes {{ id title {{ text }} }} }} }}"
    found = {}
    for role in ROLES:
        async with ground.undone():
            listed = (await ground.ask(role, query, text=line.thing))["data"][field]
        assert listed["totalCount"] == len(listed["nodes"])
        found[role] = "yes" if line.thing in {one["title"]["text"] for one in listed["nodes"]} else "–"
    same(line, found)


@pytest.mark.parametrize("line", hiding(of("Live")), ids=str)
async def test_no_subscription_follows_it(ground: Ground, line: Line) -> None:
    same(line, {role: await followed(ground, role, line) for role in ROLES})


@pytest.mark.parametrize("line", [one for one in hiding(of("Exports")) if one.fields[0] in OWN_ROWS], ids=str)
async def test_no_export_holds_it(ground: Ground, line: Line) -> None:
    same(line, {role: await taken_out(ground, role, line) for role in ROLES})


FIGURES = dict.fromkeys(ROLES, 4) | dict.fromkeys(["public", "applicant", "suspended"], 1)
FIGURES |= dict.fromkeys(["viewer", "contributor", "focal point"], 7)
"""Of how many labs the figures are: one is for everyone, three for members, three for their parties."""


async def test_figures_count_no_lab_that_is_hidden(ground: Ground) -> None:
    query = "{ labDashboard { labs overdueMilestones } labs { totalCount } }"
    found: dict[str, Any] = {}
    for role in ROLES:
        async with ground.undone():
            data = (await ground.ask(role, query))["data"]
        assert data["labDashboard"]["overdueMilestones"] == (0 if FIGURES[role] == 1 else 1)
        assert data["labDashboard"]["labs"] == data["labs"]["totalCount"]
        found[role] = data["labs"]["totalCount"]
    assert found == FIGURES


@pytest.mark.parametrize("mine", ["notices", "sessions", "apiTokens", "works"])
async def test_nobody_is_notified_or_shown_what_is_another_person_s(ground: Ground, mine: str) -> None:
    found = {}
    for role in ROLES:
        async with ground.undone():
            viewer = (await ground.ask(role, f"{{ viewer {{ {mine} {{ totalCount }} }} }}"))["data"]["viewer"]
        found[role] = viewer and viewer[mine]["totalCount"]
    everyone = 1 if mine == "sessions" else 0
    assert found == dict.fromkeys(ROLES, everyone) | {"public": None, "focal point": 1}
