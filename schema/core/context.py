"""What every resolver is given: the database and who is asking."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import strawberry

from services.core.actor import Actor
from services.core.db import Database
from services.core.errors import NotSignedIn


@dataclass(slots=True)
class Context:
    """One request. ``services`` of the process that doors need (signer, settings) hang on ``app``."""

    db: Database
    actor: Actor
    app: Any = None
    request_id: str = field(default_factory=lambda: uuid4().hex[:16])

    def require_actor(self) -> Actor:
        """Return the person who asks.

        Raises:
            NotSignedIn: nobody is signed in.
        """
        if self.actor.person_id is None:
            raise NotSignedIn("Sign in first: this needs a person.")
        return self.actor


Info = strawberry.Info[Context, None]
