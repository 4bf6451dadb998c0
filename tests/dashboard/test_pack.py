"""Tonight's pack: order of visits, the PDF read back, the page that needs nothing else, hostile names."""

from __future__ import annotations

import io
import itertools
import re
import zipfile

import pypdf
import pytest
from dossier_builders import REFERENCE, demo_folder
from snapshot_builders import doctored, with_names
from typer.testing import CliRunner

from dashboard.briefing import fonts
from dashboard.briefing.pack import EmptyPack, UnknownTeam, pack_of
from dashboard.briefing.pack_files import written
from dashboard.briefing.pack_sheet import pack_sheet
from dashboard.briefing.route_order import distance_km, tour_km, visiting_order
from dashboard.data.store import Store
from dashboard.factory import create_app
from dashboard.i18n import Words
from dashboard.pack import app
from dashboard.settings import Settings

DAY = "2023-08-03"
ZH, EN = Words("zh"), Words("en")
HOSTILE = (
    '#import "x.typ": *', "$x^2$ *b* _i_ @ref", "#text(fill: red)[x]", "</style><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "{{ 7*7 }}{% raw %}", "\\u{41} `code` <label>", "= heading",
    "// comment", "a\u0007b",
)  # fmt: skip


@pytest.fixture(scope="module")
def full():
    return Store(demo_folder() / "snapshots", "1GB").current()


@pytest.fixture(scope="module")
def team(full) -> str:
    """The team whose plan has the reference case."""
    asked = """select t.team_code from push_plan p join findings f using (clue_id) join teams t using (team_idx)
               where f.enterprise_id = $id and p.why_not is null limit 1"""
    return full.cursor().execute(asked, {"id": REFERENCE}).fetchall()[0][0]


@pytest.fixture(scope="module")
def pack(full, team):
    """Three enterprises in the order of the tour, the reference case among them."""
    others = full.cursor().execute(
        "select enterprise_id from enterprises where enterprise_idx in (select enterprise_idx from clues) "
        "and enterprise_id <> $id order by enterprise_idx limit 2", {"id": REFERENCE}
    ).fetchall()  # fmt: skip
    return pack_of(full, team, DAY, None, [REFERENCE, *(one for (one,) in others)])


@pytest.fixture(scope="module")
def read(pack):
    """The PDF: its pages as text, without blanks, which Typst sets between scripts."""
    body, _ = written(pack, "pdf", ZH)
    return [packed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(body)).pages]


def packed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_distances_are_great_circles():
    assert distance_km((116.397, 39.909), (121.473, 31.230)) == pytest.approx(1067, abs=3)
    assert distance_km((117.0, 32.0), (117.0, 32.0)) == 0


@pytest.mark.parametrize("places", [[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.5, 1.5)], [(3.0, 3.0)], []])
def test_the_order_visits_everybody_once_and_two_opt_leaves_no_crossing(places):
    base = (0.5, -0.5)
    order = visiting_order(base, places)
    assert sorted(order) == list(range(len(places)))
    shortest = min((sum(tour_km(base, places, one)) for one in itertools.permutations(range(len(places)))), default=0)
    assert sum(tour_km(base, places, order)) == pytest.approx(shortest)


def test_the_plan_of_the_evening_takes_the_reference_case_to_its_team(full, team):
    planned = pack_of(full, team, DAY)
    assert REFERENCE in [stop.found["enterprise"]["enterprise_id"] for stop in planned.stops]
    assert {stop.why for stop in planned.stops} <= {"plan", "pushed"}


def test_kilometres_add_up_and_are_called_straight(pack):
    assert pack.total_km == pytest.approx(sum(stop.leg_km for stop in pack.stops) + pack.back_km)
    assert "直线" in pack_sheet(pack, ZH)["words"]["straight"]


def test_a_team_or_day_that_is_none_and_an_empty_day_are_told_apart(full, team):
    with pytest.raises(UnknownTeam):
        pack_of(full, "T99", DAY)
    with pytest.raises(UnknownTeam):
        pack_of(full, team, "tomorrow")
    with pytest.raises(EmptyPack):
        pack_of(full, team, "2022-01-01")


def test_the_pdf_says_every_sentence_and_number_of_the_dossiers(pack, read):
    whole = "".join(read)
    for stop in pack_sheet(pack, ZH)["stops"]:
        told = stop["sheet"]
        texts = [key["value"] for key in told["keys"]] + [one for part in told["reading"] for one in part["lines"]]
        texts += [cell for one in told["tables"] for row in one["rows"] for cell in row]
        missing = [text for text in texts if packed(text) not in whole]
        assert len(missing) <= len(texts) // 50, missing  # a text broken by a page


def test_the_reference_case_can_be_read_from_its_first_page(read):
    page = next(text for text in read[1:] if "肥东模拟热电" in text)
    assert "279小时高于许可限值50.0mg/m³" in page and "设备故障" in page and "假设：喷氨过量" in page
    assert "限值50" in page and "标记：故障" in page  # the chart is text too


def test_the_cover_has_order_and_contents_with_the_pages_on_which_dossiers_begin(pack, read):
    told = pack_sheet(pack, ZH)
    for stop in told["stops"]:
        heading = packed(stop["heading"])
        begins = next(number for number, text in enumerate(read[1:], 2) if heading in text)
        assert re.search(re.escape(heading) + r"\.*" + str(begins), read[0])
    assert "模拟数据" in read[0] and f"1/{len(read)}" in read[0] and f"{len(read)}/{len(read)}" in read[-1]


def test_twenty_enterprises_are_twenty_dossiers(full, team):
    rows = full.cursor().execute("select enterprise_id from enterprises order by enterprise_idx limit 20").fetchall()
    many = pack_of(full, team, DAY, None, [one for (one,) in rows])
    body, kind = written(many, "pdf", EN)
    pages = pypdf.PdfReader(io.BytesIO(body)).pages
    assert kind == "application/pdf" and 21 <= len(pages) <= 70
    assert [stop.number for stop in many.stops] == list(range(1, 21))


def test_the_page_needs_nothing_from_outside(pack):
    text = written(pack, "html", ZH)[0].decode()
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert {one[0] for one in re.findall(r'(?:href|src)="(.)', text)} == {"#"}
    assert "<script" not in text and "279 小时高于许可限值" in text and text.count("<section") == 3


def test_english_has_no_chinese_but_names(pack):
    told = pack_sheet(pack, EN)
    own = {key: value for key, value in told.items() if key not in ("stops", "order", "areas")}
    assert not re.search(r"[\u4e00-\u9fff]", str(own))
    assert not re.search(r"[\u4e00-\u9fff]", str([stop["sheet"]["checklist"] for stop in told["stops"]]))


def test_hostile_names_are_printed_as_they_are_written(tmp_path, team):
    doctored(demo_folder() / "snapshots", tmp_path, tables={"enterprises": with_names(HOSTILE)})
    hostile = Store(tmp_path, "1GB").current()
    rows = hostile.cursor().execute("select enterprise_id, name from enterprises order by enterprise_idx limit 10")
    named = dict(rows.fetchall())
    made = pack_of(hostile, team, DAY, None, list(named))
    whole = packed(
        "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(written(made, "pdf", ZH)[0])).pages)
    )
    page = written(made, "html", ZH)[0].decode()
    for name in set(named.values()) - {"a\u0007b"}:
        assert packed(name) in whole, name
    assert "<script" not in page and "<img" not in page and "49{% raw %}" not in page


def test_without_a_chinese_font_it_says_what_to_do(monkeypatch):
    fonts.chinese_family.cache_clear()
    monkeypatch.setattr(fonts, "FAMILIES", ())
    with pytest.raises(fonts.NoFont, match="LOOKOUT_FONTS"):
        fonts.chinese_family(None)
    fonts.chinese_family.cache_clear()


def test_the_addresses_give_pdf_page_and_both_in_a_zip(full, team):
    client = create_app(Settings(snapshots=demo_folder() / "snapshots")).server.test_client()
    root = f"/data/{full.id}/pack/{team}/{DAY}"
    assert client.get(f"{root}.pdf").data.startswith(b"%PDF")
    assert "synthetic" in client.get(f"{root}.html").headers["Content-Disposition"]
    names = zipfile.ZipFile(io.BytesIO(client.get(f"{root}.zip").data)).namelist()
    assert sorted(names) == [f"pack-{team}-{DAY}.html", f"pack-{team}-{DAY}.pdf"]
    assert client.get(f"{root}.exe").status_code == client.get(f"/data/{full.id}/pack/T99/{DAY}.pdf").status_code == 404


def test_the_command_writes_both_files_or_says_why_not(monkeypatch, tmp_path, team):
    monkeypatch.setenv("LOOKOUT_SNAPSHOTS", str(demo_folder() / "snapshots"))
    words = ["--team", team, "--day", DAY, "--out", str(tmp_path / "out")]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0 and "straight lines" in answer.stdout
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".html", ".pdf"]
    refused = CliRunner().invoke(app, ["--team", "T99", *words[2:]])
    assert refused.exit_code == 1 and "T99" in refused.output
