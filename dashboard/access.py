"""Who may see what: asked by every page, layer, export and call, here and nowhere else.

Without users the dashboard serves this machine only; the settings refuse anything wider unless it is asked for.
"""

from __future__ import annotations

from dashboard.settings import Settings


class AccessError(Exception):
    """Serving like this would show data to people nobody has named."""


def check_binding(settings: Settings) -> None:
    """Refuse to serve beyond this machine while no users are configured.

    Raises  AccessError, with what to do
    """
    if not settings.is_loopback and not settings.open_access:
        raise AccessError(
            f"no users are configured, so only this machine is served, not {settings.host}; "
            "use HOST=127.0.0.1, or set LOOKOUT_OPEN_ACCESS=true if everyone who can reach it may see everything"
        )
