"""Nobody sees what is outside of his scope, on whatever way he asks; and inside nothing is missing."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from pathlib import Path

import pytest
from house import PASSWORD, QUICK, Part, data_of, marked_snapshot, marks_in, part_of, signed_in, text_of
from worked_house import WORKER, WORKERS, Work, day_of_push, hot_cells, work_on

from dashboard.accounts.store import Accounts
from dashboard.casebook.calendar import wall_clock
from dashboard.data import layers, metrics, queries
from dashboard.data.export import FORMS
from dashboard.data.filters import Filters
from dashboard.data.scope import make_scope
from dashboard.data.scope_rules import RULES, By
from dashboard.data.store import Store
from dashboard.factory import PAGES, create_app
from dashboard.settings import Grant, Settings
from fusion.layout import TABLES

GRANTS = {
    "boss": Grant(roles=("leader",)),
    "shanxi": Grant(roles=("analyst",), regions=("140000",)),
    "anhui": Grant(roles=("dispatcher", "auditor"), regions=("340000",)),
    "two-cities": Grant(roles=("supervisor",), regions=("340500", "410600")),
    "county": Grant(roles=("local_bureau",), regions=("140322",)),
    "group": Grant(roles=("reviewer",), regions=("g:FWP",)),
    "one-round": Grant(roles=("inspector",), rounds=("2023-R03",)),
    "both": Grant(roles=("team_leader",), regions=("370000",), rounds=("2023-R02", "2023-R05")),
    "nowhere": Grant(roles=("leader",), regions=()),
}
MASKED = {
    "open-room": Grant(roles=("leader",), is_masked=True),
    "wall": Grant(roles=("leader",), regions=("340000",), is_masked=True),
}
NUMBER = re.compile(r"\d+\.\d+")
RESTRICTED = [name for name in GRANTS if name != "boss"]
INDICES = (0, 3, 40)
# Who crawls every address; of the others every table is read, of which all answers are made.
CRAWLING = ("anhui", "county")


@pytest.fixture(scope="module")
def marked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("marked")
    marked_snapshot(root, target)
    return target


@pytest.fixture(scope="module")
def parts(marked: Path) -> dict[str, Part]:
    return {name: part_of(marked, grant) for name, grant in GRANTS.items()}


@pytest.fixture(scope="module")
def house(marked: Path, tmp_path_factory: pytest.TempPathFactory):
    """An app with users, and a client of each who has signed in."""
    folder = tmp_path_factory.mktemp("accounts")
    url = f"sqlite:///{folder}/casebook.db"
    accounts = Accounts(url, wall_clock, hasher=QUICK)
    for name, grant in (GRANTS | MASKED | WORKERS).items():
        accounts.add(name, PASSWORD, grant)
    app = create_app(Settings(snapshots=marked, casebook=url, attachments=folder / "files"), Store(marked, "1GB"))
    return app, {name: signed_in(app.server, name) for name in GRANTS | MASKED}


@pytest.fixture(scope="module")
def work(house, marked: Path) -> Work:
    """What was done in the house, before anybody looks."""
    app, _ = house
    return work_on(signed_in(app.server, WORKER), marked)


def work_addresses(data: str, root: Path, work: Work, clue_ids: list[str], enterprise_ids: list[str]) -> list[str]:
    """Addresses that tell of work, with what stands behind their question marks."""
    cells = [cell for found in hot_cells(root).values() for cell in found[:1]]
    return [
        *(f"/work/clues.json?view={view}&end=1000" for view in ("all", "queue", "mine", "overdue", "unassigned")),
        *(f"/work/clues.json?view=all&end=1000&stage={stage}" for stage in ("pushed", "accepted", "confirmed")),
        *(f"/work/clues.json?view=all&q={text}" for text in [*clue_ids[-2:], "厂"]),
        *(f"/work/attachments/{sha}?clue={clue}" for own, sha in work.files.items() for clue in (own, clue_ids[0])),
        *(f"/work/clues/{clue}.json" for clue in [*work.files, *sorted(work.by_hand)[:4]]),
        *(f"/work/cells/{cell['cell_id']}.json?product={cell['product']}&day={cell['day']}" for cell in cells),
        *(f"/work/lots/{draw}.csv" for draw in work.draws),
        *(f"{data}/dossier.json?id={enterprise}&range=all" for enterprise in enterprise_ids),
        *(f"{data}/enterprises.json?q={text}" for text in ("厂", "U0000", "P0", "")),
        *(f"{data}/pack/T06/{day}.html" for day in ("2023-06-21", "2023-06-22", day_of_push())),
        "/work/changes.json?since=0",
        "/api/v1/clues?limit=1000",
        "/api/v1/events?limit=1000",
    ]


def addresses(app, data: str, clue_ids: list[str], enterprise_ids: list[str]) -> list[str]:
    """Every address that answers to GET, filled in: those that others add are found by themselves."""
    choices = {
        "snapshot_id": [data.removeprefix("/data/")], "layer": list(layers.LAYERS), "kind": ["clue", "enterprise"],
        "index": INDICES, "table": list(queries.EXPORTABLE), "form": ["csv", "geojson"], "code": ["A01", "D01"],
        "clue_id": clue_ids, "enterprise_id": enterprise_ids, "name": ["hit_rate", "median_close_hours"],
        "part": ["whole", "against", "funnel", "teams", "supervision", "fixes", "incineration", "voc", "bare_land"],
        "plant": enterprise_ids, "cell_id": ["G3-1318-1448"],
        "city_idx": [40, 140], "sha256": ["0" * 64], "draw_id": ["1"], "lang": ["zh"],
    }  # fmt: skip
    found = []
    for rule in app.server.url_map.iter_rules():
        is_files = rule.rule.startswith(("/static", "/assets", "/_dash-component-suites", "/device", "/<path", "/oidc"))
        if "GET" not in rule.methods or is_files or rule.rule.startswith("/api/v1/<path"):
            continue
        names = sorted(rule.arguments)
        for values in itertools.product(*(choices.get(name, ["1"]) for name in names)):
            with app.server.test_request_context():
                found.append(rule.build(dict(zip(names, values, strict=True)))[1])
    found += [f"{data}/hotspots.arrow?round={n}" for n in range(8)]
    pages = [page.path for page in PAGES]
    return found + pages + [f"{page}?id={enterprise_ids[-1]}&open={clue_ids[-1]}" for page in pages]


def wall_addresses(client) -> list[str]:
    """What the walls are told, by a room of this viewer's own scope."""
    first = client.get("/data/wall/scene/first.json").get_json()
    scenes = [f"/data/wall/scene/{scene['name']}.json" for scene in first["scenes"]]
    columns = [f"{first['root']}/{layer}.arrow" for layer in layers.LAYERS]
    return [*scenes, *columns, *(f"{first['root']}/hotspots.arrow?round={n}" for n in range(8)),
            f"{first['root']}/changes.json?since=0"]  # fmt: skip


