"""Which format a file has, by its name."""

from collections.abc import Callable, Mapping
from pathlib import Path

from services.core.importing.csv_rows import CsvRows
from services.core.importing.json_rows import JsonRows
from services.core.importing.refused import Unreadable
from services.core.importing.rows import RowSource

_FORMATS: Mapping[str, Callable[[Path], RowSource]] = {
    ".csv": CsvRows,
    ".tsv": CsvRows,
    ".jsonl": JsonRows,
    ".ndjson": JsonRows,
    ".json": JsonRows,
}


def open_rows(path: Path) -> RowSource:
    """Return the rows of a file; it is opened when the first one is asked for.

    Raises:
        Unreadable: there is no such file, or its name ends with no known format.
    """
    if not path.is_file():
        raise Unreadable(f"There is no file {path}.")
    source = _FORMATS.get(path.suffix.lower())
    if source is None:
        raise Unreadable(f"{path.name} has a name of no known format: it ends with .csv or .jsonl.")
    return source(path)
