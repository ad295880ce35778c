"""The lists of reference data over GraphQL: everyone reads all of them, each with its source."""

from typing import Any

import pytest

from tests.conftest import Ask, OneAtATime

LISTS = {
    "regions": 29,
    "languages": 220,
    "visions": 5,
    "planActions": 10,
    "capacityAreas": 12,
    "sdgGoals": 17,
    "sdgTargets": 169,
    "sectorCategories": 44,
    "sectors": 325,
    "licences": 708,
    "referenceSources": 17,
}


async def nodes(graphql: Ask, query: str, **variables: Any) -> list[dict[str, Any]]:
    """The nodes of the one list that ``query`` asks for, as the public."""
    answer = await graphql("public", query, **variables)
    assert "errors" not in answer, answer
    [page] = answer["data"].values()
    found: list[dict[str, Any]] = page["nodes"]
    return found


@pytest.mark.parametrize(("name", "count"), LISTS.items())
async def test_the_public_reads_each_list_in_one_statement(graphql: Ask, db: OneAtATime, name: str, count: int) -> None:
    answer = await graphql("public", f"{{ {name}(first: 2) {{ totalCount nodes {{ __typename }} }} }}")
    assert answer["data"][name]["totalCount"] == count
    assert len(answer["data"][name]["nodes"]) == 2
    assert len(db.documents) == 1


@pytest.mark.parametrize("name", [name for name in LISTS if name != "referenceSources"])
async def test_each_entry_names_its_source(graphql: Ask, name: str) -> None:
    found = await nodes(graphql, f"{{ {name}(first: 100) {{ nodes {{ source {{ key licence }} }} }} }}")
    known = await nodes(graphql, "{ referenceSources { nodes { key licence } } }")
    assert all(entry["source"] in known for entry in found)


