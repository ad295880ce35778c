"""Makes the checkout ready to run: a virtual environment in .venv with everything that is locked.

    python3 deploy/bootstrap.py run     what the platform needs to run        (deploy/requirements.txt)
    python3 deploy/bootstrap.py test    the same, and what tests and checks need (tests/requirements.txt)

Nothing but the standard library, and readable by any Python 3.6 or newer, so that an old one gets a sentence
instead of a syntax error. When all is ready already it does nothing, in a few hundredths of a second.
"""

# ruff: noqa: S603, S606 - every command here is our own, and no argument comes from outside
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
LOCKS = {"run": "deploy/requirements.txt", "test": "tests/requirements.txt"}
BUILD = "deploy/build.txt"  # uv, which installs the rest quickly, and the build backend of the project
BYTES_NEEDED = 2_000_000_000  # .venv takes 0.5 GB, the caches of the installers about as much, the data the rest


class Stop(Exception):
    """What is missing, in a sentence that says how to get it."""


def main(kind: str) -> None:
    """Make the checkout ready for ``kind``, run or test, unless it is already."""
    if sys.version_info < OLDEST:
        hand_over()
    lock = os.open(str(ROOT), os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would install over one another; the second finds it done
    try:
        if not ready(ROOT, kind):
            prepare(ROOT, kind)
    finally:
        os.close(lock)


def hand_over() -> None:
    """Go on with a newer Python of this machine; ``Stop`` when there is none."""
    suits = "import sys; sys.exit(sys.version_info < (3, 11))"
    for name in NEWER:
        found = shutil.which(name)
        if found and subprocess.call([found, "-c", suits], stderr=subprocess.DEVNULL) == 0:
            os.execv(found, [found, *sys.argv])
    have = ".".join(map(str, sys.version_info[:3]))
    raise Stop(
        f"Python 3.11 or newer is needed, and python3 is {have} here. Install a newer one, or name one that is "
        "not on the PATH: make PYTHON=/path/to/python3.12 …"
    )


def ready(root: Path, kind: str) -> bool:
    """Tell whether .venv holds what is locked for ``kind``; what tests need includes what running needs."""
    stamp = root / ".venv" / "ready"
    if not stamp.exists() or not (root / ".venv" / "bin" / "python").exists():
        return False
    done = stamp.read_text().split()
    return digest(root, kind) in done or (kind == "run" and digest(root, "test") in done)


def digest(root: Path, kind: str) -> str:
    """Return a hash of what decides the content of .venv: place, Python, lock files and the project's own file."""
    content = hashlib.sha256(f"{root} {sys.version}".encode())
    for name in (LOCKS[kind], BUILD, "pyproject.toml"):
        content.update((root / name).read_bytes())
    return f"{kind}:{content.hexdigest()}"


def prepare(root: Path, kind: str) -> None:
    """Make .venv if need be and install what is locked for ``kind``, then the project itself."""
    begun = time.monotonic()
    venv = root / ".venv"
    python = str(venv / "bin" / "python")
    (venv / "ready").unlink(missing_ok=True)
    if not works(python):
        make_venv(venv)
    say("installing what the platform needs; the first time this takes a minute or two")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    run([*pip, "--require-hashes", "-r", str(root / BUILD)])
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", **index_for_uv(python)}  # noqa: TID251 - no app
    uv = [str(venv / "bin" / "uv"), "pip", "install", "--python", python, "--compile-bytecode"]
    if not sys.stderr.isatty():
        uv.append("--quiet")
    locked = ["--require-hashes", "-r", str(root / LOCKS[kind])]
    if subprocess.call([*uv, *locked], env=environment, cwd=str(root)) != 0:
        say("that did not work; trying again with pip, which is slower but has settings of its own")
        run([*pip, *locked])
    run([*pip, "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(root)])
    (venv / "ready").write_text(digest(root, kind))
    say(f"installed in {time.monotonic() - begun:.0f} seconds")


def works(python: str) -> bool:
    """Tell whether ``python`` is one that we can install with: new enough, and with pip."""
    test = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.call([python, "-c", test], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_venv(venv: Path) -> None:
    """Make a new virtual environment in place of whatever is there; ``Stop`` when something is missing."""
    version = ".".join(map(str, sys.version_info[:2]))
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise Stop(
            f"Python {version} is here, but without its module venv. On Debian and Ubuntu: "
            f"apt install python{version}-venv (as root). Then start again."
        )
    free = shutil.disk_usage(str(venv.parent)).free
    if free < BYTES_NEEDED:
        raise Stop(
            f"The disk that holds {venv.parent} has {free / 1e9:.1f} GB free, and {BYTES_NEEDED / 1e9:.0f} GB are "
            "needed. Make room, then start again."
        )
    say(f"making the virtual environment .venv with Python {version}")
    run([sys.executable, "-m", "venv", "--clear", str(venv)])


def index_for_uv(python: str) -> "dict[str, str]":
    """Return the package index that pip is set to, for uv, which does not read pip's settings."""
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):  # noqa: TID251 - no app
        return {}
    said = subprocess.run([python, "-m", "pip", "config", "list"], stdout=subprocess.PIPE, check=False)
    for line in said.stdout.decode().splitlines():
        name, _, value = line.partition("=")
        if name.rpartition(".")[2] == "index-url":
            return {"UV_DEFAULT_INDEX": value.strip("'\"")}
    return {}


def run(command: "list[str]") -> None:
    """Run a command to its end; ``Stop`` when it fails, after it has said why itself."""
    if subprocess.call(command, cwd=str(ROOT)) != 0:
        free = shutil.disk_usage(str(ROOT)).free
        raise Stop(
            f"Installing did not work; the reason stands above. A package index must be reachable (pip's own "
            f"settings hold, such as PIP_INDEX_URL), and the disk must have room ({free / 1e9:.1f} GB are free)."
        )


def say(sentence: str) -> None:
    """Tell the person what is going on."""
    sys.stderr.write(f"· {sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(LOCKS)}")
    try:
        main(sys.argv[1])
    except (Stop, OSError) as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
