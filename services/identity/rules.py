"""Who may give which role, what a standing and a token let people do, and how long things last."""

import unicodedata
from base64 import b32encode
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil
from secrets import token_bytes
from typing import Any

from email_validator import EmailNotValidError, validate_email

from services.core.actor import Role, Scope
from services.core.errors import Invalid, NotPermitted
from services.core.languages import check_language_tag, primary_language
from services.identity.errors import WrongEmail
from services.identity.terms import Slowing

DELEGATION_ROLES = frozenset({Role.VIEWER, Role.CONTRIBUTOR, Role.FOCAL_POINT})
"""The roles that people of a delegation have."""
INVITES: Mapping[Role, frozenset[Role]] = {
    Role.FOCAL_POINT: DELEGATION_ROLES,
    Role.SECRETARIAT: frozenset({Role.FOCAL_POINT}),
    Role.SYSTEM: DELEGATION_ROLES | {Role.SECRETARIAT},
}
"""Who invites as what: a focal point to its own delegation, the secretariat to one without a focal point."""
GIVES: Mapping[Role, frozenset[Role]] = {Role.FOCAL_POINT: DELEGATION_ROLES, Role.SYSTEM: DELEGATION_ROLES}
"""Who gives which roles to people that are there."""
SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.CONTRIBUTOR: frozenset({Scope.READ, Scope.WRITE}),
    Role.FOCAL_POINT: frozenset(Scope),
    Role.SECRETARIAT: frozenset(Scope),
}
"""What a person's API tokens may do at most (product.md, "Who may")."""
TAKES_PART = frozenset({"member", "co_chair", "observer"})
"""The standings of delegations that read what is meant for members and may act, as membership calls them."""

PERSON_TRIES = Slowing(9, timedelta(minutes=5))
"""Wrong passwords for a person: the tenth waits. At one each 5 minutes, 100,000 guesses take a year."""
ADDRESS_TRIES = Slowing(99, timedelta(seconds=30))
"""Wrong passwords from an address, which may be that of a whole mission: the hundredth waits."""
CODE_TRIES = Slowing(5, timedelta(minutes=30))
"""Wrong codes of a second factor, by someone who knows the password: of a million, three are right at any time."""
RESET_TRIES = Slowing(3, timedelta(hours=1))
"""Mails with which a person sets another password."""
RESET_ADDRESS_TRIES = Slowing(20, timedelta(minutes=5))
"""Requests for such mails from one address."""
PASSKEY_ASKS = Slowing(300, timedelta(seconds=2))
"""Sign-ins by passkey begun from one address."""
SLOWINGS = (PERSON_TRIES, ADDRESS_TRIES, CODE_TRIES, RESET_TRIES, RESET_ADDRESS_TRIES, PASSKEY_ASKS)
"""All of them: what is counted is kept for as long as the slowest needs to run empty."""
RESET_LIFETIME = timedelta(hours=1)
"""How long the link of such a mail is good, from when it was sent."""
KEY_KEPT = timedelta(days=1)
"""How long such a request is remembered under its idempotency key."""
TICKET_LIFETIME = timedelta(minutes=10)
"""How long a sign-in waits for its second factor."""
RECOVERY_CODES = 10
RECOVERY_WAIT, RECOVERY_LIFETIME = timedelta(days=1), timedelta(days=7)
"""How long a recovery that two agreed to waits for objections, from the request on; and for how long they may agree."""
RECOVERIES_AT_ONCE = 100
"""How many one run of the worker completes."""
REASON_LIMIT = 500
"""Characters of the reason for a refusal."""
DOMAINS_LIMIT = 10
"""Domains that one provider may vouch for."""
MULTI_FACTOR = "mfa"
METHODS = (
    frozenset({"pwd", "pin", "kba"}),
    frozenset({"otp", "hwk", "swk", "sc"}),
    frozenset({"face", "fpt", "iris", "retina", "vbm"}),
)
"""How someone was made sure of (RFC 8176): by what they know, what they have, what they are; a call or a text is none."""
CHALLENGE_LIFETIME = timedelta(minutes=5)
"""How long a device has for the answer of a passkey."""
PASSKEYS_LIMIT = 20
"""Passkeys of one person."""
NEEDS_SECOND_FACTOR = frozenset({Role.FOCAL_POINT, Role.SECRETARIAT})
"""Who acts for a state or runs the platform; co-chairs are focal points."""
GRACE = timedelta(days=14)
"""How long they may act before they have one."""
KNOWN_AT = timedelta(days=90)
"""How long a person stays known at an address after signing in from there."""

