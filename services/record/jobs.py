"""Background work of the record: the sequencer, and the heads."""

from functools import cache
from urllib.parse import urlsplit

from services.core.db import Database
from services.core.jobs import scheduled, steadily
from services.core.settings import Settings, settings
from services.record.notes import HeadKeys
from services.record.publishing import publish
from services.record.sequencing import BATCH, sequence


@steadily("record.sequence", every=0.4)
async def give_places(db: Database) -> None:
    """Give all leaves that wait their places."""
    while await sequence(db) == BATCH:
        pass


@scheduled("record.publish", "* * * * *")
async def publish_head(db: Database) -> None:
    """Publish a head when the newest is an hour old: asked each minute, so that no hour without a worker is missed."""
    await publish(db, own_keys())


def keys_of(chosen: Settings) -> HeadKeys:
    """The keys of the record, in the folder of keys; heads name the platform by its public address."""
    parts = urlsplit(chosen.public_url)
    return HeadKeys.of_folder(chosen.data_dir / "keys", f"{parts.netloc}{parts.path}")


@cache
def own_keys() -> HeadKeys:
    """The keys of this process's settings."""
    return keys_of(settings())
