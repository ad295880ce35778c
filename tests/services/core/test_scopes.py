"""An API token that reads writes nothing, whatever command it reaches and whoever its person is."""

from dataclasses import replace

import pytest

from services.core.actor import PUBLIC, SYSTEM, Scope
from services.core.db import Database
from services.core.errors import NotPermitted
from tests.builders import actor

READS = frozenset({Scope.READ})


@pytest.mark.parametrize("who", ["ZMB viewer", "ZMB focal point", "secretariat"])
async def test_no_transaction_opens_to_a_token_without_the_scope(db: Database, who: str) -> None:
    for scope in (Scope.WRITE, Scope.IMPORT):
        with pytest.raises(NotPermitted, match=f"scope {scope.name}"):
            async with db.write(replace(actor(who), scopes=READS), scope):
                pytest.fail("it opened")


async def test_a_token_that_imports_opens_imports_and_nothing_else(db: Database) -> None:
    imports = replace(actor("ZMB focal point"), scopes=READS | {Scope.IMPORT})
    async with db.write(imports, Scope.IMPORT):
        pass
    with pytest.raises(NotPermitted):
        async with db.write(imports):
            pytest.fail("it opened")


async def test_people_in_a_session_and_the_platform_have_all_scopes(db: Database) -> None:
    for who in (actor("ZMB viewer"), SYSTEM, PUBLIC):
        for scope in Scope:
            async with db.write(who, scope):
                pass
