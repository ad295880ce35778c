"""Arguments that many fields take."""

from typing import Annotated

import strawberry

from schema.core.scalars import LanguageTag

First = Annotated[int, strawberry.argument(description="How many, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="The endCursor of an earlier page.")]
Prefer = Annotated[
    LanguageTag | None, strawberry.argument(description="The language to prefer before the reader's own.")
]
Id = Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
ASKED = strawberry.argument(description="What is asked for.")
"""For the one input of a mutation, whose type says the rest."""
