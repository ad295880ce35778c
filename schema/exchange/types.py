"""GraphQL types of long work."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.page import Connection, answered_by_shape
from schema.core.texts import Node
from services.core.exporting.formats import Format
from services.exchange.terms import ExchangeKind, RefusalOrder, WorkOrder, WorkState

describe(
    ExchangeKind,
    "A kind of thing that files are made of.",
    PROPOSALS="Needs, offers and joint proposals.",
    PRACTICES="Practices.",
    EXPERIENCE="Finished cooperations of states.",
    LABS="Joint labs, which a file founds or is compared with; it changes none.",
)
describe(
    Format,
    "A format of files of rows; the README names their columns.",
    JSONL="One JSON object a line, UTF-8.",
    CSV="RFC 4180, a header row first, UTF-8; commas, semicolons or tabs.",
    XLSX="A sheet of an Excel workbook: the one titled like the kind, else the first; values only, no formulas.",
)
describe(
    WorkState,
    "How far a piece of long work is; the last four are final.",
    WAITING="It waits for a worker.",
    RUNNING="It is being done.",
    DONE="It was done; the report says what.",
    REFUSED="Rows were refused, so nothing was kept; the report says which.",
    FAILED="It could not be done, and nothing was kept; `reason` says why.",
    INTERRUPTED="It was stopped by its person, and nothing was kept.",
)
describe(WorkOrder, "Orders of pieces of work.", NEWEST="The newest first.")
describe(RefusalOrder, "Orders of refused rows.", LINE="As they stand in the file.")


@strawberry.type(description="Why a row of a file was refused.")
class ImportRefusal:
    """Refused row."""

    line: int = strawberry.field(description="Where the row begins, from 1.")
    cell: str | None = strawberry.field(description="The cell of a spreadsheet, such as C17; null in other formats.")
    column: str | None = strawberry.field(description="The column at fault; null where the row as a whole is.")
    value: str = strawberry.field(description="The beginning of what stands there, up to 61 characters.")
    code: str = strawberry.field(description="Stable and machine-readable.")
    message: str = strawberry.field(description="One sentence for people, in English.")


@strawberry.type(description="What an import did, or where it was not `kept` would have done.")
class ImportReport:
    """Report."""

    source: str = strawberry.field(description="What was read: of a spreadsheet of several sheets which one.")
    kept: bool = strawberry.field(description="Whether its rows were kept.")
    added: int = strawberry.field(description="How many things are new.")
    changed: int = strawberry.field(description="How many there were and changed.")
    unchanged: int = strawberry.field(description="How many there were just so.")
    refused_rows: int = strawberry.field(description="How many rows were refused.")

    @strawberry.field(description="The first 10,000 of the refused rows.")
    def refusals(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[RefusalOrder, strawberry.argument(description="In which order.")] = RefusalOrder.LINE,
    ) -> Connection[ImportRefusal]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.type(
    description="A piece of long work: an import that a worker does. Seen by the person who asked for it only. All of its "
    "rows are kept, or none; unless `skipBad`, then the good ones."
)
class Work(Node):
    """Work."""

    kind: ExchangeKind = strawberry.field(description="What the file is made of.")
    format: Format = strawberry.field(description="How the file is written.")
    dry_run: bool = strawberry.field(description="Whether nothing is to be kept, only reported.")
    skip_bad: bool = strawberry.field(description="Whether good rows are kept though others are refused.")
    as_drafts: bool = strawberry.field(description="Whether new things stay drafts.")
    state: WorkState = strawberry.field(description="How far it is.")
    done: int = strawberry.field(description="How much is done of `total`, in thousands of bytes read and kept.")
    total: int | None = strawberry.field(description="How much there is to do; null as long as that is not known.")
    reason: str = strawberry.field(description="Why it failed, one sentence for people; empty in any other state.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null while it is under way.")
    report: ImportReport | None = strawberry.field(description="What came of it; null unless it is DONE or REFUSED.")
    viewer_can_cancel: bool = strawberry.field(description="Whether you may stop it now.")


@strawberry.type
class ViewerWorks:
    """What long work adds to Viewer; ``root`` composes it."""

    @strawberry.field(description="The imports that you asked for.")
    def works(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[WorkOrder, strawberry.argument(description="In which order.")] = WorkOrder.NEWEST,
    ) -> Connection[Work]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]
