"""GraphQL types of practices: names, descriptions and nullability; where values come from is in the Shapes."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.fields import may
from schema.core.page import Connection, answered_by_shape
from schema.core.scalars import LanguageTag
from schema.core.texts import Node
from schema.membership.types import Delegation
from schema.translations.types import Translated
from services.core.actor import Audience
from services.practices.shapes import EndorsementOrder, PracticeOrder
from services.practices.terms import Freshness, PracticeStatus
from services.taxonomy.terms import CapacityArea

describe(
    PracticeStatus,
    "Where a practice is in its life.",
    DRAFT="Only its delegation sees it.",
    IN_REVIEW="Its delegation and the secretariat see it.",
    PUBLISHED="Its audience sees it.",
    WITHDRAWN="Only its delegation and the secretariat still see it.",
)
describe(
    Freshness,
    "How long ago the author last confirmed a published practice.",
    GREEN="Less than 12 months.",
    YELLOW="12 months or more.",
    RED="24 months or more.",
)
describe(
    PracticeOrder,
    "Orders of practices.",
    NEWEST="Last published first; drafts by when they were made.",
    RELEVANCE="Best found first; needs `where.search`.",
)
describe(EndorsementOrder, "Orders of endorsements.", NEWEST="Last given first.")


@strawberry.type(description="A delegation's voice for a practice. Public.")
class Endorsement:
    """Endorsement."""

    delegation: Delegation | None = strawberry.field(description="Who endorses; null if you may not know of it.")
    created_at: datetime = strawberry.field(description="Since when.")


@strawberry.type(description="A practice's text in one language, as it was published.")
class PracticeVersionText:
    """Version text."""

    language: LanguageTag = strawberry.field(description="The language.")
    title: str = strawberry.field(description="Title.")
    summary: str = strawberry.field(description="Summary.")
    description: str = strawberry.field(description="The practice itself.")


@strawberry.type(description="A practice as it was published once.")
class PracticeVersion:
    """Version."""

    number: int = strawberry.field(description="1 is the first.")
    published_at: datetime = strawberry.field(description="When.")
    texts: list[PracticeVersionText] = strawberry.field(description="Its texts of that day, by language.")


@strawberry.type(
    description="A documented, reviewed way of building AI capacity that others can reuse. A draft is seen by its "
    "delegation only, from review on also by the secretariat, published by its audience."
)
class Practice(Node, Translated):
    """Practice."""

    revision: int = strawberry.field(description="Counts the changes; name it when you revise.")
    external_id: str | None = strawberry.field(description="The author's own number; null if it has none.")
    status: PracticeStatus = strawberry.field(description="Where it is in its life.")
    visibility: Audience = strawberry.field(description="Who reads it once it is published.")
    original_language: LanguageTag = strawberry.field(description="The language it was written in.")
    delegation: Delegation | None = strawberry.field(description="The author; null if you may not know of it.")
    capacity_areas: list[CapacityArea] = strawberry.field(description="Which capacity it builds.")
    sectors: list[str] = strawberry.field(description="OECD-DAC purpose codes.")
    sdg_targets: list[str] = strawberry.field(description="SDG targets, such as `4.4`.")
    licence: str | None = strawberry.field(description="SPDX id of the licence; null if none was named.")
    version: int = strawberry.field(description="How many versions were published.")
    versions: list[PracticeVersion] = strawberry.field(description="All of them, the newest first.")
    created_at: datetime = strawberry.field(description="When its first draft was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    published_at: datetime | None = strawberry.field(description="When it was first published; null before.")
    last_confirmed_on: date | None = strawberry.field(
        description="When its author last said that it holds; null before."
    )
    freshness: Freshness | None = strawberry.field(description="How long ago that was; null unless it is published.")
    return_reason: str = strawberry.field(description="What the secretariat asked for when it returned it; else empty.")
    withdrawal_reason: str = strawberry.field(description="Why it was withdrawn; else empty.")
    is_demo: bool = strawberry.field(description="Whether it was made by the demonstration data.")
    viewer_has_endorsed: bool = strawberry.field(description="Whether your delegation endorses it.")
    viewer_can_revise: bool = may("revise it")
    viewer_can_delete: bool = may("delete it")
    viewer_can_submit: bool = may("submit it for review")
    viewer_can_review: bool = may("publish or return it")
    viewer_can_withdraw: bool = may("withdraw it")
    viewer_can_confirm: bool = may("confirm that it holds")
    viewer_can_endorse: bool = may("endorse it")
    viewer_cannot_endorse_reasons: list[str] = strawberry.field(
        description="Codes of why you may not endorse it; or empty."
    )

    @strawberry.field(description="Who endorses it; one voice for each delegation.")
    def endorsements(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[
            EndorsementOrder, strawberry.argument(description="In which order.")
        ] = EndorsementOrder.NEWEST,
    ) -> Connection[Endorsement]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.input(description="Which practices; everything given must hold.")
class PracticeWhere:
    """Practice filter."""

    search: str | None = strawberry.field(
        default=None,
        description="Words in any language, up to 300 characters; finds by word and across languages by meaning.",
    )
    status: PracticeStatus | None = strawberry.field(default=None, description="Is at this point of its life.")
    delegation: strawberry.ID | None = strawberry.field(default=None, description="Is by this delegation.")
    capacity_areas: list[CapacityArea] | None = strawberry.field(default=None, description="Builds any of these.")
    sectors: list[str] | None = strawberry.field(
        default=None, description="Is about any of these OECD-DAC purpose codes."
    )
    sdg_targets: list[str] | None = strawberry.field(default=None, description="Serves any of these SDG targets.")
