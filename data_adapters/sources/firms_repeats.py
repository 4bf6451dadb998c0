"""The same pixel twice: within a file, across files, or near-real-time beside its reprocessed self."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from data_adapters.source import FileAccount, Mask, RejectionLog

RANK = {"archive": 0, "nrt": 1, "rt": 2, "urt": 3}
NEIGHBOURS = [(east, north) for east in (-1, 0, 1) for north in (-1, 0, 1)]


def refuse_repeats(
    parts: Sequence[tuple[FileAccount, pd.DataFrame]], log: RejectionLog, same_pixel_deg: Mapping[str, float]
) -> pd.DataFrame:
    """The detections of all files, each once; the others are refused in the account of their file.

    Note    of two equal ones the better processed stays, then the one met first
    """
    if not parts:
        return pd.DataFrame()
    frame = pd.concat([part.assign(file=number) for number, (_, part) in enumerate(parts)], ignore_index=True)
    superseded = _superseded(frame, same_pixel_deg)
    rank = frame["processing"].map(RANK).to_numpy(dtype=int) + 10 * superseded
    order = np.argsort(rank, kind="stable")
    repeated = np.zeros(len(frame), dtype=bool)
    repeated[order] = frame["detection_id"].iloc[order].duplicated().to_numpy()
    repeated &= ~superseded
    reasons = (
        ("superseded_by_archive", "the same pixel exists in standard processing", superseded),
        ("duplicate", "the same pixel a second time", repeated),
    )
    for reason, message, mask in reasons:
        for number, (account, _) in enumerate(parts):
            here = mask & (frame["file"] == number).to_numpy()
            log.add_mask(
                account, (reason, message, "detection_id"), here, frame["detection_id"].array, frame["row"].array
            )
    return frame[~superseded & ~repeated].drop(columns=["file", "row"])


def _superseded(frame: pd.DataFrame, same_pixel_deg: Mapping[str, float]) -> Mask:
    is_archive = (frame["processing"] == "archive").to_numpy()
    found = np.zeros(len(frame), dtype=bool)
    if is_archive.all() or not is_archive.any():
        return found
    step = frame["instrument"].map(dict(same_pixel_deg)).to_numpy(dtype=float)
    keys = frame[["satellite", "observed_at", "lon_deg", "lat_deg"]].assign(
        x=np.floor(frame["lon_deg"] / step).astype(int), y=np.floor(frame["lat_deg"] / step).astype(int), step=step
    )
    archive = keys[is_archive].drop(columns="step")
    later = keys[~is_archive].assign(place=np.flatnonzero(~is_archive))
    later = later[later["observed_at"].isin(archive["observed_at"].unique())]
    for east, north in NEIGHBOURS:
        moved = later.assign(x=later["x"] + east, y=later["y"] + north)
        pairs = moved.merge(archive, on=["satellite", "observed_at", "x", "y"], suffixes=("", "_archive"))
        apart = np.maximum(
            np.abs(pairs["lon_deg"] - pairs["lon_deg_archive"]), np.abs(pairs["lat_deg"] - pairs["lat_deg_archive"])
        )
        found[pairs.loc[apart <= pairs["step"], "place"].to_numpy(dtype=int)] = True
    return found
