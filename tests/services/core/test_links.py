"""Links to files: for one person, one file, a few minutes, and nothing else."""

import hashlib
import hmac
import stat
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core import links as module
from services.core.errors import Invalid, NotFound
from services.core.links import WINDOW, Link, LinkExpired, Links
from services.core.table import now
from tests.builders import id_of

pytestmark = pytest.mark.security

FILE, PERSON = id_of("a file"), id_of("a person")
LINKS = Links(b"secret")


def test_a_link_is_good_for_five_to_ten_minutes_and_the_same_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime.fromtimestamp(1_800_000_000 // WINDOW * WINDOW, tz=now().tzinfo)
    seen = set()
    for seconds in (0, 1, WINDOW - 1):
        at = start + timedelta(seconds=seconds)
        monkeypatch.setattr(module, "now", lambda at=at: at)
        link = LINKS.of(PERSON)
        seen.add((link.until, link.signature(FILE)))
        assert WINDOW < link.until - at.timestamp() <= 2 * WINDOW
        LINKS.check(FILE, PERSON, link.until, link.signature(FILE))
    assert len(seen) == 1
    [(until, signature)] = seen
    monkeypatch.setattr(module, "now", lambda: datetime.fromtimestamp(until, tz=start.tzinfo))
    with pytest.raises(LinkExpired):
        LINKS.check(FILE, PERSON, until, signature)


def test_a_link_is_for_one_file_one_person_one_moment_and_one_installation() -> None:
    link = LINKS.of(PERSON)
    good = link.signature(FILE)
    other = id_of("another")
    for file, person, until, signature, links in (
        (other, PERSON, link.until, good, LINKS),
        (FILE, other, link.until, good, LINKS),
        (FILE, PERSON, link.until + WINDOW, good, LINKS),
        (FILE, PERSON, link.until - WINDOW, good, LINKS),
        (FILE, PERSON, link.until, good.upper(), LINKS),
        (FILE, PERSON, link.until, good[:-1], LINKS),
        (FILE, PERSON, link.until, "", LINKS),
        (FILE, PERSON, link.until, "é" * 64, LINKS),
        (FILE, PERSON, link.until, good, Links(b"another secret")),
    ):
        with pytest.raises(NotFound):
            links.check(file, person, until, signature)


@given(st.binary(min_size=32, max_size=32), st.uuids())
def test_the_two_blocks_make_what_hmac_makes(key: bytes, file: UUID) -> None:
    link = Link(PERSON, 0, key)
    inner = hashlib.sha256(link.inner + file.bytes).digest()
    assert hashlib.sha256(link.outer + inner).hexdigest() == hmac.new(key, file.bytes, "sha256").hexdigest()


def test_the_secret_is_made_once_kept_private_and_never_printed(tmp_path: Path) -> None:
    first, second = Links.of_folder(tmp_path / "keys"), Links.of_folder(tmp_path / "keys")
    path = tmp_path / "keys" / Links.FILE
    assert first == second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    assert "secret" not in repr(first)
    assert "key" not in repr(first.of(PERSON))
    path.chmod(0o644)
    with pytest.raises(Invalid, match="chmod 600"):
        Links.of_folder(tmp_path / "keys")
