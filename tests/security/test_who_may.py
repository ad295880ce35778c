"""The who-may matrix: every root field, mutation, subscription and export, asked by every role (``who_may.md``)."""

from io import BytesIO
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from schema.core.answering import document as answered
from schema.core.context import Context
from schema.core.node import NODES
from schema.root import SCHEMA
from services.core.errors import NotPermitted
from services.core.exporting.formats import Format
from services.core.ids import write_id
from services.core.listening import Listener
from services.exchange.kinds import export_things
from services.exchange.terms import ExchangeKind
from tests.schema.test_every_mutation import MUTATIONS
from tests.schema.test_every_subscription import SUBSCRIPTIONS
from tests.security.conftest import Ground
from tests.security.inputs import given
from tests.security.match_things import NEEDED, OFFERED
from tests.security.table import LINES, Line, needed, of
from tests.security.world import ROLES, asks

pytestmark = pytest.mark.security
QUERIES = SCHEMA._schema.query_type.fields  # type: ignore[union-attr]
ARGUMENTS = {
    "recordInclusion": '(place: "0", size: "3")',
    "recordConsistency": '(first: "1", second: "3")',
    "memberState": '(code: "ZMB")',
    "whyNot": f'(need: "{write_id("proposal", NEEDED)}", offer: "{write_id("proposal", OFFERED)}")',
}
"""Those of fields about nothing in particular that need some."""
CODES = {"no": "NOT_PERMITTED", "–": "NOT_FOUND", "sign in": "NOT_SIGNED_IN"}
SECRETS = frozenset({"WRONG_SIGN_IN", "WRONG_PASSWORD", "WRONG_CODE", "TICKET_NOT_VALID", "NO_SECOND_FACTOR"}) | {
    "INVITATION_NOT_VALID",
    "RESET_NOT_VALID",
    "NO_AUTHENTICATOR",
    "PASSKEY_NOT_GOOD",
    "PROVIDER_NOT_GOOD",
    "NOT_SIGNED_IN",
}
"""How a password, code or secret that is none is refused."""
PUBLIC_KINDS = {"group_settings", "matching_weights", "organisation", "record_head"}
"""What hides nothing from anybody: by what the Group works, who sponsors whom, what the record is checked against."""


def same(line: Line, found: dict[str, str]) -> None:
    wrong = {role: f"{found[role]}, not {line.answers[role]}" for role in ROLES if found[role] != line.answers[role]}
    assert not wrong, f"{line.fields} with {line.thing}: {wrong}"


def is_list(field: str) -> bool:
    kind = get_named_type(QUERIES[field].type)
    return isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields


async def is_there(ground: Ground, role: str, field: str, thing: str) -> str:
    """Whether a thing is shown by a field, or by one about nothing in particular anything is."""
    if thing not in ground.things:
        inner = "totalCount" if is_list(field) else "__typename"
        answer = await ground.ask(role, f"{{ {field}{ARGUMENTS.get(field, '')} {{ {inner} }} }}")
        found = answer["data"][field]
        return "yes" if found and found.get("totalCount") != 0 else "–"
    key = write_id(*ground.things[thing])
    if is_list(field):
        answer = await ground.ask(role, f"{{ {field}(first: 100) {{ totalCount nodes {{ id }} }} }}")
        ids = [one["id"] for one in answer["data"][field]["nodes"]]
        assert answer["data"][field]["totalCount"] == len(ids) < 100, "what is counted is what is shown"
        return "yes" if key in ids else "–"
    answer = await ground.ask(role, f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}", id=key)
    assert answer["errors"] == []
    return "–" if answer["data"][field] is None else "yes"


@pytest.mark.parametrize("line", [*of("Things"), *of("Fields about nothing in particular")], ids=str)
async def test_who_is_shown_a_thing(ground: Ground, line: Line) -> None:
    for field in line.fields:
        async with ground.undone():
            same(line, {role: await is_there(ground, role, field, line.thing) for role in ROLES})


def call_of(mutation: str) -> str:
    """The document that calls a mutation, all of whose arguments are variables."""
    args = MUTATIONS[mutation].args
    declared = ", ".join(f"${name}: {one.type}" for name, one in args.items())
    call = f"{mutation}({', '.join(f'{name}: ${name}' for name in args)})" if args else mutation
    return f"mutation {f'({declared})' if args else ''} {{ {call} {{ errors {{ code message path }} }} }}"


