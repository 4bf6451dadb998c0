"""A dossier: what it tells of the reference case, what it does not pretend to know, and who may read it."""

from __future__ import annotations

import json
from datetime import datetime
from xml.etree import ElementTree

import pytest
from dossier_builders import REFERENCE, demo_folder
from snapshot_builders import HOSTILE_NAMES, doctored, with_names

from dashboard.briefing.sheet import sheet
from dashboard.briefing.timeline import timeline
from dashboard.casebook.records import Actor
from dashboard.casebook.store import open_casebook
from dashboard.data.clue_case import case_of
from dashboard.data.dossier import CATEGORY_OF, UnknownEnterprise, dossier, search
from dashboard.data.live import live
from dashboard.data.scope import make_scope
from dashboard.data.store import Store
from dashboard.factory import create_app
from dashboard.i18n import Words
from dashboard.settings import Settings

THE_EVENING = datetime(2023, 7, 20, 18)
ZH, EN = Words("zh"), Words("en")


@pytest.fixture(scope="module")
def full():
    return Store(demo_folder() / "snapshots", "1GB").current()


@pytest.fixture(scope="module")
def then(full):
    """The reference case as it was known on the evening on which it was pushed."""
    return dossier(full, REFERENCE, THE_EVENING)


@pytest.fixture(scope="module")
def now(full):
    return dossier(full, REFERENCE)


@pytest.fixture(scope="module")
def client(full):
    return create_app(Settings(snapshots=demo_folder() / "snapshots")).server.test_client()


def keys(found, part=None):
    return [one["key"] for one in found["reading"] if part in (None, one["part"])]


def line(found, key):
    return next(one["values"] for one in found["reading"] if one["key"] == key)


def drawn(found, t):
    ends = tuple(datetime.fromisoformat(found["window"][name]) for name in ("from", "to"))
    return timeline(found, t, ends)


def lines(told, part):
    return next(one["lines"] for one in told["reading"] if one["part"] == part)


def test_on_the_evening_of_the_push_all_237_hours_since_the_onset_are_over_and_marked(then):
    told = line(then, "reading.exceeds_open")
    assert told["since"] == "2023-07-10 21:00" and told["until"] == "2023-07-20 18:00"
    assert told["over"]["number"] == told["hours"]["number"] == 237
    assert line(then, "reading.all_fault")["fault"]["number"] == 237


def test_it_tells_the_ammonia_that_would_explain_it_and_that_nobody_has_tried_yet(then):
    dose = line(then, "reading.dose_up")
    assert dose["at"] == "2023-07-10 21:00" and 55 < dose["before"]["number"] < 65 < 80 < dose["after"]["number"] < 90
    assert {"reading.ammonia", "reading.not_tested"} <= set(keys(then, "explains"))
    assert "reading.verified" not in keys(then)


def test_after_the_dose_was_cut_the_hypothesis_is_borne_out(now):
    cut = line(now, "reading.verified")
    assert cut["at"] == "2023-07-22 12:00" and cut["nox"]["number"] < 50
    assert cut["after"]["number"] < cut["before"]["number"]
    assert "reading.not_tested" not in keys(now)


def test_what_happened_later_was_not_known_then(then, now):
    assert all(values <= "2023-07-20 18:00" for lane in then["lanes"] for values in [lane["from"]])
    assert all(
        len(lane["values"]) < len(later["values"]) for lane, later in zip(then["lanes"], now["lanes"], strict=False)
    )
    assert {clue["rule_id"] for clue in then["clues"]} >= {"R01", "R02"}
    assert next(clue for clue in then["clues"] if clue["rule_id"] == "R02")["facts"] == {}
    assert [mark["to_at"] for mark in then["facts"]["mark"]] == [None, None]


def test_the_other_pollutants_speak_against_a_dead_analyser(then):
    assert line(then, "reading.others_normal")["others"]["list"] == ["SO2", "PM"]


def test_hours_in_which_treatment_stood_still_while_production_ran_are_counted(full):
    ((enterprise_id,),) = full.cursor().execute("select enterprise_id from findings where rule_id = 'R20'").fetchall()
    found = dossier(full, enterprise_id)
    told = line(found, "reading.treatment_off")
    assert told["n"]["number"] >= 6 and told["days"]["number"] >= 2
    assert [lane["series"] for lane in found["lanes"]][:2] == ["production_kw", "treatment_kw"]


def test_service_records_that_begin_later_than_the_case_are_not_taken_for_no_repair(now):
    assert "reading.no_repair" not in keys(now) and line(now, "reading.no_repair_since")["since"] == "2023-07-20"