@pytest.mark.parametrize("name", CRAWLING)
def test_no_answer_to_anything_tells_of_what_is_outside(house, marked, parts, work, name):
    app, clients = house
    client, part, whole = clients[name], parts[name], parts["boss"]
    made_outside = work.made_outside(part.enterprises)
    outside = (whole.marks - part.marks) | made_outside
    clue_ids = [*sorted(part.clues)[:2], *sorted(whole.clues - part.clues)[:2], *sorted(made_outside)[:1]]
    enterprise_ids = [*sorted(part.enterprises)[:2], *sorted(whole.enterprises - part.enterprises)[:2]] or ["none"]
    told = {}
    asked = addresses(app, data_of(client), clue_ids, enterprise_ids) + wall_addresses(client)
    for address in asked + work_addresses(data_of(client), marked, work, clue_ids, enterprise_ids):
        answer = client.get(address)
        assert answer.status_code < 500, address
        # What was asked for by its id may come back in the words of the refusal.
        echoed = {mark for mark in outside if mark in address}
        told[address] = (marks_in(text_of(answer.data)) & outside) - (echoed if answer.status_code >= 400 else set())
        told[address] -= echoed if address.split("?")[0] in {page.path for page in PAGES} else set()
    assert {address: marks for address, marks in told.items() if marks} == {}


@pytest.mark.parametrize("name", [*RESTRICTED, "boss"])
def test_inside_nothing_is_missing(house, parts, name):
    _, clients = house
    client, part = clients[name], parts[name]
    data = data_of(client)

    def column(table: str, of: str) -> list[str]:
        text = client.get(f"{data}/export/{table}.csv").data.decode("utf-8-sig")
        return [row[of] for row in csv.DictReader(io.StringIO(text))]

    assert sorted(column("enterprises", "enterprise_id")) == sorted(part.enterprises)
    assert sorted(column("clues", "clue_id")) == sorted(part.clues)
    layer = json.loads(text_of(client.get(f"{data}/enterprises.arrow").data))
    clues = json.loads(text_of(client.get(f"{data}/clues.arrow").data))
    assert len(layer["city"]) == len(part.enterprises) and len(clues["city"]) == len(part.clues)
    assert all(-1 <= at < len(part.enterprises) for at in clues["enterprise"])


