"""Settings, from the environment and `.env`. A wrong one ends the start with one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import BeforeValidator, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.data_folder import FolderProblem, kept_key, older_key, prepare
from app.protocol.hosts import is_loopback
from app.redaction import hold


class SettingsError(Exception):
    """A setting is wrong. The message is one sentence that names the variable."""


S = TypeVar("S", bound=BaseSettings)


_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:]+")


def _switch(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class LogSettings(BaseSettings):
    """What the environment says of the log: all that the sandbox alone has to know."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True
    )

    log_format: Annotated[Literal["text", "json"], BeforeValidator(_switch)] = "text"


class Settings(LogSettings):
    """What the environment says. Times are in seconds."""

    port: int = Field(default=8000, ge=1, le=65535)
    host: str = "127.0.0.1"
    data_dir: Path = Path("var")
    database_url: str | None = None
    secret_key: str | None = Field(default=None, min_length=32)
    secret_key_old: str | None = None
    public_url: str | None = None
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    admin_email: str | None = None
    admin_password: str | None = None
    sandbox: Annotated[Literal["on", "off"] | None, BeforeValidator(_switch)] = None
    gateway_settle: int = Field(default=90, ge=0, le=3600)
    gateway_timeout: float = Field(default=120, gt=0, le=600)
    metrics_token: str | None = Field(default=None, min_length=16)
    notify_smtp_url: str | None = None
    notify_from: str | None = None
    sender_seconds: float = Field(default=10, gt=0, le=300)
    session_hours: float = Field(default=12, gt=0, le=168)
    session_idle_minutes: float = Field(default=30, ge=1, le=1440)
    unverified_days: int = Field(default=90, ge=1, le=3650)
    unverified_number: int = Field(default=10_000, ge=100, le=10_000_000)
    unverified_megabytes: int = Field(default=64, ge=1, le=1_000_000)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value and not value.startswith(("sqlite:///", "postgres://", "postgresql://")):
            raise ValueError("must start with postgresql:// (or sqlite:///)")
        if value and not value.startswith("sqlite"):
            _port_of(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        _port_of(value)
        extra = parts.query or parts.fragment or "@" in parts.netloc
        if parts.scheme not in {"http", "https"} or not parts.hostname or extra:
            raise ValueError("must be an address like https://desk.example.jp")
        if parts.path.strip("/"):
            raise ValueError("must have no path: the desk is served at the root")
        return value.rstrip("/")

    @field_validator("notify_smtp_url")
    @classmethod
    def _mail_server(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        _port_of(value)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("must be an address like smtps://user:password@mail.example.jp")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = _parts(value)
        for part in parts:
            ip_network(part, strict=False)
        return parts

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = tuple(part.lower().rstrip(".") for part in _parts(value))
        if not all(_HOST.fullmatch(part) for part in parts):
            raise ValueError("must be names like desk.example.jp, without scheme and port")
        return parts

    @property
    def base_url(self) -> str:
        """The outside address of this desk, without a slash at its end."""
        return self.public_url or self.own_url

    @property
    def own_url(self) -> str:
        """The address at which this machine reaches the desk itself."""
        wildcard = self.host in {"0.0.0.0", "::", ""}  # noqa: S104  # nosec B104 # compared with, not bound to
        host = "127.0.0.1" if wildcard else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def own_hosts(self) -> tuple[str, ...]:
        """The names by which the desk is asked for, loopback's apart."""
        addresses = (self.base_url, self.own_url)
        return (*(urlsplit(one).hostname or "" for one in addresses), *self.allowed_hosts)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https."""
        return self.base_url.startswith("https://")

    @property
    def sandbox_on(self) -> bool:
        """Whether the simulated gateway is served: by default only where nobody else reaches it."""
        if self.sandbox is not None:
            return self.sandbox == "on"
        return is_loopback(self.host) and is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def uses_default_database(self) -> bool:
        """Whether the data lie in our own folder."""
        return self.database_url is None

    @property
    def resolved_database_url(self) -> str:
        """Where the tables live."""
        return self.database_url or f"sqlite:///{self.data_dir / 'desk.db'}"

    @cached_property
    def resolved_secret_key(self) -> str:
        """SECRET_KEY, or the one made and kept in the data folder.

        Raises SettingsError when it is needed and missing, or cannot be the one.
        """
        if self.secret_key:
            return self.secret_key
        if not self.uses_default_database:
            raise SettingsError("SECRET_KEY must be set when DATABASE_URL is set.")
        with _in_a_sentence():
            return kept_key(self.data_dir / "secret.key", self.data_dir / "desk.db")

    @property
    def secrets(self) -> Iterator[str]:
        """What is secret in itself, or within an address. A key kept in a file is not read."""
        own = (self.secret_key, self.secret_key_old, self.admin_password, self.metrics_token)
        yield from filter(None, own)
        for address in filter(None, (self.database_url, self.notify_smtp_url)):
            password = urlsplit(address).password or ""
            yield from (password, unquote(password))

    @property
    def older_secret_key(self) -> str | None:
        """What was sealed with before, until `rotate-key` has sealed everything anew."""
        if self.secret_key or not self.uses_default_database:
            return self.secret_key_old
        return older_key(self.data_dir / "secret.key")


def load_log_settings() -> LogSettings:
    """How to log. Raises SettingsError."""
    return _read(LogSettings)


def load_settings() -> Settings:
    """The settings in force. Raises SettingsError naming the first wrong variable."""
    settings = _read(Settings)
    if bool(settings.admin_email) != bool(settings.admin_password):
        missing = "ADMIN_PASSWORD" if settings.admin_email else "ADMIN_EMAIL"
        raise SettingsError(f"{missing} must be set too when the other of the two is.")
    if settings.notify_smtp_url and not settings.notify_from:
        raise SettingsError("NOTIFY_FROM must be set too when NOTIFY_SMTP_URL is.")
    hold(*settings.secrets)
    with _in_a_sentence():
        prepare(settings.data_dir)
    return settings


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    try:
        yield
    except FolderProblem as problem:
        raise SettingsError(str(problem)) from None


def _read(kind: type[S]) -> S:
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        variable = str(first["loc"][0]).upper() if first["loc"] else "a setting"
        reason = first["msg"].removeprefix("Value error, ").rstrip(".")
        # The value itself is not repeated: it may be a secret.
        raise SettingsError(f"{variable} is wrong: {reason}.") from None


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _port_of(address: str) -> int | None:
    """The port an address names. Raises ValueError for one that is none."""
    try:
        return urlsplit(address).port
    except ValueError:
        raise ValueError("names a port that is none") from None