INVITATION_LIFETIME = timedelta(days=7)
SESSION_LIFETIME = timedelta(days=90)
"""A session ends this long after signing in, however often it is refreshed (OWASP ASVS 5.0 V7.3.2)."""
SESSION_KEPT = timedelta(days=30)
"""How long a session stays on file after its end."""
TOKEN_DAYS = range(1, 366)
NAME_LIMIT, TOKEN_NAME_LIMIT = 200, 100
LANGUAGES_LIMIT = 10


def reads_members(role: Role, standing: str | None) -> bool:
    """Whether someone of this role and of a delegation of this standing reads what is meant for members."""
    return role is Role.SECRETARIAT or standing in TAKES_PART


def acts(role: Role, standing: str | None, scopes: frozenset[Scope]) -> bool:
    """Whether someone acts on anything at all: a token without WRITE does not, whoever its person is."""
    return Scope.WRITE in scopes and reads_members(role, standing)


def check_role(role: Role, given: frozenset[Role]) -> None:
    """Make sure that ``role`` is among those that the actor gives.

    Raises:
        NotPermitted: it is not; the sentence names those that are.
    """
    if role not in given:
        raise NotPermitted(f"You can give the role of {_listed(given)}, and no other.", path=("role",))


def check_scopes(role: Role, scopes: Iterable[Scope]) -> list[Scope]:
    """Return the scopes of a token that a person of ``role`` makes; every token reads.

    Raises:
        NotPermitted: they are more than the person's own.
    """
    wanted, own = frozenset({Scope.READ, *scopes}), SCOPES.get(role, frozenset())
    if not wanted <= own:
        raise NotPermitted(
            f"A token does no more than its person, and yours can have the scopes {_listed(own)}.", path=("scopes",)
        )
    return [scope for scope in Scope if scope in wanted]


def check_days(days: int) -> timedelta:
    """Return how long a token is good.

    Raises:
        Invalid: less than 1 day or more than 365.
    """
    if days not in TOKEN_DAYS:
        raise Invalid(f"A token is good for 1 to 365 days; you asked for {days:,}.", path=("days",))
    return timedelta(days=days)


def second_factor_due(role: Role, before: datetime | None, moment: datetime) -> datetime | None:
    """Return from when on someone of this role needs a second factor, who until now needed it from ``before`` on."""
    return (before or moment + GRACE) if role in NEEDS_SECOND_FACTOR else None


def checked_provider(issuer: str, client_id: str, secret: str, domains: Iterable[str]) -> dict[str, Any]:
    """Return what is kept of a provider of sign-ins, beside its secret.

    Raises:
        Invalid: issuer, client or secret are too long or empty; or there are no domains, too many, or none such.
    """
    for text, limit, name in ((issuer, 300, "issuer"), (client_id, 200, "clientId"), (secret, 500, "clientSecret")):
        if not 1 <= len(text) <= limit or not text.isprintable():
            raise Invalid(f"This has 1 to {limit} characters; it has {len(text):,}.", path=(name,))
    if "?" in issuer or "#" in issuer:
        raise Invalid("An issuer has neither a query nor a fragment.", path=("issuer",))
    wanted = sorted({domain.strip().lower().removeprefix("@") for domain in domains})
    if not 1 <= len(wanted) <= DOMAINS_LIMIT:
        raise Invalid(f"Name 1 to {DOMAINS_LIMIT} domains of e-mail addresses.", path=("domains",))
    for domain in wanted:
        try:
            normal_email(f"someone@{domain}")
        except WrongEmail as error:
            raise Invalid("A domain looks like ministry.example.", path=("domains",)) from error
    return {"issuer": issuer, "client_id": client_id, "domains": wanted}


