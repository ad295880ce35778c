"""The words of notices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.core.actor import Role


class NoticeEvent(StrEnum):
    """What people are told of; announced with a dot after the noun (``practice.returned``)."""

    EXPRESSION_OF_INTEREST_SENT = "expression_of_interest_sent"
    EXPRESSION_OF_INTEREST_TALKS_TAKEN_UP = "expression_of_interest_talks_taken_up"
    EXPRESSION_OF_INTEREST_ASKED = "expression_of_interest_asked"
    EXPRESSION_OF_INTEREST_REPLIED = "expression_of_interest_replied"
    EXPRESSION_OF_INTEREST_AGREED = "expression_of_interest_agreed"
    EXPRESSION_OF_INTEREST_DECLINED = "expression_of_interest_declined"
    EXPRESSION_OF_INTEREST_WITHDRAWN = "expression_of_interest_withdrawn"
    EXPRESSION_OF_INTEREST_EXPIRED = "expression_of_interest_expired"
    EXPRESSION_OF_INTEREST_TURN_DUE = "expression_of_interest_turn_due"
    THREAD_MESSAGE_WRITTEN = "thread_message_written"
    THREAD_UNSEALED = "thread_unsealed"
    PRACTICE_SUBMITTED = "practice_submitted"
    PRACTICE_RETURNED = "practice_returned"
    PRACTICE_PUBLISHED = "practice_published"
    PRACTICE_WITHDRAWN = "practice_withdrawn"
    PROPOSAL_EXPIRY_DUE = "proposal_expiry_due"
    PROPOSAL_EXPIRED = "proposal_expired"
    PROPOSAL_WITHDRAWN = "proposal_withdrawn"
    ALLOCATION_MADE = "allocation_made"
    ALLOCATION_HANDED_ON = "allocation_handed_on"
    ALLOCATION_ACCEPTED = "allocation_accepted"
    ALLOCATION_DECLINED = "allocation_declined"
    MATCH_ACCEPTED = "match_accepted"
    MATCH_SETTLED = "match_settled"
    MATCH_DECLINED = "match_declined"
    MATCH_UNDONE = "match_undone"
    SEARCH_FOUND = "search_found"
    LAB_FOUNDED = "lab_founded"
    LAB_REVISED = "lab_revised"
    LAB_PARTY_CONFIRMED = "lab_party_confirmed"
    LAB_PARTY_DECLINED = "lab_party_declined"
    LAB_ACTIVATED = "lab_activated"
    LAB_SUSPENDED = "lab_suspended"
    LAB_RESUMED = "lab_resumed"
    LAB_CONCLUDED = "lab_concluded"
    LAB_MILESTONE_REACHED = "lab_milestone_reached"
    LAB_MILESTONE_MISSED = "lab_milestone_missed"
    LAB_MILESTONE_DROPPED = "lab_milestone_dropped"
    LAB_MILESTONE_OVERDUE = "lab_milestone_overdue"
    LAB_UPDATED = "lab_updated"
    LAB_OUTPUT_DELIVERED = "lab_output_delivered"
    TRANSLATION_SUGGESTED = "translation_suggested"
    TRANSLATION_ACCEPTED = "translation_accepted"
    TRANSLATION_DECLINED = "translation_declined"
    TRANSLATION_WITHDRAWN = "translation_withdrawn"
    TRANSLATION_STALE = "translation_stale"
    STANDING_PROPOSED = "standing_proposed"
    STANDING_ACCEPTED = "standing_accepted"
    STANDING_REJECTED = "standing_rejected"
    DELEGATION_STANDING_CHANGED = "delegation_standing_changed"
    GROUP_SETTINGS_PROPOSED = "group_settings_proposed"
    GROUP_SETTINGS_CONFIRMED = "group_settings_confirmed"
    ORGANISATION_SPONSORED = "organisation_sponsored"
    ORGANISATION_SPONSORSHIP_ENDED = "organisation_sponsorship_ended"
    FOCAL_POINT_NOMINATED = "focal_point_nominated"
    FOCAL_POINT_CONFIRMED = "focal_point_confirmed"
    FOCAL_POINT_DECLINED = "focal_point_declined"
    FOCAL_POINT_HANDED_OVER = "focal_point_handed_over"
    PERSON_INVITED = "person_invited"
    PERSON_ROLE_GIVEN = "person_role_given"
    PERSON_REMOVED = "person_removed"
    PERSON_UNINVITED = "person_uninvited"
    PERSON_ERASURE_ASKED = "person_erasure_asked"
    PERSON_ERASURE_CANCELLED = "person_erasure_cancelled"
    PERSON_ERASED = "person_erased"
    PERSON_RESET_ASKED = "person_reset_asked"
    PERSON_PASSWORD_RESET = "person_password_reset"  # noqa: S105 - no password, but the name of what happened
    PERSON_AUTHENTICATOR_ADDED = "person_authenticator_added"
    PERSON_AUTHENTICATOR_REMOVED = "person_authenticator_removed"
    PERSON_PASSKEY_ADDED = "person_passkey_added"
    PERSON_PASSKEY_REMOVED = "person_passkey_removed"
    PERSON_PROVIDER_LINKED = "person_provider_linked"
    PERSON_RECOVERY_CODES_RENEWED = "person_recovery_codes_renewed"
    PERSON_RECOVERY_CODE_USED = "person_recovery_code_used"

    PROVIDER_SET = "provider_set"
    PROVIDER_REMOVED = "provider_removed"
    RECOVERY_REQUESTED = "recovery_requested"
    RECOVERY_APPROVED = "recovery_approved"
    RECOVERY_REFUSED = "recovery_refused"
    RECOVERY_CANCELLED = "recovery_cancelled"
    RECOVERY_EXPIRED = "recovery_expired"
    RECOVERY_COMPLETED = "recovery_completed"


class Way(StrEnum):
    """What the link of a mail lets its reader do by a secret; the link carries the secret under this name."""

    INVITATION = "invitation"
    RESET = "reset"


class NoticeOrder(StrEnum):
    """Orders of notices."""

    NEWEST = "newest"


class MatterKind(StrEnum):
    """What waits for someone."""

    EXPRESSION_OF_INTEREST_TURN = "expression_of_interest_turn"
    PRACTICE_RETURNED = "practice_returned"
    PRACTICE_IN_REVIEW = "practice_in_review"
    PRACTICE_STALE = "practice_stale"
    PROPOSAL_EXPIRING = "proposal_expiring"
    STANDING_PROPOSED = "standing_proposed"
    FOCAL_POINT_NOMINATED = "focal_point_nominated"
    RECOVERY_TO_APPROVE = "recovery_to_approve"
    MATCH_TO_ANSWER = "match_to_answer"
    ALLOCATION_TO_ANSWER = "allocation_to_answer"
    LAB_PARTY_TO_CONFIRM = "lab_party_to_confirm"
    LAB_MILESTONE_OVERDUE = "lab_milestone_overdue"
    TRANSLATION_TO_ACCEPT = "translation_to_accept"


class MatterOrder(StrEnum):
    """Orders of matters."""

    DEADLINE = "deadline"


class Who(StrEnum):
    """Whom an event is told to; the sides are delegations that its subject names."""

    OWNER = "owner"
    """The delegation whose thing it is; the secretariat where none owns it."""
    SENDER = "sender"
    RECEIVER = "receiver"
    BOTH_SIDES = "both_sides"
    OTHER_SIDE = "other_side"
    """The side that did not write."""
    ON_TURN = "on_turn"
    """The side that is to answer."""
    PARTIES = "parties"
    """The delegations that speak for a party of a lab and have not declined."""
    SUGGESTER = "suggester"
    """The one person who suggested it, while they take part."""
    PERSON = "person"
    """The one person it is about, whatever their standing."""
    CONCERNED = "concerned"
    """The one person it is about, the focal points of their delegation, and the secretariat."""
    SECRETARIAT = "secretariat"
    CO_CHAIRS = "co_chairs"
    """The focal points of co-chairing states other than the one it is about."""


WORKERS = frozenset({Role.CONTRIBUTOR, Role.FOCAL_POINT})
DECIDERS = frozenset({Role.FOCAL_POINT})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who hears of an event, of people with ``roles``; ``also`` names others who hear the same.

    ``concerns``: also people of a delegation that takes part no more, or not yet. ``always``: mailed whatever the
    person's setting, for it touches their access.
    """

    to: Who
    roles: frozenset[Role] = WORKERS
    also: tuple[Who, ...] = ()
    concerns: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class ByLanguage:
    """A title or name in the languages there are (BCP 47 -> text), and the one to show where the reader's is missing."""

    texts: Mapping[str, str]
    original: str

    def best(self, language: str) -> str:
        """The text in ``language``, else the original."""
        return self.texts.get(language) or self.texts[self.original]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the platform, such as a role: ``table`` and ``key`` in the files of words."""

    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Languages:
    """Languages to be named in the reader's own; ``tags`` are BCP 47."""

    tags: tuple[str, ...]


Said = ByLanguage | Word | Languages | date | str
"""What a sentence may have in a place: a name, a word of ours, languages, a day, or what a person wrote."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about, as it is when people are told.

    ``kind`` and ``id`` make the global id that a notice leads to. ``sides`` and ``parties`` are delegations; ``said`` is what the
    sentences may name.
    """

    kind: str
    id: UUID
    sides: Mapping[Who, UUID] = field(default_factory=dict)
    parties: frozenset[UUID] = frozenset()
    person_id: UUID | None = None
    said: Mapping[str, Said] = field(default_factory=dict)


class MailState(StrEnum):
    """Where a mail is on its way."""

    WAITING = "waiting"
    """To be sent at ``next_attempt_at``: nothing of it was accepted by anyone."""
    SENDING = "sending"
    """A worker has claimed it and is about to end the message; from here on nobody else may send it."""
    SENT = "sent"
    FAILED = "failed"
    """Refused for good, given up after many attempts, or not to be sent any more; the reason says which."""
    UNCONFIRMED = "unconfirmed"
    """The worker or the connection broke while the server was accepting it: it may have arrived, so it is not sent
    again by itself.
    """
