"""The runs of a lane above its limit: since when, how long, under which mark."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.data.dossier_lanes import FAULT, MAINTENANCE, Lane, at, moments

BRIDGED_H = 3
SHORTEST_H = 4


@dataclass(frozen=True)
class Run:
    """Hours above the limit, short holes bridged; `over` counts them, `marked` and `fault` are of these."""

    object: str
    series: str
    from_at: datetime
    to_at: datetime
    hours: int
    over: int
    marked: int
    fault: int
    mean: float
    highest: float
    limit: float
    is_open: bool
    below_after: int

    def told(self) -> dict[str, Any]:
        """The run as JSON carries it."""
        return asdict(self) | {"from_at": at(self.from_at), "to_at": at(self.to_at)}


def runs_of(lane: Lane) -> list[Run]:
    """The runs of 4 hours and more of an hourly emission lane, the longest first."""
    if lane["kind"] != "emission" or lane["step_h"] != 1:
        return []
    over = [i for i, (v, limit) in enumerate(zip(lane["values"], lane["limits"], strict=True))
            if v is not None and limit is not None and v > limit]  # fmt: skip
    groups: list[list[int]] = []
    for i in over:
        if groups and i - groups[-1][-1] <= BRIDGED_H + 1:
            groups[-1].append(i)
        else:
            groups.append([i])
    found = [_run(lane, group) for group in groups if len(group) >= SHORTEST_H]
    return sorted(found, key=lambda run: (-run.over, run.from_at))


def _run(lane: Lane, group: list[int]) -> Run:
    times, marks = moments(lane), lane["marks"]
    values = [lane["values"][i] for i in group]
    last = group[-1]
    after = [v for v in lane["values"][last + 1 :] if v is not None]
    return Run(
        object=lane["object"],
        series=lane["series"],
        from_at=times[group[0]],
        to_at=times[last] + timedelta(hours=1),
        hours=last - group[0] + 1,
        over=len(group),
        marked=sum(marks[i] in (FAULT, MAINTENANCE) for i in group),
        fault=sum(marks[i] == FAULT for i in group),
        mean=sum(values) / len(values),
        highest=max(values),
        limit=float(lane["limits"][group[0]]),
        is_open=len(lane["values"]) - last <= BRIDGED_H + 1,
        below_after=len(after),
    )