@pytest.mark.parametrize("name", ["county", "nowhere"])
def test_every_card_is_of_an_enterprise_inside_and_after_the_last_there_is_none(house, parts, name):
    _, clients = house
    client, part = clients[name], parts[name]
    data, n = data_of(client), len(parts[name].enterprises)
    cards = [client.get(f"{data}/describe/enterprise/{i}.json").get_json()["enterprise_id"] for i in range(n)]
    assert cards == sorted(part.enterprises)
    assert client.get(f"{data}/describe/enterprise/{n}.json").status_code == 404
    assert client.get(f"{data}/describe/clue/{len(part.clues)}.json").status_code == 404


def test_a_finding_names_its_own_neighbours_only(house, parts):
    _, clients = house
    part = parts["shanxi"]
    cards = [
        clients["shanxi"].get(f"{data_of(clients['shanxi'])}/describe/clue/{i}.json").get_json() for i in range(60)
    ]
    facts = [json.loads(card["facts"]) for card in cards if card["facts"]]
    named = [one["enterprise_id"] for fact in facts for one in fact["candidates"]]
    assert len(facts) > 5 and set(named) <= part.enterprises
    # Of each, itself is a candidate; some neighbours lie outside and are gone.
    assert len(facts) <= len(named) < 2 * len(facts)
    assert all(fact["hours"] == 3 and fact["stranger"] is None for fact in facts)


@pytest.mark.parametrize("name", ["shanxi", "anhui"])
def test_the_figures_of_a_part_are_the_nations_filtered_by_it(house, marked, name):
    app, clients = house
    (region,) = GRANTS[name].regions
    whole, book = Store(marked, "1GB").current(), app.server.config["lookout.casebook"]()
    expected = metrics.figures(whole, Filters(region=region), None, book)["metrics"]
    found = clients[name].get(f"{data_of(clients[name])}/metrics.json").data
    found = json.loads(text_of(found))["metrics"]
    assert {one["id"]: (one["value"], one["denominator"]) for one in found} == {
        one["id"]: (one["value"], one["denominator"]) for one in expected
    }
    trend = clients[name].get(f"{data_of(clients[name])}/trend.json").data
    assert json.loads(text_of(trend)) == queries.trend(whole.cursor(), Filters(region=region))


@pytest.mark.parametrize("name", ["shanxi", "county", "one-round"])
def test_the_tables_rows_are_of_the_part_and_of_no_other_snapshot(house, parts, name):
    _, clients = house

    def rows(client, snapshot: str):
        return client.post("/_dash-update-component", json={
            "output": "situation-table.getRowsResponse",
            "outputs": {"id": "situation-table", "property": "getRowsResponse"},
            "inputs": [{"id": "situation-table", "property": "getRowsRequest", "value":
                        {"startRow": 0, "endRow": 1000, "sortModel": []}}],
            "state": [{"id": "situation-filters", "property": "data", "value": {"snapshot": snapshot, "query": ""}}],
            "changedPropIds": ["situation-table.getRowsRequest"],
        })  # fmt: skip

    own, boss = (data_of(clients[who]).removeprefix("/data/") for who in (name, "boss"))
    for snapshot in (own, ""):
        answer = rows(clients[name], snapshot).get_json()["response"]["situation-table"]["getRowsResponse"]
        assert answer["rowCount"] == len(parts[name].clues)
        assert {row["clue_id"] for row in answer["rowData"]} <= parts[name].clues
    assert rows(clients[name], boss).status_code == 404


def test_somebody_elses_address_is_not_there(house):
    app, clients = house
    ids = {name: data_of(client) for name, client in clients.items()}
    assert len(set(ids.values())) == len(ids)
    for name, client in clients.items():
        for other in set(ids) - {name}:
            assert client.get(f"{ids[other]}/clues.arrow").status_code == 404, (name, other)
    for what in (
        "trend.json",
        "export/clues.csv",
        "describe/clue/0.json",
        "sources.json",
        "metrics.json",
        "methods.json",
    ):
        assert clients["shanxi"].get(f"{ids['boss']}/{what}").status_code == 404, what
    assert app.server.test_client().get(f"{ids['boss']}/clues.arrow").status_code == 401


