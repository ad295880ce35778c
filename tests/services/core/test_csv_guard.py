"""Cells that a spreadsheet would calculate are written as text, and every cell is read back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.importing.csv_guard import bare, guarded

cells = st.text(st.sampled_from("'=+-@\t\rab1 "), max_size=8) | st.text(max_size=8)


@given(cells)
def test_every_cell_comes_back(cell: str) -> None:
    assert bare(guarded(cell)) == cell


@given(cells)
def test_no_cell_begins_as_a_formula_does(cell: str) -> None:
    assert guarded(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"} or guarded(cell) == ""


@pytest.mark.parametrize("cell", ["", "plain", "'quoted'", "''", "1-2", "a=b", " =1", "l'eau"])
def test_what_tempts_nobody_is_left_alone(cell: str) -> None:
    assert guarded(cell) == bare(cell) == cell
