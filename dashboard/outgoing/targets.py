"""To whom word is sent: the targets of `outgoing.toml`, checked before anything is sent.

Secrets never stand in the file: it names the environment variables that hold them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dashboard.casebook.records import COMMENT, CORRECT
from dashboard.casebook.states import TRANSITIONS
from dashboard.settings import from_environment

REMARKS = frozenset({COMMENT, CORRECT})
WECOM_URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
DINGTALK_URL = "https://oapi.dingtalk.com/robot/send"
Adcode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Address = Annotated[str, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$", max_length=254)]


class OutgoingError(Exception):
    """The file of targets, or a secret it names, is not as it must be; the message says what to do."""


class _Target(BaseModel):
    """What every target has: a name, a language, and which events it is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    language: Literal["zh", "en"] = "zh"
    names: Literal["masked", "full"] = "masked"  # masked: also for screens in open rooms
    regions: tuple[Adcode, ...] = ()  # a province stands for its cities, a city for its counties; empty: everywhere
    events: tuple[str, ...] = ()  # empty: every step of a clue, no comments
    severities: tuple[Literal[1, 2, 3], ...] = ()
    max_attempts: int = Field(10, ge=1, le=100)
    per_minute: int = Field(60, ge=1, le=6000)

    @model_validator(mode="after")
    def _knows_its_events(self) -> Self:
        if unknown := sorted(set(self.events) - moves() - REMARKS):
            raise ValueError(f"there is no event {unknown[0]!r}")
        return self

    def variables(self) -> Iterator[str]:
        """The environment variables that must be set for it."""
        for field in ("secret_env", "token_env", "user_env", "password_env"):
            if name := getattr(self, field, ""):
                yield name


class Webhook(_Target):
    """A service of the receiver's own: JSON, signed."""

    kind: Literal["webhook"]
    url: str
    secret_env: Variable


class WeCom(_Target):
    """A group robot of WeCom (企业微信); its key is the secret."""

    kind: Literal["wecom"]
    url: str = WECOM_URL
    token_env: Variable
    per_minute: int = Field(18, ge=1, le=6000)  # the service takes 20 a minute


class DingTalk(_Target):
    """A group robot of DingTalk (钉钉) with signature."""

    kind: Literal["dingtalk"]
    url: str = DINGTALK_URL
    token_env: Variable
    secret_env: Variable
    per_minute: int = Field(18, ge=1, le=6000)  # the service takes 20 a minute


class Mail(_Target):
    """E-mail through one server."""

    kind: Literal["mail"]
    host: str = Field(min_length=1)
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None  # an authority of the house's own
    user_env: Variable | Literal[""] = ""
    password_env: Variable | Literal[""] = ""
    only_briefings: bool = False  # scheduled briefings, and nothing of what happens to clues
    sender: Address
    recipients: tuple[Address, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_both_or_none(self) -> Self:
        if bool(self.user_env) != bool(self.password_env):
            raise ValueError("user_env and password_env go together")
        if self.user_env and self.security == "none":
            raise ValueError("a password is not sent over an open line: security must be starttls or tls")
        return self


Target = Annotated[Webhook | WeCom | DingTalk | Mail, Field(discriminator="kind")]


class Outgoing(BaseModel):
    """The whole file: the hosts that may be called, and the targets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hosts: tuple[str, ...]
    timeout_s: float = Field(10, gt=0, le=60)
    backoff_s: float = Field(30, gt=0, le=3600)
    target: tuple[Target, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _calls_only_its_hosts(self) -> Self:
        names = [target.name for target in self.target]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two targets are called {doubled[0]!r}")
        for target in self.target:
            host = target.host if isinstance(target, Mail) else _host(target.url)
            if host not in self.hosts:
                raise ValueError(f"target {target.name!r}: host {host!r} is not in hosts")
        return self

    def named(self, name: str) -> Webhook | WeCom | DingTalk | Mail | None:
        """The target of that name, if it is (still) in the file."""
        return next((target for target in self.target if target.name == name), None)


def moves() -> frozenset[str]:
    """Events that move a clue."""
    return frozenset(step.event for step in TRANSITIONS)


def load_outgoing(path: Path) -> Outgoing:
    """The targets in a file, each with its secrets in the environment.

    Raises  OutgoingError that names the file, the key and what is wrong
    """
    try:
        found = Outgoing.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OutgoingError(f"{path}: {error}; see docs/outgoing.md") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "file"
        raise OutgoingError(f"{path}: {key}: {first['msg'].lower()}; see docs/outgoing.md") from error
    for target in found.target:
        for name in target.variables():
            secret(name)
    return found


def secret(variable: str) -> str:
    """The secret in an environment variable.

    Raises  OutgoingError where it is not set
    """
    value = from_environment(variable)
    if not value:
        raise OutgoingError(f"environment variable {variable} is not set; the file of targets names it")
    return value


def _host(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("an address begins with http:// or https://, names a host, and holds no password")
    return parts.hostname