@pytest.mark.parametrize("t", [ZH, EN], ids=["zh", "en"])
def test_until_somebody_decided_it_is_called_a_suspicion(now, t):
    assert sheet(now, t)["badge"] == t("dossier.badge.suspected")


def test_a_sentence_is_told_in_both_languages_with_the_same_numbers(then):
    zh, en = (lines(sheet(then, t), "unusual") for t in (ZH, EN))
    assert len(zh) == len(en)
    assert "237 小时中有 237 小时高于许可限值 50.0 mg/m³" in zh[0]
    assert "above the permit limit of 50.0 mg/m³ in 237 of 237 hours" in en[0]


def test_what_is_not_there_is_told_as_none_as_not_of_this_enterprise_or_as_not_connected(now):
    states = now["states"]
    assert states["emission"] == states["process"] == "data" and states["penalty"] == "none"
    assert states["power"] == "not_observed" and states["positive_list"] == "not_connected"
    told = {one["label"]: one["text"] for one in sheet(now, ZH)["coverage"]}
    assert len({told["行政处罚"], told["产污、治污设施分表用电"], told["正面清单"]}) == 3


def test_without_a_store_nothing_is_said_to_be_none(loaded):
    ((enterprise_id,),) = (
        loaded.cursor()
        .execute("select enterprise_id from enterprises join emission_daily using (enterprise_idx) limit 1")
        .fetchall()
    )
    found = dossier(loaded, enterprise_id)
    registers = set(CATEGORY_OF) - {"emission", "visit", "satellite", "past_problem"}
    assert {found["states"][kind] for kind in registers} == {"not_connected"}
    assert found["states"]["emission"] == "data" and {lane["step_h"] for lane in found["lanes"]} == {24}
    told = {one["key"]: one for one in sheet(found, EN)["tables"]}
    assert told["limits"]["empty"] == told["marks"]["empty"] == "not connected"


def test_the_picture_has_every_lane_the_marks_by_name_and_the_limit(now):
    picture = drawn(now, EN)
    texts = [node.text for node in ElementTree.fromstring(picture.svg).iter() if node.text]
    assert {"limit 50", "marked: fault", "Ammonia dose", "Load", "Unit meters", "no data before 07-20"} <= set(texts)
    assert any("R01" in text and "begins" in text for text in texts)
    names = [one["name"] for lane in picture.lanes for one in lane["series"]]
    assert names[:3] == ["NOx DA001", "SO2 DA001", "Particulate DA001"]
    assert all(lane["top"] < lane["bottom"] <= picture.height for lane in picture.lanes)


def test_lanes_lie_above_each_other_on_one_scale_of_time(now):
    lanes = drawn(now, ZH).lanes
    assert all(one["bottom"] <= next_one["top"] for one, next_one in zip(lanes, lanes[1:], strict=False))


def test_checks_of_earlier_years_stand_below_this_years_visits(full):
    asked = """select e.enterprise_id, f.from_at::date, f.detail from dossier_facts f
        join enterprises e using (enterprise_idx) where f.kind = 'past_check' order by f.from_at desc limit 1"""
    enterprise, day, detail = full.cursor().execute(asked).fetchone()
    visits = next(one for one in sheet(dossier(full, enterprise), EN)["tables"] if one["key"] == "visits")
    told = next(row for row in visits["rows"] if row[0] == str(day))
    assert (told[1], told[4]) == (json.loads(detail)["round"], str(json.loads(detail)["problems"]))
    assert [row[0] for row in visits["rows"]] == sorted((row[0] for row in visits["rows"]), reverse=True)


def test_pollutants_are_called_by_their_names_not_by_their_codes(full):
    alerted = """select enterprise_id, a.pollutant from enterprises join dossier_alerts a using (city_idx)
        qualify row_number() over (partition by a.pollutant order by enterprise_id) = 1"""
    accused = """select e.enterprise_id, f.pollutant from findings f,
            unnest(from_json(f.facts -> 'candidates', '[{"enterprise_id": "varchar"}]')) one(who)
        join enterprises e on e.enterprise_id = one.who.enterprise_id where f.pollutant = 'PM25' limit 1"""
    words = {"PM25": "PM2.5", "O3": "臭氧"}
    for table, asked in (("alerts", alerted), ("candidates", accused)):
        found = full.cursor().execute(asked).fetchall()
        assert found, table
        for enterprise, code in found:
            rows = next(one for one in sheet(dossier(full, enterprise), ZH)["tables"] if one["key"] == table)["rows"]
            cells = {cell for row in rows for cell in row}
            assert words[code] in cells and not cells & words.keys()


