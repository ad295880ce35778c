"""GraphQL types of notices."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from schema.core.arguments import After, First, Prefer
from schema.core.enums import describe
from schema.core.page import Connection, answered_by_shape
from schema.core.texts import LocalizedText, Node
from services.notices.terms import MatterKind, MatterOrder, NoticeEvent, NoticeOrder

describe(
    NoticeEvent,
    "What a notice tells of.",
    EXPRESSION_OF_INTEREST_SENT="A delegation expressed interest in a proposal of yours; it is your turn.",
    EXPRESSION_OF_INTEREST_TALKS_TAKEN_UP="Talks were taken up on what your delegation sent; it is your turn.",
    EXPRESSION_OF_INTEREST_ASKED="You were asked something on what your delegation sent; it is your turn.",
    EXPRESSION_OF_INTEREST_REPLIED="The sender replied; it is your turn.",
    EXPRESSION_OF_INTEREST_AGREED="Both sides agreed.",
    EXPRESSION_OF_INTEREST_DECLINED="What your delegation sent was declined, with a reason.",
    EXPRESSION_OF_INTEREST_WITHDRAWN="The sender took it back.",
    EXPRESSION_OF_INTEREST_EXPIRED="It was not answered in time.",
    EXPRESSION_OF_INTEREST_TURN_DUE="Your delegation's answer is due soon.",
    THREAD_MESSAGE_WRITTEN="The other side wrote in the thread of an expression of interest.",
    THREAD_UNSEALED="The secretariat opened a thread of your delegation, for an hour.",
    PRACTICE_SUBMITTED="A practice waits for review by the secretariat.",
    PRACTICE_RETURNED="The secretariat returned a practice of yours, with a reason.",
    PRACTICE_PUBLISHED="A practice of yours was published.",
    PRACTICE_WITHDRAWN="The secretariat withdrew a practice of yours, with a reason.",
    PROPOSAL_EXPIRY_DUE="A proposal of yours expires within 14 days.",
    PROPOSAL_EXPIRED="A proposal of yours has expired.",
    PROPOSAL_WITHDRAWN="The secretariat withdrew a proposal of yours, with a reason.",
    ALLOCATION_MADE="A confirmed allocation round gave a need of yours a place, or a place of an offer of yours; answer it.",
    ALLOCATION_HANDED_ON="A place that was declined went on to a need of yours, or is one of an offer of yours; answer it.",
    ALLOCATION_ACCEPTED="The other side accepted what was allocated.",
    ALLOCATION_DECLINED="The other side declined what was allocated, with a reason; the place goes to the next.",
    MATCH_ACCEPTED="Another delegation accepts the match of its proposal with yours; accept or decline it.",
    MATCH_SETTLED="Both sides accept a match; either may express interest.",
    MATCH_DECLINED="Another delegation declined the match of its proposal with yours, with a reason.",
    MATCH_UNDONE="Another delegation took back what it had told you of a match.",
    SEARCH_FOUND="A standing search of your delegation has found new matches: all of one look in one notice.",
    LAB_FOUNDED="A joint lab was founded with your delegation as a party; each party confirms its part.",
    LAB_REVISED="The plan of a joint lab was revised; parties confirm anew.",
    LAB_PARTY_CONFIRMED="A party has confirmed its part in a joint lab.",
    LAB_PARTY_DECLINED="A party has declined its part in a joint lab, with a reason.",
    LAB_ACTIVATED="A joint lab has started.",
    LAB_SUSPENDED="A joint lab was suspended, with a reason.",
    LAB_RESUMED="A joint lab goes on.",
    LAB_CONCLUDED="A joint lab was concluded.",
    LAB_MILESTONE_REACHED="A milestone of a joint lab was reached.",
    LAB_MILESTONE_MISSED="A milestone of a joint lab was missed, with a reason.",
    LAB_MILESTONE_DROPPED="A milestone of a joint lab was dropped, with a reason.",
    LAB_MILESTONE_OVERDUE="The due day of a milestone of a joint lab has passed.",
    LAB_UPDATED="A party told of progress in a joint lab.",
    LAB_OUTPUT_DELIVERED="A joint lab has delivered something.",
    TRANSLATION_SUGGESTED="A translation of a text of yours was suggested; a focal point accepts or declines it.",
    TRANSLATION_ACCEPTED="A translation that you suggested was accepted.",
    TRANSLATION_DECLINED="A translation that you suggested was declined, with a reason.",
    TRANSLATION_WITHDRAWN="A translation suggested for a text of yours was taken back.",
    TRANSLATION_STALE="A text of yours has changed, and its accepted translations no longer match.",
    STANDING_PROPOSED="A change of a standing waits for the decision of the co-chairs.",
    STANDING_ACCEPTED="A change of a standing was accepted by the co-chairs.",
    STANDING_REJECTED="A change of a standing was rejected by a co-chair, with a reason.",
    DELEGATION_STANDING_CHANGED="A standing changed without a decision: by its delegation, or a term ended.",
    GROUP_SETTINGS_PROPOSED="Settings of the Group wait to be confirmed by a co-chair.",
    GROUP_SETTINGS_CONFIRMED="Other settings of the Group are in force.",
    ORGANISATION_SPONSORED="Your delegation, or another one, sponsors an organisation.",
    ORGANISATION_SPONSORSHIP_ENDED="The sponsorship of an organisation has ended.",
    FOCAL_POINT_NOMINATED="A focal point was nominated for your delegation; a sitting one confirms or declines.",
    FOCAL_POINT_CONFIRMED="A nomination was confirmed: a delegation has another focal point.",
    FOCAL_POINT_DECLINED="A nomination in your delegation was declined, with a reason.",
    FOCAL_POINT_HANDED_OVER="A focal point has left and handed over to someone else of the delegation.",
    PERSON_INVITED="You were invited.",
    PERSON_ROLE_GIVEN="You were given another role.",
    PERSON_REMOVED="You no longer act for the delegation.",
    PERSON_UNINVITED="The invitation was taken back.",
    PERSON_ERASURE_ASKED="Your name and address will go, as you, or someone else, asked.",
    PERSON_ERASURE_CANCELLED="Your name and address stay after all.",
    PERSON_ERASED="Someone of your delegation was erased; their acts stay under a pseudonym.",
    PERSON_RESET_ASKED="You, or someone else, asked for a link with which you set another password.",
    PERSON_PASSWORD_RESET="Another password was set by such a link.",  # noqa: S106 - no password, but a name
    PERSON_AUTHENTICATOR_ADDED="An authenticator became your second factor.",
    PERSON_AUTHENTICATOR_REMOVED="Your authenticator was removed.",
    PERSON_PASSKEY_ADDED="A passkey became a second factor of yours.",
    PERSON_PASSKEY_REMOVED="A passkey of yours was removed.",
    PERSON_PROVIDER_LINKED="You first signed in with your delegation's own provider.",
    PERSON_RECOVERY_CODES_RENEWED="You have new recovery codes.",
    PERSON_RECOVERY_CODE_USED="One of your recovery codes was used.",
    PROVIDER_SET="A focal point named or changed your delegation's own provider of sign-ins.",
    PROVIDER_REMOVED="A focal point removed it.",
    RECOVERY_REQUESTED="The recovery of a lost second factor was asked for.",
    RECOVERY_APPROVED="Somebody agreed to such a recovery.",
    RECOVERY_REFUSED="Such a recovery was refused.",
    RECOVERY_CANCELLED="Its person called such a recovery off.",
    RECOVERY_EXPIRED="Two people did not agree to such a recovery in time.",
    RECOVERY_COMPLETED="By such a recovery all second factors of a person were removed.",
)
describe(NoticeOrder, "Orders of notices.", NEWEST="The newest first.")


describe(
    MatterKind,
    "What waits for you.",
    EXPRESSION_OF_INTEREST_TURN="An expression of interest that your delegation is to answer. Focal points.",
    PRACTICE_RETURNED="A practice that the secretariat has returned, to be revised. Contributors and focal points.",
    PRACTICE_IN_REVIEW="A practice to be published or returned. The secretariat.",
    PRACTICE_STALE="A published practice that was not confirmed for 12 months. Focal points.",
    PROPOSAL_EXPIRING="An open proposal that expires within 14 days, to be renewed. Focal points.",
    STANDING_PROPOSED="A change of a standing to be decided. Focal points of co-chairs.",
    FOCAL_POINT_NOMINATED="A nomination of a focal point to be confirmed. Focal points of the delegation.",
    RECOVERY_TO_APPROVE="A recovery of a lost second factor to be agreed to or refused. Focal points of the delegation, and the "
    "secretariat.",
    MATCH_TO_ANSWER="A match that the other side accepts, to be accepted or declined. Focal points.",
    ALLOCATION_TO_ANSWER="A place that a confirmed round allocated, to be accepted or declined. Focal points.",
    LAB_PARTY_TO_CONFIRM="Your delegation's part in a planned joint lab, to be confirmed or declined. Focal points.",
    LAB_MILESTONE_OVERDUE="A milestone whose due day has passed: reached, missed, or to be moved. Focal points of parties.",
    TRANSLATION_TO_ACCEPT="A suggested translation of your delegation's text, to be accepted or declined. Focal points.",
)
describe(
    MatterOrder, "Orders of matters.", DEADLINE="The nearest deadline first; what has none comes last, longest first."
)


@strawberry.type(description="Something that waits for you, as things stand now: you may do it, and then it is gone.")
class Matter:
    """Matter."""

    kind: MatterKind = strawberry.field(description="What is to be done.")
    about: strawberry.ID = strawberry.field(description="The id of what it is about, for `node(id:)`.")
    deadline: date | None = strawberry.field(description="The last day on which it can be done; null if there is none.")
    since: datetime = strawberry.field(description="Since when it waits.")


@strawberry.type(description="How many matters of one kind wait for you.")
class MatterCount:
    """Count."""

    kind: MatterKind = strawberry.field(description="The kind; one that nothing waits of is not listed.")
    count: int = strawberry.field(description="How many.")


@strawberry.input(description="Which matters; everything given must hold.")
class MatterWhere:
    """Matter filter."""

    kind: MatterKind | None = strawberry.field(default=None, description="Is of this kind.")


@strawberry.type(
    description="What you were told of one event, in the words of that moment. Seen by its person only. A notice comes "
    "once for each event, and by e-mail too unless you chose otherwise (`settingsChange(mail:)`)."
)
class Notice(Node):
    """Notice."""

    event: NoticeEvent = strawberry.field(description="What happened.")
    created_at: datetime = strawberry.field(description="When you were told.")
    read_at: datetime | None = strawberry.field(description="When you marked it as read; null while it is unread.")
    about: strawberry.ID = strawberry.field(
        description="The id of what it is about, for `node(id:)`; that answers null once you may not see it any more."
    )

    @strawberry.field(description="What happened, on one line of up to about 300 characters.")
    def title(self, language: Prefer = None) -> LocalizedText:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(
        description="What happened and what is expected of you; paragraphs are parted by an empty line. What people "
        "wrote is shortened to 500 characters, names and titles to 120."
    )
    def text(self, language: Prefer = None) -> LocalizedText:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.input(description="Which notices; everything given must hold.")
class NoticeWhere:
    """Notice filter."""

    unread: bool | None = strawberry.field(default=None, description="Is unread, or is read.")


@strawberry.type
class ViewerNotices:
    """What notices add to Viewer; ``root`` composes it."""

    unread_count: int = strawberry.field(description="How many of your notices are unread.")

    matter_counts: list[MatterCount] = strawberry.field(description="How much waits for you, by kind.")

    @strawberry.field(description="What waits for you to do it, as things stand now.")
    def matters(
        self,
        first: First = 20,
        after: After = None,
        where: Annotated[MatterWhere | None, strawberry.argument(description="Which ones; all when absent.")] = None,
        order: Annotated[MatterOrder, strawberry.argument(description="In which order.")] = MatterOrder.DEADLINE,
    ) -> Connection[Matter]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="What you were told.")
    def notices(
        self,
        first: First = 20,
        after: After = None,
        where: Annotated[NoticeWhere | None, strawberry.argument(description="Which ones; all when absent.")] = None,
        order: Annotated[NoticeOrder, strawberry.argument(description="In which order.")] = NoticeOrder.NEWEST,
    ) -> Connection[Notice]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]
