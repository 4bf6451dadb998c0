"""The numbers a finding rests on name enterprises too: those out of scope are taken out, masked ones get their code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from dashboard.data.scope import Scope

# Whatever in the nation's snapshot the text of a fact names: its masked code, null where it is out of scope.
NAMED = """
select t.token, k.code from tokens t join enterprises e on e.enterprise_id = t.token
    left join kept_enterprises k using (enterprise_idx)
union select t.token, k.code from tokens t join enterprises e on e.uscc = t.token
    left join kept_enterprises k using (enterprise_idx)
union select t.token, k.code from tokens t join enterprises e on e.permit_no = t.token
    left join kept_enterprises k using (enterprise_idx)
union select t.token, case when q.clue_idx is null then null else '' end from tokens t
    join clues c on c.clue_id = t.token left join kept_clues q using (clue_idx)"""
OUTSIDE = object()
OWNER = "enterprise_id"


def narrowed_facts(db: duckdb.DuckDBPyConnection, table: pa.Table, scope: Scope) -> pa.Table:
    """`table` with its column `facts` as `scope` shows it.

    Shape   `db` has the tables that scope_tables prepares
    """
    told = [json.loads(text) if text else None for text in table["facts"].to_pylist()]
    tokens = {token for facts in told for text in _texts(facts) for token in _tokens(text)}
    db.register("tokens", pa.table({"token": pa.array(sorted(tokens), pa.string())}))
    codes: dict[str, str | None] = dict(db.execute(NAMED).fetchall())
    db.unregister("tokens")
    kept = [_narrow(facts, "", codes, scope) for facts in told]
    texts = [None if facts is None else json.dumps(facts, ensure_ascii=False) for facts in kept]
    return table.set_column(table.column_names.index("facts"), "facts", pa.array(texts, pa.string()))


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _tokens(text: str) -> tuple[str, str]:
    """A text, and the text before its last hyphen: an outlet is its enterprise, a hyphen and its own code."""
    return text, text.rpartition("-")[0]


def _narrow(value: Any, name: str, codes: Mapping[str, str | None], scope: Scope) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return _text(value, name, codes, scope)
    if isinstance(value, list):
        parts = (_narrow(part, name, codes, scope) for part in value)
        return [part for part in parts if part is not OUTSIDE]
    if isinstance(value, dict):
        narrow = {key: _narrow(part, key, codes, scope) for key, part in value.items()}
        if narrow.get(OWNER) is OUTSIDE:
            return OUTSIDE
        return {key: None if part is OUTSIDE else part for key, part in narrow.items()}
    return value


def _text(text: str, name: str, codes: Mapping[str, str | None], scope: Scope) -> Any:  # noqa: ANN401 - text or OUTSIDE
    token = next((token for token in _tokens(text) if token in codes), None)
    if token is None:
        # Nobody we know: an enterprise that no register lists is nobody's to see but the nation's.
        return OUTSIDE if name.endswith(OWNER) else text
    code = codes[token]
    if code is None:
        return OUTSIDE
    return f"M-{code[:12]}{text[len(token) :]}" if scope.is_masked and code else text
