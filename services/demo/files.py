"""The files of the demonstration data."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import orjson

PEOPLE = "@demo.example"
"""How the addresses of the demonstration's people end; nobody can have such a one (RFC 2606)."""


def lines(name: str) -> Iterator[dict[str, Any]]:
    """The objects of one file of the demonstration data."""
    for line in files("services.demo").joinpath("data", name).read_text(encoding="utf-8").splitlines():
        yield orjson.loads(line)
