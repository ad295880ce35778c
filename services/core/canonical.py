"""One way to write a value as octets, so that its hash is the same everywhere: canonical JSON of RFC 8785."""

from typing import Any

import orjson
import rfc8785

LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON keeps (RFC 8785 appendix D); larger ones are written as text."""


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of a value; what JSON has no word for is written as text, octets in hexadecimal."""
    plain = orjson.loads(orjson.dumps(value, default=_told, option=orjson.OPT_NON_STR_KEYS))
    return rfc8785.dumps(_kept(plain))


def _told(value: Any) -> Any:
    match value:
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case set() | frozenset():
            return sorted(value, key=str)
        case _:
            return str(value)


def _kept(value: Any) -> Any:
    match value:
        case dict():
            return {key: _kept(inner) for key, inner in value.items()}
        case list():
            return [_kept(inner) for inner in value]
        case int() if not -LARGEST <= value <= LARGEST:
            return str(value)
        case _:
            return value
