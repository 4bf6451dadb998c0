"""Tonight's pack 次日核查包: the enterprises of a team and a day in visiting order, a dossier each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import TYPE_CHECKING, Any

from dashboard.briefing.route_order import Place, distance_km, tour_km, visiting_order
from dashboard.data import pack_targets
from dashboard.data.dossier import dossier
from dashboard.data.store import Loaded

if TYPE_CHECKING:
    import duckdb


class UnknownTeam(LookupError):
    """There is no team of this code, or the day is none."""


class EmptyPack(LookupError):
    """Nobody is to be seen by this team on this day; that may be right, so it is said."""


@dataclass(frozen=True)
class Stop:
    """One enterprise of the tour; without a position it is last, and has no kilometres."""

    number: int
    found: Mapping[str, Any]
    why: str
    leg_km: float | None
    from_base_km: float | None


@dataclass(frozen=True)
class Pack:
    """What is printed for a team and a day; `areas` are hot areas in its plan that name no enterprise."""

    team_code: str
    team: Mapping[str, Any]
    day: date
    as_of: str
    snapshot_id: str
    is_synthetic: bool
    stops: Sequence[Stop]
    areas: Sequence[Mapping[str, Any]]
    back_km: float

    @property
    def total_km(self) -> float:
        """The whole tour in straight lines, back to base included."""
        return sum(stop.leg_km or 0 for stop in self.stops) + self.back_km


def pack_of(
    loaded: Loaded,
    team_code: str,
    day: str,
    db: duckdb.DuckDBPyConnection | None = None,
    enterprises: Sequence[str] = (),
) -> Pack:
    """The pack of a team for a day; `enterprises` are taken instead of those of the plan, if any are named.

    Raises  UnknownTeam, EmptyPack
    """
    is_live = db is not None
    db = db or loaded.cursor()
    team = pack_targets.team(db, team_code)
    if team is None:
        raise UnknownTeam(f"there is no team {team_code!r} in this snapshot")
    when = _day(day)
    as_of = datetime.fromisoformat(loaded.manifest.as_of)
    why = dict.fromkeys(enterprises, "chosen") or pack_targets.targets(db, team["team_idx"], when, as_of, is_live)
    areas = pack_targets.areas(db, team["team_idx"]) if pack_targets.is_tonight(when, as_of) else []
    if not why and not areas:
        raise EmptyPack(f"nothing is pushed to team {team_code} for {day}, and the plan suggests nothing")
    found = [dossier(loaded, one, None, db if is_live else None) for one in why]
    stops, back = _toured((team["lon_deg"], team["lat_deg"]), found, why)
    return Pack(team_code, team, when, loaded.manifest.as_of[:16].replace("T", " "), loaded.id,
                loaded.manifest.is_synthetic, stops, areas, back)  # fmt: skip


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UnknownTeam(f"{text!r} is no day; write it as 2023-08-03") from error
    # The day before and the day after are looked at too.
    if not MINYEAR < day.year < MAXYEAR:
        raise UnknownTeam(f"there are no packs for {text}")
    return day


def _toured(
    base: Place | tuple[None, None], found: Sequence[Mapping[str, Any]], why: Mapping[str, str]
) -> tuple[list[Stop], float]:
    """The stops in visiting order, and the way back from the last."""
    placed = [one for one in found if _place(one)] if base[0] is not None and base[1] is not None else []
    lost = [one for one in found if one not in placed]
    home: Place = (base[0] or 0.0, base[1] or 0.0)
    places = [place for one in placed if (place := _place(one))]
    order = visiting_order(home, places)
    legs = tour_km(home, places, order)
    stops = [
        Stop(number + 1, placed[i], why[_id(placed[i])], legs[number], distance_km(home, places[i]))
        for number, i in enumerate(order)
    ]
    stops += [Stop(len(stops) + n + 1, one, why[_id(one)], None, None) for n, one in enumerate(lost)]
    return stops, legs[-1] if places else 0.0


def _id(found: Mapping[str, Any]) -> str:
    return str(found["enterprise"]["enterprise_id"])


def _place(found: Mapping[str, Any]) -> Place | None:
    lon, lat = found["enterprise"]["lon_deg"], found["enterprise"]["lat_deg"]
    return None if lon is None or lat is None else (lon, lat)
