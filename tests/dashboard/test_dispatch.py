"""Pushing in bulk, drawing by lot, lists brought in, and precision beside the control: over plain HTTP."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from dashboard.accounts.sessions import TRY_COOKIE
from dashboard.data.controls import lift
from dashboard.data.draw import Candidate, draw
from dashboard.data.funnel import share
from dashboard.data.store import Store
from dashboard.data.teams import visit_cap, warnings_of
from dashboard.dispatch.kept_draws import read_list
from dashboard.factory import LookoutDash, create_app
from dashboard.settings import Settings

POOL = [Candidate(f"E{i:04d}", 4.0 if i < 200 else 1.0, {}) for i in range(1000)]


@pytest.fixture
def app(root: Path, store: Store, tmp_path: Path) -> LookoutDash:
    return create_app(Settings(snapshots=root, casebook=f"sqlite:///{tmp_path}/casebook.db"), store)


@pytest.fixture
def seen_by(app: LookoutDash):
    """A browser in which a role or a region is being tried."""

    def browser(role: str = "", region: str = "", masked: bool = False) -> FlaskClient:
        client = app.server.test_client()
        if role or region or masked:
            client.set_cookie(TRY_COOKIE, f"{role}|{region}||{'masked' if masked else ''}")
        return client

    return browser


def ready(client: FlaskClient) -> list[dict]:
    return [row for row in client.get("/work/loop/teams.json").get_json()["queue"] if row["state"] == "SCREENED"]


def push(client: FlaskClient, *rows: dict, **more: str) -> dict:
    clues = [{"clue_id": row["clue_id"], "version": row["version"], "team": row["team_code"], **more} for row in rows]
    return client.post("/work/dispatch", json={"clues": clues}).get_json()


def lots(client: FlaskClient) -> dict:
    return client.get("/work/lots.json").get_json()


def draw_lot(client: FlaskClient, **more: object):
    return client.post("/work/lots.json", json={"kind": "dual_random", "n": 5, "seed": "2023-07-20", **more})


def taken(client: FlaskClient, draw_id: str) -> list[dict]:
    body = client.get(f"/work/lots/{draw_id}.csv").get_data(as_text=True).lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(body)))


def test_the_same_list_seed_and_number_give_the_same_draw_in_any_order():
    assert draw(POOL, 50, "s").drawn == draw(list(reversed(POOL)), 50, "s").drawn
    assert draw(POOL, 50, "s").list_version == draw(list(reversed(POOL)), 50, "s").list_version
    assert draw(POOL, 50, "s").drawn != draw(POOL, 50, "t").drawn


def test_a_known_draw_stays_what_it_was():
    """What was published can be checked years later: the method must never change under its name."""
    drawn = draw(POOL, 5, "2023-07-20 公开抽取")
    assert drawn.method == "weighted-sha256-1"
    assert [one.enterprise_id for one in drawn.drawn] == ["E0971", "E0939", "E0153", "E0033", "E0136"]


def test_a_longer_draw_begins_with_the_shorter_one():
    assert draw(POOL, 80, "s").drawn[:30] == draw(POOL, 30, "s").drawn


def test_a_heavier_enterprise_is_drawn_more_often():
    first = [draw(POOL, 1, f"seed {n}").drawn[0].weight for n in range(300)]
    assert first.count(4.0) / 300 == pytest.approx(0.5, abs=0.1)


@given(st.integers(0, 1200), st.text(max_size=20))
def test_nobody_is_drawn_twice_and_never_more_than_there_are(n, seed):
    ids = [one.enterprise_id for one in draw(POOL[:60], n, seed).drawn]
    assert len(ids) == len(set(ids)) == min(n, 60)


def test_every_row_of_a_brought_list_is_accounted_for():
    text = "\ufeffenterprise_id,name\nA,x\nA,x\n,x\nZ,x\nB,x\nP,x\n"
    found = read_list(text, known={"A", "B", "P"}, pooled={"P"})
    assert found.taken == ("A", "B")
    assert found.refused == {"repeated": 1, "no_id": 1, "unknown": 1, "pooled": 1}
    assert found.read == len(found.taken) + sum(found.refused.values())


def test_lift_is_told_only_where_both_sides_have_enough():
    assert lift(share(60, 100), share(3, 19)) is None
    told = lift(share(60, 100), share(20, 100))
    assert told and told["value"] == pytest.approx(3) and told["low"] < 3 < told["high"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"visits": 2, "is_positive": False, "severity": 2}, ["frequency"]),
        ({"visits": 1, "is_positive": True, "severity": 1}, ["positive_list", "severe"]),
        ({"visits": 0, "is_positive": False, "severity": 3}, []),
    ],
)
def test_what_a_dispatcher_must_weigh_is_said(row, told):
    from datetime import date

    cap = visit_cap(date(2026, 1, 1))
    assert cap.visits == 2 and "54" in cap.basis
    assert warnings_of(row, cap) == told


def test_screened_clues_are_pushed_each_to_its_team(seen_by):
    client = seen_by()
    rows = [row for row in ready(client) if not row["warnings"]][:2]
    assert len(rows) == 2
    before = client.get("/work/loop/funnel.json").get_json()["stages"][0]["n"]
    assert push(client, *rows)["done"] == [row["clue_id"] for row in rows]
    assert client.get("/work/loop/funnel.json").get_json()["stages"][0]["n"] == before + 2
    assert not {row["clue_id"] for row in rows} & {row["clue_id"] for row in ready(client)}


def test_a_grave_clue_needs_an_approver(seen_by):
    client = seen_by()
    row = next(row for row in ready(client) if row["warnings"] == ["severe"])
    refused = push(client, row)["refused"]
    assert refused[0]["clue_id"] == row["clue_id"] and "批准" in refused[0]["message"]
    assert push(client, row, approver="组长甲")["done"] == [row["clue_id"]]


def test_what_is_not_screened_and_what_is_not_there_is_refused_by_name(seen_by):
    client = seen_by()
    told = push(client, {"clue_id": "f" * 16, "version": 0, "team_code": "T01"})
    assert told["done"] == [] and told["refused"][0]["clue_id"] == "f" * 16


def test_the_second_of_two_pushes_is_told_so(seen_by):
    client = seen_by()
    row = next(row for row in ready(client) if not row["warnings"])
    push(client, row)
    assert push(client, row)["done"] == []


@pytest.mark.parametrize("role", ["inspector", "team_leader", "auditor"])
def test_who_is_no_dispatcher_pushes_nothing_and_draws_nothing(seen_by, role):
    row = next(row for row in ready(seen_by()) if not row["warnings"])
    client = seen_by(role)
    answer = client.post("/work/dispatch", json={"clues": [{"clue_id": row["clue_id"], "version": 0, "team": "T01"}]})
    assert answer.status_code == 403 or answer.get_json()["done"] == []
    assert draw_lot(client).status_code == 403
    assert client.post("/work/pool", data="enterprise_id\nX\n", content_type="text/csv").status_code == 403


@pytest.mark.parametrize("clues", [None, [], "all", [{"clue_id": "x"}], [{"clue_id": "x", "version": "1"}]])
def test_what_is_no_list_of_clues_is_refused(seen_by, clues):
    assert seen_by().post("/work/dispatch", json={"clues": clues}).status_code == 400


def test_a_draw_is_kept_once_and_can_be_taken_away_with_all_that_made_it(seen_by):
    client = seen_by()
    draw_id = draw_lot(client).get_json()["draw_id"]
    assert draw_lot(client).get_json()["draw_id"] == draw_id
    kept = lots(client)
    assert [one["draw_id"] for one in kept["draws"]] == [draw_id]
    body = client.get(f"/work/lots/{draw_id}.csv").get_data(as_text=True).lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert len(rows) == 5 == kept["pool"]["enterprises"]
    assert {row["seed"] for row in rows} == {"2023-07-20"} and {row["data_origin"] for row in rows} == {"synthetic"}
    assert {row["list_version"] for row in rows} == {kept["draws"][0]["list_version"]}


def test_a_drawn_list_brought_back_finds_everyone_in_the_pool_already(seen_by):
    client = seen_by()
    draw_id = draw_lot(client).get_json()["draw_id"]
    body = client.get(f"/work/lots/{draw_id}.csv").data
    told = client.post("/work/pool", data=body, content_type="text/csv").get_json()
    assert (told["read"], told["taken"], told["refused"]) == (5, 0, {"pooled": 5})
    assert client.post("/work/pool", data=b"name\nx\n", content_type="text/csv").status_code == 400


def test_control_checks_look_like_any_other_routine_check_and_are_known_to_few(seen_by):
    client = seen_by()
    draw_lot(client, makes_checks=True)
    draw_lot(client, kind="control", seed="c", makes_checks=True)
    listed = client.get("/work/clues.json?view=all&end=1000&sort=-detected_at").get_json()["rows"]
    made = [row for row in listed if row["origin"] == "hand"]
    assert len(made) == 10
    alike = ("state", "severity", "rule", "round_code", "team", "cell_id")
    assert len({tuple(row.get(name) for name in alike) for row in made}) == 1
    cards = [client.get(f"/work/clues/{row['clue_id']}.json").get_data(as_text=True) for row in made]
    assert not any("control" in card or "dual_random" in card or "对照" in card for card in cards)
    assert lots(client)["control"]["drawn"] == 5
    assert lots(client)["control"]["control"]["share"]["share"] is None
    for role in ("inspector", "team_leader", "local_bureau"):
        told = lots(seen_by(role))
        assert told["control"] is None
        assert {one["kind"] for one in told["draws"]} == {"routine"}


def test_an_inspector_who_compares_every_list_cannot_tell_a_control_from_another_routine_check(seen_by):
    """Each routine check is looked at from all sides an inspector has; the answers must be the same for both kinds."""
    client, inspector = seen_by(), seen_by("inspector")
    ids = {
        kind: draw_lot(client, kind=kind, seed=f"seed of {kind}", n=4, makes_checks=True).get_json()["draw_id"]
        for kind in ("dual_random", "control")
    }
    drawn = {kind: {row["enterprise_id"] for row in taken(client, draw_id)} for kind, draw_id in ids.items()}
    told = lots(inspector)
    (entry,) = told["draws"]
    listed = taken(inspector, entry["draw_id"])
    assert {row["enterprise_id"] for row in listed} == drawn["dual_random"] | drawn["control"]
    assert [row["enterprise_id"] for row in listed] == sorted(row["enterprise_id"] for row in listed)
    assert set(listed[0]) == {"position", "enterprise_id", "name", "city", "county", "draw_id", "kind", "data_origin"}
    assert [inspector.get(f"/work/lots/{draw_id}.csv").status_code for draw_id in ids.values()] == [404, 404]
    text = inspector.get("/work/lots.json").get_data(as_text=True) + str(listed)
    assert "seed of" not in text and "control" not in text.replace('"control"', "").replace("control_share_pct", "")
    assert told["pool"]["enterprises"] == len(listed)
    rows = client.get("/work/clues.json?view=all&end=1000&sort=-detected_at").get_json()["rows"]
    checks = {row["enterprise"]: row for row in rows if row["origin"] == "hand"}
    names = {kind: {row["name"] for row in taken(client, draw_id)} for kind, draw_id in ids.items()}
    for row in checks.values():
        card = inspector.get(f"/work/clues/{row['clue_id']}.json").get_json()["clue"]
        around = ",".join(str(card[name] + by) for by in (-0.01, 0.01) for name in ("lon_deg", "lat_deg"))
        pool = inspector.get(f"/work/lots.json?extent={around}").get_json()["pool"]
        known = client.get(f"/work/lots.json?extent={around}").get_json()["pool"]
        assert pool["part"] >= 1
        assert (known["part"] < pool["part"]) == (row["enterprise"] in names["control"])


def test_a_control_group_is_drawn_from_enterprises_without_any_clue(seen_by, loaded):
    client = seen_by()
    draw_id = draw_lot(client, kind="control", n=50, seed="c").get_json()["draw_id"]
    body = client.get(f"/work/lots/{draw_id}.csv").get_data(as_text=True).lstrip("\ufeff")
    drawn = {row["enterprise_id"] for row in csv.DictReader(io.StringIO(body))}
    text = "select distinct e.enterprise_id from clues c join enterprises e using (enterprise_idx)"
    named = {row[0] for row in loaded.cursor().execute(text).fetchall()}
    assert len(drawn) == 50 and not drawn & named


def test_nobody_takes_names_out_of_a_masked_view(seen_by):
    draw_id = draw_lot(seen_by()).get_json()["draw_id"]
    assert seen_by(masked=True).get(f"/work/lots/{draw_id}.csv").status_code == 403
    assert seen_by(masked=True).get("/work/lots.json").get_json()["draws"] == []


def test_an_answer_is_kept_until_something_happens(seen_by):
    client = seen_by()
    first = client.get("/work/loop/funnel.json")
    again = client.get("/work/loop/funnel.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    push(client, next(row for row in ready(client) if not row["warnings"]))
    moved = client.get("/work/loop/funnel.json", headers={"If-None-Match": first.headers["ETag"]})
    assert moved.status_code == 200


def test_a_region_sees_its_own_loop_only(seen_by):
    whole = seen_by().get("/work/loop/funnel.json").get_json()
    part = whole["by"]["region"][0]
    seen = seen_by("dispatcher", part["code"]).get("/work/loop/funnel.json").get_json()
    assert [stage["n"] for stage in seen["stages"]] == part["n"]
    assert seen_by().get("/work/loop/nothing.json").status_code == 404
