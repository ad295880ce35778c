"""A key that is dropped makes its tokens worthless, though they were verified and remembered before."""

from pathlib import Path

import pytest

from services.core import keys
from services.core.db import Database
from services.core.errors import NotSignedIn
from services.core.keys import KeyFile, rotate
from services.core.tokens import Signer
from services.identity.queries import Actors
from tests.builders import id_of
from tests.services.identity.world import in_session


async def test_a_remembered_token_dies_with_its_key(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "LOOK", 0.0)
    path = tmp_path / "signing.pem"
    signer = Signer(KeyFile(path), "https://gof.example", "gof")
    actors = Actors(db, signer)
    me, token = await in_session(db, "ZMB viewer", signer)
    assert (await actors.of(token)).person_id == me.person_id == id_of("ZMB viewer")
    rotate(path)
    assert (await actors.of(token)).person_id == me.person_id
    rotate(path, at_once=True)
    with pytest.raises(NotSignedIn):
        await actors.of(token)
