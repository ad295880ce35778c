"""A viewer's personal values meet columns and nothing else."""

import pytest
import sqlalchemy as sa

from services.core.actor import PUBLIC, Viewer

OPEN = Viewer(PUBLIC)


@pytest.mark.parametrize(
    "use",
    [
        bool,
        lambda value: value == "x",
        lambda value: value != "x",
        lambda value: value < "x",
        hash,
        lambda value: {value},
    ],
)
def test_what_could_steer_python_raises(use: object) -> None:
    with pytest.raises(TypeError):
        use(OPEN.delegation_id)  # type: ignore[operator]


def test_a_comparison_with_a_column_is_sql() -> None:
    condition = sa.column("delegation_id", sa.Uuid) == OPEN.delegation_id
    assert str(condition) == "delegation_id = :viewer_delegation"
