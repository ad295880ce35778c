"""GraphQL types of figures."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.page import Connection, answered_by_shape
from schema.labs.types import Lab
from schema.matching.cooperation_types import Cooperation
from schema.taxonomy.types import MemberState, Region
from services.reporting.terms import RecordOrder
from services.taxonomy.terms import ClassificationScheme

GAVE = "In how many records they gave; a record counts once for each state that gave in it."
RECEIVED = "In how many records they received; a record counts once for each state that received in it."
GINI = "Gini's coefficient among these states: 0 where all have as much, near 1 where one has all; null where none has any."

describe(RecordOrder, "Orders of the records behind a figure.", NEWEST="The newest year first.")


@strawberry.type(description="Figures of some states together.")
class EquityFigures:
    """What is told of all states, of a group and of a region."""

    states: int = strawberry.field(description="How many states they are; each takes part in the Group today.")
    gave: int = strawberry.field(description=GAVE)
    received: int = strawberry.field(description=RECEIVED)
    gave_nothing: int = strawberry.field(description="How many of the states gave in no record.")
    received_nothing: int = strawberry.field(description="How many of the states received in no record.")
    gini_gave: float | None = strawberry.field(description=f"How unevenly they gave. {GINI}")
    gini_received: float | None = strawberry.field(description=f"How unevenly they received. {GINI}")


@strawberry.type(
    description="Figures of a group of states, as it was on the last day of the year asked for, or is today."
)
class EquityGroup(EquityFigures):
    """Figures by group."""

    scheme: ClassificationScheme = strawberry.field(description="The scheme that puts states into the group.")


@strawberry.type(description="Figures of the states of a region.")
class EquityRegion(EquityFigures):
    """Figures by region."""

    region: Region = strawberry.field(description="The region, of any level of UN M49.")


@strawberry.type(description="Figures of one year, whichever is asked for.")
class EquityYear:
    """Figures by year."""

    year: int = strawberry.field(description="The year in which a lab became active or a cooperation ended, UTC.")
    gave: int = strawberry.field(description=GAVE)
    received: int = strawberry.field(description=RECEIVED)
    states_that_gave: int = strawberry.field(description="How many states gave.")
    states_that_received: int = strawberry.field(description="How many states received.")


@strawberry.type(description="One record that the figures count: a joint lab, or a finished cooperation that was none.")
class EquityRecord:
    """What stands behind a figure."""

    year: int = strawberry.field(description="The year in which the lab became active or the cooperation ended, UTC.")
    gave: bool = strawberry.field(description="Whether the state gave in it.")
    received: bool = strawberry.field(description="Whether the state received in it.")
    lab: Lab | None = strawberry.field(description="The lab; null if it is a cooperation.")
    cooperation: Cooperation | None = strawberry.field(description="The cooperation; null if it is a lab.")


@strawberry.type(description="What one state gave and received.")
class EquityState:
    """Figures of a state."""

    state: MemberState = strawberry.field(description="The state; it takes part in the Group today.")
    gave: int = strawberry.field(description="In how many records it gave.")
    received: int = strawberry.field(description="In how many records it received.")

    @strawberry.field(description="The records that these figures count, of the year asked for or of all.")
    def records(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[RecordOrder, strawberry.argument(description="In which order.")] = RecordOrder.NEWEST,
    ) -> Connection[EquityRecord]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.type(
    description="Who gave, who received, and who received nothing, among the states that take part today. What counts are "
    "the joint labs that became active and the finished cooperations that were none, as far as you may see them. In a lab "
    "gives who facilitates, is pivotal or contributes; receives who benefits, or is a partner that contributes nothing. In "
    "a finished cooperation receives the state where it took place; its partners gave."
)
class EquityBoard:
    """The board."""

    all: EquityFigures | None = strawberry.field(description="Of all these states; null where there are none.")
    groups: list[EquityGroup] = strawberry.field(
        description="Of developing states, LDC, LLDC and SIDS; a state may be in several."
    )
    regions: list[EquityRegion] = strawberry.field(
        description="Of the regions, in the order of names in your language; a state is in several."
    )
    years: list[EquityYear] = strawberry.field(description="Of each year, the newest first.")
    states: list[EquityState] = strawberry.field(
        description="Of each state that takes part, in the order of names in your language."
    )
