"""What an operator may set: the GOF_* variables of the environment, read here and nowhere else."""

from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from email_validator import validate_email
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.core.errors import Invalid
from services.core.storage_url import read_storage_url

PREFIX = "GOF_"
URL_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")
DATABASE_URL = (
    "an address of the form postgresql://user:password@host:port/database (a password's special characters "
    "percent-encoded)"
)


SMTP_URL = (
    "the address of a mail server, smtp://host:port, smtp://user:password@host:port?starttls or "
    "smtps://user:password@host:port (a password only over TLS, or to this machine; its special characters "
    "percent-encoded)"
)


class WrongSetting(Invalid):
    """A GOF_* variable has a value that it cannot have; the message names it and says what it takes."""

    code = "WRONG_SETTING"


class Settings(BaseSettings):
    """The settings of one process; each description completes the sentence "GOF_NAME takes …".

    A variable that is empty counts as not set. Made by ``read_settings``, which says plainly what is wrong.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, validate_default=True, extra="forbid"
    )

    database_url: str | None = Field(
        default=None,
        repr=False,
        description=f"{DATABASE_URL}, with the serving role (not set: the embedded PostgreSQL)",
    )
    migration_url: str | None = Field(
        default=None, repr=False, description=f"{DATABASE_URL}, with the role that owns the tables and migrates them"
    )
    direct_url: str | None = Field(
        default=None,
        repr=False,
        description=(
            f"{DATABASE_URL}, with the serving role and past the transaction pooler that GOF_DATABASE_URL leads to; "
            "LISTEN needs it (not set: there is no pooler)"
        ),
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="the address to listen on, such as 127.0.0.1")
    port: int = Field(default=8000, ge=1, le=65535, description="the port to listen on, a whole number from 1 to 65535")
    workers: int = Field(
        default=1, ge=1, le=64, description="how many processes answer people, a whole number from 1 to 64"
    )
    data_dir: Path = Field(default=Path(".data"), description="the folder for the database and other files of ours")
    demo: bool | None = Field(
        default=None,
        description="1 to load demonstration data and sign-ins, or 0 (not set: only when GOF_HOST is 127.0.0.1)",
    )
    public_url: str = Field(
        default="", description="the address that people use, http:// or https:// (not set: http://GOF_HOST:GOF_PORT)"
    )
    proxies: str = Field(
        default="127.0.0.1",
        description="the addresses of the proxies in front, whose X-Forwarded-For is believed, parted by commas",
    )
    access_token_minutes: int = Field(
        default=10, ge=1, le=15, description="how long a sign-in token is good for, 1 to 15 minutes"
    )
    refresh_token_days: int = Field(
        default=14, ge=1, le=90, description="how long one stays signed in without coming back, 1 to 90 days"
    )

    local_providers: bool = Field(
        default=False,
        description=(
            "1 to let a delegation's own sign-in provider be on this machine, over http, for development (0: only https "
            "on the public network)"
        ),
    )
    trusted_documents: Path | None = Field(
        default=None,
        description=(
            "a JSON file that maps the SHA-256 of documents to their texts: these may be asked for by it (not set: the "
            "documents of the pages that are built with the platform)"
        ),
    )
    trusted_only: bool = Field(
        default=False, description="1 to answer only these documents, but any with an API token, or 0 to answer all"
    )
    cache_mb: int = Field(
        default=32,
        ge=0,
        le=4096,
        description="how many megabytes of answers to the public each process keeps, 0 to 4096 (0 keeps none)",
    )
    matching_index: bool = Field(
        default=True,
        description=(
            "1 to find matches by an index in the folder matching of GOF_DATA_DIR, which the worker makes and the "
            "processes that answer share, or 0 to leave it to PostgreSQL (the matches are the same)"
        ),
    )

    rate_person: int = Field(
        default=6_000,
        ge=0,
        le=10_000_000,
        description=(
            "how many points a minute each person may spend in each process, 0 to 10000000: a request takes 1, 1 more for "
            "every 100 objects that it asks for, and 10 for a new document (0 sets no limit)"
        ),
    )
    rate_address: int = Field(
        default=30_000,
        ge=0,
        le=10_000_000,
        description=(
            "how many of these points each network address may spend in each process, whoever comes from it, "
            "0 to 10000000 (0 sets no limit)"
        ),
    )

    smtp_url: str | None = Field(
        default=None,
        repr=False,
        description=f"{SMTP_URL} (not set: mails are written into the folder mails of GOF_DATA_DIR)",
    )
    mail_from: str | None = Field(
        default=None, description="the e-mail address that mails come from, such as no-reply@friends.example"
    )

    storage_url: str | None = Field(
        default=None,
        repr=False,
        description=(
            "a bucket for files in a store of the S3 protocol, "
            "s3://bucket/folder?endpoint=https://host:port&region=name, with the key and secret in it as "
            "s3://key:secret@bucket or in the next two (not set: the folder files in GOF_DATA_DIR)"
        ),
    )
    storage_key: str | None = Field(default=None, description="the access key of GOF_STORAGE_URL")
    storage_secret: str | None = Field(
        default=None, repr=False, description="the secret that belongs to GOF_STORAGE_KEY"
    )

    @field_validator("storage_url")
    @classmethod
    def _storage_address(cls, value: str | None) -> str | None:
        if value is not None:
            read_storage_url(value)
        return value

    @field_validator("database_url", "migration_url", "direct_url")
    @classmethod
    def _normal_database_url(cls, value: str | None) -> str | None:
        """Give the one scheme that the drivers take; the parts are theirs to judge."""
        if value is None:
            return None
        scheme, separator, rest = value.strip().partition("://")
        parts = urlsplit(f"postgresql://{rest}")
        if not separator or scheme not in URL_SCHEMES or not parts.path.strip("/"):
            raise ValueError
        _ = parts.port  # a ValueError when it is not a number, or too large
        return f"postgresql://{rest}"

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "smtps://host")
        secure = parts.scheme == "smtps" or parts.query == "starttls" or parts.hostname in ("127.0.0.1", "::1")
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.fragment:
            raise ValueError
        if parts.query not in ("", "starttls") or (parts.query and parts.scheme == "smtps"):
            raise ValueError
        if (parts.username is None) != (parts.password is None) or not (secure or parts.password is None):
            raise ValueError
        _ = parts.port  # a ValueError when it is not a number, or too large
        return value

    @field_validator("mail_from")
    @classmethod
    def _check_mail_from(cls, value: str | None) -> str | None:
        if value is None:
            return None
        address = validate_email(value, check_deliverability=False, allow_smtputf8=False).ascii_email
        assert address is not None, "without SMTPUTF8 there is one"
        return address

    @field_validator("public_url")
    @classmethod
    def _normal_public_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError
        return value.rstrip("/")

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        """Fill in what follows from other settings; the model is frozen for everybody else."""
        if self.demo is None:
            object.__setattr__(self, "demo", self.host == "127.0.0.1")
        if not self.public_url:
            host = f"[{self.host}]" if ":" in self.host else self.host
            object.__setattr__(self, "public_url", f"http://{host}:{self.port}")
        return self


def read_settings() -> Settings:
    """Read the settings from the environment as it is now; raise ``WrongSetting`` when one cannot be right."""
    try:
        found = Settings()
    except ValidationError as error:
        faults = {str(fault["loc"][0]): fault["input"] for fault in error.errors(include_url=False)}
        sentences = " ".join(_refusal(name, value) for name, value in faults.items())
        raise WrongSetting(sentences, path=(_variable(next(iter(faults))),)) from None
    if (found.database_url is None) != (found.migration_url is None):
        missing = "migration_url" if found.migration_url is None else "database_url"
        raise WrongSetting(
            f"{_variable(missing)} is missing: a PostgreSQL of your own needs both GOF_DATABASE_URL, with the "
            "role that serves, and GOF_MIGRATION_URL, with the role that owns the tables.",
            path=(_variable(missing),),
        )
    if found.direct_url is not None and found.database_url is None:
        raise WrongSetting(
            "GOF_DATABASE_URL is missing: GOF_DIRECT_URL leads past the pooler that it names.", path=("GOF_DIRECT_URL",)
        )
    if found.smtp_url is not None and found.mail_from is None:
        raise WrongSetting(
            f"GOF_MAIL_FROM is missing: with GOF_SMTP_URL it takes {Settings.model_fields['mail_from'].description}.",
            path=("GOF_MAIL_FROM",),
        )
    _require_storage_secret(found)
    return found


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return read_settings()


def _require_storage_secret(found: Settings) -> None:
    address = read_storage_url(found.storage_url) if found.storage_url else None
    if address and not (address.key if found.storage_key is None else found.storage_secret):
        raise WrongSetting(
            "GOF_STORAGE_URL needs a key and its secret: s3://key:secret@bucket, or both GOF_STORAGE_KEY and "
            "GOF_STORAGE_SECRET.",
            path=(_variable("storage_url"),),
        )


def _refusal(name: str, value: object) -> str:
    """Say what a setting takes, and what it was given unless that holds a password."""
    field = Settings.model_fields[name]
    given = f"cannot be {value!r}; it " if field.repr else ""
    return f"{_variable(name)} {given}takes {field.description}."


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"
