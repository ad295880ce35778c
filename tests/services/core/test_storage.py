"""Files in a local folder, and in a real store of the S3 protocol."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import Unavailable
from services.core.settings import Settings, WrongSetting, read_settings
from services.core.storage import FileMissing, Storage, local_storage, open_storage
from services.core.storage_url import StorageAddress, read_storage_url
from services.core.table import now

FOLDER = "attachments"
LATER = timedelta(minutes=1)


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Both kinds of store."""
    if request.param == "local":
        return local_storage(tmp_path / "deep" / "files")
    bucket: Callable[[str], Settings] = request.getfixturevalue("s3")
    return open_storage(bucket("storage-tests"))


async def content(store: Storage, key: str) -> bytes:
    found = await store.get(key)
    read = b"".join([piece async for piece in found.pieces])
    assert len(read) == found.size
    return read


async def listed(store: Storage) -> set[str]:
    return {key async for keys in store.older_than(now() + LATER, FOLDER) for key in keys}


async def test_what_is_written_is_read_whole_listed_by_age_and_removed(store: Storage) -> None:
    large = bytes(range(256)) * 40_000  # beyond what is sent in one part otherwise
    for key, written in ((f"{FOLDER}/a", b"one"), (f"{FOLDER}/b", large), ("others/c", b"three")):
        await store.put(key, io.BytesIO(written))
    assert await content(store, f"{FOLDER}/a") == b"one"
    assert await content(store, f"{FOLDER}/b") == large
    await store.put(f"{FOLDER}/a", io.BytesIO(b"another"))
    assert await content(store, f"{FOLDER}/a") == b"another"
    assert await listed(store) == {f"{FOLDER}/a", f"{FOLDER}/b"}
    assert [keys async for keys in store.older_than(now() - LATER, FOLDER) if keys] == []
    for _ in range(2):
        await store.remove(f"{FOLDER}/a")
    assert await listed(store) == {f"{FOLDER}/b"}
    with pytest.raises(FileMissing):
        await store.get(f"{FOLDER}/a")
    await store.remove(f"{FOLDER}/b")


async def test_a_file_is_written_from_its_beginning(store: Storage) -> None:
    file = io.BytesIO(b"from the beginning")
    file.seek(5)
    await store.put(f"{FOLDER}/d", file)
    assert await content(store, f"{FOLDER}/d") == b"from the beginning"
    await store.remove(f"{FOLDER}/d")


def test_the_local_folder_is_open_to_its_owner_alone(tmp_path: Path) -> None:
    local_storage(tmp_path / "files")
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


@pytest.mark.slow
async def test_a_store_with_another_secret_is_not_reached_and_nothing_of_it_is_told(
    s3: Callable[[str], Settings],
) -> None:
    wrong = s3("storage-tests").model_copy(update={"storage_key": "gof-key", "storage_secret": "another"})
    with pytest.raises(Unavailable) as caught:
        await open_storage(wrong).put("a", io.BytesIO(b"x"))
    assert caught.value.message == "Files cannot be reached just now. Try again in a moment."


async def test_a_folder_that_is_gone_is_not_reached(tmp_path: Path) -> None:
    store = local_storage(tmp_path / "files")
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(Unavailable):
        await store.put("a/b", io.BytesIO(b"x"))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://bucket", StorageAddress("bucket")),
        ("s3://bucket/", StorageAddress("bucket")),
        ("s3://my.bucket-1/gof/files/?region=eu-west-3", StorageAddress("my.bucket-1", "gof/files", "", "eu-west-3")),
        (
            "s3://k%2Fey:s%40cret@bucket?endpoint=http://store:8333",
            StorageAddress("bucket", "", "http://store:8333", key="k/ey", secret="s@cret"),
        ),
        ("s3://bucket?endpoint=https%3A%2F%2Fstore.example/", StorageAddress("bucket", "", "https://store.example")),
    ],
)
def test_the_address_of_a_store(url: str, address: StorageAddress) -> None:
    assert read_storage_url(url) == address


WRONG = [
    "bucket",
    "https://bucket",
    "s3://",
    "s3://ab",
    "s3://Bucket",
    "s3://bucket#x",
    "s3://key@bucket",
    "s3://:secret@bucket",
    "s3://bucket?endpoint=store:8333",
    "s3://bucket?endpoint=ftp://store",
    "s3://bucket?endpoint=",
    "s3://bucket?secret=x",
    "s3://bucket?region",
]


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_address_is_refused_with_what_is_possible_and_without_its_secret(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_storage_url(url)
    monkeypatch.setenv("GOF_STORAGE_URL", url)
    with pytest.raises(WrongSetting) as caught:
        read_settings()
    assert caught.value.message.startswith("GOF_STORAGE_URL takes a bucket")
    assert url not in caught.value.message.replace("s3://bucket/folder", "").replace("s3://key:secret@bucket", "") or (
        url in {"bucket", "s3://"}
    )


@pytest.mark.parametrize(
    "more",
    [{}, {"GOF_STORAGE_KEY": "key"}, {"GOF_STORAGE_SECRET": "secret"}],
)
def test_a_store_needs_key_and_secret(more: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"GOF_STORAGE_URL": "s3://bucket", **more}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match="needs a key and its secret"):
        read_settings()


def test_key_and_secret_may_stand_beside_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"URL": "s3://bucket", "KEY": "key", "SECRET": "secret"}.items():
        monkeypatch.setenv(f"GOF_STORAGE_{name}", value)
    found = read_settings()
    assert (found.storage_key, found.storage_secret) == ("key", "secret")
    assert "secret" not in repr(found).replace("storage_secret", "")


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    for url in (text, f"s3://{text}", f"s3://bucket?{text}"):
        try:
            assert read_storage_url(url).bucket
        except ValueError:
            continue
