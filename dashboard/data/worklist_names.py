"""The names that rows of the list refer to by number or code: small tables, read once for a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.data.store import Loaded

Row = Mapping[str, Any]
QUESTIONS = {
    "industry": "select industry_idx as key, code as industry, name_zh, name_en from industries",
    "place": "select place_idx as key, name_zh, name_en from places",
    "round": "select round_idx as key, round_code from rounds",
    "team": "select team_code as key, name_zh, name_en from teams",
    "rule": "select rule_id as key, name_zh, name_en from rules",
}


@dataclass(frozen=True)
class Names:
    """By table the rows of it by number or code."""

    tables: Mapping[str, Mapping[Any, Row]]

    def named(self, clue: Row) -> dict[str, Any]:
        """A row of the list with the names of industry, county, city, round, team and rule; None where it has none."""
        industry = self.tables["industry"].get(clue["industry_idx"], {})
        around = self.tables["round"].get(clue["round_idx"], {})
        refers = {
            "industry": industry,
            "county": self.tables["place"].get(clue["county_idx"], {}),
            "city": self.tables["place"].get(clue["city_idx"], {}),
            "team": self.tables["team"].get(clue["team_code"], {}),
            "rule": self.tables["rule"].get(clue["rule_id"], {}),
        }
        names = {f"{what}_{code}": row.get(f"name_{code}") for what, row in refers.items() for code in ("zh", "en")}
        return {**clue, **names, "industry": industry.get("industry"), "round_code": around.get("round_code")}


def names_of(loaded: Loaded) -> Names:
    """The names of one snapshot, or of a viewer's part of it."""
    return loaded.remembered("worklist_names", lambda: _read(loaded))


def _read(loaded: Loaded) -> Names:
    db = loaded.cursor()
    tables = {what: db.sql(text).to_arrow_table().to_pylist() for what, text in QUESTIONS.items()}
    return Names({what: {row["key"]: row for row in rows} for what, rows in tables.items()})
