"""Bring a database to the shape the code needs, as its owner; grant the serving role what it needs and no more."""

import asyncio
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import asyncpg
from sqlmodel import SQLModel

from services.core.db import connect
from services.core.errors import DomainError
from services.core.protection import PROTECTED
from services.core.public_changes import MIGRATED, tell_of, telling

if TYPE_CHECKING:
    from alembic.config import Config

ROOT = Path(__file__).parents[2]
_REVISION = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)
OLDEST = 150000
"""PostgreSQL 15, the oldest that migrations and queries are tested on."""
_TELLING = """
SELECT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
WHERE f.proname = 'public_changed' AND t.tgtype = 4 | 8 | 16 | 32 AND t.tgenabled = 'O'
"""
"""Tables with an enabled trigger for each statement (no bit 1) after insert, delete, update and truncate."""


class WrongDatabase(DomainError):
    """The database cannot be migrated: too old, no rights, or a shape of another release."""

    code = "WRONG_DATABASE"


def configuration(url: str) -> "Config":
    """Alembic's configuration for the database at ``url``, silent."""
    from alembic.config import Config

    config = Config(toml_file=str(ROOT / "pyproject.toml"), stdout=io.StringIO())
    config.set_main_option("script_location", str(ROOT / "alembic"))
    config.attributes["url"] = url
    return config


def head() -> str:
    """The revision that the code needs: the one that no other follows. Alembic would take half a second to say so."""
    texts: list[str] = [file.read_text(encoding="utf-8") for file in (ROOT / "alembic" / "versions").glob("*.py")]
    [newest] = {revision for text in texts for revision in _REVISION.findall(text)} - {
        before for text in texts for before in _BEFORE.findall(text)
    }
    return str(newest)


def upgrade(owner_url: str, app_url: str) -> None:
    """Migrate to the newest revision and grant the serving role its rights.

    Raises:
        WrongDatabase: PostgreSQL is older than 15, or the owner role may not create tables.
    """
    from alembic import command

    asyncio.run(_require_usable(owner_url))
    command.upgrade(configuration(owner_url), "head")
    asyncio.run(_grant(owner_url, unquote(urlsplit(app_url).username or "")))


def differences(owner_url: str) -> list[str]:
    """What differs between tables declared and the database: migrations missing, columns, policies, or triggers."""
    from alembic.util import CommandError

    from alembic import command

    found = asyncio.run(_walls_missing(owner_url))
    try:
        command.check(configuration(owner_url))
    except CommandError as error:
        found.append(str(error))
    return found


def draft(owner_url: str, title: str) -> None:
    """Write a new migration file from what the tables have and the database has not."""
    from alembic import command

    command.revision(configuration(owner_url), message=title, autogenerate=True)


async def revision(url: str) -> str | None:
    """The revision the database is at; None before the first migration."""
    connection = await connect(url)
    try:
        return await connection.fetchval("SELECT version_num FROM alembic_version")  # type: ignore[no-any-return]
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


async def _require_usable(url: str) -> None:
    connection = await connect(url)
    try:
        version = int(await connection.fetchval("SHOW server_version_num"))
        if version < OLDEST:
            raise WrongDatabase(f"PostgreSQL {version // 10_000} is too old: 15 or newer is needed.")
        if not await connection.fetchval("SELECT has_schema_privilege(current_user, 'public', 'CREATE')"):
            raise WrongDatabase(
                "The role of GOF_MIGRATION_URL may not create tables in the schema public: GRANT it that."
            )
    finally:
        await connection.close()


async def _grant(owner_url: str, role: str) -> None:
    connection = await connect(owner_url)
    try:
        name = await connection.fetchval("SELECT quote_ident($1)", role)
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
            raise WrongDatabase(f"The role {name} of GOF_DATABASE_URL does not exist: create it with LOGIN.")
        await connection.execute(
            f"GRANT USAGE ON SCHEMA public TO {name};"  # noqa: S608 - quote_ident made the name
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name};"
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name};"
            f"REVOKE UPDATE, DELETE ON record_leaf, record_node, record_head FROM {name};"
            f"REVOKE UPDATE ON record_pending FROM {name};"
            f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}"
        )
    except asyncpg.InsufficientPrivilegeError as error:
        raise WrongDatabase(f"The owner role may not grant rights to {name}: it must own the tables.") from error
    finally:
        await connection.close()


async def _walls_missing(owner_url: str) -> list[str]:
    """The tables without forced row security, or that do not tell of their changes as they must."""
    connection = await connect(owner_url)
    try:
        forced = await connection.fetch("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        told = await connection.fetch(_TELLING)
    finally:
        await connection.close()
    open_ones = PROTECTED.keys() - {row[0] for row in forced}
    silent = telling({MIGRATED, *SQLModel.metadata.tables}) - {row[0] for row in told}
    return [f"{table} is not behind forced row security" for table in sorted(open_ones)] + [
        f"{table} does not tell of its changes: {tell_of(table)}" for table in sorted(silent)
    ]
