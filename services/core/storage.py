"""Files: bytes by key, in a local folder or in a store that speaks the S3 protocol.

A file is written here first and told of in the database afterwards, so that a transaction that fails leaves at most a
file of which no row tells; what removes those lists the store (``older_than``).
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import IO

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from services.core.errors import Unavailable
from services.core.settings import Settings, settings
from services.core.storage_url import read_storage_url


class FileMissing(Unavailable):
    """A file of which a row tells is not in the store: the operator's to find out why."""

    code = "FILE_MISSING"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file being read: its length in bytes, and its content in pieces."""

    size: int
    pieces: AsyncIterator[bytes]


class Storage:
    """One file store; every method raises ``Unavailable`` where it does not answer."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, key: str, file: IO[bytes]) -> None:
        """Write ``file``, from its beginning, under ``key``: whole or not at all."""
        file.seek(0)
        with _reached():
            # In one piece: an upload in parts that breaks off would leave parts that cost and that nobody lists.
            await obstore.put_async(self._store, key, file, use_multipart=False)

    async def get(self, key: str) -> StoredFile:
        """Begin to read what was written under ``key``.

        Raises:
            FileMissing: there is nothing.
        """
        with _reached():
            try:
                found = await obstore.get_async(self._store, key)
            except FileNotFoundError as error:
                raise FileMissing("This file cannot be found just now. Tell the secretariat.") from error
            return StoredFile(found.meta["size"], _pieces(found))

    async def remove(self, key: str) -> None:
        """Remove what was written under ``key``, if it is there."""
        with _reached(), suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)

    async def older_than(self, moment: datetime, prefix: str) -> AsyncIterator[list[str]]:
        """The keys below the folder ``prefix`` that were written before ``moment``, up to 1,000 at a time."""
        with _reached():
            async for found in obstore.list(self._store, prefix, chunk_size=1_000):
                yield [one["path"] for one in found if one["last_modified"] < moment]


def local_storage(folder: Path) -> Storage:
    """The store in a folder, which is made where it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Storage(LocalStore(folder))


def open_storage(chosen: Settings) -> Storage:
    """The store that the settings name: a bucket of GOF_STORAGE_URL, else the folder ``files`` of GOF_DATA_DIR."""
    if chosen.storage_url is None:
        return local_storage(chosen.data_dir / "files")
    address = read_storage_url(chosen.storage_url)
    return Storage(
        S3Store(
            address.bucket,
            prefix=address.prefix or None,
            endpoint=address.endpoint or f"https://s3.{address.region}.amazonaws.com",
            region=address.region,
            access_key_id=chosen.storage_key or address.key,
            secret_access_key=(chosen.storage_secret if chosen.storage_key else address.secret) or "",
            virtual_hosted_style_request=False,
            client_options={"allow_http": address.endpoint.startswith("http://"), "timeout": timedelta(seconds=30)},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=15)},
        )
    )


@cache
def storage() -> Storage:
    """The store of this process, opened once."""
    return open_storage(settings())


async def _pieces(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    with _reached():
        async for piece in found.stream(min_chunk_size=256 * 1024):
            yield bytes(piece)


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise Unavailable("Files cannot be reached just now. Try again in a moment.") from error
