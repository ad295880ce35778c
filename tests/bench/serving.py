"""One rival as a process: ``python -m tests.bench.serving limit``, with the settings of the platform (GOF_…)."""

import sys
from typing import Any

import uvicorn

import services.registry  # noqa: F401 - all tables and Shapes
from services.core import db
from services.core.db import Database
from services.core.keys import SIGNING_KEYS, KeyFile
from services.core.settings import Settings, settings
from services.core.tokens import Signer
from services.identity.holding import Issuer
from services.identity.queries import Actors
from tests.bench import bare
from tests.bench.expressing import Expressing
from tests.bench.ordinary.app import create_app
from tests.bench.signing import SigningIn
from tests.bench.statements import Write, statements


def application(name: str, chosen: Settings, url: str) -> Any:
    """The ASGI application of a rival."""
    if name == "unbound":
        return _unbound(chosen, url)
    database = Database(url)
    keys = KeyFile(chosen.data_dir / "keys" / SIGNING_KEYS)
    issuer = Issuer(Signer(keys, issuer=chosen.public_url, audience=chosen.public_url), demo=True)
    actors = Actors(database, issuer.signer, demo=True)
    if name == "ordinary":
        return create_app(url, actors, database, issuer)
    writes: dict[str, Write] = {"express": Expressing.of(name), "sign_in": SigningIn.of(issuer)}
    return bare.Bare(url, actors, database, statements(name), writes)


def _unbound(chosen: Settings, url: str) -> Any:
    """Ours with a role that row security does not bind, which the platform itself refuses to start with."""
    from schema.app import serving

    db._BYPASS = "SELECT false"
    return serving(chosen, url)


if __name__ == "__main__":
    found = settings()
    assert found.database_url is not None
    served = application(sys.argv[1], found, found.database_url)
    uvicorn.run(served, host="127.0.0.1", port=found.port, log_level="warning", server_header=False)
