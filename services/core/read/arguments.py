"""The arguments of a read: what becomes a parameter of the statement, and how each value is judged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.core import page
from services.core.errors import DomainError, Invalid
from services.core.read.plan import Compute, Nth
from services.core.read.selection import Path, Selection, Variables, resolve
from services.core.read.shape import Condition, Connection, Expression, FieldOf, Filter, Order, Part, Value


@dataclass(frozen=True, slots=True)
class Beyond:
    """What makes the condition that rows behind a cursor fulfil, out of the keys of an order."""

    places: Sequence[sa.BindParameter[Any]]

    def __call__(self, keys: Sequence[tuple[Expression, bool]]) -> Condition:
        """The condition."""
        return _beyond([(key, place, down) for (key, down), place in zip(keys, self.places, strict=True)])


class WrongOrder(Invalid):
    """The order asked for has no meaning without a filter that is missing."""

    code = "WRONG_ORDER"


class Arguments:
    """Collects the parameters of one statement; each is computed from the request's variables."""

    def __init__(self) -> None:
        self.computed: dict[str, Compute | Nth] = {}
        self.slow = False

    def bind(self, compute: Compute | Nth, kind: sa.types.TypeEngine[Any] | None = None) -> sa.BindParameter[Any]:
        """A parameter whose value ``compute`` finds for each request."""
        name = f"a{len(self.computed)}"
        self.computed[name] = compute
        return sa.bindparam(name, type_=kind, required=False)

    def given(self, value: Any, convert: Mapping[str, Callable[[Any], Any]], path: Path) -> Any:
        """The value of an argument as fields ask for it: None, a real bool or enum, or a parameter.

        Of an input the same by its keys; ``convert`` knows these by their path, joined by dots.
        """
        if value is None or _is_real(value):
            return value
        if isinstance(value, Mapping):
            return {key: self.given(inner, convert, (*path, key)) for key, inner in value.items()}
        return self.bind(_judged(value, convert.get(".".join(path)), path))

    def values(self, one: Filter, value: Any, path: Path) -> list[Any]:
        """What a filter's condition takes for ``value``: one parameter, or one for each of its types."""
        self.slow = self.slow or one.slow
        if _is_real(value) and one.convert is None:
            return [value]
        judged = _judged(value, one.convert, path)
        if not one.types:
            return [self.bind(judged)]
        if len(one.types) == 1:
            return [self.bind(judged, one.types[0])]
        return self._parts(judged, one.types)

    def _parts(self, compute: Compute, kinds: Sequence[sa.types.TypeEngine[Any]]) -> list[sa.BindParameter[Any]]:
        """A parameter for each of the values that ``compute`` finds, once for a request."""
        whole = self.bind(compute).key
        return [self.bind(Nth(whole, position), kind) for position, kind in enumerate(kinds)]

    def first(self, value: Any) -> sa.BindParameter[int]:
        """The page size, judged."""
        return self.bind(_judged(value, page.check_first, ()), sa.Integer())

    def fingerprint(self, where: Mapping[str, Any]) -> sa.BindParameter[str]:
        """What stands in a cursor for the values of the filter."""
        return self.bind(lambda variables: page.fingerprint(resolve(where, variables)), sa.Text())

    def after(self, cursor: Any, order: Order, filtered: sa.BindParameter[str]) -> Beyond | None:
        """What makes the condition that rows behind the cursor fulfil; the cursor is judged in any case."""
        if cursor is None:
            return None
        fingerprint = self.computed[filtered.key]
        assert not isinstance(fingerprint, Nth), "it is computed alone"

        def read(variables: Variables) -> list[Any]:
            return page.read_cursor(resolve(cursor, variables), order.name, fingerprint(variables), order.kinds)

        return Beyond(self._parts(read, order.kinds))


def order_of(field: Connection, chosen: Selection) -> Order:
    """The order asked for, or the list's own.

    Raises:
        WrongOrder: it needs a filter that is not given.
    """
    asked = chosen.arguments.get("order")
    where = {name for name, value in (chosen.arguments.get("where") or {}).items() if value is not None}
    order = field.orders[field.default(where) if asked is None else asked]
    if order.needs is not None and order.needs not in where:
        raise WrongOrder(f"This order needs where.{order.needs}.", path=("order",))
    return order


def _beyond(keys: Sequence[tuple[Expression, sa.BindParameter[Any], bool]]) -> Condition:
    (key, place, descending), *rest = keys
    past = key < place if descending else key > place
    if not rest:
        return past
    at = key <= place if descending else key >= place
    return sa.and_(at, sa.or_(past, _beyond(rest)))


def _judged(value: Any, convert: Callable[[Any], Any] | None, path: Path) -> Compute:
    def compute(variables: Variables) -> Any:
        real = resolve(value, variables)
        if convert is None:
            return real
        try:
            return convert(real)
        except DomainError as error:
            error.path = (*path, *error.path)
            raise

    return compute


def _is_real(value: Any) -> bool:
    """Booleans and enums shape the SQL; they are never parameters."""
    return isinstance(value, bool) or hasattr(type(value), "__members__")


def everywhere(field: FieldOf, chosen: Selection) -> Iterator[tuple[FieldOf, Selection]]:
    """``field`` as chosen and all that is chosen below it, outermost first; of pages what stands in their rows.

    In the order of the document, in which also the one statement is composed: the same mistake is told first.
    """
    yield field, chosen
    below = chosen.fields
    if isinstance(field, Connection):
        rows = [row for part in below for row in ([part] if part.name == "nodes" else part.named("node"))]
        below = tuple(one for row in rows for one in row.fields)
    fields = field.fields if isinstance(field, Part) else {} if isinstance(field, Value) else field.shape().fields
    for one in below:
        if one.name in fields:
            yield from everywhere(fields[one.name], one)
