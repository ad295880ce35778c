"""What deploys the platform is true: the settings' example, the compose file, the image's steps."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from schema.cli import app
from schema.settings import example
from services.core.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
PASSWORDS = ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "FILES_PASSWORD")


def test_the_example_of_the_settings_is_what_the_platform_prints() -> None:
    result = CliRunner().invoke(app, ["settings", "--example"])
    assert result.exit_code == 0
    assert (DEPLOY / "env.example").read_text(encoding="utf-8") == result.output == example(), (
        "run `gof settings --example > deploy/env.example`"
    )


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"# GOF_{name.upper()} takes {field.description}." in example()


def test_passwords_stay_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOF_DATABASE_URL", "postgresql://gof_app:s%40cret@db.example:5433/gof?password=s%40cret")
    monkeypatch.setenv("GOF_MIGRATION_URL", "postgresql://gof_owner:s%40cret@db.example/gof")
    for arguments in (["settings"], ["settings", "--json"]):
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0
        assert "postgresql://gof_app:…@db.example:5433/gof" in result.output
        assert "s%40cret" not in result.output
        assert "s@cret" not in result.output


def composed(environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    """What docker-compose makes of the compose file; no engine is needed for that."""
    command = [str(Path(sys.executable).with_name("docker-compose")), "-f", str(DEPLOY / "compose.yaml"), "config"]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251 - not a setting
    return subprocess.run([*command, "--format", "json"], env=kept | environment, capture_output=True, check=False)


def test_compose_accepts_the_file_and_sets_only_what_the_platform_knows() -> None:
    done = composed(dict.fromkeys(PASSWORDS, "secret"))
    assert done.returncode == 0, done.stderr.decode()
    services: dict[str, Any] = orjson.loads(done.stdout)["services"]
    assert set(services) == {"app", "worker", "migrate", "postgres", "mail", "files"}
    known = {f"GOF_{name.upper()}" for name in Settings.model_fields}
    for name in ("app", "worker", "migrate"):
        assert {one for one in services[name]["environment"] if one.startswith("GOF_")} <= known
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    published = [port["host_ip"] for one in services.values() for port in one.get("ports", [])]
    assert set(published) == {"127.0.0.1"}


@pytest.mark.parametrize("missing", PASSWORDS)
def test_compose_refuses_to_go_without_a_password(missing: str) -> None:
    done = composed({name: "secret" for name in PASSWORDS if name != missing})
    assert done.returncode != 0
    assert f"{missing}" in done.stderr.decode()
    assert "set it in deploy/.env" in done.stderr.decode()


def test_the_image_copies_only_what_is_there_and_runs_as_nobody_special() -> None:
    steps = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    for names in re.findall(r"^COPY (?!--from)(.+)$", steps, re.MULTILINE):
        for name in names.split()[:-1]:
            assert (DEPLOY.parent / name).exists(), name
    users = re.findall(r"^USER (.+)$", steps, re.MULTILINE)
    assert users == ["10001:10001"]
    assert steps.rindex("USER ") < steps.rindex("ENTRYPOINT")


def test_the_script_of_the_roles_is_a_shell_script() -> None:
    assert subprocess.run(["sh", "-n", str(DEPLOY / "postgres" / "roles.sh")], check=False).returncode == 0