def test_an_enterprise_is_found_by_name_uscc_and_permit(full):
    db = full.cursor()
    for text in ("肥东", REFERENCE, f"{REFERENCE.lower()}001p"):
        assert [row["enterprise_id"] for row in search(db, text)] == [REFERENCE], text
    assert search(db, "肥") == [] and len(search(db, "有限公司", 5)) == 5
    assert search(db, "%' or 1=1 --") == []


def test_an_enterprise_that_is_not_there_is_not_found(full, client):
    with pytest.raises(UnknownEnterprise):
        dossier(full, "nobody")
    assert client.get(f"/data/{full.id}/dossier.json?id=nobody").status_code == 404
    assert client.get(f"/data/{full.id}/dossier.json?id={REFERENCE}&as_of=tomorrow").status_code == 404


def test_the_answer_is_for_the_moment_and_holds_sheet_lanes_and_picture(full, client):
    answer = client.get(f"/data/{full.id}/dossier.json?id={REFERENCE}&lang=en&as_of=2023-07-20T18:00")
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    body = answer.json
    assert body["sheet"]["title"].startswith("肥东") and body["team"]
    assert body["picture"]["to"] == "2023-07-20 18:00" and body["picture"]["svg"].startswith("<svg")


def test_another_range_is_another_axis(full, client):
    ends = {}
    for name in ("case", "7", "30", "all"):
        picture = client.get(f"/data/{full.id}/dossier.json?id={REFERENCE}&range={name}").json["picture"]
        ends[name] = (picture["from"], picture["to"])
    assert ends["7"] == ("2023-07-26 18:00", "2023-08-02 18:00") and len(set(ends.values())) == 4


def test_a_masked_viewer_sees_curves_but_no_name_no_number_and_no_register(full):
    part = full.scoped(make_scope(("340100",), None, True, b"secret"))
    ((masked_id,),) = part.cursor().execute(
        "select enterprise_id from enterprises where enterprise_idx in (select enterprise_idx from dossier_hours "
        "where series = 'nh3_flow_kg_h' order by 1 limit 1)"
    ).fetchall()  # fmt: skip
    found = dossier(part, masked_id)
    text = json.dumps(found, ensure_ascii=False)
    assert REFERENCE not in text and "肥东模拟" not in text
    assert found["runs"] and found["facts"] == {} and found["states"]["penalty"] == "hidden"


def test_who_sees_another_city_does_not_find_it(full):
    part = full.scoped(make_scope(("110000",), None, False, b"secret"))
    with pytest.raises(UnknownEnterprise):
        dossier(part, REFERENCE)
    assert search(part.cursor(), "肥东") == []
    assert part.cursor().execute("select count(*) from dossier_facts").fetchall()[0][0] < 12_000


def test_hostile_names_stay_texts(tmp_path):
    doctored(demo_folder() / "snapshots", tmp_path, tables={"enterprises": with_names(HOSTILE_NAMES)})
    hostile = Store(tmp_path, "1GB").current()
    rows = hostile.cursor().execute("select enterprise_id, name from enterprises order by enterprise_idx limit 10")
    for enterprise_id, name in rows.fetchall():
        found = dossier(hostile, enterprise_id)
        root = ElementTree.fromstring(drawn(found, ZH).svg)
        assert name in next(node.text for node in root.iter("{http://www.w3.org/2000/svg}title"))
        assert not [node for node in root.iter() if node.tag.endswith(("script", "img", "foreignObject"))]
        assert sheet(found, ZH)["title"] == name


def test_a_remark_of_the_casebook_and_a_new_state_stand_in_the_dossier(full, tmp_path):
    casebook = open_casebook(f"sqlite:///{tmp_path}/casebook.db")
    found = dossier(full, REFERENCE, None, live(full, casebook))
    clue_id = next(clue["clue_id"] for clue in found["clues"] if clue["rule_id"] == "R01")
    assert found["states"]["note"] == "none"
    casebook.open_case(case_of(full.cursor(), full, {"clue_id": clue_id}))
    casebook.comment(Actor("甲", frozenset({"local_bureau"})), clue_id, "企业称 7 月 22 日已降氨")
    again = dossier(full, REFERENCE, None, live(full, casebook))
    assert [note["reason"] for note in again["notes"]] == ["企业称 7 月 22 日已降氨"]
    told = next(one for one in sheet(again, ZH)["tables"] if one["key"] == "notes")
    assert told["rows"][0][1:] == ["属地生态环境局", "企业称 7 月 22 日已降氨"]