def test_what_was_kept_for_one_is_not_given_to_another(house, parts):
    """The same questions, asked first by who may see all: the answers kept for him are his."""
    _, clients = house
    for what in ("clues.arrow", "trend.json", "metrics.json", "methods.json", "sources.json"):
        answers = {name: text_of(clients[name].get(f"{data_of(clients[name])}/{what}").data)
                   for name in ("boss", "shanxi", "anhui", "boss")}  # fmt: skip
        assert what == "sources.json" or len(set(answers.values())) == 3, what


@pytest.mark.parametrize("name", ["wall"])
def test_a_masked_viewer_reads_no_name_code_or_position_whatever_he_asks(house, marked, parts, work, name):
    app, clients = house
    client, whole = clients[name], parts["boss"]
    named = (whole.marks - whole.clues) | {WORKER}
    clue_ids = sorted(part_of_grant(parts, name))[:3]
    told = {}
    enterprise_ids = sorted(whole.enterprises)[:2]
    asked = addresses(app, data_of(client), clue_ids, enterprise_ids) + wall_addresses(client)
    for address in asked + work_addresses(data_of(client), marked, work, clue_ids, enterprise_ids):
        answer = client.get(address)
        assert answer.status_code < 500, address
        told[address] = {mark for mark in marks_in(text_of(answer.data)) & named if mark not in address}
    assert {address: marks for address, marks in told.items() if marks} == {}


def test_a_masked_viewer_sees_clues_made_by_hand_no_finer_than_a_cell(house, work):
    app, clients = house
    exact = [app.server.config["lookout.casebook"]().case(clue_id).case for clue_id in work.by_hand]
    for case in exact:
        one = (f"/work/clues/{case.clue_id}.json", f"/api/v1/clues/{case.clue_id}")
        for address in ("/work/changes.json?since=0", "/api/v1/clues?category=satellite&limit=1000", *one):
            answer = clients["open-room"].get(address)
            told = text_of(answer.data)
            assert case.clue_id in told and answer.status_code == 200, address
            assert not {str(case.lon_deg), str(case.lat_deg)} & set(NUMBER.findall(told)), address


def posts(clue_id: str, enterprise_id: str) -> dict[str, dict]:
    """What could be sent about a clue and an enterprise, to every address that takes such; by address."""
    step = {"payload": {"opinion": "x", "excluded": ["bad_retrieval"], "severity": 2, "reason": "x"}, "version": 0}
    cell = {"cell_id": "G3-1318-1448", "product": "PM25", "day": "2023-06-01"}
    return {
        "/work/assign": {"event": "screen_accept", "clues": {clue_id: 0}, "payload": step["payload"]},
        "/work/dispatch": {"clues": [{"clue_id": clue_id, "version": 0, "team": "T06", "reason": "x"}]},
        "/work/clues": cell | {"enterprise_ids": [enterprise_id]},
        f"/work/clues/{clue_id}/comment": {"text": "x"},
        "/work/own/notes": {"clue_id": clue_id, "text": "x"},
        "/work/own/done": {"clue_id": clue_id, "version": 0, "payload": {"responsible": "x"}},
        **{
            f"/work/clues/{clue_id}/{event}": step
            for event in ("screen_accept", "push", "return", "merge", "create", "assigned")
        },
        f"/api/v1/clues/{clue_id}/events": {"event": "screen_accept", "payload": step["payload"]},
    }


def test_every_address_that_takes_something_about_a_clue_is_tried(house):
    app, _ = house
    tried = {address.replace("CLUE", "<clue_id>").replace("push", "<event>") for address in posts("CLUE", "")}
    # Lists, files and views of one's own; the way in and out; callbacks, each of which is its page's.
    tried |= {"/work/views", "/work/lots.json", "/work/pool", "/work/attachments", "/work/own/files"}
    tried |= {"/login", "/logout"}
    rules = {rule.rule for rule in app.server.url_map.iter_rules() if "POST" in rule.methods}
    assert {rule for rule in rules if not rule.startswith(("/_dash", "/api/v1/<path", "/try"))} - tried == {"/api/v1/"}


@pytest.mark.parametrize("name", ["anhui", "county", "wall"])
def test_nothing_that_is_sent_moves_or_tells_of_a_clue_outside(house, marked, parts, work, name):
    app, clients = house
    client, part = clients[name], parts["anhui" if name == "wall" else name]
    whole, book = parts["boss"], app.server.config["lookout.casebook"]()
    outside = (whole.marks - part.marks) | work.made_outside(part.enterprises)
    worked = sorted(set(work.files) - part.clues)[:1]
    before = book.head()
    for clue_id in [*worked, *sorted(work.made_outside(part.enterprises))[:1], *sorted(whole.clues - part.clues)[:1]]:
        enterprise_id = sorted(whole.enterprises - part.enterprises)[0]
        for address, body in posts(clue_id, enterprise_id).items():
            answer = client.post(address, json=body, headers={"If-Match": '"0"'})
            told = answer.get_json()
            assert answer.status_code in (403, 404) or told["done"] == [], (address, answer.status_code)
            assert not marks_in(text_of(answer.data)) & outside - {clue_id, enterprise_id}, address
    assert book.head() == before


