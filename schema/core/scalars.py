"""Scalars of the contract beyond GraphQL's own; each says what it takes."""

from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

from services.core.errors import DomainError
from services.core.languages import check_language_tag

LanguageTag = NewType("LanguageTag", str)
CountryCode = NewType("CountryCode", str)
BigInt = NewType("BigInt", int)

FIRST_YEAR, LAST_YEAR = 1900, 2200


def _day(value: Any) -> date:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"{_shown(value)} is no date; a date looks like 2026-11-24.") from error
    return _in_reach(day)


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"{_shown(value)} is no time; a time looks like 2026-11-24T09:30:00+00:00.") from error
    if moment.tzinfo is None:
        raise GraphQLError("A time needs its offset from UTC, such as 2026-11-24T09:30:00+00:00.")
    _in_reach(moment.date())
    return moment.astimezone(UTC)


def _in_reach(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise GraphQLError(f"The year {day.year} is out of reach: {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def _tag(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"{_shown(value)} is no language tag; a tag looks like fr or pt-BR.")
    try:
        return check_language_tag(value)
    except DomainError as error:
        raise GraphQLError(error.message) from error


def _country(value: Any) -> str:
    if not (isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha()):
        raise GraphQLError(f"{_shown(value)} is no country code; a code has three letters, such as ZMB.")
    return value.upper()


def _big(value: Any) -> int:
    if isinstance(value, str) and value.lstrip("-").isdecimal() and value.isascii():
        value = int(value[:20])
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise GraphQLError(f"{_shown(value)} is no whole number of up to 64 bits.")
    return value


def _shown(value: Any) -> str:
    text = str(value)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


SCALARS: dict[object, Any] = {
    date: strawberry.scalar(
        name="Date", description="A day (ISO 8601), 1900-01-01 to 2200-12-31.", serialize=str, parse_value=_day
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment with its offset (ISO 8601, RFC 3339); always given back in UTC.",
        serialize=datetime.isoformat,
        parse_value=_moment,
    ),
    LanguageTag: strawberry.scalar(
        name="LanguageTag", description="A language as a BCP 47 tag, such as `fr` or `pt-BR`.", parse_value=_tag
    ),
    CountryCode: strawberry.scalar(
        name="CountryCode", description="A state by its ISO 3166-1 alpha-3 code, such as `ZMB`.", parse_value=_country
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 64 bits; a string on the wire, for GraphQL's Int ends at 2^31.",
        serialize=str,
        parse_value=_big,
    ),
}
