"""Rounds, dated membership of the groups, and teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from data_adapters.campaign.places import Places
from data_adapters.campaign.randomness import Flags, Ints, Texts, largest_remainder, stream
from data_adapters.campaign.sizes import LAST_ROUND_OF_OLD_LISTS, Size

OLD_LISTS_FROM = date(2018, 7, 1)
GROUP_NAMES = {
    "BTH": ("京津冀及周边", "Beijing-Tianjin-Hebei and surroundings"),
    "FWP": ("汾渭平原", "Fenwei Plain"),
    "YRD": ("长三角", "Yangtze River Delta"),
}
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
MAX_TEAMS_PER_CITY = 3


@dataclass(frozen=True)
class Teams:
    """Teams, and which of them work in which city."""

    code: Texts
    city: Ints
    number: Ints
    of_city: list[Ints]


def round_codes(size: Size) -> Texts:
    """Codes of the rounds in order."""
    return np.array([f"{size.first_day.year}-R{number:02d}" for number in range(1, size.rounds + 1)], dtype=np.str_)


def scope(places: Places, round_index: int) -> Flags:
    """Cities in the scope of a round (counted from 0) at its date."""
    return places.in_scope(is_after=round_index >= LAST_ROUND_OF_OLD_LISTS)


def make_rounds(size: Size) -> pa.Table:
    """The table rounds."""
    first = [size.first_day + timedelta(days=size.days_per_round * index) for index in range(size.rounds)]
    return pa.table(
        {
            "round_code": pa.array(round_codes(size).tolist()),
            "year": pa.array([size.first_day.year] * size.rounds, pa.int32()),
            "number": pa.array(range(1, size.rounds + 1), pa.int32()),
            "from_date": pa.array(first, pa.date32()),
            "to_date": pa.array([day + timedelta(days=size.days_per_round) for day in first], pa.date32()),
        }
    )


def make_region_groups(size: Size, places: Places) -> pa.Table:
    """The table region_groups: the lists of 2018 until the change within the campaign, those of 2023 from then on."""
    rows: list[tuple[str, str, date, date | None]] = []
    pairs = zip(places.city_code, places.group_before, places.group_after, strict=True)
    for city, before, after in pairs:
        if before == after:
            rows.append((str(before), str(city), OLD_LISTS_FROM, None))
            continue
        if before:
            rows.append((str(before), str(city), OLD_LISTS_FROM, size.switch_date))
        if after:
            rows.append((str(after), str(city), size.switch_date, None))
    group, city_code, valid_from, valid_to = zip(*sorted(rows, key=lambda row: row[:3]), strict=True)
    return pa.table(
        {
            "group_code": pa.array(group),
            "name_zh": pa.array([GROUP_NAMES[code][0] for code in group]),
            "name_en": pa.array([GROUP_NAMES[code][1] for code in group]),
            "city_adcode": pa.array(city_code),
            "valid_from": pa.array(valid_from, pa.date32()),
            "valid_to": pa.array(valid_to, pa.date32()),
        }
    )


def place_teams(size: Size, seed: int, places: Places) -> Teams:
    """Teams are based in cities that stay in scope; a city without its own has those of the nearest base."""
    rng = stream(seed, "teams")
    lasting = places.in_scope(False) & places.in_scope(True)
    weight = np.where(lasting, np.maximum(places.city_weight - 0.35, 0.0) ** 1.5, 0.0)
    count = np.minimum(largest_remainder(weight, size.teams), MAX_TEAMS_PER_CITY)
    while count.sum() < size.teams:
        count[np.argmin(np.where(weight > 0, (count + 1) / np.maximum(weight, 1e-9), np.inf))] += 1
    city = np.repeat(np.arange(len(count)), count)
    number = rng.permutation(size.teams) + 1
    order = np.argsort(number)
    city, number = city[order], number[order]
    base = np.flatnonzero(count)
    east = (places.city_lon[:, None] - places.city_lon[base]) * np.cos(np.radians(places.city_lat))[:, None]
    nearest = base[np.argmin(np.hypot(east, places.city_lat[:, None] - places.city_lat[base]), axis=1)]
    of_city = [np.flatnonzero(city == (at if count[at] else nearest[at])) for at in range(len(count))]
    return Teams(np.array([f"T{n:02d}" for n in number], dtype=np.str_), city, number, of_city)


def make_teams(seed: int, places: Places, teams: Teams) -> pa.Table:
    """The table teams; leaders are a surname and 某."""
    surnames = stream(seed, "leaders").permutation(np.array(list(SURNAMES)))
    city_name = places.city_name[teams.city].tolist()
    city_name_en = places.city_name_en[teams.city].tolist()
    numbers = teams.number.tolist()
    return pa.table(
        {
            "team_code": pa.array(teams.code.tolist()),
            "name_zh": pa.array([f"{name}专业{n}组" for name, n in zip(city_name, numbers, strict=True)]),
            "name_en": pa.array(
                [f"{name} professional team {n}" for name, n in zip(city_name_en, numbers, strict=True)]
            ),
            "kind": pa.array(["professional"] * len(numbers)),
            "number": pa.array(numbers, pa.int32()),
            "city_adcode": pa.array(places.city_code[teams.city].tolist()),
            "leader": pa.array([f"{surnames[n % len(surnames)]}某（模拟）" for n in numbers]),
        }
    )


def teams_for(rng: np.random.Generator, teams: Teams, city: Ints) -> Ints:
    """A team for each check or clue, drawn among those of its city."""
    width = max(len(of) for of in teams.of_city)
    table = np.stack([np.resize(of, width) for of in teams.of_city])
    size = np.array([len(of) for of in teams.of_city])[city]
    picked: Ints = table[city, np.floor(rng.random(len(city)) * size).astype(np.int64)]
    return picked
