"""Settings of the dashboard: read once from the environment, passed down, never read elsewhere."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


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

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK
