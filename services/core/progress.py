"""How work tells what it does and how far it is; doors show it as they like."""

from collections.abc import Callable

Say = Callable[[str], None]
"""Told a sentence for people."""
Progress = Callable[[int, int | None], None]
"""Told how much is done, and out of how much (None where that is not known): done / total is the share."""


def quiet(_done: int, _total: int | None) -> None:
    """A progress that nobody watches."""
