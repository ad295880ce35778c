"""`gof verify`: check a record, over HTTP or in one's own database, against the heads that one holds."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from schema.bars import progress_bars
from schema.record.source import HttpSource
from schema.running import database, migrated
from schema.serving import opened
from services.core.errors import Invalid
from services.core.progress import Say
from services.core.settings import settings
from services.record.jobs import own_keys
from services.record.keeping import Keep, read_notes, signed
from services.record.sources import DatabaseSource
from services.record.verifying import Finding, Source, check, conflicts, narrowest

if TYPE_CHECKING:
    from services.record.notes import Head


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check has found; the record is whole where both lists are empty."""

    size: int
    heads: int
    findings: list[Finding] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """What is wrong with heads or keys, and so with no place."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to check: an address (None: the database of the settings), with what in hand."""

    address: str | None
    heads: Sequence[Path] = ()
    keep: Path | None = None
    token: Path | None = None
    keys: Sequence[str] = ()


def verify(asked: Asked, say: Say) -> Verdict:
    """Check the whole record; interrupted, it goes on where it was the next time.

    Raises:
        Unavailable: the platform or the database does not answer.
        Invalid: a file or a key is none.
    """
    keep = Keep(asked.keep or settings().data_dir / "verify" / _name(asked.address))
    if asked.address is not None:
        source = HttpSource(asked.address, None if asked.token is None else asked.token.read_text().strip())
        return asyncio.run(_over_http(source, keep, asked, say))

    async def work(url: str) -> Verdict:
        async with opened(url) as db:
            own = DatabaseSource(db)
            notes = [head.note for head in await own.published()]
            return await _check(own, keep, _given(asked) or own_keys().public(), notes, asked.heads)

    with database(settings(), say) as urls:
        migrated(urls, say)
        return asyncio.run(work(urls.app))


async def _over_http(source: HttpSource, keep: Keep, asked: Asked, say: Say) -> Verdict:
    trusted = _given(asked) or keep.keys()
    if not trusted:
        trusted = await source.keys()
        say("trusted from now on, for the first time (compare them with what others have):")
        for key in trusted:
            say(f"  {key.hex()}")
    keep.trust(trusted)
    return await _check(source, keep, trusted, await source.published(), asked.heads)


async def _check(
    source: Source, keep: Keep, keys: Sequence[bytes], published: Sequence[str], files: Sequence[Path]
) -> Verdict:
    held, unheld = signed([note for path in files for note in _notes(path)], keys)
    kept, _ = signed(keep.heads(), keys)
    told, untold = signed(published, keys)
    doubts = [
        f"{number:,} of the heads that {whose} were not signed by a key that you trust"
        for number, whose in ((unheld, "you hold"), (untold, "are published"))
        if number
    ]
    heads: dict[str, Head] = {head.note: head for head in (*held, *kept, *told)}
    doubts += [
        f"two heads of {one.size:,} entries were signed for two different records, at {one.signed_at:%Y-%m-%d %H:%M} "
        f"and {other.signed_at:%Y-%m-%d %H:%M} UTC"
        for one, other in conflicts(heads.values())
    ]
    with progress_bars() as bars:
        bar = bars.add_task("checking", total=None)

        def progress(done: int, total: int | None) -> None:
            bars.update(bar, completed=done, total=total)

        async for walk in check(source, heads.values(), keep, keep.interrupted(), progress):
            keep.remember(walk)
    keep.finish(walk)
    keep.hold(heads.values())
    return Verdict(walk.tree.size, len(heads), narrowest(walk.findings), doubts)


def _notes(path: Path) -> list[str]:
    notes = read_notes(path)
    if not notes:
        raise Invalid(f"{path} holds no signed head of a record.")
    return notes


def _given(asked: Asked) -> list[bytes]:
    try:
        return [bytes.fromhex(key) for key in asked.keys]
    except ValueError as error:
        raise Invalid("A key is 32 octets in hexadecimal, 64 digits.") from error


def _name(address: str | None) -> str:
    return "own" if address is None else re.sub(r"[^\w.-]", "_", urlsplit(address).netloc, flags=re.ASCII)
