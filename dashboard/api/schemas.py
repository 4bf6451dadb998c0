"""The shapes of the answers, as JSON Schema 2020-12. Every member is named; what may be missing may be null."""

from __future__ import annotations

from typing import Any

from dashboard.api.problems import KINDS

Schema = dict[str, Any]
INTEGER: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
ADCODE: Schema = {"type": "string", "pattern": "^[0-9]{6}$"}
DAY: Schema = {"type": "string", "format": "date"}


def text(description: str = "", **more: object) -> Schema:
    """A text."""
    return {"type": "string", **({"description": description} if description else {}), **more}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else {"oneOf": [schema, {"type": "null"}]}


def wall(description: str) -> Schema:
    """A moment."""
    return text(f"{description}; wall time with its zone, UTC+8", pattern=r"^[0-9-]{10}T[0-9:]{8}\+08:00$")


def ref(name: str) -> Schema:
    """A schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def several(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def members(**properties: Schema) -> Schema:
    """An object that has exactly these members."""
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


NAMES = {"name_zh": text(), "name_en": text()}
PLACES = {
    "city_adcode": maybe(ADCODE), "city_zh": maybe(text()), "city_en": maybe(text()),
    "county_adcode": maybe(ADCODE), "county_zh": maybe(text()), "county_en": maybe(text()),
}  # fmt: skip
ENVELOPE = {
    "snapshot": text("Snapshot the answer is of; a part of one has a second half"),
    "as_of": text("Time of the data, UTC+8"),
    "data_origin": text("Whether the data are invented", enum=["synthetic", "real"]),
    "scope": ref("Scope"),
}
PAGED = {
    "number_matched": {**COUNT, "description": "Entries that match, on all pages"},
    "number_returned": {**COUNT, "description": "Entries of this page"},
    "links": several(ref("Link")),
}
CASEBOOK_SEQ = {**COUNT, "description": "Number of the casebook's newest event that the answer knows of"}

CLUE = {
    "clue_id": text(),
    "rule_id": maybe(text()), "rule_zh": maybe(text()), "rule_en": maybe(text()),
    "category": text(), "pollutant": maybe(text()),
    "severity": {**INTEGER, "enum": [1, 2, 3], "description": "1 same-day push, 2 next push, 3 watch list"},
    "state": text("State now; a clue is a suspicion until a person on site has decided"),
    "version": {**COUNT, "description": "Events of the casebook so far: what If-Match of a write names"},
    "score": maybe(NUMBER),
    "enterprise_id": maybe(text()), "enterprise": maybe(text("Name as registered; hostile input")),
    "industry": maybe(text()), "cell_id": maybe(text()),
    **PLACES,
    "round_code": maybe(text()), "team_code": maybe(text()),
    "detected_at": wall("When the rule fired"),
    "state_since": maybe(wall("Since when it is in this state")),
    "due_at": maybe(wall("Deadline of the state")),
}  # fmt: skip
EVENT = {
    "event_id": maybe(text("Id in the casebook; null for a step of the register")),
    "source": text("Who keeps it", enum=["register", "casebook"]),
    "seq": maybe({**INTEGER, "description": "Dense number of the casebook; null for a step of the register"}),
    "clue_id": text(),
    "sequence": {**INTEGER, "description": "Place in the clue's life"},
    "event": text(), "from_state": maybe(text()), "to_state": maybe(text()), "role": text(),
    "team_code": maybe(text()),
    "at": wall("When"),
    "due_at": maybe(wall("Deadline of the new state")),
}  # fmt: skip
HOTSPOT = {
    "product": text(enum=["PM25", "NO2", "HCHO", "FIRE"]),
    "date": DAY,
    "value": NUMBER, "unit": text(),
    "native_km": {**NUMBER, "description": "Edge of the native pixel: the value is no finer than this"},
    "n_valid_days": COUNT, "n_hot_days": COUNT,
    "ring": maybe({**INTEGER, "description": "Test against the ring of cells around: 4 passed, 3 regional episode, "
                   "2 not above it, 1 too little of it observed, 0 not tested"}),
    "ring_z": maybe(NUMBER), "persists": maybe(BOOLEAN),
    **PLACES,
    "round_code": maybe(text()),
    "age_days": {**INTEGER, "description": "Days from the observation to the day asked about; below 0: after it"},
    "cell_id": text("Cell of the 3 km grid"),
    "validity": text("How far it can still be relied on that day", enum=["fresh", "ageing", "expired", "later"]),
    "valid_until": {**DAY, "description": "Last day before it is expired"},
}  # fmt: skip
OBSERVATION = {
    "product": text(), "date": DAY,
    "cells": {**COUNT, "description": "Cells of the grid in scope; 0 for a product without a grid"},
    "observed": COUNT, "not_observed": COUNT, "high": COUNT,
    "says": text("What the numbers mean", enum=["high", "none_high", "not_observed", "no_grid"]),
}  # fmt: skip


def feature(properties: Schema, geometry: str) -> Schema:
    """A GeoJSON feature."""
    shape = {
        "type": "object",
        "properties": {"type": {"const": geometry}, "coordinates": {"type": "array"}},
        "required": ["type", "coordinates"],
    }
    return members(type={"const": "Feature"}, id=text(), geometry=maybe({"oneOf": [shape]}), properties=properties)


def collection(item: Schema, **more: Schema) -> Schema:
    """A GeoJSON collection in our envelope."""
    return members(type={"const": "FeatureCollection"}, features=several(item), **PAGED, **ENVELOPE, **more)


FIGURE = members(
    id=text(), **NAMES,
    definition_zh=text(), definition_en=text(),
    kind=text(enum=["count", "ratio", "share", "lift", "duration", "comparison"]),
    unit=text(), unit_zh=text(), unit_en=text(), version=text("Version of the definition"),
    value=maybe({**NUMBER, "description": "A share from 0 to 1; null: no answer, see `lacks`, `why_en`"}),
    numerator=maybe(NUMBER), denominator=maybe(NUMBER),
    low=maybe({**NUMBER, "description": "Lower 95 % Wilson bound"}), high=maybe(NUMBER),
    is_enough=BOOLEAN,
    minimum={**INTEGER, "description": "Below this denominator there is no rate"},
    lacks=text("What the snapshot would have to hold; empty: nothing"), why_zh=text(), why_en=text(),
    warnings=several(members(code=text(), zh=text(), en=text())),
    references=members(
        numerator_sql=text("Or the id of a count"), denominator_sql=text("Or the id of a count"),
        needs=text(), document=text(),
    ),
)  # fmt: skip

SCHEMAS: dict[str, Schema] = {
    "Scope": members(
        regions=maybe(several(text("Adcode, or `g:` and a group"))), rounds=maybe(several(text())), is_masked=BOOLEAN
    ) | {"description": "The part of the nation that the answer is of; null: all. Nothing outside it is counted."},
    "Link": members(rel=text(enum=["self", "next"]), href=text(), type=text()),
    "Clue": members(**CLUE),
    "ClueFeature": feature(ref("Clue"), "Point"),
    "ClueCollection": collection(ref("ClueFeature"), casebook_seq=CASEBOOK_SEQ),
    "ClueDetail": members(
        type={"const": "Feature"}, id=text(), geometry=maybe({"type": "object"}), properties=ref("Clue"),
        evidence=ref("Evidence"), timeline=several(ref("Event")), casebook_seq=CASEBOOK_SEQ, **ENVELOPE,
    ),
    "Evidence": members(
        rule_version=maybe(text()), onset_at=maybe(wall("When it began")), window_from=maybe(wall("First data")),
        window_to=maybe(wall("End of the data")),
        facts=maybe({"type": "object", "description": "Numbers the finding rests on, by rule; hostile input"}),
        kinds=several({"type": "object", "description": "Which kind of data supports it or speaks against it"}),
        series=several({"type": "object", "description": "The curve it was seen in, with limit and mark"}),
        candidates=several({"type": "object", "description": "Enterprises that may be the source, with reasons"}),
    ),
    "Hotspot": members(**HOTSPOT),
    "HotspotFeature": feature(ref("Hotspot"), "Polygon"),
    "HotspotCollection": collection(
        ref("HotspotFeature"), at=DAY,
        observation={**several(ref("ObservedProduct")), "description":
                     "A cell that is not listed was not high, or was not observed: this says how many were not"},
    ),
    "ObservedProduct": members(
        product=text(), days=COUNT, cell_days=COUNT, cell_days_observed=COUNT, cell_days_not_observed=COUNT,
        observed_share=maybe({**NUMBER, "description": "null: no grid, or no cell in scope"}),
    ),
    "Observation": members(**OBSERVATION),
    "ObservationList": members(days=several(ref("Observation")), **PAGED, **ENVELOPE),
    "Event": members(**EVENT),
    "EventList": members(
        events=several(ref("Event")),
        since={**text("Hand it back as `since` for what comes after, now or later")},
        has_more=BOOLEAN, casebook_seq=CASEBOOK_SEQ, number_returned=COUNT, links=several(ref("Link")), **ENVELOPE,
    ),
    "Figure": FIGURE,
    "FigureList": members(figures=several(ref("Figure")), filters=text("As they were understood"), **ENVELOPE),
    "FigureAnswer": members(figure=ref("Figure"), filters=text(), **ENVELOPE),
    "Dossier": members(enterprise_id=text(), dossier={"type": "object"}, **ENVELOPE),
    "NewEvent": {
        "type": "object",
        "properties": {
            "event": text("Name of the step, as `accept`", minLength=1, maxLength=40),
            "payload": {"type": "object", "description": "What the step must put on record, see docs/casebook.md"},
            "reason": maybe(text(maxLength=2000)),
            "attachments": several(text("SHA-256 of a file that the casebook holds", pattern="^[0-9a-f]{64}$")),
        },
        "required": ["event"],
        "additionalProperties": False,
    },
    "WrittenEvent": members(
        event_id=text(), seq=INTEGER, clue_id=text(), version=COUNT, event=text(), from_state=maybe(text()),
        to_state=maybe(text()), role=text(), at=wall("When"), due_at=maybe(wall("Deadline of the new state")),
    ),
    "Problem": {
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": text(format="uri-reference"), "title": text(), "status": INTEGER, "detail": text(),
            "code": text(enum=[*sorted(KINDS), "http_error"]),
            "parameters": several(text()),
            "fields": several(members(name=text(), en=text(), zh=text())),
            "version": {**COUNT, "description": "The clue's version now"},
            "newer": {**several(text()), "description": "Events that the asker had not seen"},
            "allowed_roles": several(text()),
        },
        "required": ["type", "title", "status", "code"],
    },
}  # fmt: skip
