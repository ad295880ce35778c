"""Signing keys: in a file, changed while servers run, and nobody is signed out."""

import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from schema.cli import app
from services.core import keys
from services.core.errors import Invalid, NotSignedIn
from services.core.keys import LEAD, LINGER, KeyFile, Ring, SigningKey, rotate
from services.core.table import now
from services.core.tokens import Signer
from tests.services.core.forging import AUDIENCE, ISSUER, KEY, OTHER, PERSON, SESSION, SIGNER, STRANGER

pytestmark = pytest.mark.security


def test_a_key_survives_its_pem_and_does_not_show_itself() -> None:
    again = SigningKey.from_pem(KEY.to_pem())
    assert Signer([again], ISSUER, AUDIENCE).verify(SIGNER.sign(PERSON, SESSION)).subject == PERSON
    assert repr(again) == f"SigningKey(kid='{KEY.kid}')"


def other_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


NO_PEM = "unencrypted private key in PEM"


@pytest.mark.parametrize(
    ("pem", "says"),
    [
        pytest.param(b"", NO_PEM, id="nothing"),
        pytest.param(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", NO_PEM, id="broken"),
        pytest.param(KEY.public_pem(), NO_PEM, id="public"),
        pytest.param(other_pem(ec.generate_private_key(ec.SECP256R1()), b"secret"), NO_PEM, id="encrypted"),
        pytest.param(other_pem(ec.generate_private_key(ec.SECP384R1())), "curve P-256", id="P-384"),
        pytest.param(other_pem(rsa.generate_private_key(65537, 2048)), "curve P-256", id="RSA"),
    ],
)
def test_a_key_of_another_kind_is_refused(pem: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        SigningKey.from_pem(pem)


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "signing.pem"
    assert KeyFile(path).ring().keys[0].kid == KeyFile(path).ring().keys[0].kid
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["signing.pem"]


def test_servers_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    with ThreadPoolExecutor(8) as threads:
        kids = set(threads.map(lambda _: KeyFile(path).ring().keys[0].kid, range(8)))
    assert len(kids) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["signing.pem"]


def test_a_key_file_may_hold_several_keys_in_order(tmp_path: Path) -> None:
    (path := tmp_path / "signing.pem").write_bytes(OTHER.to_pem() + b"\n# the old one\n" + KEY.to_pem())
    path.chmod(0o440)
    assert [key.kid for key in KeyFile(path).ring().keys] == [OTHER.kid, KEY.kid]


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_a_key_file_open_to_others_or_without_a_key_is_refused(tmp_path: Path, mode: int) -> None:
    (path := tmp_path / "signing.pem").touch(0o600)
    with pytest.raises(Invalid, match="holds no private key in PEM"):
        KeyFile(path)
    path.chmod(mode)
    with pytest.raises(Invalid, match="chmod 600"):
        KeyFile(path)


class Clock:
    """The moment, as told; files are looked at each time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = now()
        monkeypatch.setattr(keys, "now", lambda: self.moment)
        monkeypatch.setattr("services.core.tokens.now", lambda: self.moment)
        monkeypatch.setattr(keys, "LOOK", 0.0)

    def passes(self, by: timedelta) -> None:
        self.moment += by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signing.pem"


def kids(signer: Signer) -> list[str]:
    return [key["kid"] for key in signer.jwks()["keys"]]


def test_a_new_key_is_published_then_signs_and_no_token_is_refused_before_its_end(clock: Clock, path: Path) -> None:
    """Two servers that read the file when they started; each minute one signs and both verify all that still live."""
    servers = [Signer(KeyFile(path), ISSUER, AUDIENCE) for _ in range(2)]
    [old] = kids(servers[0])
    new = rotate(path).kid
    alive: list[tuple[datetime, str]] = []
    signed_by = set()
    for minute in range(40):
        token = servers[minute % 2].sign(PERSON, SESSION, timedelta(minutes=15))
        alive = [
            *((end, one) for end, one in alive if end > clock.moment),
            (clock.moment + timedelta(minutes=15), token),
        ]
        for server in servers:
            for _, one in alive:
                assert server.verify(one).subject == PERSON
            assert set(kids(server)) == ({old, new} if minute < 26 else {new})
        assert servers[0].verify(token).kid == (old if minute < 10 else new)
        signed_by.add(servers[0].verify(token).kid)
        clock.passes(timedelta(minutes=1))
    assert signed_by == {old, new}


def test_a_key_that_others_may_have_is_dropped_at_once(clock: Clock, path: Path) -> None:
    signer = Signer(KeyFile(path), ISSUER, AUDIENCE)
    token = signer.sign(PERSON, SESSION)
    kid = signer.verify(token).kid
    assert signer.holds(kid)
    new = rotate(path, at_once=True)
    with pytest.raises(NotSignedIn):
        signer.verify(token)
    assert not signer.holds(kid)
    assert signer.verify(signer.sign(PERSON, SESSION)).kid == new.kid
    assert kids(signer) == [new.kid]


def test_a_file_that_breaks_while_servers_run_changes_nothing_and_is_logged(
    clock: Clock, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    signer = Signer(KeyFile(path), ISSUER, AUDIENCE)
    token = signer.sign(PERSON, SESSION)
    whole = path.read_bytes()
    for broken in (
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"Signs-From: soon\n" + whole,
    ):
        path.write_bytes(broken)
        with caplog.at_level(logging.ERROR, "gof.keys"):
            assert signer.verify(token).subject == PERSON
        assert "stay in use" in caplog.text
        caplog.clear()
    path.unlink()
    assert signer.verify(token).subject == PERSON
    path.write_bytes(whole)
    path.chmod(0o600)
    assert signer.verify(token).subject == PERSON


def test_rotating_keeps_the_mode_drops_what_is_over_and_leaves_nothing_else(clock: Clock, path: Path) -> None:
    KeyFile(path)
    path.chmod(0o640)
    for _ in range(4):
        rotate(path)
        clock.passes(LEAD + LINGER)
    assert len(keys._read(path)) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(file.name for file in path.parent.iterdir()) == [".signing.pem.lock", "signing.pem"]


def test_rotations_at_once_lose_no_key(path: Path) -> None:
    KeyFile(path)
    with ThreadPoolExecutor(8) as threads:
        made = {key.kid for key in threads.map(lambda _: rotate(path), range(8))}
    assert made < {key.kid for key in keys._read(path)}


@given(st.lists(st.integers(-60, 60), max_size=2), st.integers(-100, 100))
def test_one_key_signs_at_any_moment_and_those_before_check_till_their_tokens_end(
    minutes: list[int], later: int
) -> None:
    start = now()
    known = [
        SigningKey(key._private, start + timedelta(minutes=minute))
        for minute, key in zip(sorted(minutes, reverse=True), (OTHER, STRANGER), strict=False)
    ]
    moment = start + timedelta(minutes=later)
    ring = Ring.at(moment, [*known, KEY])
    newest = next((key for key in known if key.since <= moment), KEY)
    assert ring.keys[0].kid == newest.kid
    assert {key.kid for key in known if key.since > moment} <= {key.kid for key in ring.keys}
    assert ring.until is None or ring.until > moment
    ordered = [*known, KEY]
    for newer, older in pairwise(ordered[ordered.index(newest) :]):
        assert (older.kid in {key.kid for key in ring.keys}) == (moment < newer.since + LINGER)


def test_gof_keys_rotate_says_what_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.core.settings import settings

    monkeypatch.setenv("GOF_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    try:
        said = [CliRunner().invoke(app, ["keys", "rotate", *more]) for more in ([], ["--now"])]
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert [one.exit_code for one in said] == [0, 0]
    assert "signs from " in said[0].output
    assert "all others are dropped" in said[1].output
    assert len(keys._read(tmp_path / "keys" / "signing.pem")) == 1
