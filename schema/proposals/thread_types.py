"""GraphQL types of threads."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.core.enums import describe
from schema.core.scalars import LanguageTag
from schema.core.texts import Node
from schema.identity.types import Person
from schema.membership.types import Delegation
from services.proposals.terms import Party, TurnKind
from services.proposals.thread_shapes import ThreadOrder

describe(
    TurnKind,
    "One step of the exchange between two delegations.",
    SENT="The sender sent it.",
    ASKED="The receiver asked something; the turn went to the sender.",
    REPLIED="The sender replied; the turn went to the receiver.",
    TALKS_TAKEN_UP="The receiver took up talks; the turn went to the sender.",
    AGREED="The side whose turn it was agreed.",
    DECLINED="The receiver declined.",
    WITHDRAWN="The sender withdrew it.",
)
describe(
    Party,
    "The two sides of an expression of interest.",
    SENDER="The delegation that wishes to join the proposal.",
    RECEIVER="The delegation whose proposal it is.",
)
describe(
    ThreadOrder,
    "Orders of a thread's messages.",
    OLDEST="The first message first.",
    NEWEST="The last message first.",
)
Threads = Annotated[ThreadOrder, strawberry.argument(description="In which order; the oldest first when absent.")]


@strawberry.type(
    description="A file that goes with a message. Seen by the two delegations alone; before it goes with a message by "
    "its uploader alone, and removed after a day without one. Upload it with `POST /files?name=report.pdf`, with the "
    "token in the header and the content as the body, up to 20 MB: PDF, PNG, JPEG, WebP, Word, Excel, PowerPoint "
    "(without macros), OpenDocument, and text, CSV or Markdown in UTF-8."
)
class Attachment(Node):
    """Attachment."""

    name: str = strawberry.field(description="The file's name, up to 200 characters.")
    media_type: str = strawberry.field(description="What it is (IANA media type), as its content was recognised.")
    size: int = strawberry.field(description="Its length in bytes, 1 to 20,000,000.")
    sha256: str = strawberry.field(description="The SHA-256 of its content, 64 hexadecimal digits.")
    created_at: datetime = strawberry.field(description="When it was uploaded.")
    url: str = strawberry.field(
        description="Where to get it, relative to the server: signed for you alone and good for 5 to 10 minutes, so "
        "that a browser can follow it without a token. Read it again when it has expired; do not keep it."
    )


@strawberry.type(
    description="One message of the thread of an expression of interest: a step of the exchange, or what is written "
    "beside the turns. Seen by the two delegations alone. It never changes."
)
class ThreadMessage(Node):
    """Thread message."""

    number: int = strawberry.field(description="Its place in the thread, from 1, in the order in which they were kept.")
    kind: TurnKind | None = strawberry.field(
        description="The step of the exchange that it is; null for a message that takes no turn."
    )
    by: Party = strawberry.field(description="Which side wrote it.")
    delegation: Delegation | None = strawberry.field(
        description="The delegation that wrote it; null if you may not know of it any more."
    )
    author_name: str = strawberry.field(
        description="The name of who wrote it, as it was then; empty where the platform itself wrote it."
    )
    language: LanguageTag = strawberry.field(description="The language of `text`, in which it was written.")
    text: str = strawberry.field(description="What was said, up to 5,000 characters; empty in a step without words.")
    created_at: datetime = strawberry.field(description="When.")
    attachments: list[Attachment] = strawberry.field(description="Up to 10 files, in the order of their author.")
    is_mine: bool = strawberry.field(description="Whether you wrote it.")
    is_read_by_me: bool = strawberry.field(description="Whether you wrote it, or have marked it as read.")
    is_read_by_other_side: bool = strawberry.field(
        description="Whether someone of the delegation that did not write it has marked it as read."
    )
    read_by: list[Person] = strawberry.field(
        description="Who of your own delegation has marked it as read, by name. Readers of the other side are not told."
    )
