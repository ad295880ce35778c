"""Settings: what they are without any variable, and the sentence that a wrong one gets."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.core.settings import Settings, WrongSetting, read_settings, settings

OWNER = "postgresql://owner:s3cret@db.example:5433/gof"
APP = "postgresql://app:s3cret@db.example:5433/gof"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:  # noqa: TID251 - the settings of whoever runs the tests are taken away
        if name.upper().startswith("GOF_"):
            monkeypatch.delenv(name)


def test_without_any_variable_the_platform_is_a_demonstration_on_this_machine() -> None:
    found = read_settings()
    assert (found.host, found.port, found.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert found.demo is True
    assert found.data_dir == Path.cwd() / ".data"
    assert (found.database_url, found.migration_url) == (None, None)
    assert (found.access_token_minutes, found.refresh_token_days) == (10, 14)


@pytest.mark.parametrize(
    ("host", "said", "demo"),
    [("127.0.0.1", "", True), ("0.0.0.0", "", False), ("127.0.0.1", "0", False), ("0.0.0.0", "1", True)],
)
def test_demonstration_data_are_only_for_this_machine_unless_somebody_says_so(
    monkeypatch: pytest.MonkeyPatch, host: str, said: str, demo: bool
) -> None:
    monkeypatch.setenv("GOF_HOST", host)
    monkeypatch.setenv("GOF_DEMO", said)
    assert read_settings().demo is demo


def test_the_public_address_follows_host_and_port_unless_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOF_HOST", "::1")
    monkeypatch.setenv("GOF_PORT", "9000")
    assert read_settings().public_url == "http://[::1]:9000"
    monkeypatch.setenv("GOF_PUBLIC_URL", "https://friends.example/")
    assert read_settings().public_url == "https://friends.example"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_a_database_url_is_brought_to_one_scheme_and_otherwise_kept(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("GOF_DATABASE_URL", APP.replace("postgresql", scheme) + "?sslmode=require")
    monkeypatch.setenv("GOF_MIGRATION_URL", OWNER.replace("postgresql", scheme))
    found = read_settings()
    assert (found.database_url, found.migration_url) == (f"{APP}?sslmode=require", OWNER)
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("given", "missing"), [("GOF_DATABASE_URL", "GOF_MIGRATION_URL"), ("GOF_MIGRATION_URL", "GOF_DATABASE_URL")]
)
def test_one_database_url_without_the_other_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: str, missing: str
) -> None:
    monkeypatch.setenv(given, APP)
    with pytest.raises(WrongSetting, match=f"^{missing} is missing: .* needs both") as refused:
        read_settings()
    assert refused.value.path == (missing,)


@pytest.mark.parametrize(
    "value",
    [
        "mysql://a:s3cret@h/gof",
        "s3cret",
        "postgresql://a:s3cret@h",
        "postgresql://a:s3cret@h:12x/gof",
        "postgresql:/s3cret",
    ],
)
def test_an_address_of_no_postgresql_database_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("GOF_DATABASE_URL", value)
    monkeypatch.setenv("GOF_MIGRATION_URL", OWNER)
    with pytest.raises(WrongSetting, match=r"^GOF_DATABASE_URL takes .* postgresql://user:password@host") as refused:
        read_settings()
    assert "s3cret" not in str(refused.value)
    assert refused.value.__suppress_context__, "a traceback must not show it either"


@given(st.text() | st.from_regex(r"(postgres(ql)?(\+asyncpg)?|mysql)://[^/]*(/.*)?", fullmatch=True))
def test_any_text_is_either_a_postgresql_address_or_refused(text: str) -> None:
    try:
        found = Settings(database_url=text).database_url
    except ValidationError:
        return
    assert found
    assert found.startswith("postgresql://")
    assert Settings(database_url=found).database_url == found


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("GOF_PORT", "0", "a whole number from 1 to 65535"),
        ("GOF_PORT", "eighty", "a whole number from 1 to 65535"),
        ("GOF_DEMO", "perhaps", "1 to load demonstration data"),
        ("GOF_PUBLIC_URL", "friends.example", "http:// or https://"),
        ("GOF_ACCESS_TOKEN_MINUTES", "61", "1 to 15 minutes"),
        ("GOF_REFRESH_TOKEN_DAYS", "0", "1 to 90 days"),
    ],
)
def test_a_wrong_value_is_answered_with_the_variable_and_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=f"^{name} cannot be '{value}'; it takes .*{allowed}") as refused:
        read_settings()
    assert refused.value.path == (name,)
    assert "pydantic" not in str(refused.value)


def test_several_wrong_values_are_all_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOF_PORT", "x")
    monkeypatch.setenv("GOF_DEMO", "x")
    with pytest.raises(WrongSetting, match=r"GOF_PORT.*GOF_DEMO"):
        read_settings()


def test_every_setting_has_a_description() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_process_reads_its_settings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    first = settings()
    monkeypatch.setenv("GOF_PORT", "9999")
    assert settings() is first
    settings.cache_clear()
    assert settings().port == 9999
    settings.cache_clear()


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.example",
        "smtp://mail.example:2525",
        "smtps://platform:p%40ss@mail.example:465",
        "smtp://platform:p%40ss@mail.example:587?starttls",
        "smtp://platform:p%40ss@127.0.0.1:2525",
    ],
)
def test_a_mail_server_is_named_by_its_address_and_mails_come_from_somebody(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("GOF_SMTP_URL", url)
    with pytest.raises(WrongSetting, match=r"^GOF_MAIL_FROM is missing: with GOF_SMTP_URL it takes the e-mail address"):
        read_settings()
    monkeypatch.setenv("GOF_MAIL_FROM", "no-reply@friends.example")
    assert (read_settings().smtp_url, read_settings().mail_from) == (url, "no-reply@friends.example")
    assert "p%40ss" not in repr(read_settings())


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example/inbox",
        "smtp://mail.example:99999",
        "smtp://mail.example?tls",
        "smtps://mail.example?starttls",
        "smtp://platform@mail.example?starttls",
        "smtp://platform:s3cret@mail.example",
    ],
)
def test_a_mail_server_that_cannot_be_is_refused_and_so_is_a_password_without_tls(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("GOF_SMTP_URL", url)
    monkeypatch.setenv("GOF_MAIL_FROM", "no-reply@friends.example")
    with pytest.raises(WrongSetting, match=r"^GOF_SMTP_URL takes the address of a mail server, ") as caught:
        read_settings()
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize(
    "address", ["no-reply", "a@b@c.example", "no reply@friends.example", "dépêche@friends.example"]
)
def test_mails_come_from_an_address_that_every_server_takes(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("GOF_MAIL_FROM", address)
    with pytest.raises(WrongSetting, match=r"^GOF_MAIL_FROM cannot be"):
        read_settings()
