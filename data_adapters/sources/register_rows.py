"""Rows of any register as the canonical table `enterprises`: identity, industry, position, place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_adapters.identity.identifiers import has_permit_shape, has_valid_uscc, is_missing, tidy_code
from data_adapters.places.adcodes import with_todays_codes
from data_adapters.places.coordinates import TO_WGS84
from data_adapters.places.datum import datum_note
from data_adapters.places.placing import Places
from data_adapters.places.text import read_positions
from data_adapters.source import FileAccount, RejectionLog, Rows

KEY_WORDS = ("是", "1", "true", "yes", "y", "重点", "重点管理", "key")
NOTED = {
    "swapped": "positions with longitude and latitude exchanged",
    "dms": "positions in degrees, minutes and seconds",
    "outside_county": "positions outside the declared county or city",
    "outside_china": "positions outside China",
    "truncated": "positions with fewer than 4 decimals",
    "missing": "enterprises without a position",
}


@dataclass
class Register:
    """What is common to all files of one register source."""

    source: str
    log: RejectionLog
    places: Places | None
    crs: str
    min_datum_points: int
    seen: set[str] = field(default_factory=set)

    def enterprises(self, frame: pd.DataFrame, rows: Rows, account: FileAccount) -> pd.DataFrame:
        """The usable rows of one file; `frame` is text under the canonical names, with industry_code."""
        uscc, permit_no = _identity(frame, account)
        made = pd.DataFrame(
            {
                "enterprise_id": self._ids(frame, uscc, permit_no),
                "name": frame["name"],
                "uscc": uscc,
                "permit_no": permit_no,
                "industry_code": frame["industry_code"],
                "industry_raw": frame["industry"].where(frame["industry"] != "", None),
                "is_key_source": frame["key_source"].str.lower().isin(KEY_WORDS),
            }
        )
        good = self._refuse(made, frame, rows, account)
        made, kept = made[good].reset_index(drop=True), frame[good].reset_index(drop=True)
        account.accepted = len(made)
        return made.join(self._positions(kept, account))

    def _ids(self, frame: pd.DataFrame, uscc: pd.Series, permit_no: pd.Series) -> pd.Series:
        own = frame["own_id"].where(~is_missing(frame["own_id"]), None)
        joined = frame["name"].str.cat(frame[["province", "city", "county", "lon", "lat"]], sep="\x1f")
        hashed = _hashed(joined, 16)
        fallback = self.source + ":" + own.fillna(hashed)
        return _site_codes(frame, uscc, permit_no).fillna(fallback)

    def _refuse(self, made: pd.DataFrame, frame: pd.DataFrame, rows: Rows, account: FileAccount) -> np.ndarray:
        nameless = is_missing(made["name"]).to_numpy()
        self.log.add_mask(account, ("no_name", "no name", "name"), nameless, frame["name"].array, rows)
        ids = made["enterprise_id"]
        repeated = ids.where(~nameless).duplicated().to_numpy() & ~nameless
        repeated |= ids.isin(self.seen).to_numpy() & ~nameless
        why = ("duplicate", "the same enterprise a second time", "enterprise_id")
        self.log.add_mask(account, why, repeated, ids.array, rows)
        self.seen.update(ids[~nameless])
        good: np.ndarray = ~nameless & ~repeated
        return good

    def _positions(self, frame: pd.DataFrame, account: FileAccount) -> pd.DataFrame:
        positions = read_positions(frame["lon"], frame["lat"])
        if self.crs != "wgs84":
            lon, lat = TO_WGS84[self.crs](positions["lon_deg"].to_numpy(float), positions["lat_deg"].to_numpy(float))
            positions["lon_deg"], positions["lat_deg"] = lon, lat
            account.notes.append(f"converted from {self.crs} to WGS-84 as declared by option crs")
        city, county = self._placed(frame, positions, account)
        status = positions["status"]
        for word, count in status.value_counts().items():
            if word in NOTED:
                account.notes.append(f"{count} {NOTED[str(word)]}")
        if positions["is_unreadable"].any():
            first = frame[["lon", "lat"]].to_numpy(dtype=object)[positions["is_unreadable"].to_numpy()][0].tolist()
            account.notes.append(f"{int(positions['is_unreadable'].sum())} unreadable coordinates, the first {first}")
        columns: dict[str, Any] = {
            "city_adcode": city,
            "county_adcode": county,
            "lon_deg": positions["lon_deg"],
            "lat_deg": positions["lat_deg"],
            "lon_raw": frame["lon"].where(frame["lon"] != "", None),
            "lat_raw": frame["lat"].where(frame["lat"] != "", None),
            "coordinate_status": status,
        }
        return pd.DataFrame(columns)

    def _placed(self, frame: pd.DataFrame, positions: pd.DataFrame, account: FileAccount) -> tuple[Any, Any]:
        if self.places is None:
            account.notes.append("no boundaries given: counties not looked up, datum not tested")
            return None, frame["adcode"].where(frame["adcode"].str.fullmatch(r"\d{4}(?!00)\d{2}"), None)
        places = self.places
        codes, told = with_todays_codes(frame["adcode"], places.known_codes)
        account.notes.extend(told)
        declared = places.declared(frame.assign(adcode=codes))
        lon, lat = positions["lon_deg"].to_numpy(dtype=float), positions["lat_deg"].to_numpy(dtype=float)
        area = places.locate(lon, lat)
        has_area = area >= 0
        city: Any = np.where(has_area, places.cities[area], declared.city)
        county: Any = declared.county
        if places.has_counties:
            county = np.where(has_area, places.codes[area], declared.county)
        status = positions["status"]
        if places.is_national:
            positions["status"] = status.where(has_area | status.isin(["missing", "outside_china"]), "outside_china")
        strays = (declared.county != "") & has_area & (declared.county != places.codes[area]) & places.has_counties
        strays &= ~places.is_near(declared.county, lon, lat)
        strays |= (declared.county == "") & (declared.city != "") & has_area & (declared.city != places.cities[area])
        replaceable = positions["status"].isin(["ok", "dms", "truncated"])
        positions["status"] = positions["status"].where(~(strays & replaceable), "outside_county")
        account.notes.append(datum_note(places, declared, positions, self.min_datum_points))
        return _none_for_empty(city), _none_for_empty(county)


def _none_for_empty(codes: NDArray[np.object_]) -> NDArray[np.object_]:
    codes = codes.copy()
    codes[codes == ""] = None
    return codes


def _hashed(texts: pd.Series, length: int) -> pd.Series:
    return texts.map(lambda text: hashlib.sha256(text.encode()).hexdigest()[:length]).astype("str")


def _site_codes(frame: pd.DataFrame, uscc: pd.Series, permit_no: pd.Series) -> pd.Series:
    """The credit code, made distinct where one company has several sites: by permit, else by name."""
    sites = pd.DataFrame({"uscc": uscc, "permit": permit_no, "name": frame["name"]})
    sites["position"] = frame["lon"] + " " + frame["lat"]
    counts = sites.groupby("uscc")[["permit", "name", "position"]].nunique().reindex(uscc.to_numpy())
    several_permits = (counts["permit"] > 1).to_numpy() & permit_no.notna().to_numpy()
    several_names = ((counts["name"] > 1) & (counts["position"] > 1)).to_numpy() & permit_no.isna().to_numpy()
    named = uscc + "-" + _hashed(frame["name"], 6)
    return uscc.mask(several_permits, permit_no).mask(several_names & uscc.notna().to_numpy(), named)


def _identity(frame: pd.DataFrame, account: FileAccount) -> tuple[pd.Series, pd.Series]:
    codes, permits = tidy_code(frame["uscc"]), tidy_code(frame["permit_no"])
    is_valid, is_permit = has_valid_uscc(codes), has_permit_shape(permits)
    wrong = ~is_valid & ~is_missing(codes)
    odd = ~is_permit & ~is_missing(permits)
    if wrong.any():
        account.notes.append(f"{int(wrong.sum())} credit codes fail the check, the first {codes[wrong].iloc[0][:30]}")
    if odd.any():
        account.notes.append(f"{int(odd.sum())} permit numbers of another form, the first {permits[odd].iloc[0][:30]}")
    holder = permits.str[:18].where(is_permit)
    from_permit = ~is_valid & has_valid_uscc(holder.fillna(""))
    if from_permit.any():
        account.notes.append(f"{int(from_permit.sum())} credit codes taken from the permit number")
    clash = is_valid & is_permit & (holder != codes)
    if clash.any():
        account.notes.append(f"{int(clash.sum())} permit numbers belong to another credit code")
    return codes.where(is_valid, holder.where(from_permit)), permits.where(is_permit)
