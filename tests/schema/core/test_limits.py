"""What a document may ask for at most, told before anything is done, in whatever way it is written."""

import random
import time
from itertools import count
from statistics import median

import httpx
import pytest
from graphql import get_introspection_query

from schema.core.asking import Asked, Refused, operation_kind
from schema.core.limits import weigh
from schema.graphiql.routes import HERE
from schema.root import SCHEMA
from tests.schema.core.documents import Writer

pytestmark = pytest.mark.security

CORE = SCHEMA._schema


def asked(query: str, **variables: object) -> int:
    """The objects that a request asks for at most; raises what refuses it."""
    one = Asked(query, variables, None)
    operation_kind(one)
    return weigh(CORE, one).nodes


def refused(query: str, **variables: object) -> tuple[str, str]:
    with pytest.raises(Refused) as refusal:
        asked(query, **variables)
    return refusal.value.code, refusal.value.message


def _answer(one: Asked) -> str:
    try:
        weigh(CORE, one)
    except Refused as refusal:
        return refusal.code
    return "within"


def nested(levels: int) -> str:
    """A valid document of so many levels of fields: the last is a leaf."""
    head = "practices { nodes { delegation { "
    turn = "memberState { delegation { "
    query = "{ " + head
    for level in range(levels - 4):
        query += turn.split("{")[level % 2].strip() + " { "
    return query + "id " + "} " * query.count("{")


def doubling(fold: int, leaf: str, *, seed: int = 0) -> str:
    """Fragments of which each spreads the next one twice."""
    texts = [f"fragment F{seed}_{n} on Query {{ ...F{seed}_{n + 1} ...F{seed}_{n + 1} }}" for n in range(fold)]
    return f"{{ ...F{seed}_0 }} {' '.join(texts)} fragment F{seed}_{fold} on Query {{ {leaf} }}"


def test_ten_levels_of_fields_and_no_more() -> None:
    assert asked(nested(10)) == 20
    assert refused(nested(11)) == ("TOO_DEEP", "A document may nest 10 levels of fields; this has 11 or more.")
    spread = nested(11).replace("practices {", "...F } fragment F on Query { practices {")
    assert refused(spread)[0] == "TOO_DEEP"


def test_500_fields_and_no_more_also_when_fragments_bring_them() -> None:
    def document(number: int) -> str:
        names = " ".join(f"f{n}" for n in range(100))
        rest = " ".join(f"g{n}" for n in range(number - 500))
        return f"{{ a {{ ...F }} b {{ ...F }} c {{ ...F }} d {{ ...F }} e {{ ...F {rest} }} }} fragment F on X {{ {names} }}"

    assert asked(document(500).replace("f0 f1 f2 f3 f4 ", "")) == 0
    assert refused(document(501)) == (
        "TOO_MANY_FIELDS",
        "A document may have 500 fields once fragments are spread; this has 506 or more.",
    )


def test_operations_of_one_document_count_together() -> None:
    body = " ".join(f"f{n}" for n in range(300))
    both = Asked(f"query A {{ {body} }} query B {{ {body} }}", None, "A")
    with pytest.raises(Refused, match="500 fields"):
        weigh(CORE, both)


@pytest.mark.parametrize(
    "spread",
    [
        "{ %s }",
        "{ ...F } fragment F on Query { %s }",
        "{ ... on Query { %s } ...G } fragment G on Query { __typename }",
    ],
)
def test_15_aliases_of_a_field_in_one_place_and_no_more(spread: str) -> None:
    assert asked(spread % " ".join(f"a{n}: __typename" for n in range(15))) == 0
    code, sentence = refused(spread % " ".join(f"a{n}: __typename" for n in range(16)))
    assert (code, sentence) == (
        "TOO_MANY_ALIASES",
        "One field may have 15 aliases in one place; `__typename` has 16.",
    )


def test_a_name_is_asked_for_40_times_in_one_place_and_no_more() -> None:
    assert asked("{" + "__typename " * 40 + "}") == 0
    assert refused("{" + "__typename " * 41 + "}")[0] == "TOO_MANY_FIELDS"
    assert "`a`" in refused("{" + " ".join(f"a: f{n}" for n in range(41)) + "}")[1]


def test_10_000_objects_and_no_more_whoever_says_the_page_size() -> None:
    query = (
        "query ($first: Int = %s) { memberStates(first: 99) { nodes { cooperations(first: $first) { totalCount } } } }"
    )
    assert asked(query % "100") == 99 * 101
    assert asked("{ memberStates { nodes { cooperations { totalCount } } } }") == 20 * 21
    sentence = "A request may ask for 10,000 objects, its page sizes multiplied; this asks for 10,098."
    assert refused(query % "101") == ("TOO_MANY_NODES", sentence)
    assert refused(query % "1", first=101) == ("TOO_MANY_NODES", sentence)
    assert asked(query % "101", first=1) == 99 * 2
    assert asked(query % "101", first=None) == 99 * 21


@pytest.mark.parametrize("size", [10**30, 10**400, -5, 1.5, float("inf"), float("nan"), True, "x", [1], {}, None])
def test_a_page_size_that_is_none_breaks_nothing(size: object) -> None:
    one = Asked("query ($first: Int!) { practices(first: $first) { totalCount } }", {"first": size}, None)
    assert _answer(one) in {"within", "TOO_MANY_NODES"}
    with pytest.raises(Refused, match="more than a billion"):
        asked("{ practices(first: %s) { nodes { endorsements { totalCount } } } }" % ("9" * 50_000))


