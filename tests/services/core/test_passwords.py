import asyncio
import statistics
import threading
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pwdlib.exceptions import UnknownHashError

from services.core import passwords
from services.core.errors import Invalid
from services.core.passwords import check_new_password, hash_password, verify_password

pytestmark = pytest.mark.security

GOOD = "correct horse battery staple"
PERSONAL = ("Awa Diallo", "awa.diallo@affaires-etrangeres.example")


async def test_a_password_is_verified_against_its_own_hash_only() -> None:
    stored = await hash_password(GOOD)
    assert await verify_password(GOOD, stored)
    assert not await verify_password(GOOD + " ", stored)
    assert not await verify_password(GOOD.upper(), stored)
    assert not await verify_password("", stored)


async def test_a_hash_is_argon2id_of_owasps_cost_and_salted() -> None:
    one, other = await hash_password(GOOD), await hash_password(GOOD)
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other


@pytest.mark.parametrize("password", [GOOD, "", "nobody", "x" * 1_000, "\ud800"])
async def test_without_a_stored_hash_no_password_is_right(password: str) -> None:
    assert not await verify_password(password, None)


async def test_an_unknown_person_costs_as_much_as_a_known_one() -> None:
    """Processor time of this process, so that other work on the machine does not count."""
    stored = await hash_password(GOOD)

    async def cost(kept: str | None) -> float:
        started = time.process_time()
        await verify_password(GOOD, kept)
        return time.process_time() - started

    known, unknown = [], []
    for _ in range(7):
        known.append(await cost(stored))
        unknown.append(await cost(None))
    assert 0.5 < statistics.median(unknown) / statistics.median(known) < 2


async def test_a_damaged_hash_is_a_defect_and_no_wrong_password() -> None:
    with pytest.raises(UnknownHashError):
        await verify_password(GOOD, "damaged")


async def test_one_password_typed_on_two_systems_is_one_password() -> None:
    composed = "élève à l'école Việt"
    stored = await hash_password(composed)
    assert await verify_password(unicodedata.normalize("NFD", composed), stored)
    assert not await verify_password("eleve a l'ecole Viet", stored)


async def test_the_longest_allowed_password_works_however_it_is_composed() -> None:
    longest = unicodedata.normalize("NFD", "ᾂứấẫệốòỷ" * 16)
    check_new_password(longest)
    assert await verify_password(unicodedata.normalize("NFC", longest), await hash_password(longest))


async def test_a_password_longer_than_any_allowed_is_wrong_and_cheap() -> None:
    hostile = "a" + "\u0301\u0316" * 500_000
    stored = await hash_password(hostile[:512])
    started = time.process_time()
    assert not await verify_password(hostile, stored)
    assert time.process_time() - started < 1


async def test_hashing_runs_two_at_a_time_outside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, seen = 0, 0, set()
    lock = threading.Lock()

    def slow(*_: object) -> bool:
        nonlocal running, most
        with lock:
            running, most = running + 1, max(most, running + 1)
        seen.add(threading.get_ident())
        time.sleep(0.02)
        with lock:
            running -= 1
        return False

    monkeypatch.setattr(passwords, "_verify", slow)
    await asyncio.gather(*(verify_password(GOOD, None) for _ in range(8)))
    assert most == 2
    assert threading.get_ident() not in seen


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "my dog eats fish",
        "jK8#vPq2Lm9z",
        "839201746582",
        "我家的猫喜欢吃鱼和米饭吗",
        "كلمة طويلة لا يعرفها أحد",
        "четыре слова без связи",
        "🐙🦊🐝🦉🐢🦀🐙🦊🐝🦉🐢🦀",
        "password manager gave me this",
        "qwvz xkjh plmn" + "-" * 114,
    ],
)
def test_any_characters_may_make_a_password(password: str) -> None:
    check_new_password(password, PERSONAL)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("", "12 to 128 characters, of any kind; this one has 0"),
        ("qwvz xkjh p", "this one has 11"),
        ("e\u0301" * 11, "this one has 11"),
        ("qwvz xkjh plmn" + "-" * 115, "this one has more"),
        ("x" * 1_000_000, "this one has more"),
    ],
    ids=["empty", "11", "11 in 22 code points", "129", "a million"],
)
def test_a_password_of_another_length_is_refused(password: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refusal:
        check_new_password(password)
    assert refusal.value.path == ("password",)


@pytest.mark.parametrize(
    "password",
    [
        "Password1234", "P@ssw0rd2024!", "aaaaaaaaaaaa", "abcabcabcabc", "123456789012", "987654321098",
        "qwertyuiop12", "zyxwvutsrqpo", "UnitedNations2024!", "GroupOfFriends1", "Awa.Diallo2024", "diallo-awa-1985",
        "affaires-etrangeres", "密码密码密码密码密码密码", "Пароль123456", "йцукенгшщзхъ", "Contraseña123",
        "mot de passe 1",
    ],
)  # fmt: skip
def test_a_password_that_guessers_try_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="easy to guess"):
        check_new_password(password, PERSONAL)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=150), st.lists(st.text(st.characters(), max_size=20), max_size=3))
def test_a_password_is_allowed_or_refused_with_a_sentence(password: str, personal: list[str]) -> None:
    try:
        check_new_password(password, personal)
    except Invalid as refusal:
        assert refusal.message.endswith(".")  # noqa: PT017 - both outcomes are right
    else:
        assert 12 <= len(unicodedata.normalize("NFC", password)) <= 128
