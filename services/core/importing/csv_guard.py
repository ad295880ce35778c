"""Cells of CSV that a spreadsheet would take for formulas, written so that it does not, and read back exactly.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return gets an apostrophe before it (OWASP, CSV
Injection); so does one that has apostrophes before such a sign, and reading takes one of them away again.
"""

import re

_TEMPTING = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(cell: str) -> str:
    """The cell as an export writes it."""
    return f"'{cell}" if _TEMPTING.match(cell) else cell


def bare(cell: str) -> str:
    """The cell as it was before ``guarded``."""
    return cell[1:] if _GUARDED.match(cell) else cell
