"""Who hears of which event, in which language, and when a mail is tried again: values in, values out."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from services.core.actor import Role
from services.core.languages import UN_LANGUAGES, primary_language
from services.notices.terms import DECIDERS, NoticeEvent, Rule, Way, Who

E = NoticeEvent
RULES: Mapping[NoticeEvent, Rule] = {
    E.EXPRESSION_OF_INTEREST_SENT: Rule(Who.RECEIVER),
    E.EXPRESSION_OF_INTEREST_TALKS_TAKEN_UP: Rule(Who.SENDER),
    E.EXPRESSION_OF_INTEREST_ASKED: Rule(Who.SENDER),
    E.EXPRESSION_OF_INTEREST_REPLIED: Rule(Who.RECEIVER),
    E.EXPRESSION_OF_INTEREST_AGREED: Rule(Who.BOTH_SIDES),
    E.EXPRESSION_OF_INTEREST_DECLINED: Rule(Who.SENDER),
    E.EXPRESSION_OF_INTEREST_WITHDRAWN: Rule(Who.RECEIVER),
    E.EXPRESSION_OF_INTEREST_EXPIRED: Rule(Who.BOTH_SIDES),
    E.EXPRESSION_OF_INTEREST_TURN_DUE: Rule(Who.ON_TURN, DECIDERS),
    E.THREAD_MESSAGE_WRITTEN: Rule(Who.OTHER_SIDE),
    E.THREAD_UNSEALED: Rule(Who.BOTH_SIDES, frozenset(Role) - {Role.SECRETARIAT}, concerns=True, always=True),
    E.PRACTICE_SUBMITTED: Rule(Who.SECRETARIAT),
    E.PRACTICE_RETURNED: Rule(Who.OWNER),
    E.PRACTICE_PUBLISHED: Rule(Who.OWNER),
    E.PRACTICE_WITHDRAWN: Rule(Who.OWNER),
    E.PROPOSAL_EXPIRY_DUE: Rule(Who.OWNER, DECIDERS),
    E.PROPOSAL_EXPIRED: Rule(Who.OWNER),
    E.PROPOSAL_WITHDRAWN: Rule(Who.OWNER),
    E.ALLOCATION_MADE: Rule(Who.BOTH_SIDES),
    E.ALLOCATION_HANDED_ON: Rule(Who.BOTH_SIDES),
    E.ALLOCATION_ACCEPTED: Rule(Who.OTHER_SIDE),
    E.ALLOCATION_DECLINED: Rule(Who.OTHER_SIDE),
    E.MATCH_ACCEPTED: Rule(Who.OWNER),
    E.MATCH_SETTLED: Rule(Who.OWNER),
    E.MATCH_DECLINED: Rule(Who.OWNER),
    E.MATCH_UNDONE: Rule(Who.OWNER),
    E.SEARCH_FOUND: Rule(Who.OWNER),
    E.LAB_FOUNDED: Rule(Who.PARTIES),
    E.LAB_REVISED: Rule(Who.PARTIES),
    E.LAB_PARTY_CONFIRMED: Rule(Who.PARTIES),
    E.LAB_PARTY_DECLINED: Rule(Who.PARTIES),
    E.LAB_ACTIVATED: Rule(Who.PARTIES),
    E.LAB_SUSPENDED: Rule(Who.PARTIES),
    E.LAB_RESUMED: Rule(Who.PARTIES),
    E.LAB_CONCLUDED: Rule(Who.PARTIES),
    E.LAB_MILESTONE_REACHED: Rule(Who.PARTIES),
    E.LAB_MILESTONE_MISSED: Rule(Who.PARTIES),
    E.LAB_MILESTONE_DROPPED: Rule(Who.PARTIES),
    E.LAB_MILESTONE_OVERDUE: Rule(Who.PARTIES),
    E.LAB_UPDATED: Rule(Who.PARTIES),
    E.LAB_OUTPUT_DELIVERED: Rule(Who.PARTIES),
    E.TRANSLATION_SUGGESTED: Rule(Who.OWNER, DECIDERS),
    E.TRANSLATION_ACCEPTED: Rule(Who.SUGGESTER),
    E.TRANSLATION_DECLINED: Rule(Who.SUGGESTER),
    E.TRANSLATION_WITHDRAWN: Rule(Who.OWNER, DECIDERS),
    E.TRANSLATION_STALE: Rule(Who.OWNER),
    E.STANDING_PROPOSED: Rule(Who.CO_CHAIRS, also=(Who.OWNER,), concerns=True),
    E.STANDING_ACCEPTED: Rule(Who.OWNER, also=(Who.SECRETARIAT, Who.CO_CHAIRS), concerns=True),
    E.STANDING_REJECTED: Rule(Who.OWNER, also=(Who.SECRETARIAT, Who.CO_CHAIRS), concerns=True),
    E.DELEGATION_STANDING_CHANGED: Rule(Who.OWNER, also=(Who.SECRETARIAT, Who.CO_CHAIRS), concerns=True),
    E.GROUP_SETTINGS_PROPOSED: Rule(Who.CO_CHAIRS),
    E.GROUP_SETTINGS_CONFIRMED: Rule(Who.SECRETARIAT, also=(Who.CO_CHAIRS,)),
    E.ORGANISATION_SPONSORED: Rule(Who.OWNER, also=(Who.SECRETARIAT,)),
    E.ORGANISATION_SPONSORSHIP_ENDED: Rule(Who.OWNER, also=(Who.SECRETARIAT,)),
    E.FOCAL_POINT_NOMINATED: Rule(Who.OWNER, DECIDERS),
    E.FOCAL_POINT_CONFIRMED: Rule(Who.OWNER, also=(Who.SECRETARIAT,)),
    E.FOCAL_POINT_DECLINED: Rule(Who.OWNER),
    E.FOCAL_POINT_HANDED_OVER: Rule(Who.OWNER, also=(Who.SECRETARIAT,)),
    E.PERSON_INVITED: Rule(Who.PERSON, always=True),
    E.PERSON_ROLE_GIVEN: Rule(Who.PERSON, always=True),
    E.PERSON_REMOVED: Rule(Who.PERSON, always=True),
    E.PERSON_UNINVITED: Rule(Who.PERSON, always=True),
    E.PERSON_ERASURE_ASKED: Rule(Who.PERSON, always=True),
    E.PERSON_ERASURE_CANCELLED: Rule(Who.PERSON, always=True),
    E.PERSON_ERASED: Rule(Who.OWNER, DECIDERS),
    E.PERSON_RESET_ASKED: Rule(Who.PERSON, always=True),
    E.PERSON_PASSWORD_RESET: Rule(Who.PERSON, always=True),
    E.PERSON_AUTHENTICATOR_ADDED: Rule(Who.PERSON, always=True),
    E.PERSON_AUTHENTICATOR_REMOVED: Rule(Who.PERSON, always=True),
    E.PERSON_PASSKEY_ADDED: Rule(Who.PERSON, always=True),
    E.PERSON_PASSKEY_REMOVED: Rule(Who.PERSON, always=True),
    E.PERSON_PROVIDER_LINKED: Rule(Who.PERSON, always=True),
    E.PERSON_RECOVERY_CODES_RENEWED: Rule(Who.PERSON, always=True),
    E.PERSON_RECOVERY_CODE_USED: Rule(Who.PERSON, always=True),
    E.PROVIDER_SET: Rule(Who.OWNER, DECIDERS, always=True),
    E.PROVIDER_REMOVED: Rule(Who.OWNER, DECIDERS, always=True),
    E.RECOVERY_REQUESTED: Rule(Who.CONCERNED, DECIDERS, concerns=True, always=True),
    E.RECOVERY_APPROVED: Rule(Who.CONCERNED, DECIDERS, concerns=True, always=True),
    E.RECOVERY_REFUSED: Rule(Who.CONCERNED, DECIDERS, concerns=True, always=True),
    E.RECOVERY_CANCELLED: Rule(Who.CONCERNED, DECIDERS, concerns=True, always=True),
    E.RECOVERY_EXPIRED: Rule(Who.CONCERNED, DECIDERS, concerns=True, always=True),
    E.RECOVERY_COMPLETED: Rule(Who.CONCERNED, DECIDERS, concerns=True, always=True),
}

WAYS: Mapping[NoticeEvent, Way] = {E.PERSON_INVITED: Way.INVITATION, E.PERSON_RESET_ASKED: Way.RESET}
"""The events whose mail carries a secret."""
MOST_ATTEMPTS = 20
"""After so many attempts, about three days, a mail has failed."""
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=6)


def event_of(announced: str) -> NoticeEvent | None:
    """The event that is announced as ``practice.returned``; None where people are not told of it."""
    try:
        return NoticeEvent(announced.replace(".", "_", 1))
    except ValueError:
        return None


def language_of(languages: Iterable[str]) -> str:
    """The language to write in to someone who reads ``languages`` (BCP 47, best first): a UN language, else English."""
    for tag in languages:
        primary = primary_language(tag)
        if primary in UN_LANGUAGES:
            return primary
    return "en"


def delay(attempts: int) -> timedelta:
    """How long after the attempt of this number (from 1) the next one may be made: 1 minute, doubled up to 6 hours."""
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_DELAY * doubled, LONGEST_DELAY)
