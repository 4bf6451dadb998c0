"""What a grant makes of somebody: rows of the database, and viewers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dashboard.access import ROLES, Kind, Viewer
from dashboard.casebook.persons import Person
from dashboard.settings import Grant

REGION = re.compile(r"\d{6}|g:\w+")
PLANT_ROLE = "enterprise"


class AccountError(Exception):
    """What was asked of the accounts can't be done; the text says why, for whoever asked."""


def viewer_of(
    name: str, grant: Grant, *, pages: frozenset[str] | None = None, kind: Kind = "user", session: str = ""
) -> Viewer:
    """The viewer that a grant makes of somebody."""
    roles = frozenset(grant.roles) & frozenset(ROLES)
    return Viewer(name, roles, grant.regions, grant.rounds, grant.is_masked, pages, kind, session)


def as_person(viewer: Viewer, somebody: Person | None) -> Viewer:
    """The viewer as the person they are, whatever they came in by; a screen is nobody."""
    if somebody is None:
        return viewer
    return replace(viewer, name=somebody.name, person=somebody.person_id, known_as=somebody.known_as)


def for_plant(viewer: Viewer, enterprise_id: str) -> Viewer:
    """A plant's own user: no region is theirs, so that every snapshot is empty but for what is told of the plant."""
    return replace(viewer, regions=(), enterprise_id=enterprise_id) if enterprise_id else viewer


def check_plant(grant: Grant, enterprise_id: str) -> None:
    """Refuse a plant's role without its plant, and a plant for anybody else.

    Raises  AccountError
    """
    if (PLANT_ROLE in grant.roles) != bool(enterprise_id):
        raise AccountError("the role enterprise goes with --enterprise ID, and no other role does")
    if enterprise_id and set(grant.roles) != {PLANT_ROLE}:
        raise AccountError("who sees a plant as its own user has no other role")


def grant_row(grant: Grant) -> dict[str, Any]:
    """A grant as it is kept.

    Raises  AccountError for an unknown role or what is no region
    """
    unknown = set(grant.roles) - set(ROLES)
    if unknown or not grant.roles:
        raise AccountError(f"no role {', '.join(sorted(unknown))}; there are {', '.join(ROLES)}")
    strange = [region for region in grant.regions or () if not REGION.fullmatch(region)]
    if strange:
        raise AccountError(f"no region {', '.join(strange)}: an adcode of six digits, or g: and a group's code")
    return {
        "roles": json.dumps(sorted(grant.roles)),
        "regions": None if grant.regions is None else json.dumps(sorted(grant.regions)),
        "rounds": None if grant.rounds is None else json.dumps(sorted(grant.rounds)),
        "is_masked": grant.is_masked,
    }


def grant_of(row: sa.RowMapping) -> Grant:
    """The grant of a row."""
    regions, rounds = (None if row[name] is None else tuple(json.loads(row[name])) for name in ("regions", "rounds"))
    return Grant(roles=tuple(json.loads(row["roles"])), regions=regions, rounds=rounds, is_masked=row["is_masked"])


def is_open(user: sa.RowMapping | None, now: datetime) -> bool:
    """Whether somebody may come in with this account."""
    return user is not None and not user["is_disabled"] and (user["expires_at"] is None or user["expires_at"] > now)
