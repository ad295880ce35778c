"""Scalars of the contract beyond GraphQL's own."""

from typing import Any, NewType

import strawberry
from strawberry.schema.types.scalar import ScalarDefinition

from services.core.languages import check_language_tag
from services.core.errors import DomainError

LanguageTag = NewType("LanguageTag", str)
CountryCode = NewType("CountryCode", str)
BigInt = NewType("BigInt", int)
