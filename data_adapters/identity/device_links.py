"""Which device (MN) hung at which outlet under which permit, and when: a dated relation, many to many over time.

Most wrong clues come from an old link taken as today's. Nothing is mended here: a device at two outlets at once, a
period that ends before it begins, a device without outlet or with an unknown permit are told in
`device_link_problems`; the links stay as listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from data_adapters.identity.identifiers import is_missing, tidy_code
from data_adapters.identity.resolution import Resolution
from data_adapters.identity.tables import identity_table
from data_adapters.source import AdapterError, FileAccount
from data_adapters.sources.delimited import pick_columns, read_delimited

HEADINGS: dict[str, list[str]] = {
    "mn": ["MN", "MN号", "设备编号", "设备唯一标识", "数采仪编号", "数采仪MN号", "mn_code", "device_id"],
    "outlet_code": ["排口编号", "排放口编号", "排放口编码", "排口编码", "排口", "outlet_code", "outlet"],
    "permit_no": ["排污许可证编号", "排污许可证号", "许可证编号", "许可证", "permit_no", "permit"],
    "valid_from": ["启用日期", "开始日期", "起始日期", "生效日期", "联网日期", "valid_from", "from", "start_date"],
    "valid_to": ["停用日期", "结束日期", "终止日期", "失效日期", "valid_to", "to", "end_date"],
}
ALWAYS, FOR_EVER = pd.Timestamp("1900-01-01"), pd.Timestamp("2262-01-01")


class DeviceLinks(NamedTuple):
    """The relation, and what contradicts itself in it."""

    links: pa.Table
    problems: pa.Table


def read_device_list(path: Path) -> pd.DataFrame:
    """The text of a list of devices under canonical headings.

    Raises  AdapterError if the file cannot be read or names no device or no outlet
    """
    raw = read_delimited(path, FileAccount(str(path)))
    return pick_columns(path, raw, HEADINGS, ("mn", "outlet_code"), "device_list").reset_index(drop=True)


def link_devices(
    listed: pd.DataFrame, registers: Mapping[str, pa.Table], resolution: Resolution | None = None
) -> DeviceLinks:
    """Devices by period, tied to the enterprises that hold their permits.

    Note    `valid_to` is the first day on which the link no longer holds; an unreadable date is told, not guessed
    """
    rows = _rows(listed)
    rows["enterprise_id"] = _holders(rows["permit_no"], registers, resolution)
    rows["row"] = np.arange(1, len(rows) + 1, dtype=np.int32)
    kept = rows.drop_duplicates(["mn", "outlet_code", "permit_no", "valid_from", "valid_to"])
    order = kept.sort_values(["mn", "valid_from", "outlet_code", "permit_no"], na_position="first", kind="stable")
    problems = pd.concat([_faults(rows), _overlaps(order)], ignore_index=True)
    linked = order[order["mn"].ne("") & order["outlet_code"].ne("")].copy()
    linked["permit_no"] = linked["permit_no"].where(linked["permit_no"] != "", None)
    return DeviceLinks(identity_table("device_links", linked), identity_table("device_link_problems", problems))


def links_on(links: pa.Table, day: pd.Timestamp) -> pd.DataFrame:
    """The links that hold on a day."""
    frame: pd.DataFrame = links.to_pandas(date_as_object=False)
    begun = frame["valid_from"].isna() | (frame["valid_from"] <= day)
    return frame[begun & (frame["valid_to"].isna() | (frame["valid_to"] > day))].reset_index(drop=True)


def _rows(listed: pd.DataFrame) -> pd.DataFrame:
    missing = [column for column in ("mn", "outlet_code") if column not in listed]
    if missing:
        raise AdapterError("", f"the device list lacks {', '.join(missing)}")
    rows = listed.reindex(columns=list(HEADINGS)).fillna("").astype("str").reset_index(drop=True)
    for column in ("mn", "outlet_code"):
        rows[column] = rows[column].str.normalize("NFKC").str.strip().mask(is_missing(rows[column]), "")
    rows["permit_no"] = tidy_code(rows["permit_no"]).mask(is_missing(rows["permit_no"]), "")
    for column in ("valid_from", "valid_to"):
        text = rows[column].str.replace(r"[年月/.]", "-", regex=True).str.replace("日", "")
        read = pd.to_datetime(text, errors="coerce", format="mixed")
        rows[f"{column}_unread"] = read.isna() & ~is_missing(rows[column])
        rows[column] = read.dt.normalize()
    return rows


def _holders(permits: pd.Series, registers: Mapping[str, pa.Table], resolution: Resolution | None) -> pd.Series:
    """Enterprise of each permit: over all registers if they were resolved; none where two claim the same permit."""
    known = [
        table.select(["enterprise_id", "permit_no"]).to_pandas().assign(register=name)
        for name, table in sorted(registers.items())
    ]
    if not known:
        return pd.Series(None, index=permits.index, dtype=object)
    held = pd.concat(known, ignore_index=True).dropna(subset=["permit_no"])
    if resolution is not None:
        keys = resolution.keys.to_pandas().rename(columns={"enterprise_id": "resolved"})
        keys = keys[["register", "register_key", "resolved"]].drop_duplicates(["register", "register_key"])
        held = held.merge(keys, left_on=["register", "enterprise_id"], right_on=["register", "register_key"])
        held["enterprise_id"] = held["resolved"]
    held["site"] = held["permit_no"].str[:21]
    held = held.drop_duplicates(["site", "enterprise_id"]).drop_duplicates("site", keep=False)
    found = permits.str[:21].map(held.set_index("site")["enterprise_id"]).astype(object)
    return found.where(found.notna(), None)


def _faults(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that are wrong by themselves."""
    cases = {
        "no_device": rows["mn"].eq(""),
        "no_outlet": rows["outlet_code"].eq(""),
        "unread_date": rows["valid_from_unread"] | rows["valid_to_unread"],
        "reversed": rows["valid_to"] <= rows["valid_from"],
        "unknown_enterprise": rows["permit_no"].ne("") & rows["enterprise_id"].isna(),
    }
    detail = rows["outlet_code"] + " " + rows["permit_no"]
    parts = [rows[mask].assign(problem=problem, detail=detail[mask]) for problem, mask in cases.items()]
    return pd.concat(parts).rename(columns={"valid_from": "from_date", "valid_to": "to_date"}).assign(other_row=None)


