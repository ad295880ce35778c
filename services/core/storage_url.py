"""The address of a file store, as GOF_STORAGE_URL gives it."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
"""Names of buckets (Amazon S3, "Bucket naming rules")."""

REGION = "us-east-1"
"""What stores of the S3 protocol that have no regions take."""


@dataclass(frozen=True, slots=True)
class StorageAddress:
    """A bucket of the S3 protocol; without ``endpoint`` it is Amazon's, in ``region``.

    ``prefix`` is the folder in the bucket, without a slash at either end. ``key`` and ``secret`` are empty where the
    address does not hold them.
    """

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = REGION
    key: str = ""
    secret: str = ""


def read_storage_url(url: str) -> StorageAddress:
    """Return the parts of ``s3://[key:secret@]bucket[/folder][?endpoint=https://host:port&region=name]``.

    Raises:
        ValueError: it has another form.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    netloc = parts.netloc.rpartition("@")[2]
    if parts.scheme != "s3" or parts.fragment or not _BUCKET.fullmatch(netloc):
        raise ValueError("no address of a bucket")
    if options.keys() - {"endpoint", "region"} or bool(parts.username) != bool(parts.password):
        raise ValueError("an unknown option, or a key without a secret")
    endpoint = urlsplit(options.get("endpoint", ""))
    if "endpoint" in options and (endpoint.scheme not in ("http", "https") or not endpoint.hostname):
        raise ValueError("no endpoint")
    return StorageAddress(
        bucket=netloc,
        prefix=unquote(parts.path).strip("/"),
        endpoint=endpoint.geturl().rstrip("/"),
        region=options.get("region") or REGION,
        key=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
    )
