"""Codes: their dot product in SQL is that of the numbers, exactly, and estimates the cosine of the vectors."""

import numpy as np
import pytest
import sqlalchemy as sa

from services.core.codes import classes, code, numbers, scale
from services.core.db import Database
from tests.builders import actor


def some_vectors(rows: int, dimensions: int) -> "np.ndarray":
    """Unit vectors that are near each other to different degrees."""
    chance = np.random.default_rng(3)
    base = chance.standard_normal(dimensions)
    rows_of = [base * share + chance.standard_normal(dimensions) * (1 - share) for share in np.linspace(0, 1, rows)]
    return np.stack([row / np.linalg.norm(row) for row in rows_of]).astype(np.float32)


@pytest.mark.parametrize("bits", [2, 3, 4])
async def test_postgresql_finds_the_dot_product_of_the_numbers(db: Database, bits: int) -> None:
    found = numbers(some_vectors(6, 96), bits)
    held = [code(row, bits) for row in found]
    assert {len(one) for one in held} == {96 * bits}
    terms = " + ".join(
        f"{weight} * bit_count(m[{place}] & b::varbit)" for place, (weight, _) in enumerate(classes(bits), 1)
    )
    statement = sa.text(
        f"SELECT {terms} FROM (SELECT code_masks(a::varbit, {bits}) AS m, b FROM "
        "unnest(CAST(:codes AS text[])) WITH ORDINALITY AS x (a, i), "
        "unnest(CAST(:codes AS text[])) WITH ORDINALITY AS y (b, j) ORDER BY i, j) AS each"
    )
    async with db.read(actor("public")) as session:
        products = (await session.execute(statement, {"codes": held})).scalars().all()
    assert products == (found @ found.T).ravel().tolist()


@pytest.mark.parametrize(("bits", "error"), [(2, 0.2), (3, 0.08), (4, 0.03)])
def test_the_dot_product_estimates_the_cosine(bits: int, error: float) -> None:
    vectors = some_vectors(20, 512)
    found = numbers(vectors, bits)
    estimated = found @ found.T * scale(bits) / 512
    off = np.abs(estimated - vectors @ vectors.T)
    assert off[~np.eye(20, dtype=bool)].max() < error
    assert abs(np.diag(estimated) - 1).max() < 0.15


def test_a_code_counts_from_the_lowest_plane_and_its_highest_is_negative() -> None:
    assert code(np.array([1, -1, 2, -3]), 3) == "1101" + "0110" + "0101"
    assert [weight for weight, _ in classes(3)] == [1, 2, 4, -4, -8, 16]
