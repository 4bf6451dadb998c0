"""Single sign-on by OpenID Connect: the provider says who it is, the settings say what that one may see."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, session, url_for
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from dashboard.access import ROLES, AccessError
from dashboard.accounts.grants import PLANT_ROLE
from dashboard.settings import Grant, Settings

NEXT = "oidc_next"
LONGEST_NAME = 100
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignedOn:
    """Who came back from the provider: the subject is theirs for good, the name is only for people to read."""

    issuer: str
    subject: str
    name: str
    grant: Grant
    target: str


class SingleSignOn:
    """The provider of the settings: authorization code with PKCE, state, nonce, and a signed ID token."""

    def __init__(self, server: Flask, settings: Settings) -> None:
        """Nothing is asked of the provider before somebody signs in.

        Raises  AccessError for settings that name a provider but not this application there
        """
        if not settings.oidc_client_id or not settings.oidc_mapping:
            raise AccessError("LOOKOUT_OIDC_ISSUER needs LOOKOUT_OIDC_CLIENT_ID and LOOKOUT_OIDC_MAPPING too")
        unknown = {role for grant in settings.oidc_mapping.values() for role in grant.roles} - set(ROLES)
        if unknown:
            raise AccessError(f"LOOKOUT_OIDC_MAPPING: no role {', '.join(sorted(unknown))}")
        mixed = [value for value, grant in settings.oidc_mapping.items() if not _is_plain(grant)]
        if mixed:
            told = f"the role {PLANT_ROLE} goes alone, its plant is named by the claim {settings.oidc_plant_claim}"
            raise AccessError(f"LOOKOUT_OIDC_MAPPING: {', '.join(sorted(mixed))}: {told}")
        self._settings = settings
        secret = settings.oidc_client_secret
        self._provider = OAuth(server).register(
            "oidc",
            server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
        )

    def start(self, target: str) -> Response | None:
        """Off to the provider; `target` is where to go afterwards. None where the provider does not answer."""
        session[NEXT] = target
        back = url_for("login.oidc_back")
        public = self._settings.public_url or url_for("login.oidc_back", _external=True).removesuffix(back)
        try:
            answer: Response = self._provider.authorize_redirect(public + back)
        except RequestException as error:
            log.warning("event=oidc_unreachable why=%s", error)
            return None
        return answer

    def finish(self) -> SignedOn | None:
        """Who comes back; None where the provider or the settings do not know them."""
        target = session.pop(NEXT, "/")
        try:
            claims = self._provider.authorize_access_token().get("userinfo") or {}
        except (OAuthError, JoseError, RequestException) as error:
            log.warning("event=oidc_refused why=%s", error)
            return None
        subject = claims.get("sub")
        grant = granted(self._settings, claims)
        if not subject or grant is None:
            log.warning("event=oidc_without_role sub=%r", subject)
            return None
        name = str(claims.get("preferred_username") or subject)[:LONGEST_NAME]
        return SignedOn(self._settings.oidc_issuer.rstrip("/"), str(subject), name, grant, target)


def _is_plain(grant: Grant) -> bool:
    """No plant is fixed by the mapping, and who sees one as its own user has no other role."""
    return not grant.enterprise_id and (PLANT_ROLE not in grant.roles or set(grant.roles) == {PLANT_ROLE})


def granted(settings: Settings, claims: dict[str, Any]) -> Grant | None:
    """What the claims are worth: the first entry of the mapping that fits; None if none does.

    Note    entries are not added up: an analyst of one province and leader of another would lead both. A plant's own
            user is let in with the plant that the provider names, and with none that it doesn't
    """
    told = claims.get(settings.oidc_claim) or []
    values = {told} if isinstance(told, str) else set(told)
    found = next((grant for value, grant in settings.oidc_mapping.items() if value in values), None)
    if found is None or PLANT_ROLE not in found.roles:
        return found
    plant = claims.get(settings.oidc_plant_claim)
    return found.model_copy(update={"enterprise_id": plant}) if plant and isinstance(plant, str) else None