async def outcome(ground: Ground, role: str, line: Line) -> str:
    """What became of an act, in the words of the table; who is refused has changed nothing."""
    [mutation] = line.fields
    query = call_of(mutation)
    async with ground.undone():
        before = await ground.leaves()
        answer = await ground.ask(role, query, **given(mutation, line.thing, ground.things))
        if answer["errors"]:
            code = answer["errors"][0]["extensions"]["code"]
        else:
            code = next((one["code"] for one in answer["data"][mutation]["errors"]), None)
        assert code is None or await ground.leaves() == before, "refused, and yet something was done"
    if code in SECRETS and line.answers[role] == "secret":
        return "secret"
    return "yes" if code is None else next((word for word, one in CODES.items() if one == code), str(answer))


@pytest.mark.parametrize("line", of("Acts"), ids=str)
async def test_who_may_do_it(ground: Ground, line: Line) -> None:
    same(line, {role: await outcome(ground, role, line) for role in ROLES})


async def followed(ground: Ground, role: str, line: Line) -> str:
    """The first answer to a subscription, in the words of the table."""
    [name] = line.fields
    head = "subscription ($id: ID!)" if SUBSCRIPTIONS[name].args else "subscription"
    call = f"{name}(id: $id)" if SUBSCRIPTIONS[name].args else name
    context = Context(ground.db, asks(role), listener=Listener(""))
    values = {"id": write_id(*ground.things[line.thing])} if SUBSCRIPTIONS[name].args else {}
    events: Any = await SCHEMA.subscribe(f"{head} {{ {call} {{ __typename }} }}", values, context)
    answer = answered(await anext(events), "test")
    await events.aclose()
    code = answer["errors"][0]["extensions"]["code"] if answer.get("errors") else None
    return "yes" if code is None else {one: word for word, one in CODES.items()}[code]


@pytest.mark.parametrize("line", of("Live"), ids=str)
async def test_who_may_follow_it(ground: Ground, line: Line) -> None:
    same(line, {role: await followed(ground, role, line) for role in ROLES})


async def taken_out(ground: Ground, role: str, line: Line) -> str:
    """Whether a thing stands in the file that someone exports."""
    [kind] = line.fields
    file = BytesIO()
    async with ground.undone():
        try:
            await export_things(ground.db, asks(role), kind, file, Format.JSONL)
        except NotPermitted:
            return "no"
    return "yes" if f'"{line.thing}"'.encode() in file.getvalue() else "–"


@pytest.mark.parametrize("line", of("Exports"), ids=str)
async def test_who_takes_it_out_in_a_file(ground: Ground, line: Line) -> None:
    same(line, {role: await taken_out(ground, role, line) for role in ROLES})


def test_no_cell_is_missing() -> None:
    """The SDL says which rows there must be: every field of its three roots, every kind of file, every kind of thing."""
    named = {(line.section, field) for line in LINES for field in line.fields}
    fields = {field for _, field in named}
    for field in QUERIES:
        assert field in fields, needed(field, "Things")
    for section, roots in (("Acts", MUTATIONS), ("Live", SUBSCRIPTIONS), ("Exports", [*ExchangeKind])):
        for field in roots:
            assert (section, str(field)) in named, needed(str(field), section)
    roots = {*QUERIES, *MUTATIONS, *SUBSCRIPTIONS, *ExchangeKind}
    assert fields <= roots, f"of no such field: {fields - roots}"


def test_the_table_has_no_row_twice_and_more_than_500_cells() -> None:
    rows = [(line.section, field, line.thing) for line in LINES for field in line.fields]
    assert len(rows) == len(set(rows))
    assert len(rows) * len(ROLES) > 1_500


async def test_every_kind_of_thing_and_every_act_is_allowed_to_some_and_refused_to_some(ground: Ground) -> None:
    answers: dict[str, set[str]] = {kind: set() for kind in NODES}
    for line in of("Things"):
        answers[ground.things[line.thing][0]] |= set(line.answers.values())
    for kind, found in answers.items():
        assert found == ({"yes"} if kind in PUBLIC_KINDS else {"yes", "–"}), needed(f"node (a {kind})", "Things")
    acts: dict[str, set[str]] = {mutation: set() for mutation in MUTATIONS}
    for line in of("Acts"):
        acts[line.fields[0]] |= set(line.answers.values())
    for mutation, found in acts.items():
        ways_in = found <= {"secret", "sign in"} or found == {"yes"}
        assert ways_in or (found & {"yes", "secret"} and len(found) > 1), f"{mutation}: who may, or who may not?"
