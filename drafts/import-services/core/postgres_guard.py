"""The guard of an embedded PostgreSQL: starts the server and stops it once nobody uses it any more.

A program of its own with nothing but the standard library, so that it outlives the application: when the
application is killed with no time to clean up, its lock on the file ``users`` goes with it and the guard
stops the server. Arguments: the file ``users``, the descriptor of the server's lock, uid and gid of the
server (-1: our own), then the server's command.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from typing import Any

# Nothing of the caller's environment reaches the server: no PG* variables, no locale, no home.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def run_as(uid: int, gid: int) -> dict[str, Any]:
    """Return the arguments of ``subprocess`` that run a program as ``uid`` and ``gid``; -1 is as we are."""
    return {} if uid < 0 else {"user": uid, "group": gid, "extra_groups": []}


def stop_when_unused(users: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until no process holds ``users``, then shut the server down fast.

    The lock is kept until this process ends: whoever starts meanwhile waits for the shutdown.
    """
    fcntl.flock(os.open(users, os.O_RDWR), fcntl.LOCK_EX)
    server.send_signal(signal.SIGINT)


def main() -> None:
    """Detach, start the server with its lock, and stay as long as it does."""
    users, lock, uid, gid, *command = sys.argv[1:]
    if os.fork():
        os._exit(0)
    # The server and all its processes inherit the lock: it is free when, and only when, none of them lives.
    server = subprocess.Popen(  # noqa: S603 - the command comes from services.core.postgres alone
        command, pass_fds=[int(lock)], cwd="/", env=ENVIRONMENT, **run_as(int(uid), int(gid))
    )
    os.close(int(lock))
    threading.Thread(target=stop_when_unused, args=(users, server), daemon=True).start()
    sys.exit(server.wait())


if __name__ == "__main__":
    main()