def part_of_grant(parts: dict[str, Part], name: str) -> frozenset[str]:
    return parts["anhui" if name == "wall" else "boss"].clues


def test_masked_enterprises_have_codes_of_their_own_that_last(marked, house):
    store = Store(marked, "1GB")
    parts = [store.current().scoped(make_scope(regions, None, True, b"secret")) for regions in (None, ("340000",))]
    codes = [dict(part.cursor().execute("select enterprise_id, name from enterprises").fetchall()) for part in parts]
    assert len(codes[0]) == 400 and set(codes[1].items()) <= set(codes[0].items())
    other = store.current().scoped(make_scope(None, None, True, b"another house"))
    assert not set(codes[0]) & {
        code for (code,) in other.cursor().execute("select enterprise_id from enterprises").fetchall()
    }


def test_masked_positions_are_no_finer_than_the_cell(marked):
    loaded = Store(marked, "1GB").current()
    masked = loaded.scoped(make_scope(None, None, True, b"secret"))
    asked = "select lon_deg, lat_deg from enterprises where lon_deg is not null order by enterprise_idx"
    exact, coarse = (source.cursor().execute(asked).fetchall() for source in (loaded, masked))
    assert len(exact) == len(coarse) and not set(exact) & set(coarse)
    assert all(abs(a[0] - b[0]) < 0.03 and abs(a[1] - b[1]) < 0.03 for a, b in zip(exact, coarse, strict=True))
    assert masked.cursor().execute("select distinct leader from teams").fetchall() == [("",)]


def test_every_table_of_a_snapshot_says_who_sees_it():
    assert set(RULES) == set(TABLES)


def test_a_table_without_a_rule_shows_nothing_to_who_does_not_see_all(marked, monkeypatch):
    monkeypatch.delitem(RULES, "industries")
    part = Store(marked, "1GB").current().scoped(make_scope(("140000",), None, False, b"secret"))
    assert part.cursor().execute("select count(*) from industries").fetchall() == [(0,)]


@pytest.mark.parametrize("name", RESTRICTED)
def test_every_table_of_a_part_is_numbered_densely_and_knows_no_stranger(marked, parts, name):
    grant = GRANTS[name]
    loaded = Store(marked, "1GB").current()
    part = loaded.scoped(make_scope(grant.regions, grant.rounds, False, b"secret"))
    db = part.cursor()
    outside = parts["boss"].marks - parts[name].marks
    for table, rule in RULES.items():
        rows = db.execute(f'select * from "{table}"').fetchall()
        assert not marks_in(json.dumps(rows, default=str, ensure_ascii=False)) & outside, table
        assert rule.by is not By.NATION or rows == []
        if rule.by is By.PUBLIC and table != "teams":
            assert rows == loaded.cursor().execute(f'select * from "{table}"').fetchall()
    for table, key in (("enterprises", "enterprise_idx"), ("clues", "clue_idx")):
        numbers = [n for (n,) in db.execute(f"select {key} from {table}").fetchall()]
        assert numbers == list(range(len(numbers)))
    assert db.execute("select count(*) from checks anti join enterprises using (enterprise_idx)").fetchall() == [(0,)]
    assert db.execute("select count(*) from clue_events anti join clues using (clue_idx, clue_id)").fetchall() == [(0,)]


def test_the_whole_nation_unmasked_is_the_snapshot_itself(marked):
    loaded = Store(marked, "1GB").current()
    assert loaded.scoped(loaded.scope) is loaded


def test_only_so_many_parts_are_kept(marked, monkeypatch):
    monkeypatch.setattr("dashboard.data.store.SCOPES_KEPT", 2)
    loaded = Store(marked, "1GB").current()
    scopes = [make_scope((code,), None, False, b"secret") for code in ("140000", "340000", "370000")]
    first, _, last = (loaded.scoped(scope) for scope in scopes)
    assert loaded.scoped(scopes[2]) is last and loaded.scoped(scopes[0]) is not first
    assert first.cursor().execute("select count(*) from enterprises").fetchall() != [(0,)]


def test_the_forms_that_are_crawled_are_all_there_are():
    assert {form for forms in FORMS.values() for form in forms} == {"csv", "geojson"}
