"""Asking for imports, and stopping them."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act
from schema.exchange.types import Work
from services.core.exporting.formats import Format
from services.core.ids import typed_id, write_id
from services.exchange import commands
from services.exchange.shapes import WORK_BY_ID
from services.exchange.terms import ExchangeKind

KIND = "work"


@strawberry.input(description="A file to import.")
class ImportRunInput:
    """New import."""

    kind: ExchangeKind = strawberry.field(description="What the rows are.")
    format: Format = strawberry.field(description="How the file is written.")
    content: str = strawberry.field(
        description="The file: its text, or for XLSX its bytes in base64. Pass it as a variable; the request may have "
        "10 MB."
    )
    dry_run: bool = strawberry.field(default=False, description="Keep nothing; only report what would be done.")
    skip_bad: bool = strawberry.field(default=False, description="Keep the good rows though others are refused.")
    as_drafts: bool = strawberry.field(
        default=False,
        description="Leave new things as drafts. Else proposals open, and practices go to review. EXPERIENCE and LABS "
        "have none.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Which work to stop.")
class WorkCancelInput:
    """A stop."""

    id: strawberry.ID = strawberry.field(description="The work.")


@strawberry.type(description="The work as it was taken on, or why it was not.")
class ImportRunPayload:
    """Answer of importRun."""

    work_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The work, which a worker does; null if it was not taken on.")
    async def work(self, info: Info) -> Work | None:
        """Read back after the commit, through the same Shape."""
        return await _work(info, self.work_id)


@strawberry.type(description="The work as it now is, or why it was not stopped.")
class WorkCancelPayload:
    """Answer of workCancel."""

    work_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The work; null if it was not stopped.")
    async def work(self, info: Info) -> Work | None:
        """Read back after the commit, through the same Shape."""
        return await _work(info, self.work_id)


async def _work(info: Info, key: UUID | None) -> Work | None:
    return None if key is None else await read(info, WORK_BY_ID, id=write_id(KIND, key))


@strawberry.type
class ExchangeMutation:
    """Mutations of long work."""

    @strawberry.mutation(
        description="Import rows: added, or updated by `externalId`; all or none. Focal points of delegations taking part, "
        "for their own delegation: the row of another one is refused. EXPERIENCE is imported by the secretariat. A row of LABS "
        "founds the lab of an agreed expression of interest, and the other parties are asked; a lab there is stays as it "
        "is. It answers at once; follow the work by `workProgressed`. Three of a person's may be under way."
    )
    async def import_run(self, info: Info, input: Annotated[ImportRunInput, ASKED]) -> ImportRunPayload:
        """One command."""
        names = ("kind", "format", "content", "dry_run", "skip_bad", "as_drafts")
        asked = commands.ImportAsked(**{name: getattr(input, name) for name in names})
        done, errors = await act(
            info,
            lambda session, actor: commands.start_import(session, actor, asked),
            input,
            key=input.idempotency_key,
        )
        return ImportRunPayload(work_id=done, errors=errors)

    @strawberry.mutation(
        description="Stop a piece of work of yours: at once while it waits, within seconds while it runs. It keeps "
        "nothing then."
    )
    async def work_cancel(self, info: Info, input: Annotated[WorkCancelInput, ASKED]) -> WorkCancelPayload:
        """One command."""
        done, errors = await act(
            info, lambda session, actor: commands.stop_work(session, actor, typed_id(str(input.id), KIND))
        )
        return WorkCancelPayload(work_id=done, errors=errors)
