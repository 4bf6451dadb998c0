"""Cases, people and full records for tests of the casebook."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dashboard.casebook.chain import link
from dashboard.casebook.machine import Request, decide, opening
from dashboard.casebook.records import Actor, Case
from dashboard.casebook.standing import advance, stand
from dashboard.casebook.states import transition

MONDAY = datetime(2023, 6, 12, 9, 0)
FILE, OTHER_FILE, NEW_FILE = "a" * 64, "b" * 64, "c" * 64
CASE = Case(
    clue_id="clue-1",
    rule_id="R01",
    rule_version="1",
    severity=2,
    enterprise_id="E1",
    enterprise_name="甲厂（模拟）",
    cell_id=None,
    city_adcode="130100",
    county_adcode="130102",
    round_code="2023-R07",
    team_code=None,
    pollutant="NOx",
    category="cems",
    lon_deg=114.5,
    lat_deg=38.0,
    window_from=MONDAY - timedelta(days=3),
    window_to=MONDAY - timedelta(days=1),
    detected_at=MONDAY - timedelta(hours=1),
    score=0.9,
    origin="snapshot",
    snapshot_id="20230612T000000Z-0001",
    opened_state="IDENTIFIED",
)
# The way of a clue that is found true, put right and stays so.
TO_CLOSED = ("screen_accept", "push", "accept", "start_check", "confirm", "order_rectify", "report_done", "pass")
TO_DENIED = ("screen_accept", "push", "accept", "start_check", "deny")
# How a case of severity 1 comes into each state.
WAYS = {
    None: None,
    "IDENTIFIED": (),
    "SCREENED": TO_CLOSED[:1],
    "DISCARDED": ("screen_reject",),
    "MERGED": ("merge",),
    "PUSHED": TO_CLOSED[:2],
    "ACCEPTED": TO_CLOSED[:3],
    "RETURNED": (*TO_CLOSED[:2], "return"),
    "CHECKING": TO_CLOSED[:4],
    "CONFIRMED": TO_CLOSED[:5],
    "NOT_CONFIRMED": TO_DENIED,
    "RECTIFYING": TO_CLOSED[:6],
    "RECHECK": TO_CLOSED[:7],
    "E_SUPERVISED": (*TO_CLOSED[:5], "supervise"),
    "LISTED_SUPERVISED": (*TO_CLOSED[:5], "supervise", "escalate"),
    "CLOSED": TO_CLOSED,
    "RELAPSED": (*TO_CLOSED, "relapse"),
    "SUSPENDED": (*TO_CLOSED[:4], "suspend"),
}


def person(role, name=None):
    """Somebody of that role; inspectors have the names that stand on the record."""
    return Actor(name or {"inspector": "inspector-1"}.get(role, role), frozenset({role}))


def record(event, standing, at):
    """A full record for `event`, as the guards ask it: payload and attachments."""
    later = (at + timedelta(days=5)).date().isoformat()
    severity = standing.severity
    records = {
        "create": {"grounds": "seen from the road"},
        "screen_accept": {
            "opinion": "worth a visit", "excluded": ["calibration"], "severity": severity, "second_reader": "reader-2",
        },
        "screen_reject": {"cause": "instrument_fault", "reason": "known fault"},
        "merge": {"parent": "clue-0"},
        "push": {
            "receiver": "T01", "round_code": "2023-R07", "package_hash": "9" * 64, "due_on": later,
            "approver": "leader-2",
        },
        "withdraw": {"reason": "the plant is closed"},
        "accept": {"receiver": "team_leader", "device": "phone-7"},
        "return": {"cause": "wrong_jurisdiction", "suggested_receiver": "T02"},
        "re_push": {"receiver": "T02" if standing.team_code != "T02" else "T03"},
        "start_check": {
            "approval_no": "A-1",
            "inspectors": [{"name": f"inspector-{n}", "certificate": f"C{n}"} for n in (1, 2)],
            "entered_at": at, "gps": "114.5,38.0",
        },
        "confirm": {
            "record_no": "B-1", "photos": [FILE], "problems": [problem()], "article": "99", "is_partial": False,
            "reviewed_by": "team_leader",
        },
        "deny": {
            "what_was_checked": "stack and log", "cause": "interference", "explanation": "NH3 slip",
            "reviewed_by": "lead",
        },
        "suspend": {
            "reason": "stopped for repair", "wake_up_on": (at + timedelta(days=10)).date(), "approved_by": "city-1",
        },
        "challenge": {"evidence": "another overpass", "evidence_snapshot": f"later-{standing.version}"},
        "close": {"signed_by": "chief"},
        "order_rectify": {
            "order_no": "O-1", "measures": "mend the filter", "mode": "within_limit",
            "due_on": (at + timedelta(days=20)).date(), "is_penalised": False, "police_no": "P-1",
        },
        "supervise": {"order_no": "S-1", "reply_due_on": later},
        "report_done": {
            "photos_before": [FILE], "photos_after": [OTHER_FILE], "days_after_fix": 8, "cost_yuan": 12_000.5,
            "responsible": "manager", "bureau_contact": "bureau-1",
        },
        "overdue": {"overdue_days": 2, "notified": "bureau"},
        "pass": {
            "recheck_record": "R-1", "rule_test": "negative", "negative_days": 14, "first_signature": "county-1",
            "second_signature": "city-1",
        },
        "fail": {"missing": "the fan", "due_on": later},
        "fail_twice": {"first_recheck": "x", "second_recheck": "y"},
        "reply_accepted": {"reply": "done by half", "files": [FILE]},
        "reply_done": {"evidence": "curve", "files": [FILE]},
        "escalate": {"grounds": "red_level", "approval_no": "L-1", "notice_url": "https://example.org/notice"},
        "apply_delist": {"acceptance_report": [FILE]},
        "relapse": {"new_clue": "clue-2", "parent": standing.case.clue_id},
    }  # fmt: skip
    payload = records.get(event, {})
    files = {FILE, OTHER_FILE} if event == "report_done" else {FILE}
    return payload, tuple(sorted(files)) if any(isinstance(v, list) and FILE in v for v in payload.values()) else ()


def problem(**changes):
    return {"problem_type": "exceedance", "is_prominent": True, "verdict": "confirmed", **changes}


def acting(event, source):
    """The role that may do it, the first by name."""
    return person(min(transition(source, event).roles))


class Life:
    """A case without a database: events are linked in a chain of their own, time is a number that a test moves."""

    def __init__(self, at=MONDAY, **changes):
        self.case = replace(CASE, **changes)
        self.now = at
        self.events = [link(opening(self.case, at), 1, "0" * 64)]
        self.standing = stand(self.events)

    def do(self, event, actor=None, *, attachments=None, **changes):
        """The step, its record full but for the changes; None in a change takes the field away."""
        before = self.standing
        payload, files = record(event, before, self.now)
        payload = {key: value for key, value in {**payload, **changes}.items() if value is not None}
        actor = actor or (acting(event, before.state) if transition(before.state, event) else person("analyst"))
        files = files if attachments is None else attachments
        made = decide(before, Request(actor, event, payload, files), self.now)
        return [self.put(one) for one in made]

    def go(self, *events, hours=1):
        for event in events:
            self.now += timedelta(hours=hours)
            self.do(event)
        return self

    def put(self, event):
        event = link(event, len(self.events) + 1, self.events[-1].hash)
        self.events.append(event)
        self.standing = advance(self.standing, event, event.payload)
        return event


def in_state(state, **changes):
    """A life of severity 1 that stands in `state`."""
    if state is None:
        return Life(opened_state="", origin="hand", severity=1)
    return Life(severity=1, **changes).go(*WAYS[state])