@pytest.mark.parametrize("fold", [24, 58])
def test_fragments_that_double_one_another_cost_one_walk(fold: int) -> None:
    began = time.perf_counter()
    code, sentence = refused(doubling(fold, "__typename"))
    assert (code, time.perf_counter() - began < 5) == ("TOO_MANY_FIELDS", True)
    assert "500 fields" in sentence
    nodes = doubling(24, "a: practices { nodes { id } }").replace("...F0_24 ...F0_24", "...F0_24")
    assert refused(nodes)[0] == "TOO_MANY_FIELDS"


@pytest.mark.parametrize(
    "query",
    [
        "{" + "a{" * 1000,
        "{" + "a{" * 60 + "b" + "}" * 61,
        "{ a(b: " + "[" * 100 + "]" * 100 + ") }",
        "query ($a: " + "[" * 100 + "Int" + "]" * 100 + ") { b }",
        "{ # " + "}" * 1000 + "\n" + "a{" * 1000,
        '{ a(b: "' + "}" * 1000 + '", c: ' + "[" * 1000,
        '{ a(b: """ \\""" ' + "}" * 1000 + '""", c: ' + "[" * 1000,
        doubling(61, "__typename").replace("...F0_1 ...F0_1", "...F0_1"),
        " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(300)) + " { ...F0 }",
    ],
)
def test_brackets_and_fragments_nest_60_deep_and_no_deeper(query: str) -> None:
    code, sentence = refused(query)
    assert code == "TOO_DEEP"
    assert "60" in sentence


def test_brackets_in_texts_and_comments_are_none() -> None:
    assert asked('{ practices(where: {search: "' + "[" * 100 + '"}) { totalCount } } # ' + "{" * 100) == 20


def test_3_000_words_and_no_more() -> None:
    assert asked("{ a(b: [" + "1 " * 2_991 + "]) }") == 0
    code, sentence = refused("{ a(b: [" + "1 " * 2_992 + "]) }")
    assert (code, sentence) == ("TOO_MANY_TOKENS", "A document may have 3,000 names, values and signs.")


@pytest.mark.parametrize(
    "query",
    [
        "{ ...F } fragment F on Query { ...F }",
        "{ ...F } fragment F on Query { ...G __typename } fragment G on Query { ...F }",
        "{ ...Nothing }",
        "{ ... on Nothing { a } ... on Int { b } ... on ProposalWhere { c } }",
        "fragment F on Nothing { a { b } } { nothing { deeper } }",
        "subscription { nothing }",
        "{ __typename { a } practices { nodes } } type X { a: Int }",
        'query ($a: Int = true, $b: [Int!]! = 5, $a: Int = "x") { practices(first: {a: 5}) { totalCount } }',
    ],
)
async def test_a_document_that_is_not_valid_is_left_to_validation(query: str, http: httpx.AsyncClient) -> None:
    weigh(CORE, Asked(query, None, None))
    answer = await http.post("/graphql", json={"query": query}, headers={"accept": "application/graphql-response+json"})
    assert answer.status_code in {400, 406}
    assert answer.json()["errors"][0]["message"]


def test_what_tools_and_our_own_page_ask_is_within_the_limits() -> None:
    assert asked(get_introspection_query()) == 0
    assert weigh(CORE, Asked((HERE / "examples.graphql").read_text(), None, "Draft")).nodes == 0


def test_what_is_fit_to_be_executed_is_not_refused_by_chance() -> None:
    """Random documents of the size that people write are within the limits, and the walk fails at none."""
    chance, within = random.Random(5), 0
    roots = sorted(CORE.query_type.fields)  # type: ignore[union-attr]
    for number in range(400):
        document = Writer(CORE, chance, ["practice_1"], []).document(roots[number % len(roots)])
        said = _answer(Asked(document.query, document.variables, None))
        assert said in {"within", "TOO_DEEP", "TOO_MANY_FIELDS", "TOO_MANY_ALIASES", "TOO_MANY_NODES"}
        within += said == "within"
    assert within > 200


NAMED = {"aliases": "3,000", "many aliases": "64 KB", "doubling": "500 fields", "brackets": "60 brackets"}
BREAKING = {
    "aliases": lambda n: "{" + " ".join(f"a{n}_{m}:__typename" for m in range(3_000)) + "}",
    "many aliases": lambda n: "{" + " ".join(f"a{n}_{m}:__typename" for m in range(20_000)) + "}",
    "doubling": lambda n: doubling(24, "__typename", seed=n),
    "brackets": lambda n: "{" + f"a{n}{{" * 1_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", BREAKING)
async def test_what_is_refused_slows_no_other_client(kind: str, http: httpx.AsyncClient) -> None:
    """Small questions between two that are refused take as much computing as without them, by paired medians.

    Computing and not time, which others on the machine take too.
    """
    number = count()

    async def small() -> float:
        began = time.process_time()
        answer = await http.post("/graphql", json={"query": "{ memberStates(first: 1) { totalCount } }"})
        assert answer.json()["data"]
        return time.process_time() - began

    async def refuse() -> float:
        query = BREAKING[kind](next(number))
        began = time.process_time()
        answer = await http.post("/graphql", json={"query": query})
        assert answer.status_code in {400, 413}
        assert NAMED[kind] in answer.json()["errors"][0]["message"]
        return time.process_time() - began

    for _ in range(10):
        await small()
        await refuse()
    alone, beside, refusals = [], [], []
    for _ in range(60):
        alone.append(await small())
        refusals.append(await refuse())
        beside.append(await small())
    assert median(beside) < 1.5 * median(alone) + 0.001
    assert median(refusals) < 0.1