def vouched(email: str | None, domains: Iterable[str]) -> str | None:
    """Return a verified address as people have it, if a provider of ``domains`` may vouch for it."""
    try:
        address = normal_email(email or "")
    except WrongEmail:
        return None
    return address if address.rpartition("@")[2] in set(domains) else None


def two_factors(methods: AbstractSet[str]) -> bool:
    """Whether what a provider says of how it made sure of someone (``amr``) is two factors of different kinds."""
    return MULTI_FACTOR in methods or sum(bool(kind & methods) for kind in METHODS) > 1


def relies_on_provider(role: Role, *, trusted: bool, methods: AbstractSet[str]) -> bool:
    """Whether the word of a provider stands for the second factor of someone of this role.

    Never of those who must have one here: whoever runs the provider could else sign for the state.
    """
    return trusted and role not in NEEDS_SECOND_FACTOR and two_factors(methods)


def new_recovery_code() -> str:
    """Return 80 random bits as people write them down: four groups of four letters and digits."""
    letters = b32encode(token_bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def plain_code(written: str) -> str:
    """Return a code without what people put between its letters, for hashing and comparing."""
    return "".join(letter for letter in written.lower() if letter not in " -\u00a0")


def network(address: str) -> str:
    """Return what tries are counted by: an IPv4 address, of an IPv6 address the first 64 bits, which one site has."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(IPv6Network((int(found) >> 64 << 64, 64)) if mapped is None else mapped)
    return str(found)


def in_words(wait: timedelta) -> str:
    """Return how long to wait, in words: ``30 seconds``, ``5 minutes``, never less than it is."""
    seconds = max(ceil(wait.total_seconds()), 1)
    number, unit = (seconds, "second") if seconds < 90 else (ceil(seconds / 60), "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def session_end(begun_at: datetime, used_at: datetime, refresh_lifetime: timedelta) -> datetime:
    """Until when a session that was used at ``used_at`` can be refreshed."""
    return min(used_at + refresh_lifetime, begun_at + SESSION_LIFETIME)


def normal_email(text: str) -> str:
    """Return an e-mail address as it is stored and looked up: NFC, in small letters.

    Raises:
        WrongEmail: it cannot be one (RFC 5321, RFC 6531); nothing is asked of its server.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except (EmailNotValidError, UnicodeError) as error:
        raise WrongEmail("This is no e-mail address. One looks like name@ministry.example.", path=("email",)) from error


def checked_name(text: str, *, limit: int = NAME_LIMIT) -> str:
    """Return a name without blanks around.

    Raises:
        Invalid: empty, longer than ``limit`` characters, or with a line break or other control character.
    """
    name = text.strip()
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise Invalid("A name is one line of text without control characters.", path=("name",))
    if not 1 <= len(name) <= limit:
        raise Invalid(f"A name has 1 to {limit} characters; this one has {len(name):,}.", path=("name",))
    return name


def checked_languages(tags: Iterable[str]) -> list[str]:
    """Return a person's languages as normal BCP 47 tags, best first, each once.

    Raises:
        Invalid: more than 10, or one that is no language.
    """
    wanted = list(tags)
    if len(wanted) > LANGUAGES_LIMIT:
        raise Invalid(f"Name up to {LANGUAGES_LIMIT} languages; these are {len(wanted)}.", path=("languages",))
    try:
        return list(dict.fromkeys(map(check_language_tag, wanted)))
    except Invalid as error:
        error.path = ("languages",)
        raise


def reading_languages(languages: Iterable[str]) -> tuple[str, ...]:
    """Return the languages to read in, best first: after each tag its plain language, ``pt-BR`` then ``pt``."""
    return tuple(dict.fromkeys(one for tag in languages for one in (tag, primary_language(tag))))


def _listed(words: Iterable[Role | Scope]) -> str:
    return ", ".join(sorted(word.value.replace("_", " ") for word in words))
