"""The life cycle of a standing, and what its acts must say: values in, values out."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from services.core.errors import Invalid
from services.core.languages import check_language_tag
from services.membership.errors import (
    NotRecorded,
    ReasonNeeded,
    ReferenceNeeded,
    WrongName,
    WrongReferenceDate,
    WrongSettings,
    WrongStanding,
    WrongTerm,
)
from services.membership.terms import DelegationKind, GroupNumbers, Participation, Standing, VoicesNeeded

S = Standing
_ANSWERS = {S.MEMBER: "admitted", S.OBSERVER: "admitted", S.DECLINED: "declined"}
STEPS: Mapping[S, Mapping[S, str]] = {
    S.INVITED: {**_ANSWERS, S.APPLICANT: "invitation_accepted"},
    S.APPLICANT: _ANSWERS,
    S.DECLINED: {S.APPLICANT: "applied_again"},
    S.MEMBER: {S.CO_CHAIR: "co_chair_made", S.SUSPENDED: "suspended", S.WITHDRAWN: "withdrawn"},
    S.CO_CHAIR: {S.MEMBER: "co_chair_ended"},
    S.OBSERVER: {S.SUSPENDED: "suspended", S.WITHDRAWN: "withdrawn"},
    S.SUSPENDED: {S.MEMBER: "reinstated", S.OBSERVER: "reinstated", S.WITHDRAWN: "withdrawn"},
    S.WITHDRAWN: {S.APPLICANT: "applied_again"},
}
"""From each standing to each that may follow: what has then been done, as the record calls it."""
BEGINNINGS = frozenset({S.INVITED, S.APPLICANT})
"""Standings in which a delegation begins. The secretariat records them; every other one is decided upon."""
LEAVES_BY_ITSELF = frozenset({S.MEMBER, S.OBSERVER})
"""Standings that a delegation may end without anyone's decision; a co-chair's term ends first."""
APPLIES_AGAIN = frozenset({S.WITHDRAWN, S.DECLINED})
"""Standings from which a delegation may apply again."""

REFERENCE_LIMIT, REASON_LIMIT, NAME_LIMIT = 200, 2_000, 200
"""The longest each may be, in characters."""
LEAST_OPEN_DAYS, MOST_OPEN_DAYS = 30, 3_650
"""Between which the Group sets how long proposals are open."""


def following(kind: DelegationKind, current: S, took_part_as: Participation | None) -> Mapping[S, str]:
    """The standings that may follow, and what has then been done.

    Only a state becomes a member. A suspended delegation goes back to what it was before (``took_part_as``), to
    either where that is not known.
    """
    steps = STEPS[current]
    if kind is DelegationKind.OBSERVER:
        steps = {wanted: done for wanted, done in steps.items() if wanted is not S.MEMBER}
    if current is S.SUSPENDED and took_part_as is not None:
        steps = {wanted: done for wanted, done in steps.items() if wanted in {S(took_part_as), S.WITHDRAWN}}
    return steps


def step(kind: DelegationKind, current: S, wanted: S, took_part_as: Participation | None = None) -> str:
    """Return what is done by going from ``current`` to ``wanted``, as the record calls it (``admitted``).

    Raises:
        WrongStanding: the life cycle has no such step; the sentence names those it has.
    """
    steps = following(kind, current, took_part_as)
    if wanted not in steps:
        raise WrongStanding(current, wanted, list(steps))
    return steps[wanted]


def taking_part(current: S, took_part_as: Participation | None) -> Participation | None:
    """As what a delegation that leaves ``current`` last took part; None if it never did."""
    match current:
        case S.MEMBER | S.CO_CHAIR:
            return Participation.MEMBER
        case S.OBSERVER:
            return Participation.OBSERVER
        case _:
            return took_part_as


def check_beginning(standing: S) -> None:
    """Make sure that a delegation may begin in ``standing``.

    Raises:
        NotRecorded: it is neither invited nor applicant.
    """
    if standing not in BEGINNINGS:
        raise NotRecorded(
            "A delegation begins as invited or applicant; a co-chair decides on what follows.", path=("standing",)
        )


def check_proposed(standing: S) -> None:
    """Make sure that ``standing`` is one to decide upon.

    Raises:
        NotRecorded: it is one that only needs to be recorded.
    """
    if standing in BEGINNINGS:
        raise NotRecorded(
            "An invitation or application is recorded, not proposed; propose what shall follow it.", path=("standing",)
        )


def check_term(standing: S, since: date | None, until: date | None, day: date) -> None:
    """Make sure that a co-chair, and nobody else, has a term, and that it begins from ``day`` on and ends later.

    Raises:
        WrongTerm: it is otherwise.
    """
    if standing is not S.CO_CHAIR:
        if until is not None or since is not None:
            path = "until" if since is None else "since"
            raise WrongTerm("Only a co-chair has a term; leave out its days.", path=(path,))
    elif until is None:
        raise WrongTerm("A co-chair serves for a term: give the first day after it.", path=("until",))
    elif until <= day:
        raise WrongTerm(f"A term ends after today, {day}; this one would end on {until}.", path=("until",))
    elif since is not None and not day <= since < until:
        raise WrongTerm(
            f"A term begins from today, {day}, on and before it ends; this one on {since}.", path=("since",)
        )


def is_decided(needed: VoicesNeeded, in_office: Collection[UUID], accepted: Collection[UUID]) -> bool:
    """Whether a proposal is accepted: by all co-chairing states in office that may decide on it, or by any one.

    ``in_office`` leaves out the delegation that it is about; where no other co-chair is in office, nobody decides.
    """
    spoken = set(in_office) & set(accepted)
    return len(spoken) >= (1 if needed is VoicesNeeded.ONE else max(len(in_office), 1))


def check_numbers(numbers: GroupNumbers) -> None:
    """Make sure that the settings of the Group are possible.

    Raises:
        WrongSettings: a proposal would be open for less than 30 days, or for more than ten years.
    """
    if not LEAST_OPEN_DAYS <= numbers.longest_open_days <= MOST_OPEN_DAYS:
        raise WrongSettings(
            f"The longest time is {LEAST_OPEN_DAYS} to {MOST_OPEN_DAYS:,} days.", path=("longestOpenDays",)
        )
    if not LEAST_OPEN_DAYS <= numbers.open_days <= numbers.longest_open_days:
        raise WrongSettings(
            f"A proposal is open for {LEAST_OPEN_DAYS} to {numbers.longest_open_days:,} days.", path=("openDays",)
        )


def checked_reference(text: str) -> str:
    """Return the name of a note verbale or decision, without blanks around.

    Raises:
        ReferenceNeeded: empty, longer than 200 characters, or more than one line.
    """
    reference = text.strip()
    if not 1 <= len(reference) <= REFERENCE_LIMIT or not _one_line(reference):
        raise ReferenceNeeded(
            f"Name the note verbale or decision it rests on, in one line of 1 to {REFERENCE_LIMIT} characters.",
            path=("reference",),
        )
    return reference


def check_reference_on(dated: date | None, day: date) -> None:
    """Make sure that what an act rests on is not of a later day than ``day``.

    Raises:
        WrongReferenceDate: it is.
    """
    if dated is not None and dated > day:
        raise WrongReferenceDate(
            f"A note or decision is of today, {day}, or before; this one is of {dated}.", path=("referenceOn",)
        )


def checked_reason(text: str, *, needed: bool, path: str = "reason") -> str:
    """Return the reason of a decision, without blanks around; it may be empty unless it is ``needed``.

    Raises:
        ReasonNeeded: none though it is needed, longer than 2,000 characters, or with a character that is no text.
    """
    reason = text.strip()
    least = 1 if needed else 0
    if not least <= len(reason) <= REASON_LIMIT or not all(map(_is_text, reason)):
        raise ReasonNeeded(f"A reason of {least} to {REASON_LIMIT:,} characters is needed.", path=(path,))
    return reason


def checked_names(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return an observer's names by normal BCP 47 tag.

    Raises:
        WrongName: none in English, two in one language, or one that is empty, too long or more than one line.
        Invalid: a tag is no language.
    """
    found: dict[str, str] = {}
    for tag, text in names:
        language = _language(tag)
        if language in found:
            raise WrongName(f"There are two names in the language {language}; give one.", path=("names",))
        found[language] = checked_name(text, path="names")
    if "en" not in found:
        raise WrongName("A name in English (en) is needed; others may stand beside it.", path=("names",))
    return found


def checked_name(text: str, *, path: str = "name") -> str:
    """Return a name without blanks around.

    Raises:
        WrongName: empty, longer than 200 characters, or more than one line.
    """
    name = text.strip()
    if not 1 <= len(name) <= NAME_LIMIT or not _one_line(name):
        raise WrongName(f"A name is one line of 1 to {NAME_LIMIT} characters.", path=(path,))
    return name


def _language(tag: str) -> str:
    try:
        return check_language_tag(tag)
    except Invalid as error:
        error.path = ("names",)
        raise


def _one_line(text: str) -> bool:
    return all(unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} for character in text)


def _is_text(character: str) -> bool:
    return character != "\x00" and unicodedata.category(character) != "Cs"
