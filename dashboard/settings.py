"""Settings of the dashboard: read once from the environment, passed down, never read elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import typer
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DATABASES = ("sqlite", "postgresql+psycopg")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Grant(BaseModel):
    """What somebody with a certain claim may do and see; None is everywhere, all rounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: tuple[str, ...]
    regions: tuple[str, ...] | None = None
    rounds: tuple[str, ...] | None = None
    is_masked: bool = False
    team: str | None = None
    enterprise_id: str = ""


class Settings(BaseSettings):
    """Everything a deployment may set; each is also an environment variable `LOOKOUT_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="LOOKOUT_", frozen=True, extra="ignore")

    snapshots: Path = Field(Path("var/snapshots"), description="folder that holds CURRENT and the snapshots")
    host: str = Field("127.0.0.1", description="address to serve on")
    port: int = Field(8050, ge=1, le=65535, description="port to serve on")
    threads: int = Field(8, ge=1, le=64, description="threads of the server")
    language: str = Field("zh", pattern="^(zh|en)$", description="language when the address names none")
    stale_after_hours: float = Field(48, gt=0, description="a snapshot built longer ago than this is shown as old")
    poll_seconds: float = Field(30, ge=1, description="how often a page asks for a newer snapshot")
    open_access: bool = Field(False, description="serve beyond this machine although no users are configured")
    query_memory: str = Field("2GB", description="memory limit of the query engine, per process")
    fonts: Path | None = Field(
        None, description="folder with a Chinese font for what is printed, if the machine has none"
    )
    recipes: Path | None = Field(None, description="folder with recipes of briefings beside the built-in ones")
    briefings: Path | None = Field(None, description="file of scheduled briefings; none: nothing is made by itself")
    casebook: str = Field("sqlite:///var/casebook.db", description="database of events, users and tokens")
    attachments: Path = Field(Path("var/attachments"), description="folder of the files on the casebook's record")
    secret: SecretStr | None = Field(None, description="signs cookies and scopes; else a file beside the database")
    public_url: str = Field("", pattern="^(https?://[^/]+)?$", description="address people use; https: secure cookies")
    proxies: int = Field(0, ge=0, le=5, description="reverse proxies in front whose X-Forwarded headers are believed")
    session_idle_minutes: float = Field(60, gt=0, description="signed out after so long without a request")
    session_hours: float = Field(12, gt=0, description="signed out after so long whatever happens")
    oidc_issuer: str = Field("", description="OpenID Connect issuer; empty: no single sign-on")
    oidc_client_id: str = Field("", description="name of this application there")
    oidc_client_secret: SecretStr | None = Field(None, description="its secret")
    oidc_claim: str = Field("groups", description="claim whose values are mapped")
    oidc_plant_claim: str = Field("enterprise_id", description="claim that names the plant of a plant's own user")
    oidc_mapping: dict[str, Grant] = Field(
        default_factory=dict, description="value of the claim to roles, regions, rounds and masking, as JSON"
    )

    api_per_minute: int = Field(default=600, ge=1, description="requests a minute of one token of the API, per process")
    outgoing: Path | None = Field(default=None, description="file of targets that are told of events; none: no call")
    wall: Path | None = Field(default=None, description="file of the scenes that walls show; none: those built in")

    @field_validator("casebook")
    @classmethod
    def _is_address_of_a_database(cls, url: str) -> str:
        """`url`, if a casebook can lie there.

        Raises  ValueError saying what an address looks like
        """
        try:
            drivername = sa.make_url(url).drivername
        except sa.exc.ArgumentError:
            drivername = ""
        if drivername not in DATABASES:
            raise ValueError("write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE")
        return url

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK


def read_settings(**given: Path | str | int) -> Settings:
    """The settings as a command gives them, else the environment.

    A wrong one ends the command with its name and what it should be; what it was isn't repeated, it may be secret.
    """
    asked: dict[str, Any] = dict(given)
    try:
        return Settings(**asked)
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        name, reason = str(wrong["loc"][0]).upper(), wrong["msg"].removeprefix("Value error, ")
        typer.echo(f"lookout: setting LOOKOUT_{name}: {reason}", err=True)
        raise typer.Exit(2) from None


def from_environment(name: str) -> str:
    """A secret of a target of `outgoing.toml`, which names the variable; empty where it is not set."""
    return os.environ.get(name, "")
