"""Enums of the contract: the domain's own words, each described."""

from enum import StrEnum

import strawberry

from services.core.actor import Audience


def describe(words: type[StrEnum], description: str, **each: str) -> None:
    """Make ``words`` a GraphQL enum; ``each`` describes every one of them by its name.

    Raises:
        ValueError: a word is not described, or a description has no word.
    """
    strawberry.enum(words, description=description)
    if set(each) != {word.name for word in words}:
        raise ValueError(f"{words.__name__}: describe exactly {sorted(word.name for word in words)}")
    for value in words.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = each[value.name]


describe(
    Audience,
    "Whom a thing is meant for.",
    DELEGATION="Only its own delegation.",
    MEMBERS="People of delegations that are members, co-chairs or observers, and the secretariat.",
    PUBLIC="Everyone, without an account.",
)
