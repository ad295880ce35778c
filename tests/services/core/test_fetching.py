"""Another server is asked over https, of the public network, once, in bounds; of this machine's network never."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.core.fetching import LARGEST, AddressNotAllowed, Fetcher, FetchFailed
from services.core.table import now

pytestmark = pytest.mark.security


@pytest.mark.parametrize(
    "url",
    [
        "http://gof.example/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://a:b@gof.example/",
        "https://169.254.169.254/", "file:///etc/passwd", "https://", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/",
        "https://192.168.1.1/", "https://100.64.0.1/", "https://224.0.0.1/", "https://[fe80::1]/", "https://[fc00::1]/",
        "https://[fec0::1]/", "https://[2002:7f00:1::]/", "https://[64:ff9b::7f00:1]/", "https://[ff02::1]/",
        "https://2130706433/", "https://0177.0.0.1/", "https://localhost/", "https://gof.example:99999/", "https://[x]/",
        "https://gof.example/#x", "https://gof.example@10.0.0.1/", "https://gof。example/", "//gof.example", "",
    ],
)  # fmt: skip
async def test_what_is_not_https_of_the_public_network_is_not_asked(url: str) -> None:
    with pytest.raises(AddressNotAllowed):
        await Fetcher().fetch(url)


async def test_a_name_that_leads_inside_is_not_asked_and_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    async def found(self: object, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", found)
    with pytest.raises(AddressNotAllowed):
        await Fetcher().fetch("https://login.example/")
    assert looked_up == ["login.example"], "one of its numbers is enough"


async def test_a_name_that_is_none_cannot_be_reached() -> None:
    with pytest.raises(FetchFailed):
        await Fetcher().fetch(f"https://{'a' * 70}.example/")


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """A server that says the same to everyone, whatever they ask."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1")
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


def answers() -> Iterator[tuple[str, bytes]]:
    yield "led on", b"HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    yield "a failure", b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n{}"
    yield "another protocol", b"SSH-2.0-OpenSSH_9.6\r\n"
    yield "nothing", b""
    yield "packed", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"
    yield "cut", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"
    yield "too much", b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (LARGEST + 1)


@pytest.mark.parametrize(("case", "answer"), [*answers()], ids=lambda one: one if isinstance(one, str) else "")
async def test_what_is_not_answered_with_success_in_bounds_is_nothing(case: str, answer: bytes) -> None:
    async with answering(answer) as url:
        with pytest.raises(FetchFailed):
            await Fetcher(local=True).fetch(url)


async def test_what_is_answered_is_given_as_it_came() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") as url:
        assert await Fetcher(local=True).fetch(url) == b"{}"
        with pytest.raises(AddressNotAllowed):
            await Fetcher().fetch(url)


async def test_a_server_that_does_not_answer_is_waited_for_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.core.fetching.SECONDS", 0.3)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1")
    async with server, asyncio.timeout(20):
        with pytest.raises(FetchFailed):
            await Fetcher(local=True).fetch(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


@asynccontextmanager
async def of_tls(folder: Path) -> AsyncIterator[int]:
    """A server with a certificate of its own making."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now() - timedelta(1)).not_valid_after(now() + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    file = folder / "made.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_certificate_that_is_not_the_servers_is_not_taken(tmp_path: Path) -> None:
    """One that no authority gave: whoever stands between gets nothing."""
    async with of_tls(tmp_path) as port:
        with pytest.raises(FetchFailed):
            await Fetcher(local=True).fetch(f"https://localhost:{port}/")
