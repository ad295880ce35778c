"""Passwords: which may be chosen, and how they are kept."""

import asyncio
import re
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from services.core.errors import Invalid, Unavailable

Answer = TypeVar("Answer")

MIN_LENGTH = 12
"""Characters. OWASP ASVS 5.0 V6.2.1 requires 8 and advises 15. Twelve random small letters withstand 10^8 guesses
a second for 30 years, hashed as below; what is guessable is refused at any length, and 15 tempts to repeat."""
MAX_LENGTH = 128
"""Characters. ASVS V6.2.9 requires 64 to be allowed; a limit bounds the cost of normalising and hashing."""
_MAX_RAW = 4 * MAX_LENGTH  # code points before NFC, which makes one of four at most

# Words that guessers try first, and those of this platform (ASVS V6.2.4 and V6.2.11), small and without accents.
_COMMON_WORDS = (
    "password", "passwort", "contrasena", "motdepasse", "senha", "parol", "пароль", "密码", "qwerty", "azerty",
    "qwertz", "ицукен", "letmein", "welcome", "bienvenue", "bienvenido", "admin", "administrator", "secret",
    "changeme", "default", "login", "master", "monkey", "dragon", "football", "baseball", "iloveyou", "sunshine",
    "princess", "superman", "trustno", "asdf", "zxcv", "user", "test", "guest", "root",
    "group", "friends", "unitednations", "united", "nations", "artificial", "intelligence", "capacity", "building",
    "cooperation", "platform", "delegation", "secretariat", "focalpoint", "mission", "embassy", "ministry", "gof",
)  # fmt: skip
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "ицукенгшщзхъ")
_LOOKALIKES = str.maketrans("@4310$5!7", "aaeiossit")
_UNGUESSED = 6
"""Different characters that must be left when all that a guesser knows is taken away."""

_MEMORY, _PASSES, _LANES = 19 * 1024, 2, 1  # KiB of memory, iterations, threads
# The least that the OWASP Password Storage Cheat Sheet advises for Argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHash((Argon2Hasher(memory_cost=_MEMORY, time_cost=_PASSES, parallelism=_LANES),))
# What a password is compared with where there is none: of the same cost, and no password is known to have it.
_NOBODYS = f"$argon2id$v=19$m={_MEMORY},t={_PASSES},p={_LANES}${'A' * 22}${'A' * 43}"
AT_ONCE, MOST_WAITING = 2, 100
"""Passwords hashed at once by one server, which takes 38 MiB and two cores; and those that may wait for it, 1 second."""
_threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="argon2")
_asked = 0


def check_new_password(password: str, personal: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long or easy to guess; any characters may be used.

    Easy to guess: fewer than 6 different characters are left when common words, runs of the keyboard and the
    alphabet, and ``personal`` words (name, e-mail address, delegation; of 3 letters or more) are taken away.

    Raises:
        Invalid: with what is wrong and what is allowed; its path is ``password``.
    """
    length = len(unicodedata.normalize("NFC", password[:_MAX_RAW])) + len(password[_MAX_RAW:])
    if not MIN_LENGTH <= length <= MAX_LENGTH:
        raise Invalid(
            f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters, of any kind; this one has"
            f" {'more' if length > MAX_LENGTH else length}.",
            path=("password",),
        )
    if len(set(_unguessed(password, personal))) < _UNGUESSED:
        raise Invalid(
            "This password is easy to guess: it is made of common words, your own names, repetitions or sequences"
            " like 1234. Four unrelated words make a good one.",
            path=("password",),
        )


async def hash_password(password: str) -> str:
    """Return what to store of a password: Argon2id with its parameters and a random salt (PHC string format).

    It takes about 20 ms in one of two threads.

    Raises:
        Unavailable: too many wait for the same.
    """
    return await _in_turn(_hasher.hash, _octets(password))


async def verify_password(password: str, stored: str | None) -> bool:
    """Whether ``password`` is the one that ``stored`` was made of.

    Without ``stored`` (no such person, or one without password) the answer is no after the same time, so that
    nobody can find out who has an account.

    Raises:
        pwdlib.exceptions.UnknownHashError: ``stored`` is none of ours: the row is damaged.
        Unavailable: too many wait for the same.
    """
    return await _in_turn(_verify, password, stored)


async def _in_turn(work: Callable[..., Answer], *values: object) -> Answer:
    """Do ``work`` in one of the threads, so that the event loop never waits."""
    global _asked  # noqa: PLW0603 - one count for the one pool of threads
    if _asked >= AT_ONCE + MOST_WAITING:
        raise Unavailable("Too many people are signing in just now. Try again in a moment.")
    _asked += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work, *values)
    finally:
        _asked -= 1


def _verify(password: str, stored: str | None) -> bool:
    possible = stored is not None and len(password) <= _MAX_RAW
    right = _hasher.verify(_octets(password[:_MAX_RAW]), _NOBODYS if stored is None else stored)
    return possible and right


def _octets(password: str) -> bytes:
    """Return a password as octets, the same for every keyboard: é is one character or two, by system.

    NFC as RFC 8265 (OpaqueString) asks; unlike NFKC it keeps all that a person can see apart.
    """
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _unguessed(password: str, personal: Iterable[str]) -> str:
    """Return what is left of a password without blanks and all that a guesser knows."""
    left = "".join(_plain(password).split())
    left = re.sub(r"(?<=[a-z])[@4310$5!7]+(?=[a-z])", lambda found: found[0].translate(_LOOKALIKES), left)
    own = {word for text in personal for word in re.findall(r"\w+", _plain(text)) if len(word) >= 3}
    for word in sorted({*own, *_COMMON_WORDS}, key=len, reverse=True):
        left = left.replace(word, "")
    return _without_runs(left)


def _plain(text: str) -> str:
    """Return small letters without accents."""
    text = unicodedata.normalize("NFKD", text).lower()
    return "".join(character for character in text if not unicodedata.combining(character))


def _without_runs(text: str) -> str:
    """Drop every run of 3 or more neighbours in the alphabet or on a keyboard, forwards or backwards."""
    kept = list(text)
    for start in range(len(text) - 2):
        three = text[start : start + 3]
        if any(three in row or three[::-1] in row for row in _ROWS):
            kept[start : start + 3] = ["", "", ""]
    return "".join(kept)
