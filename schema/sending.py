"""Export of things into files at the command line."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from schema.bars import progress_bars
from schema.running import database, migrated
from schema.serving import opened
from services.core.actor import SYSTEM
from services.core.errors import Invalid
from services.core.exporting.formats import Format, format_of
from services.core.progress import Say
from services.core.settings import settings
from services.exchange.kinds import export_things


def send(what: str, path: Path | None, say: Say, *, format_: Format | None, state: str | None) -> int:
    """Export the things of a kind as the operator, into a file or to stdout; return how many.

    The file is there as a whole or not at all. Without ``format_`` its name tells the format; stdout gets JSONL.

    Raises:
        DomainError: no such delegation or format, or the file cannot be written.
    """
    chosen = format_ or (Format.JSONL if path is None else format_of(path))
    if chosen is None:
        raise Invalid(f"{path} has a name of no known format: it ends with .jsonl, .csv or .xlsx, or name a --format.")
    if path is None and chosen is Format.XLSX and sys.stdout.isatty():
        raise Invalid("A spreadsheet is nothing for a terminal. Name a file.")

    async def work(url: str, file: IO[bytes], format_: Format) -> int:
        async with opened(url) as db:
            with progress_bars() as bars:
                bar = bars.add_task("writing", total=None)
                return await export_things(
                    db, SYSTEM, what, file, format_, state=state,
                    progress=lambda done, total: bars.update(bar, completed=done, total=total),
                )  # fmt: skip

    with database(settings(), say) as urls, _whole(path) as file:
        migrated(urls, say)
        return asyncio.run(work(urls.app, file, chosen))


@contextmanager
def _whole(path: Path | None) -> Iterator[IO[bytes]]:
    """A file that takes the place of ``path`` at the end, or goes to stdout; an export that fails leaves nothing.

    Raises:
        Invalid: it cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path and path.absolute().parent, delete=False) as file:
            made = Path(file.name)
            try:
                yield file
                file.flush()
                if path is None:
                    file.seek(0)
                    shutil.copyfileobj(file, sys.stdout.buffer)
                else:
                    made.chmod(0o644)
                    made.replace(path)
            finally:
                made.unlink(missing_ok=True)
    except OSError as error:
        raise Invalid(f"{path or 'stdout'} cannot be written: {error.strerror}.") from error
