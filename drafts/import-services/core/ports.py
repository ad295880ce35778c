"""TCP ports: one that is free, and a plain word when the one wanted is not."""

import errno
import socket

from services.core.errors import Invalid


def free_port(host: str = "127.0.0.1") -> int:
    """Return a TCP port on ``host`` that nobody listens on now; another program may still take it first."""
    with socket.create_server((host, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def require_free_port(host: str, port: int) -> None:
    """Pass when a server could listen on ``host`` and ``port``; raise ``Invalid`` naming the setting if not."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.create_server((host, port), family=family):
            return
    except OSError as error:
        raise Invalid(_refusal(host, port, error), path=("GOF_PORT",)) from error


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program (perhaps the platform itself, already "
            f"running). Stop that one, or choose another port: GOF_PORT={free_port()}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system's own programs. Choose one from 1024 on with GOF_PORT."
    return f"{host} is not an address of this machine to listen on. Choose another with GOF_HOST."
