"""From judged pairs to enterprises: strongest way first, and no cluster that contradicts itself."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from data_adapters.identity.pairs import ACCEPTED

REFUSED = 0.8  # confidence left to a pair that would put a contradiction into one cluster
Labels = NDArray[np.int64]


def clustered(rows: pd.DataFrame, pairs: pd.DataFrame) -> tuple[Labels, pd.DataFrame]:
    """A cluster number for every row, and the pairs with those lowered that would join what contradicts itself.

    Note    all pairs of one method are laid together before any is judged, so no order of rows or registers matters
    """
    pairs = pairs.assign(reason=np.where(pairs["confidence"] < ACCEPTED, "below_0.9", ""))
    labels = np.arange(len(rows), dtype=np.int64)
    for rank in range(4):
        tried = ((pairs["rank"] == rank) & (pairs["confidence"] >= ACCEPTED)).to_numpy(dtype=bool)
        if not tried.any():
            continue
        joined = _components(labels, pairs[tried])
        why = _contradictions(rows, joined)[joined[pairs["left"].to_numpy(dtype=np.int64)]]
        refused = tried & (why != "")
        pairs.loc[refused, "reason"] = why[refused]
        pairs.loc[refused, "confidence"] = REFUSED
        labels = _components(labels, pairs[tried & ~refused])
    return labels, pairs


def _components(labels: Labels, pairs: pd.DataFrame) -> Labels:
    one, other = (labels[pairs[side].to_numpy(dtype=np.int64)] for side in ("left", "right"))
    count = int(labels.max(initial=-1)) + 1
    graph = coo_matrix((np.ones(len(one), dtype=np.int8), (one, other)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)[labels]


def _contradictions(rows: pd.DataFrame, labels: Labels) -> NDArray[np.object_]:
    """For each cluster what cannot be in one enterprise; empty where nothing is."""
    found = np.full(int(labels.max(initial=-1)) + 1, "", dtype=object)
    site = rows["permit_no"].str[:21]
    for reason, values in (
        ("two_in_one_register", rows["register"]),
        ("two_permits", site),
        ("two_uscc", rows["uscc"]),
    ):
        given = pd.DataFrame({"cluster": labels, "value": values.to_numpy()})[values.ne("").to_numpy(dtype=bool)]
        if reason != "two_in_one_register":
            given = given.drop_duplicates()
        counts = np.bincount(given["cluster"].to_numpy(dtype=np.int64), minlength=len(found))
        if reason == "two_in_one_register":
            counts = 1 + np.bincount(given.loc[given.duplicated(), "cluster"], minlength=len(found))
        found[counts > 1] = reason
    return found


def cluster_ids(rows: pd.DataFrame, labels: Labels) -> NDArray[np.object_]:
    """The enterprise id of every row: the best key in its cluster, the same whatever came first.

    Note    a row with a credit code gives the id before one without; where two clusters would take the same id (sites
            of one company without permits) both get a mark made of their first row
    """
    order = pd.DataFrame(
        {
            "cluster": labels,
            "has_no_uscc": rows["uscc"].eq("").to_numpy(),
            "key": rows["register_key"].to_numpy(),
            "register": rows["register"].to_numpy(),
        }
    )
    first = order.sort_values(["cluster", "has_no_uscc", "key", "register"], kind="stable").drop_duplicates("cluster")
    repeated = first["key"].duplicated(keep=False)
    marks = [
        hashlib.sha256(f"{register}\x1f{key}".encode()).hexdigest()[:8]
        for register, key in zip(first.loc[repeated, "register"], first.loc[repeated, "key"], strict=True)
    ]
    ids = first["key"].to_numpy(dtype=object).copy()
    ids[repeated.to_numpy(dtype=bool)] = (
        first.loc[repeated, "key"].to_numpy(dtype=object) + "~" + np.array(marks, dtype=object)
    )
    by_cluster = np.full(int(labels.max(initial=-1)) + 1, "", dtype=object)
    by_cluster[first["cluster"].to_numpy(dtype=np.int64)] = ids
    return by_cluster[labels]