def _overlaps(order: pd.DataFrame) -> pd.DataFrame:
    """Each period of a device that begins before an earlier one at another place has ended.

    Note    compared with the earlier period that reaches farthest; of one outlet, a repeated period is none
    """
    begin = order["valid_from"].fillna(ALWAYS)
    end = order["valid_to"].fillna(FOR_EVER)
    usable = (order["mn"].ne("") & order["outlet_code"].ne("") & (end > begin)).to_numpy(dtype=bool)
    rows = order[usable].assign(begin=begin[usable], end=end[usable]).reset_index(drop=True)
    rows["place"] = rows["permit_no"].str[:21] + " " + rows["outlet_code"]
    reach = rows.groupby("mn", sort=False)["end"].cummax()
    is_first = reach != reach.groupby(rows["mn"], sort=False).shift()
    farthest = pd.Series(np.where(is_first, rows.index, -1)).cummax().groupby(rows["mn"], sort=False).shift()
    earlier = rows.reindex(farthest.fillna(-1).astype(int)).reset_index(drop=True)
    clash = ((rows["begin"] < earlier["end"]) & (rows["place"] != earlier["place"])).to_numpy(dtype=bool)
    until = rows["end"].where(rows["end"] < earlier["end"], earlier["end"])
    told = rows.assign(
        problem="overlap",
        other_row=earlier["row"].astype("Int32"),
        from_date=rows["begin"].where(rows["begin"] > ALWAYS),
        to_date=until.where(until < FOR_EVER),
        detail=earlier["place"] + " / " + rows["place"],
    )
    return told[clash]
