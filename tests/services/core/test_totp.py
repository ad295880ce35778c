"""One-time passwords against the test values of RFC 4226 (appendix D) and RFC 6238 (appendix B)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core import totp
from services.core.errors import Unavailable
from services.core.sealing import Seal

SECRET = b"12345678901234567890"
MOMENT = datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)
STEP = int(MOMENT.timestamp()) // 30


def test_the_codes_are_those_of_rfc_4226() -> None:
    expected = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [totp.code(SECRET, count) for count in range(10)] == expected


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"), (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ],
)  # fmt: skip
def test_the_codes_are_the_last_six_digits_of_rfc_6238(seconds: int, digits: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert totp.step_of(digits[2:], SECRET, moment, 0) == seconds // 30


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_one_step(steps: int, right: bool) -> None:
    given = totp.code(SECRET, STEP + steps)
    assert (totp.step_of(given, SECRET, MOMENT, 0) == STEP + steps) is right


def test_a_code_is_good_once_and_those_before_it_are_not_good_after() -> None:
    for step in (STEP - 1, STEP):
        assert totp.step_of(totp.code(SECRET, step), SECRET, MOMENT, STEP) is None
    assert totp.step_of(totp.code(SECRET, STEP + 1), SECRET, MOMENT, STEP) == STEP + 1


@given(st.text(max_size=12))
def test_no_other_text_is_a_code(text: str) -> None:
    right = {totp.code(SECRET, STEP + drift) for drift in (-1, 0, 1)}
    assert (totp.step_of(text, SECRET, MOMENT, 0) is not None) is (text in right)


def test_an_authenticator_reads_the_secret_from_either_form() -> None:
    assert totp.written(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.address(SECRET, "a&b@x.example", "Group of Friends") == (
        "otpauth://totp/Group%20of%20Friends:a%26b%40x.example"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Group%20of%20Friends"
    )
    assert len({totp.new_secret() for _ in range(100)}) == 100


def test_what_is_sealed_opens_for_its_owner_by_its_key_and_whole_and_never_else() -> None:
    seal = Seal.random()
    closed = seal.close(SECRET, b"owner")
    assert SECRET not in closed
    assert seal.close(SECRET, b"owner") != closed
    assert seal.open(closed, b"owner") == SECRET
    bent = closed[:-1] + bytes([closed[-1] ^ 1])
    for other, content, owner in ((Seal.random(), closed, b"owner"), (seal, closed, b"other"), (seal, bent, b"owner")):
        with pytest.raises(Unavailable, match="cannot be opened"):
            other.open(content, owner)
    assert "key" not in repr(seal)
