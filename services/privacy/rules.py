"""What of a person goes, what stays, and when: values in, values out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

DELAY = timedelta(days=7)
"""How long a person who asked to be erased can take it back: someone else may have asked in their name."""
OWN = (
    "mail", "notice", "api_token", "sign_in_session", "authenticator", "recovery_code", "sign_in_ticket", "passkey", "passkey_challenge",
    "provider_link",
    "idempotency_key", "thread_mark", "work",
)  # fmt: skip
"""Tables that hold what is a person's own (``person_id``); all of it is given to them, and goes. In this order."""
ACTS: Mapping[str, tuple[str, ...]] = {
    "allocation_computation": ("asked_by_id",),
    "allocation_round": ("author_id", "confirmed_by_id"),
    "attachment": ("person_id",),
    "cooperation_text": ("made_by_person_id", "accepted_by_person_id"),
    "endorsement": ("person_id",),
    "group_settings": ("author_id", "confirmed_by_id"),
    "lab_text": ("made_by_person_id", "accepted_by_person_id"),
    "matching_weights": ("author_id", "confirmed_by_id"),
    "nomination": ("person_id", "nominated_by", "closed_by"),
    "organisation": ("ended_by",),
    "practice_text": ("made_by_person_id", "accepted_by_person_id"),
    "proposal_text": ("made_by_person_id", "accepted_by_person_id"),
    "recovery": ("person_id", "requested_by_id", "first_approver_id", "second_approver_id"),
    "standing_proposal": ("proposed_by", "decided_by"),
    "standing_voice": ("person_id",),
    "thread_message": ("author_id",),
    "thread_unsealing": ("person_id",),
    "translation_suggestion": ("by_person_id", "decided_by_person_id"),
}
"""Tables that hold acts for a delegation, and the columns that name who did them: these stay, under the pseudonym."""


def pseudonym(key: UUID) -> str:
    """The name under which the acts of an erased person stay."""
    return f"Former person {key.hex[-6:]}"


def no_address(key: UUID) -> str:
    """What stands in the place of an erased address: none that mail could reach (RFC 2606)."""
    return f"{key.hex}@erased.invalid"


def erase_at(moment: datetime) -> datetime:
    """When a person is erased who asks for it at ``moment``."""
    return moment + DELAY
