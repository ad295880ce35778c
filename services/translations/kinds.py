"""The kinds of things whose texts can be translated; each slice adds its own beside its Shape."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from services.core.actor import Viewer
from services.core.ids import WrongId, split_id
from services.core.read.shape import Condition, Expression, Row
from services.core.table import Row as Thing
from services.core.texts import TextRow


def by_delegation(thing: Row) -> Expression:
    """Whose texts they are where the thing itself says so."""
    delegation_id: Expression = thing.delegation_id
    return delegation_id


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing with texts: its type name in global ids, its table, that of its texts, and who may see one.

    ``owner`` is the delegation whose texts they are, which decides about translations; NULL where no delegation owns
    the thing and the secretariat, which keeps it, decides.
    """

    name: str
    thing: type[Thing]
    text: type[TextRow]
    visible_to: Callable[[Viewer, Row], Condition]
    owner: Callable[[Row], Expression] = by_delegation

    @property
    def key(self) -> str:
        """The column of the texts that names their thing."""
        return f"{self.name}_id"


KINDS: dict[str, Kind] = {}


def kind_and_key(text: str) -> tuple[Kind, UUID]:
    """Return kind and key of a thing whose texts can be translated, by its global id.

    Raises:
        WrongId: no id, or the id of something without such texts.
    """
    name, key = split_id(text)
    if name not in KINDS:
        raise WrongId(f"This is the id of a {name}; what can be translated: {', '.join(sorted(KINDS))}.", path=("id",))
    return KINDS[name], key
