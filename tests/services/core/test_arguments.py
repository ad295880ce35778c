"""Parameters of a statement as they are computed for each request."""

import sqlalchemy as sa

from services.core.actor import PUBLIC
from services.core.read.arguments import Arguments
from services.core.read.plan import finish
from services.core.read.shape import Filter


def test_several_values_of_one_argument_are_computed_once_for_a_request() -> None:
    asked = []

    def halves(text: str) -> tuple[str, str]:
        asked.append(text)
        return text[:1], text[1:]

    arguments = Arguments()
    one = Filter(lambda _, first, second: first == second, convert=halves, types=(sa.Text(), sa.Text()))
    first, second = arguments.values(one, "abc", ("where", "word"))
    plan = finish(first + second, arguments.computed, slow=False)
    found = dict(zip(plan.names, plan.values(PUBLIC, {}), strict=True))
    assert (found[first.key], found[second.key]) == ("a", "bc")
    assert asked == ["abc"]
