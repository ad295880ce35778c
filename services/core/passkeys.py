"""Passkeys (WebAuthn): what a browser is asked for, and what its answer proves; the only file that imports webauthn.

The library is loaded where it is used: few requests need it. Whatever an answer holds, what is wrong with it ends as
``PasskeyNotGood``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from ipaddress import ip_address
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from services.core.errors import Conflict, Invalid

P = ParamSpec("P")
T = TypeVar("T")

CHALLENGE = 32
"""Octets."""
LONGEST = 16_384
"""Characters of an answer."""
_FORMATS = frozenset({"none", "packed"})
"""Attestations that are read: none is asked for, and what a device adds of its own accord is packed."""


class PasskeyNotGood(Invalid):
    """The answer of a passkey does not prove what was asked; what is wrong with it, nobody is told."""

    code = "PASSKEY_NOT_GOOD"

    def __init__(self) -> None:
        super().__init__("This answer of a passkey is not good, or came too late. Ask again.", path=("passkey",))


class NoPasskeysHere(Conflict):
    """Browsers keep passkeys for names only, and the platform is served under a number (RFC 6454, WebAuthn 5.1.2)."""

    code = "NO_PASSKEYS_HERE"

    def __init__(self) -> None:
        super().__init__("Passkeys need an address with a name: open the platform as localhost, or under its domain.")


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are good: the name of the host (RP ID), and the origin that its pages have."""

    host: str
    origin: str
    name: str = "Group of Friends"

    @classmethod
    def at(cls, public_url: str) -> "Site":
        """The platform under the address that people use.

        Raises:
            NoPasskeysHere: its host is a number.
        """
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return cls(host, f"{parts.scheme}://{parts.netloc}")
        raise NoPasskeysHere


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey as its answer tells: by which id it is known, and the key that proves it."""

    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int


def _judged(judge: Callable[P, T]) -> Callable[P, T]:
    """Let whatever is wrong with an answer be one refusal."""

    @wraps(judge)
    def judged(*given: P.args, **named: P.kwargs) -> T:
        from webauthn.helpers.exceptions import WebAuthnException

        wrong = (WebAuthnException, InvalidSignature, UnsupportedAlgorithm, ArithmeticError, AttributeError)
        try:
            return judge(*given, **named)
        except (*wrong, LookupError, RecursionError, TypeError, ValueError) as error:
            raise PasskeyNotGood from error

    return judged


def to_make(site: Site, owner: bytes, email: str, name: str, challenge: bytes, others: Iterable[bytes]) -> str:
    """The options of ``navigator.credentials.create``, as JSON; ``others`` are passkeys that the person has."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=owner,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.PREFERRED),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in others],
    )
    return webauthn.options_to_json(options)


def to_prove(site: Site, challenge: bytes, ours: Iterable[bytes], *, verified: bool) -> str:
    """The options of ``navigator.credentials.get``, as JSON: one of ``ours``, any passkey of the site for none."""
    import webauthn
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

    wanted = UserVerificationRequirement.REQUIRED if verified else UserVerificationRequirement.PREFERRED
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in ours],
        user_verification=wanted,
    )
    return webauthn.options_to_json(options)


@_judged
def made(site: Site, challenge: bytes, answer: str) -> Made:
    """Return the passkey that an answer of ``navigator.credentials.create`` (its ``toJSON()``) tells of.

    Raises:
        PasskeyNotGood: another site, origin or challenge; or it is no such answer.
    """
    import webauthn
    from webauthn.helpers import parse_attestation_object, parse_registration_credential_json

    given = parse_registration_credential_json(_short(answer))
    _require_top(given.response.client_data_json)
    if parse_attestation_object(given.response.attestation_object).fmt not in _FORMATS:
        raise PasskeyNotGood
    found = webauthn.verify_registration_response(
        credential=given, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin
    )
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


@_judged
def named(answer: str) -> tuple[bytes, bytes | None]:
    """Return which passkey an answer of ``navigator.credentials.get`` says it is of, and of whom, if it says so.

    Raises:
        PasskeyNotGood: it is no such answer.
    """
    from webauthn.helpers import parse_authentication_credential_json

    given = parse_authentication_credential_json(_short(answer))
    return given.raw_id, given.response.user_handle


@_judged
def proven(site: Site, challenge: bytes, answer: str, known: Made, *, verified: bool) -> int:
    """Return the new count of signatures, if the answer proves a known passkey.

    ``verified``: the device must also have made sure who holds it, by a PIN, a finger or a face.

    Raises:
        PasskeyNotGood: another site, origin, challenge or key; nobody was there, or nobody was verified; or the count
            has not grown, so that the passkey may have been copied.
    """
    import webauthn
    from webauthn.helpers import parse_authentication_credential_json

    given = parse_authentication_credential_json(_short(answer))
    _require_top(given.response.client_data_json)
    found = webauthn.verify_authentication_response(
        credential=given,
        expected_challenge=challenge,
        expected_rp_id=site.host,
        expected_origin=site.origin,
        credential_public_key=known.public_key,
        credential_current_sign_count=known.sign_count,
        require_user_verification=verified,
    )
    return found.new_sign_count


def _short(answer: str) -> str:
    if len(answer) > LONGEST:
        raise PasskeyNotGood
    return answer


def _require_top(client_data: bytes) -> None:
    """Refuse what was asked for inside a page of another site."""
    from webauthn.helpers import parse_client_data_json

    if parse_client_data_json(client_data).cross_origin:
        raise PasskeyNotGood