@pytest.mark.parametrize(("name", "order"), [("regions", "CODE"), ("languages", "NAME"), ("sdgTargets", "PLACE")])
async def test_the_pages_of_a_list_are_the_list(graphql: Ask, name: str, order: str) -> None:
    query = (
        f"query ($after: String) {{ {name}(first: 50, after: $after, order: {order}) "
        "{ nodes { code } pageInfo { hasNextPage endCursor } } }"
    )
    codes: list[str] = []
    after = None
    for _ in range(LISTS[name] // 50 + 1):
        page = (await graphql("public", query, after=after))["data"][name]
        codes += [entry["code"] for entry in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert page["pageInfo"]["hasNextPage"] is False
    assert len(codes) == len(set(codes)) == LISTS[name]


async def test_a_source_says_who_published_it_and_when_and_under_which_terms(graphql: Ask) -> None:
    [first, *_] = await nodes(graphql, "{ referenceSources(first: 2) { nodes { key title publisher asOf licence } } }")
    assert first["title"].startswith("AI Capacity-Building Action Plan for Good and for All")
    assert {name: first[name] for name in ("key", "publisher", "asOf")} == {
        "key": "action_plan_2024",
        "publisher": "China, presented at the United Nations, New York",
        "asOf": "2024-09-25",
    }
    assert first["licence"].startswith("facts")


async def test_regions_come_by_name_in_the_language_of_the_reader_or_by_code(graphql: Ask) -> None:
    query = "query ($order: NameOrCodeOrder!) { regions(first: 4, order: $order) { nodes { code name { text } } } }"
    assert [entry["name"]["text"] for entry in await nodes(graphql, query, order="NAME")] == [
        "Africa",
        "Americas",
        "Asia",
        "Australia and New Zealand",
    ]
    assert [entry["code"] for entry in await nodes(graphql, query, order="CODE")] == ["002", "005", "009", "011"]


async def test_a_region_lies_in_wider_ones(graphql: Ask) -> None:
    query = """{ regions(where: {codes: ["014"]}) { nodes {
        name(language: "fr") { language text isOriginal original { language text } }
        level parent { code level parent { code level parent { code } } }
    } } }"""
    assert await nodes(graphql, query) == [
        {
            "name": {
                "language": "fr",
                "text": "Afrique orientale",
                "isOriginal": True,
                "original": {"language": "en", "text": "Eastern Africa"},
            },
            "level": "INTERMEDIATE",
            "parent": {
                "code": "202",
                "level": "SUB_REGION",
                "parent": {"code": "002", "level": "REGION", "parent": None},
            },
        }
    ]


async def test_a_state_shows_its_regions_from_the_widest_on_and_its_source(graphql: Ask) -> None:
    query = '{ memberState(code: "ZMB") { regions { level code } source { key } } }'
    assert (await graphql("public", query))["data"]["memberState"] == {
        "regions": [
            {"level": "REGION", "code": "002"},
            {"level": "SUB_REGION", "code": "202"},
            {"level": "INTERMEDIATE", "code": "014"},
        ],
        "source": {"key": "unterm"},
    }


async def test_visions_and_actions_lead_to_each_other(graphql: Ask) -> None:
    query = "{ visions { nodes { code paragraph name { text } actions { code paragraph visions { code } } } } }"
    found = await nodes(graphql, query)
    assert [entry["code"] for entry in found] == ["V1", "V2", "V3", "V4", "V5"]
    assert found[3] == {
        "code": "V4",
        "paragraph": "I.4",
        "name": {"text": "Secure and diverse data"},
        "actions": [
            {"code": "A8", "paragraph": "II.8", "visions": [{"code": "V4"}]},
            {"code": "A9", "paragraph": "II.9", "visions": [{"code": "V4"}]},
        ],
    }
    assert [entry["code"] for entry in await nodes(graphql, "{ planActions { nodes { code } } }")] == [
        f"A{number}" for number in range(1, 11)
    ]


async def test_capacity_areas_are_described_in_six_languages(graphql: Ask) -> None:
    query = """query ($language: LanguageTag!) { capacityAreas(first: 1) { nodes {
        code name(language: $language) { text } description(language: $language) { language text } visions { code }
    } } }"""
    texts = set()
    for language in ("ar", "zh", "en", "fr", "ru", "es"):
        [area] = await nodes(graphql, query, language=language)
        assert (area["code"], area["visions"]) == ("COMPUTE_INFRASTRUCTURE", [{"code": "V1"}])
        assert area["description"]["language"] == language
        texts |= {area["name"]["text"], area["description"]["text"]}
    assert len(texts) == 12


async def test_a_goal_lists_its_targets_in_the_order_of_the_general_assembly(graphql: Ask) -> None:
    goals = await nodes(
        graphql, "{ sdgGoals { nodes { code number name { text } targets { code goal { number } } } } }"
    )
    assert [goal["number"] for goal in goals] == list(range(1, 18))
    assert goals[3]["name"]["text"].startswith("Ensure inclusive and equitable quality education")
    assert [target["code"] for target in goals[3]["targets"]] == [
        *(f"4.{number}" for number in range(1, 8)),
        "4.a",
        "4.b",
        "4.c",
    ]
    assert all(target["goal"]["number"] == goal["number"] for goal in goals for target in goal["targets"])
    assert sum(len(goal["targets"]) for goal in goals) == 169


async def test_a_sector_stands_in_its_category(graphql: Ask) -> None:
    query = """{ sectors(where: {codes: ["11130"]}) { nodes {
        code status name(language: "fr") { text } category { code name { text } sectors { code } }
    } } }"""
    [sector] = await nodes(graphql, query)
    siblings = sector["category"].pop("sectors")
    assert sector == {
        "code": "11130",
        "status": "ACTIVE",
        "name": {"text": "Formation des enseignants"},
        "category": {"code": "111", "name": {"text": "Education, level unspecified"}},
    }
    codes = [sibling["code"] for sibling in siblings]
    assert "11130" in codes
    assert codes == sorted(codes)
    assert all(code.startswith("111") for code in codes)


async def test_a_language_shows_its_own_name_and_the_way_it_is_written(graphql: Ask) -> None:
    query = (
        '{ languages(where: {codes: ["ar", "fr"]}, order: CODE) { nodes { code autonym direction name { text } } } }'
    )
    assert await nodes(graphql, query) == [
        {"code": "ar", "autonym": "العربية", "direction": "rtl", "name": {"text": "Arabic"}},
        {"code": "fr", "autonym": "français", "direction": "ltr", "name": {"text": "French"}},
    ]


async def test_a_licence_says_who_approved_it_and_what_it_is_suggested_for(graphql: Ask) -> None:
    query = '{ licences(where: {codes: ["Apache-2.0"]}) { nodes { code osiApproved suggestedFor name { text } } } }'
    assert await nodes(graphql, query) == [
        {
            "code": "Apache-2.0",
            "osiApproved": True,
            "suggestedFor": ["SOFTWARE", "MODEL"],
            "name": {"text": "Apache License 2.0"},
        }
    ]
