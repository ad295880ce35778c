"""What the lists of reference data can be narrowed by, and what is said when that cannot be."""

import pytest

from tests.conftest import Ask

QUERY = "query { %s(first: 100, where: {%s}) { totalCount nodes { code } } }"


async def codes(graphql: Ask, name: str, where: str) -> list[str]:
    answer = await graphql("public", QUERY % (name, where))
    assert "errors" not in answer, answer
    found = [entry["code"] for entry in answer["data"][name]["nodes"]]
    assert answer["data"][name]["totalCount"] >= len(found)
    return found


@pytest.mark.parametrize(
    ("name", "where", "found"),
    [
        ("regions", "level: REGION", ["002", "019", "142", "150", "009"]),
        ("regions", 'level: REGION, codes: ["002", "014"]', ["002"]),
        ("languages", 'codes: ["ar", "zh", "none"]', ["ar", "zh"]),
        ("languages", 'search: "阿拉伯"', ["ar"]),
        ("languages", 'search: "Français"', ["fr"]),
        ("languages", 'search: "FRANÇAIS"', ["fr"]),
        ("sdgTargets", 'goal: "4", search: "4.a"', ["4.a"]),
        ("sdgTargets", 'search: "17.1"', [f"17.{number}" for number in (1, *range(10, 20))]),
        ("sdgTargets", 'codes: ["9.c", "4.4"]', ["4.4", "9.c"]),
        ("sectors", 'search: "teacher train"', ["11130"]),
        ("sectors", 'search: "formation enseignants"', ["11130"]),
        ("sectors", 'category: "112", status: WITHDRAWN', []),
        ("licences", 'search: "Etalab-2"', ["etalab-2.0"]),
        ("licences", "suggestedFor: MODEL", ["Apache-2.0", "CDLA-Permissive-2.0", "MIT", "OpenMDW-1.0"]),
        ("licences", 'suggestedFor: SOFTWARE, search: "gnu affero"', ["AGPL-3.0-only", "AGPL-3.0-or-later"]),
    ],
)
async def test_a_list_is_narrowed(graphql: Ask, name: str, where: str, found: list[str]) -> None:
    assert await codes(graphql, name, where) == found


async def test_a_sector_is_still_given_out_or_withdrawn(graphql: Ask) -> None:
    answer = await graphql(
        "public",
        "{ a: sectors(where: {status: ACTIVE}) { totalCount } w: sectors(where: {status: WITHDRAWN}) { totalCount } }",
    )
    assert answer["data"] == {"a": {"totalCount": 295}, "w": {"totalCount": 30}}


@pytest.mark.parametrize("name", ["languages", "sdgTargets", "sectors", "licences"])
@pytest.mark.parametrize(
    ("search", "message"),
    [
        ('" "', "There is nothing to search for: give at least one word or the beginning of one."),
        (f'"{"a" * 101}"', "A search of a list has up to 100 characters; this one has 101."),
        (r'"a\u0000"', "The text has a character that is no text (NUL, or half of a pair)."),
    ],
)
async def test_a_search_that_cannot_be_is_refused_in_words(graphql: Ask, name: str, search: str, message: str) -> None:
    [error] = (await graphql("public", QUERY % (name, f"search: {search}")))["errors"]
    assert error["message"] == message
    assert error["extensions"] == {"code": "INVALID", "argument": ["where", "search"]}


@pytest.mark.parametrize(
    ("name", "where"),
    [("sdgTargets", r'goal: "\u0000"'), ("sectors", r'category: "\u0000"'), ("regions", r'codes: ["002", "\u0000"]')],
)
async def test_a_code_that_is_no_text_is_refused_in_words(graphql: Ask, name: str, where: str) -> None:
    [error] = (await graphql("public", QUERY % (name, where)))["errors"]
    assert error["message"].startswith("The text has a character that is no text")
    assert error["extensions"]["argument"] == ["where", where.partition(":")[0]]


async def test_a_cursor_of_another_filter_does_not_fit(graphql: Ask) -> None:
    page = await graphql("public", "{ licences(first: 1, where: {suggestedFor: DATA}) { pageInfo { endCursor } } }")
    cursor = page["data"]["licences"]["pageInfo"]["endCursor"]
    query = "query ($after: String!) { licences(after: $after, where: {suggestedFor: MODEL}) { nodes { code } } }"
    [error] = (await graphql("public", query, after=cursor))["errors"]
    assert error["extensions"] == {"code": "WRONG_CURSOR", "argument": ["after"]}
