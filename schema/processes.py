"""Serving in several processes: one socket, one of us that starts the others, starts them again, and stops them.

Each is a `gof` of its own, started anew and not forked, so that it shares no thread and no connection with another.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import AF_INET6, SOCK_STREAM, create_server, getaddrinfo, socket
from urllib.error import HTTPError
from urllib.request import urlopen

from services.core.errors import DomainError
from services.core.progress import Say

PAUSE = 0.2
"""Seconds between two looks at the processes."""
SHORT_LIFE = 5.0
"""A process that lives less long, in seconds, would only fail again: all are stopped."""
LONGEST_STOP = 20.0
"""Seconds after which a process that was told to stop is killed."""


class ProcessFailed(DomainError):
    """A process ended soon after its start; it has said why."""

    code = "PROCESS_FAILED"


@dataclass
class Part:
    """One process, by the words of its command line."""

    words: tuple[str, ...]
    started: float = 0.0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, listening: socket) -> None:
        """Start it, apart from the terminal, whose Ctrl-C is for the one that starts; it inherits the socket."""
        command = [sys.executable, "-m", "schema.cli", *self.words]
        self.process = subprocess.Popen(  # noqa: S603 - this very program
            command, pass_fds=[listening.fileno()], start_new_session=True
        )
        self.started = time.monotonic()

    @property
    def ended(self) -> bool:
        """Whether it is not running."""
        return self.process is None or self.process.poll() is not None


@dataclass
class Household:
    """All parts; ``run`` keeps them running until it is told to stop by SIGINT or SIGTERM."""

    parts: Sequence[Part]
    listening: socket
    say: Say
    stopping: bool = field(default=False, init=False)

    def run(self, ready: Callable[[], None]) -> None:
        """Start the parts, call ``ready`` when the first of them answers, start again what ends by itself.

        Raises:
            ProcessFailed: one ended within ``SHORT_LIFE`` seconds; the others are stopped.
        """
        with self._told():
            try:
                for part in self.parts:
                    part.start(self.listening)
                answered = False
                while not self.stopping:
                    if not answered and self._answers():
                        ready()
                        answered = True
                    self._renew()
                    time.sleep(PAUSE)
            finally:
                self._stop()

    def _renew(self) -> None:
        for part in self.parts:
            if part.ended and not self.stopping:
                if time.monotonic() - part.started < SHORT_LIFE:
                    raise ProcessFailed(
                        f"`gof {part.words[0]}` ended as soon as it was started; see what it says above."
                    )
                self.say(f"`gof {part.words[0]}` ended by itself; starting it again")
                part.start(self.listening)

    def _stop(self) -> None:
        running = [part.process for part in self.parts if part.process is not None and part.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + LONGEST_STOP
        for process in running:
            try:
                process.wait(max(until - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _answers(self) -> bool:
        host, port = self.listening.getsockname()[:2]
        shown = f"[{host}]" if self.listening.family == AF_INET6 else host
        try:
            with urlopen(f"http://{shown}:{port}/readyz", timeout=PAUSE) as answer:
                return bool(answer.status == 200)
        except HTTPError as error:
            error.close()
            return False
        except OSError:
            return False

    @contextmanager
    def _told(self) -> Iterator[None]:
        def stop(_signal: int, _frame: object) -> None:
            self.stopping = True

        before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def listen(host: str, port: int) -> socket:
    """A socket that listens on ``host`` and ``port`` and that processes started from here may inherit."""
    family = getaddrinfo(host, port, type=SOCK_STREAM)[0][0]
    return create_server((host, port), family=family, backlog=2048)
