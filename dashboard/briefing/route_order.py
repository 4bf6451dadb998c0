"""In which order to visit: nearest next, then crossings undone (2-opt). Kilometres are straight lines, not roads."""

from __future__ import annotations

import math
from collections.abc import Sequence

Place = tuple[float, float]
EARTH_KM = 6371.0088
LEAST_GAIN_KM = 1e-9


def distance_km(a: Place, b: Place) -> float:
    """Great-circle distance of two positions (lon, lat in degrees)."""
    (lon_a, lat_a), (lon_b, lat_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def visiting_order(base: Place, places: Sequence[Place]) -> list[int]:
    """The numbers of `places` in the order of a short tour from `base` and back."""
    order: list[int] = []
    left = set(range(len(places)))
    here = base
    while left:
        nearest = min(left, key=lambda i: (distance_km(here, places[i]), i))
        order.append(nearest)
        left.remove(nearest)
        here = places[nearest]
    return _uncrossed(base, places, order)


def tour_km(base: Place, places: Sequence[Place], order: Sequence[int]) -> list[float]:
    """The legs of a tour: from base to the first, from one to the next, and from the last back."""
    stops = [base, *(places[i] for i in order), base]
    return [distance_km(a, b) for a, b in zip(stops, stops[1:], strict=False)]


def _uncrossed(base: Place, places: Sequence[Place], order: list[int]) -> list[int]:
    """Turn stretches of the tour round as long as that makes it shorter."""
    is_better = True
    while is_better:
        is_better = False
        for i in range(len(order) - 1):
            for j in range(i + 1, len(order)):
                before = base if i == 0 else places[order[i - 1]]
                after = base if j == len(order) - 1 else places[order[j + 1]]
                first, last = places[order[i]], places[order[j]]
                now = distance_km(before, first) + distance_km(last, after)
                if distance_km(before, last) + distance_km(first, after) < now - LEAST_GAIN_KM:
                    order[i : j + 1] = reversed(order[i : j + 1])
                    is_better = True
    return order
