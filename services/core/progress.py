"""How long work tells how far it is; doors show it as they like."""

from collections.abc import Callable

Progress = Callable[[int, int | None], None]
"""Told how much is done, and out of how much (None where that is not known): done / total is the share."""


def quiet(_done: int, _total: int | None) -> None:
    """A progress that nobody watches."""
