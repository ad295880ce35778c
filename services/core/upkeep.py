"""What the database's owner does after much was written at once, rather than wait for autovacuum to come to it."""

from services.core.db import connect


async def settle(owner_url: str) -> None:
    """Vacuum and analyse all tables: fresh statistics, no pending search entries, index-only scans that stay so."""
    connection = await connect(owner_url)
    try:
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
