"""Attachments by their content, and the command line over a real casebook."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime

import pytest
from casebook_builders import CASE, MONDAY, person, record
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from typer.testing import CliRunner

from dashboard.casebook import attachments
from dashboard.casebook.__main__ import app
from dashboard.casebook.attachments import AttachmentError, find, keep, path_of
from dashboard.casebook.store import open_casebook
from dashboard.i18n import Words


def photo(with_exif=True):
    image, out = Image.new("RGB", (8, 8), "grey"), io.BytesIO()
    exif = Image.Exif()
    if with_exif:
        exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2023:06:20 09:30:00"
        place = exif.get_ifd(IFD.GPSInfo)
        place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "N", (38.0, 30.0, 0.0)
        place[GPS.GPSLongitudeRef], place[GPS.GPSLongitude] = "E", (114.0, 15.0, 36.0)
    image.save(out, "jpeg", exif=exif)
    return out.getvalue()


def office(part, *more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", part, *more):
            archive.writestr(name, "<x/>")
    return out.getvalue()


KEPT = {
    "jpg": photo(),
    "png": b"\x89PNG\r\n\x1a\n" + b"0" * 20,
    "pdf": b"%PDF-1.7\n",
    "mp4": b"\0\0\0\x18ftypmp42" + b"0" * 20,
    "docx": office("word/document.xml"),
    "xlsx": office("xl/workbook.xml"),
    "csv": "时间,浓度\n2023-06-20 01:00,79\n".encode("gb18030"),
}


@pytest.mark.parametrize("kind", KEPT)
def test_a_file_is_known_by_its_content_whatever_it_is_called(tmp_path, kind):
    kept = keep(tmp_path, io.BytesIO(KEPT[kind]), "../../etc/pass\u202ewd.exe")
    assert (kept.type, kept.bytes, kept.name) == (kind, len(KEPT[kind]), "pass_wd.exe")
    assert path_of(tmp_path, kept.sha256).read_bytes() == KEPT[kind]
    again = keep(tmp_path, io.BytesIO(KEPT[kind]), "again")
    assert (again.name, replace(again, name=kept.name)) == ("again", kept)
    assert find(tmp_path, kept.sha256) == replace(kept, name="")
    assert [path.name for path in tmp_path.iterdir()] == [kept.sha256[:2]]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script>,", "kind"),
        (b"  <svg onload=alert(1)>,", "kind"),
        (b"MZ\x90\x00", "kind"),
        (b"a word and no table", "kind"),
        (b"\xff\xd8\xffbroken", "kind"),
        (office("word/document.xml", "word/vbaProject.bin"), "kind"),
        (office("x.txt"), "kind"),
        (b"PK\x03\x04broken", "kind"),
    ],
)
def test_what_is_no_evidence_is_not_kept(tmp_path, content, key):
    with pytest.raises(AttachmentError) as caught:
        keep(tmp_path, io.BytesIO(content), "photo.jpg")
    assert caught.value.key == key
    assert caught.value.text(Words("zh")) != caught.value.text(Words("en"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_too_large_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_BYTES", 1000)
    with pytest.raises(AttachmentError, match="over"):
        keep(tmp_path, io.BytesIO(b"%PDF-" + b"0" * 1000), "x.pdf")


def test_a_photograph_tells_when_and_where_if_it_can(tmp_path):
    kept = keep(tmp_path, io.BytesIO(photo()), "x.jpg")
    assert (kept.taken_at, kept.lon_deg, kept.lat_deg) == (datetime(2023, 6, 20, 9, 30), 114.26, 38.5)
    silent = keep(tmp_path, io.BytesIO(photo(with_exif=False)), "y.jpg")
    assert (silent.taken_at, silent.lon_deg, silent.lat_deg) == (None, None, None)


@pytest.mark.parametrize("sha256", ["../x", "A" * 64, "a" * 63, ""])
def test_only_a_hash_names_a_file(tmp_path, sha256):
    with pytest.raises(ValueError, match="SHA-256"):
        path_of(tmp_path, sha256)


@pytest.fixture
def kept(tmp_path):
    """A casebook of two clues, one with a photograph on record."""
    folder, url = tmp_path / "files", f"sqlite:///{tmp_path}/casebook.db"
    casebook = open_casebook(url, folder, lambda: MONDAY)
    casebook.open_case(CASE)
    sha256 = casebook.keep(person("leader"), ["clue-1"], io.BytesIO(photo()), "x.jpg").sha256
    casebook.comment(person("leader"), "clue-1", "as seen", attachments=[sha256])
    payload, _ = record("screen_accept", casebook.case("clue-1"), MONDAY)
    casebook.act(person("analyst"), "clue-1", "screen_accept", payload=payload, expected_version=1)
    return casebook, ["--casebook", url], ["--attachments", str(folder)], path_of(folder, sha256)


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_verify_tells_the_head_and_finds_a_file_that_is_changed_or_gone(kept):
    casebook, url, files, photograph = kept
    told = run("verify", *url, *files)
    seq, digest = casebook.head()
    assert (
        told.exit_code == 0
        and f"head {seq}:{digest}" in told.output
        and "3 events, 1 cases, attachments: 1" in told.output
    )
    assert run("verify", *url, *files, "--anchor", f"{seq}:{digest}").exit_code == 0
    assert run("verify", *url, *files, "--anchor", f"{seq}:{'0' * 64}").exit_code == 1
    assert run("verify", *url, *files, "--anchor", "12").exit_code == 2
    photograph.write_bytes(b"another")
    told = run("verify", *url, *files)
    assert told.exit_code == 1 and "was changed" in told.output
    photograph.unlink()
    assert "is not there" in run("verify", *url, *files).output


def test_export_replay_tick_and_rebuild_say_what_they_did(kept, tmp_path):
    casebook, url, _, _ = kept
    lines = run("export", *url).output.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["open", "comment", "screen_accept"]
    assert "3 events" in run("export", *url, "--out", str(tmp_path / "out.jsonl")).output
    assert run("export", *url, "--as-of", "2023-06-01T00:00:00").output == ""
    assert json.loads(run("replay", *url, "--as-of", "2023-06-30T00:00:00").output) == {"SCREENED": 1}
    assert json.loads(run("replay", *url, "--as-of", "2023-06-01T00:00:00").output) == {}
    assert run("tick", *url).output == ""
    assert run("rebuild", *url).output == "1 cases\n"


def test_a_casebook_that_cannot_be_opened_is_told_without_its_address():
    told = run("verify", "--casebook", "mysql://u:s3cret@127.0.0.1/x")
    assert told.exit_code == 2 and "s3cret" not in told.output and "LOOKOUT_CASEBOOK" in told.output
