"""GraphQL types of practices: names, descriptions and nullability; where values come from is in the Shapes."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from schema.core.page import Connection, answered_by_shape
from schema.core.scalars import LanguageTag
from schema.core.texts import LocalizedText, Node
from schema.membership.types import Delegation
from services.core.actor import Audience
from services.practices.shapes import EndorsementOrder, PracticeOrder
from services.practices.terms import Freshness, PracticeStatus
from services.taxonomy.terms import CapacityArea

First = Annotated[int, strawberry.argument(description="How many, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="The endCursor of an earlier page.")]
Language = Annotated[LanguageTag | None, strawberry.argument(description="The language to prefer before the reader's own.")]
