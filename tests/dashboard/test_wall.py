"""The wall's answers: what they count, for whom, and how often they are made."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from house import PASSWORD, QUICK, marked_snapshot, marks_in, part_of, signed_in, text_of
from plotly.utils import PlotlyJSONEncoder
from snapshot_builders import doctored, only_snapshot, source_failed, without_rows

from dashboard.access import DEMO, Viewer
from dashboard.accounts.store import Accounts
from dashboard.casebook.calendar import wall_clock
from dashboard.components.viewer_menu import viewer_menu
from dashboard.data import clocks, rounds
from dashboard.data.filters import Filters
from dashboard.data.loop import loop
from dashboard.data.store import KEPT_OPEN, Store
from dashboard.factory import create_app
from dashboard.i18n import Words
from dashboard.settings import Grant, Settings
from dashboard.wall import routes
from dashboard.wall.playlist import DEFAULT, PlaylistError, read_playlist
from dashboard.wall.telling import enterprise

REPOSITORY = Path(__file__).resolve().parents[2]
SCENES = ("situation", "region-g_YRD", "voc", "incineration", "supervision", "loop", "sources")
ACCEPT = {"payload": {"opinion": "x", "excluded": ["bad_retrieval"], "severity": 2}, "version": 0}
SCREENS = 20


def app_over(folder: Path, at: Path, **settings):
    """An app with a casebook of its own."""
    return create_app(Settings(snapshots=folder, casebook=f"sqlite:///{at}/casebook.db", **settings))


@pytest.fixture(scope="module")
def own(root: Path, tmp_path_factory: pytest.TempPathFactory):
    return app_over(root, tmp_path_factory.mktemp("wall"))


def scene(client, name: str) -> dict:
    answer = client.get(f"/data/wall/scene/{name}.json")
    assert answer.status_code == 200, name
    return answer.get_json()


def figure(answer: dict, key: str) -> dict:
    return next(one for one in answer["figures"] if one["key"] == key)


def panel(answer: dict, key: str) -> dict:
    return next(one for one in [*answer["panels"], answer["strip"]] if one["key"] == key)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[scene]]\nkind = "voc"\n[[scene]]\nkind = "vocs"', "scene 2, kind: Input should be 'situation'"),
        ('[[scene]]\nkind = "voc"\nregoin = "130000"', "scene 1, regoin: Extra inputs"),
        ('[[scene]]\nkind = "region"', 'scene 1: a scene of kind "region" needs a region'),
        ('[[scene]]\nkind = "voc"\nregion = "each"', 'scene 1: region "each" is for'),
        ('[[scene]]\nkind = "voc"\nregion = "Hebei"', "scene 1, region: String should match"),
        ('[[scene]]\nkind = "voc"\n[[scene]]\nkind = "voc"', "scene 2 is the same as one before it"),
        ('dwell_s = 1\n[[scene]]\nkind = "voc"', "dwell_s: Input should be greater"),
        ('quiet_hour = "25:00"\n[[scene]]\nkind = "voc"', "quiet_hour: String should match"),
        ("scene = []", "there is no [[scene]] in it"),
        ("[[scene", "see docs/wall.md"),
    ],
)
def test_a_wrong_entry_is_named_with_its_file(tmp_path: Path, text: str, told: str):
    path = tmp_path / "wall.toml"
    path.write_text(text)
    with pytest.raises(PlaylistError) as refused:
        read_playlist(path)
    assert told in str(refused.value) and str(path) in str(refused.value)


def test_the_example_shows_every_kind_of_scene():
    playlist = read_playlist(REPOSITORY / "wall.example.toml")
    assert (
        {one.kind for one in playlist.scene} == {one.kind for one in DEFAULT.scene} == {s.split("-")[0] for s in SCENES}
    )


def test_the_scenes_are_those_of_the_playlist_in_its_order(root: Path, tmp_path: Path):
    path = tmp_path / "wall.toml"
    path.write_text(
        'dwell_s = 9\n[[scene]]\nkind = "loop"\n[[scene]]\nkind = "region"\nregion = "140000"\ndwell_s = 7\n'
    )
    client = app_over(root, tmp_path, wall=path).server.test_client()
    assert scene(client, "first")["scenes"] == [{"name": "loop", "dwell_s": 9}, {"name": "region-140000", "dwell_s": 7}]
    assert client.get("/data/wall/scene/voc.json").status_code == 404


def test_twenty_screens_that_ask_at_once_cost_one_question(own, monkeypatch):
    made: Counter[str] = Counter()
    answer_of = routes.scene_answer
    monkeypatch.setattr(
        routes, "scene_answer", lambda now, one, all_: made.update([one.name]) or answer_of(now, one, all_)
    )
    told: list[tuple[int, bytes, str]] = []

    def look(name: str) -> None:
        answer = own.server.test_client().get(f"/data/wall/scene/{name}.json")
        told.append((answer.status_code, answer.data, answer.headers["ETag"]))

    for times in (1, 2):
        act(own)
        told.clear()
        screens = [threading.Thread(target=look, args=("loop",)) for _ in range(SCREENS)]
        for screen in screens:
            screen.start()
        for screen in screens:
            screen.join()
        assert len(told) == SCREENS and len(set(told)) == 1 and told[0][0] == 200
        assert made["loop"] == times


def act(app) -> str:
    """Somebody accepts a finding; its clue."""
    client = app.server.test_client()
    rows = client.get("/work/clues.json?view=all&status=suspected&severity=2,3&end=99").get_json()["rows"]
    waiting = next(row for row in rows if row["state"] == "IDENTIFIED")
    answer = client.post(f"/work/clues/{waiting['clue_id']}/screen_accept", json=ACCEPT)
    assert answer.status_code == 200, answer.get_json()
    return waiting["clue_id"]


def test_an_answer_is_sent_again_only_when_it_changed(own):
    client = own.server.test_client()

    def asked(name: str, etag: str = "") -> tuple[int, str]:
        answer = client.get(f"/data/wall/scene/{name}.json", headers={"If-None-Match": etag} if etag else {})
        return answer.status_code, answer.headers["ETag"]

    marks = {name: asked(name)[1] for name in SCENES}
    assert {asked(name, mark)[0] for name, mark in marks.items()} == {304}
    act(own)
    changed = {name: asked(name, mark)[0] for name, mark in marks.items()}
    # What people do changes what tells of clues, and nothing of what tells of data only.
    assert {name for name, status in changed.items() if status == 304} == {"sources"}


def test_the_map_is_told_what_was_done_since(own):
    client = own.server.test_client()
    before = scene(client, "situation")
    root, seq = before["root"], before["seq"]
    assert client.get(f"{root}/changes.json?since={seq}").get_json() == {"seq": seq, "changes": []}
    clue = act(own)
    told = client.get(f"{root}/changes.json?since={seq}").get_json()
    assert [one["clue_id"] for one in told["changes"]] == [clue] and told["seq"] == scene(client, "situation")["seq"]
    assert client.get(f"{root}/changes.json?since={told['seq']}").get_json()["changes"] == []


def test_hot_cells_are_those_seen_within_three_days_counted_from_the_files(own, root: Path):
    whole = only_snapshot(root)
    rows = pq.read_table(whole.table("hotspots")).to_pylist()
    groups = pq.read_table(whole.table("place_groups")).to_pylist()
    cities = {row["place_idx"]: row["short_name_zh"] for row in pq.read_table(whole.table("places")).to_pylist()}
    client = own.server.test_client()
    for name, group in (("situation", ""), ("region-g_YRD", "YRD")):
        answer = scene(client, name)
        end = max(row["date"] for row in rows).fromisoformat(answer["map"]["end"])
        spans = [(g["city_idx"], g["valid_from"], g["valid_to"]) for g in groups if g["group_code"] == group]
        newest: dict[tuple[int, int], dict] = {}
        for row in sorted(rows, key=lambda one: one["date"]):
            is_in = not group or any(
                city == row["city_idx"] and first <= row["date"] and (last is None or row["date"] < last)
                for city, first, last in spans
            )
            if row["product"] == "PM25" and row["date"] <= end and is_in:
                newest[row["cell_col"], row["cell_row"]] = row
        fresh = [row for row in newest.values() if end - row["date"] <= timedelta(days=3)]
        assert fresh and figure(answer, "hot")["value"] == len(fresh)
        most = Counter(cities.get(row["city_idx"]) for row in fresh).most_common(1)[0]
        assert answer["title"]["values"]["m"] == most[1]


def test_the_walls_numbers_are_those_of_the_pages(own, root: Path, tmp_path: Path):
    client = own.server.test_client()
    loaded = own.store.current()
    now = loop(loaded, own.server.config["lookout.casebook"]())
    told = clocks.clocks(now, Filters())["counts"]
    assert figure(scene(client, "loop"), "overdue")["value"] == told["overdue"]
    situation = scene(client, "situation")
    assert figure(situation, "open")["value"] == told["open"]
    assert sum(row["value"] for row in panel(situation, "status")["rows"]) == loaded.manifest.tables["clues"].rows
    by_round = [row for row in rounds.frame(loaded, Filters())["by_round"] if row["level"] == 9]
    assert [row["value"] for row in panel(situation, "rounds")["rows"] if row["value"]] == [
        r["checked"] for r in by_round
    ]


def test_failed_not_connected_and_none_do_not_look_like_zero(root: Path, tmp_path: Path):
    cases = {
        "failed": {"manifest": source_failed("satellite_grid", "unreadable")},
        "not_configured": {
            "manifest": lambda told: told["states"].update(satellite_grid={"state": "not_configured", "source": None})
        },
        "ready": {"tables": {"hotspots": without_rows}},
    }
    for state, change in cases.items():
        folder = tmp_path / state
        doctored(root, folder, **change)
        client = app_over(folder, tmp_path).server.test_client()
        answer = scene(client, "situation")
        hot = figure(answer, "hot")
        assert hot["state"] == state and hot["value"] == (0 if state == "ready" else None)
        assert panel(answer, "hot_cities")["state"] == ("none" if state == "ready" else state)
        titles = {"failed": "hot_failed", "not_configured": "unseen", "ready": "no_hot"}
        assert answer["title"]["key"] == f"wall.title.{titles[state]}"


def test_no_title_is_calm_where_clues_could_not_be_read(root: Path, tmp_path: Path):
    def manifest(told: dict[str, Any]) -> None:
        for table in ("clues", "clue_events", "emission_series"):
            source_failed(table, "cut off")(told)

    folder = tmp_path / "failed"
    doctored(root, folder, tables={"clues": without_rows, "clue_events": without_rows}, manifest=manifest)
    client = app_over(folder, tmp_path).server.test_client()
    for kind in ("loop", "supervision", "voc"):
        assert scene(client, kind)["title"]["key"] == "wall.title.clues_failed", kind
    assert figure(scene(client, "voc"), "found_there")["state"] == "failed"
    burners = scene(client, "incineration")
    assert burners["title"]["key"] == "wall.title.burners_failed"
    assert {figure(burners, key)["state"] for key in ("plants", "furnaces_cold", "stacks_over")} == {"failed"}


def test_who_may_see_the_wall_finds_the_way_to_it_in_his_language(own):
    loaded = own.store.current()

    def menu(asking: Viewer, language: str) -> str:
        told = viewer_menu(Words(language), loaded, asking, f"/clues?region=140000&lang={language}&theme=light")
        return json.dumps(told, cls=PlotlyJSONEncoder, ensure_ascii=False)

    for language, text in (("zh", "打开大屏"), ("en", "Open the wall")):
        assert text in menu(DEMO, language) and f'"/wall?lang={language}&theme=light"' in menu(DEMO, language)
    assert "/wall" not in menu(Viewer("plant", frozenset({"enterprise"})), "zh")


def test_a_masked_enterprise_has_a_code_in_both_languages():
    assert enterprise("企业 9425-0F55") == {"zh": "企业 9425-0F55", "en": "Enterprise 9425-0F55"}
    assert enterprise("企业 甲")["en"] == "企业 甲"


def test_orders_past_their_deadline_stand_out_on_the_map(own):
    answer = scene(own.server.test_client(), "supervision")
    assert len(answer["map"]["clues"]["late"]) == figure(answer, "orders_late")["value"]


def test_of_a_snapshot_that_is_gone_nothing_is_kept(root: Path, tmp_path: Path):
    folder = tmp_path / "snapshots"
    kept = []
    app = app_over(folder, tmp_path)
    client = app.server.test_client()
    for number in range(KEPT_OPEN + 1):
        doctored(root, folder, name=f"20230622T10000{number}Z-newer")
        act(app)
        answer = scene(client, "situation")
        assert answer["snapshot"].startswith(f"20230622T10000{number}Z")
        assert client.get(f"{answer['root']}/clues.arrow").status_code == 200
        shown = app.store.current()
        kept.append((weakref.ref(shown), weakref.ref(loop(shown, app.server.config["lookout.casebook"]())._connection)))
    del shown
    gc.collect()
    alive = [tuple(ref() is not None for ref in refs) for refs in kept]
    assert alive == [(False, False)] + [(True, True)] * KEPT_OPEN


@pytest.mark.parametrize("names", ["masked", "full"])
def test_names_are_masked_unless_the_playlist_shows_them(root: Path, tmp_path: Path, names: str):
    path = tmp_path / "wall.toml"
    path.write_text(f'names = "{names}"\n[[scene]]\nkind = "supervision"\n[[scene]]\nkind = "incineration"\n')
    client = app_over(root, tmp_path, wall=path).server.test_client()
    known = set(pq.read_table(only_snapshot(root).table("enterprises"))["name"].to_pylist())
    answer = scene(client, "supervision")
    shown = {row["name"].get("zh", "") for row in panel(answer, "order_days")["rows"]}
    assert answer["is_masked"] is (names == "masked")
    assert bool(shown & known) is (names == "full")
    assert ("~" in answer["snapshot"]) is (names == "masked")


@pytest.fixture(scope="module")
def marked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("marked")
    marked_snapshot(root, target)
    return target


def house_with_walls(marked: Path, folder: Path):
    """A house whose walls show names; one of a province, one of the whole nation, and somebody who signs in."""
    path = folder / "wall.toml"
    path.write_text('names = "full"\n' + "".join(f'[[scene]]\nkind = "{one.kind}"\nregion = "{one.region}"\n'
                                                 for one in DEFAULT.scene))  # fmt: skip
    url = f"sqlite:///{folder}/casebook.db"
    accounts = Accounts(url, wall_clock, hasher=QUICK)
    accounts.add("boss", PASSWORD, Grant(roles=("leader",)))
    soon = wall_clock() + timedelta(days=1)
    anhui = Grant(roles=("leader",), regions=("340000",))
    secret = accounts.add_token("wall-1", "device", anhui, ("wall",), soon)
    app = create_app(Settings(snapshots=marked, casebook=url, wall=path), Store(marked, "1GB"))
    screen = app.server.test_client()
    assert screen.get(f"/device/{secret}?next=/wall").headers["Location"] == "/wall"
    return app, accounts, screen, part_of(marked, anhui), part_of(marked, Grant(roles=("leader",)))


def test_a_wall_reads_its_own_region_and_nothing_but_the_wall(marked: Path, tmp_path: Path):
    app, accounts, screen, part, whole = house_with_walls(marked, tmp_path)
    boss = signed_in(app.server, "boss")
    assert screen.get("/wall").status_code == 200
    first = scene(screen, "first")
    root, outside = first["root"], whole.marks - part.marks
    asked = [f"/data/wall/scene/{one['name']}.json" for one in first["scenes"]]
    asked += [
        f"{root}/{layer}.arrow" for layer in ("places", "groups", "clues", "enterprises", "hotspots", "geometry-0")
    ]
    told = {}
    for address in [*asked, f"{root}/changes.json?since=0", "/wall", "/data/version"]:
        answer = screen.get(address)
        assert answer.status_code == 200, address
        told[address] = marks_in(text_of(answer.data)) & outside
    assert {address: marks for address, marks in told.items() if marks} == {}
    # Groups of which it sees nothing are not among its scenes; the nation's screen has them.
    assert "region-g_FWP" not in {one["name"] for one in first["scenes"]}
    assert "region-g_FWP" in {one["name"] for one in scene(boss, "first")["scenes"]}
    data = root.removeprefix("/data/wall/")
    other = scene(boss, "first")["root"]
    assert screen.get(f"{other}/clues.arrow").status_code == 404
    refused = ["/", "/clues", "/dossier", "/loop", f"/data/{data}/clues.arrow", f"/data/{data}/describe/clue/0.json",
               f"/data/{data}/export/clues.csv", f"/data/{data}/metrics.json", f"/data/{data}/boards/voc.json",
               "/work/clues.json", "/work/changes.json?since=0", "/work/loop/funnel.json", "/api/v1/clues",
               "/metrics"]  # fmt: skip
    assert {address: screen.get(address).status_code for address in refused} == dict.fromkeys(refused, 403)
    accounts.revoke("wall-1")
    assert {screen.get(address).status_code for address in [*asked, "/wall"]} == {401}
