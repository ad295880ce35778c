"""`gof settings`: what an operator may set, what holds now, and the file that describes all of it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from services.core.settings import PREFIX, Settings

INTRODUCTION = """\
# Every setting of the platform, made by `gof settings --example`. A line that begins with # is not set: what stands
# there is what holds then. Copy this file to deploy/.env, and take the # away where you want something else.
"""
PASSWORDS = """
# What deploy/compose.yaml needs besides: four passwords, of letters and digits alone (each of them is part of an
# address), for PostgreSQL's superuser, the role that migrates, the role that serves, and the store of files.
POSTGRES_PASSWORD=
OWNER_PASSWORD=
APP_PASSWORD=
FILES_PASSWORD=
"""


def held(found: Settings) -> list[dict[str, Any]]:
    """The settings by name, each with its value (secrets hidden), whether it was set, and what it takes."""
    return [
        {
            "name": f"{PREFIX}{name.upper()}",
            "value": _shown(getattr(found, name), secret=not field.repr),
            "set": name in found.model_fields_set,
            "takes": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]


def told(found: Settings) -> Iterator[str]:
    """The settings for people, two lines each."""
    for one in held(found):
        yield f"{one['name']}={one['value']}{'' if one['set'] else '   (not set)'}"
        yield f"    takes {one['takes']}"


def example() -> str:
    """The text of deploy/env.example."""
    lines = [INTRODUCTION]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else field.default
        default = int(default) if isinstance(default, bool) else default
        lines.append(f"# {PREFIX}{name.upper()} takes {field.description}.\n#{PREFIX}{name.upper()}={default}\n")
    return "\n".join(lines) + PASSWORDS


def _shown(value: object, *, secret: bool) -> str:
    """A value as text; of an address that may hold a password all but the password, of another secret nothing."""
    if value is None:
        return ""
    if not secret:
        return str(int(value)) if isinstance(value, bool) else str(value)
    parts = urlsplit(str(value))
    if not parts.scheme or not parts.hostname:
        return "(hidden)"
    user = f"{parts.username}:…@" if parts.password else f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=user + parts.netloc.rpartition("@")[2], query=""))
