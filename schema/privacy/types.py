"""GraphQL fields of privacy."""

from datetime import datetime

import strawberry


@strawberry.type(description="What privacy adds to a person.")
class PersonPrivacy:
    """Fields that ``root.py`` composes onto ``Person``."""

    erased_at: datetime | None = strawberry.field(
        description="When their name and address went; the name shown since is a pseudonym. Null while they are kept."
    )
    viewer_can_erase: bool = strawberry.field(description="Whether you may have them erased now.")


@strawberry.type(description="What privacy adds to who asks.")
class ViewerPrivacy:
    """Fields that ``root.py`` composes onto ``Viewer``."""

    erase_at: datetime | None = strawberry.field(
        description="When your name and address will go, as you asked; null unless you did."
    )
    viewer_can_ask_erasure: bool = strawberry.field(description="Whether you may ask for that now.")
    viewer_cannot_ask_erasure_reasons: list[str] = strawberry.field(
        description="Codes of why you may not; or empty. LAST_FOCAL_POINT: hand over first."
    )
