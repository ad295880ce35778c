"""Which reads are administrative: those in which the role of the secretariat could show more than members see.

Nobody marks them: a Shape's visibility for the secretariat is compared with that of someone who is a member and nothing
else, so that a new Shape, or a new rule, cannot be forgotten.
"""

from collections.abc import Iterator

from services.core.actor import Actor, Role, Viewer
from services.core.read.arguments import everywhere
from services.core.read.selection import Selection
from services.core.read.shape import Columns, Connection, Many, One, Shape

MEMBER = Viewer(Actor(reads_members=True, acts=True))
"""Someone who sees what all members see, without a delegation."""
SECRETARIAT = Viewer(Actor(role=Role.SECRETARIAT, reads_members=True, acts=True))


def administrative(root: One | Connection, chosen: Selection, viewer: Viewer) -> frozenset[str]:
    """The names of the Shapes by which this read is one; empty for whoever is not of the secretariat."""
    if viewer.role is not Role.SECRETARIAT:
        return frozenset()
    return frozenset(shape.name for shape in _shapes(root, chosen) if opens_more(shape))


def _shapes(root: One | Connection, chosen: Selection) -> Iterator[Shape]:
    for field, selection in everywhere(root, chosen):
        if isinstance(field, One | Many | Connection):
            yield field.shape()
        if isinstance(field, Connection):
            for edge in selection.named("edges"):
                for one in edge.fields:
                    inner = field.edge.get(one.name)
                    if isinstance(inner, One | Connection):
                        yield from _shapes(inner, one)


def opens_more(shape: Shape) -> bool:
    """Whether the secretariat may see rows of ``shape`` that not every member sees."""
    if shape.visible is None or shape.table is None:
        return False
    row = Columns(shape.source())
    return not shape.visible(SECRETARIAT, row).compare(shape.visible(MEMBER, row))
