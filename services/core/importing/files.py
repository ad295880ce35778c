"""Which format a file has, by its name."""

from collections.abc import Callable, Mapping
from pathlib import Path

from services.core.importing.csv_rows import CsvRows
from services.core.importing.json_rows import JsonRows
from services.core.importing.refused import Unreadable
from services.core.importing.rows import RowSource
from services.core.importing.xlsx_rows import XlsxRows

_FORMATS: Mapping[str, Callable[[Path], RowSource]] = {
    ".csv": CsvRows,
    ".tsv": CsvRows,
    ".jsonl": JsonRows,
    ".ndjson": JsonRows,
    ".json": JsonRows,
}


def open_rows(path: Path, kind: str = "") -> RowSource:
    """Return the rows of a file, of a spreadsheet those of the sheet titled ``kind`` (``proposals``) or the first one.

    The file is opened when the first row is asked for.

    Raises:
        Unreadable: there is no such file, or its name ends with no known format.
    """
    if not path.is_file():
        raise Unreadable(f"There is no file {path}.")
    if path.suffix.lower() == ".xlsx":
        return XlsxRows(path, kind)
    source = _FORMATS.get(path.suffix.lower())
    if source is None:
        raise Unreadable(f"{path.name} has a name of no known format: it ends with .csv, .xlsx or .jsonl.")
    return source(path)
