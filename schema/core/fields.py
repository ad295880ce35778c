"""Fields and sentences that many types have."""

from typing import Any

import strawberry

KEY = "Ask twice with the same key and the same input, and it is done once; up to 200 characters."
"""Describes ``idempotencyKey``."""
ERRORS = "Why it was not done; empty if it was."
"""Describes the ``errors`` of a payload."""


def may(what: str) -> Any:
    """A ``viewerCan…`` field."""
    return strawberry.field(description=f"Whether you may {what} now.")


def why_not(what: str) -> Any:
    """A ``viewerCannot…Reasons`` field."""
    return strawberry.field(description=f"Codes of why you may not {what} now; empty if you may.")
