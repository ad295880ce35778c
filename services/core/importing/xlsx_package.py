"""An XLSX file as a package: which sheet is read, where its parts are, and how much they may unpack to.

Office Open XML, ECMA-376 part 1 (SpreadsheetML). openpyxl reads the small parts (contents, workbook, styles); the two
that grow with the number of rows, the sheet and the table of texts, are read as streams by ``xlsx_cells``.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from services.core.importing.refused import Unreadable

if TYPE_CHECKING:
    from openpyxl.reader.excel import ExcelReader

BIG_PART, SMALL_PART = 2_000_000_000, 20_000_000
"""The most octets that a sheet or the table of texts, and that any other part that is read, may unpack to."""
PACKED_AT_MOST = 300
"""How many times smaller than itself a big part may be packed; sheets of equal rows reach 60, deflate ends at 1,032."""
FREE = 50_000_000
"""What may be packed as tightly as it likes."""

_BROKEN = (
    AttributeError, BadZipFile, EOFError, KeyError, OSError, OverflowError, ParseError,
    RuntimeError, TypeError, ValueError, zlib.error,
)  # fmt: skip
"""What openpyxl, zipfile and the XML parser raise on a file that is no XLSX, a damaged one, or a made one."""
_OLD = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that is read: its title, its part and that of the texts in the package, and which styles are dates."""

    title: str
    among: int
    part: str
    texts: str | None
    date_styles: frozenset[str]
    epoch: datetime


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Say in one sentence that a file is no XLSX, whatever the libraries raise about it.

    Raises:
        Unreadable: it is none.
    """
    try:
        yield
    except _BROKEN as error:
        raise Unreadable(f"{name} is damaged, or no XLSX file. Save the sheet as XLSX or as CSV in UTF-8.") from error


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """Open an XLSX file.

    Raises:
        Unreadable: it is none.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(4)
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from error
    if beginning == _OLD:
        raise Unreadable(f"{path.name} is an old .xls file or has a password. Save it as XLSX without a password.")
    with readable(path.name):
        archive = ZipFile(path)
    with archive:
        yield archive


def find_sheet(archive: ZipFile, path: Path, wanted: str) -> Sheet:
    """The sheet titled ``wanted`` (in capital or small letters), else the first one, of the file at ``path``.

    Raises:
        Unreadable: the file is no XLSX, has no sheet of cells, or unpacks to more than there may be.
    """
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.styles.stylesheet import apply_stylesheet
    from openpyxl.xml.constants import SHARED_STRINGS

    name = path.name
    _check_sizes(archive, name)
    with readable(name):
        reader = ExcelReader(path, read_only=True, keep_links=False)
        with reader.archive:
            reader.read_manifest()
            reader.read_workbook()
            apply_stylesheet(reader.archive, reader.wb)
            sheets = _sheets(reader)
            texts = reader.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        dates = vars(reader.wb)["_date_formats"]  # openpyxl has no other way to them
        epoch = reader.wb.epoch
    if not sheets:
        raise Unreadable(f"{name} has no sheet of cells.")
    title, part = next((one for one in sheets if one[0].strip().lower() == wanted), sheets[0])
    return Sheet(title, len(sheets), part, texts and texts.PartName[1:], frozenset(map(str, dates)), epoch)


def _sheets(reader: "ExcelReader") -> list[tuple[str, str]]:
    """Title and part of each sheet of cells; charts have none."""
    there = set(reader.valid_files)
    found = ((sheet.name, link.target) for sheet, link in reader.parser.find_sheets() if "chart" not in link.Type)
    return [(title, part) for title, part in found if part in there]


def _check_sizes(archive: ZipFile, name: str) -> None:
    """The sizes are those that the package declares; zipfile reads no octet beyond them."""
    for part in archive.infolist():
        lower = part.filename.lower()
        big = "worksheets/" in lower or lower.endswith("sharedstrings.xml")
        read = lower.endswith((".xml", ".rels"))
        limit = BIG_PART if big else SMALL_PART
        ratio = part.file_size / max(part.compress_size, 1)
        if read and (part.file_size > limit or (part.file_size > FREE and ratio > PACKED_AT_MOST)):
            raise Unreadable(
                f"{name} unpacks to {part.file_size:,} bytes in one part ({ratio:,.0f} times its size); "
                f"up to {limit:,} are read, and up to {PACKED_AT_MOST} times the size."
            )
