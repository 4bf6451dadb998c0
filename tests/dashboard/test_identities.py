"""One person, however they came in: local, by single sign-on, as a program; and what that is good for."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from importlib import resources

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from casebook_builders import CASE, MONDAY, TO_CLOSED, acting, record
from house import PASSWORD, QUICK

from dashboard.accounts.grants import AccountError
from dashboard.accounts.store import Accounts
from dashboard.casebook.chain import link
from dashboard.casebook.errors import Conflict, MissingRecord, NotAllowed
from dashboard.casebook.machine import Request, opening, remark
from dashboard.casebook.records import Actor
from dashboard.casebook.rows import event_row
from dashboard.casebook.standing import stand
from dashboard.casebook.store import open_casebook
from dashboard.casework.saved_views import save_view, saved_views
from dashboard.database import open_database, upgrade, writing
from dashboard.dispatch.kept_draws import Kept, draws, keep
from dashboard.settings import Grant

ISSUER = "https://id.example"
ANALYST = Grant(roles=("analyst",))
NOW = datetime(2026, 3, 2, 9, 0)


@pytest.fixture
def accounts(database):
    return Accounts(database, lambda: NOW, hasher=QUICK)


@pytest.fixture
def book(database, accounts, tmp_path):
    """A casebook beside the accounts, with one case."""
    found = open_casebook(database, tmp_path / "files", lambda: MONDAY)
    found.open_case(CASE)
    return found


def local(accounts, name, *roles, **more):
    accounts.add(name, PASSWORD, Grant(roles=roles or ("analyst",), **more))
    return accounts.of_session(accounts.begin(name))


def signed_on(accounts, subject, name, *roles):
    secret = accounts.begin_signed_on(ISSUER, subject, name, Grant(roles=roles or ("analyst",)))
    return accounts.of_session(secret)


def accept(book, viewer, version=0, **changes):
    payload, _ = record("screen_accept", book.case("clue-1"), MONDAY)
    return book.act(viewer.actor(), "clue-1", "screen_accept", payload=payload | changes, expected_version=version)


def test_people_of_one_name_who_came_in_by_different_doors_are_different_people(accounts):
    mine, theirs = local(accounts, "zhang"), signed_on(accounts, "42", "Zhang")
    program = accounts.of_token(accounts.add_token("zhang", "token", ANALYST, ("write:events",), NOW + timedelta(9)))
    assert len({mine.person, theirs.person, program.person}) == 3
    assert (mine.name, theirs.name, program.name) == ("zhang", "Zhang (2)", "zhang (3)")


def test_who_signs_on_is_known_by_the_subject_whatever_they_are_called(accounts):
    first, renamed = signed_on(accounts, "42", "wang"), signed_on(accounts, "42", "wang-li")
    recycled = signed_on(accounts, "43", "wang")
    assert first.person == renamed.person != recycled.person


def test_a_program_acts_as_its_person_and_is_shut_out_with_them(accounts):
    person = local(accounts, "li").person
    secret = accounts.add_token("feed", "token", ANALYST, ("write:events",), NOW + timedelta(9), "li")
    assert accounts.of_token(secret).person == person
    accounts.change("li", is_disabled=True)
    assert accounts.of_token(secret) is None
    with pytest.raises(AccountError, match="no user"):
        accounts.add_token("other", "token", ANALYST, ("write:events",), NOW, "nobody")


def test_a_screen_on_a_wall_is_nobody(accounts):
    secret = accounts.add_token("wall", "device", Grant(roles=("leader",)), ("situation",), NOW + timedelta(9))
    assert accounts.of_token(secret).person == ""


def test_linked_identities_are_one_pair_of_eyes_also_for_what_was_done_before(accounts, book):
    local(accounts, "zhang", "analyst", "reviewer")
    before = signed_on(accounts, "42", "z.san", "inspector")
    assert before.actor().is_named("z.san", before.person)
    accounts.link("zhang", ISSUER, "42")
    now = accounts.of_session(accounts.begin("zhang")).actor()
    assert now.is_named("somebody", before.person)
    assert signed_on(accounts, "42", "z.san").person == now.person
    assert book.people().named("z.san") is None


@pytest.mark.parametrize("written", ["zhang", " Zhang ", "ZHANG"])
def test_the_second_pair_of_eyes_is_another_persons_however_it_is_written(accounts, book, written):
    mine = local(accounts, "zhang")
    book.open_case(CASE)
    with pytest.raises(MissingRecord) as caught:
        accept(book, mine, severity=1, second_reader=written)
    assert [(one.field, one.key) for one in caught.value.complaints] == [("second_reader", "same_person")]


def test_the_second_pair_of_eyes_is_no_alias_and_no_stranger(accounts, book):
    mine = local(accounts, "zhang")
    accounts.add_token("machine", "token", ANALYST, ("write:events",), NOW + timedelta(9))
    for name in ("Z. S.", "machine"):
        with pytest.raises(MissingRecord) as caught:
            accept(book, mine, severity=1, second_reader=name)
        assert [one.key for one in caught.value.complaints] == ["nobody_known"]
    other = local(accounts, "li")
    event = accept(book, mine, severity=1, second_reader=other.person, persons={"second_reader": mine.person})
    assert event.payload["second_reader"] == "li" and event.payload["persons"] == {"second_reader": other.person}
    assert event.person == mine.person and book.verify().is_whole


def test_whoever_inspected_does_not_recheck_under_another_identity(accounts, book):
    inspector = local(accounts, "zhang", "inspector", "reviewer")
    local(accounts, "lead", "team_leader")
    local(accounts, "second", "reviewer")
    for event in TO_CLOSED[:-1]:
        standing = book.case("clue-1")
        payload, files = record(event, standing, MONDAY)
        if event == "start_check":
            payload["inspectors"][0]["name"] = "Zhang"
        names = {"reviewed_by": "lead", "approver": "lead", "second_reader": "lead"}
        payload |= {name: value for name, value in names.items() if name in payload}
        actor = inspector.actor() if event in ("start_check", "confirm") else acting(event, standing.state)
        book.folder = None
        book.act(actor, "clue-1", event, payload=payload, expected_version=standing.version, attachments=files)
    assert book.case("clue-1").inspector_persons == (inspector.person, "")
    accounts.link("zhang", ISSUER, "42")
    again = signed_on(accounts, "42", "z.san", "reviewer")
    payload, _ = record("pass", book.case("clue-1"), MONDAY)
    payload |= {"first_signature": "lead", "second_signature": "second"}
    with pytest.raises(NotAllowed, match="inspector_rechecks"):
        book.act(again.actor(), "clue-1", "pass", payload=payload, expected_version=book.case("clue-1").version)
    assert book.verify().is_whole


def test_views_and_draws_are_their_persons_not_their_names(accounts, book):
    mine, theirs = local(accounts, "zhang"), signed_on(accounts, "42", "zhang")
    save_view(book.engine, mine.key, "late", "view=overdue", NOW)
    assert saved_views(book.engine, mine.key) and not saved_views(book.engine, theirs.key)
    lot = Kept("dual_random", "s", "m", "v", "", 9, "x", theirs.name, NOW, (("E1", 1.0, None),), theirs.person)
    keep(book.engine, lot)
    assert keep(book.engine, lot) == lot.draw_id
    (told,) = draws(book.engine, ("dual_random",))
    assert (told["n"], told["made_by_person"]) == (1, theirs.person)


def to_team(book):
    """The case with team T01."""
    for event in ("screen_accept", "push"):
        standing = book.case("clue-1")
        payload, _ = record(event, standing, MONDAY)
        payload = {name: value for name, value in payload.items() if name not in ("second_reader", "approver")}
        actor = acting(event, standing.state)
        book.act(actor, "clue-1", event, payload=payload, expected_version=standing.version)


def hand(book, leader, to, version=2):
    return book.act(leader.actor(), "clue-1", "assigned", payload={"person": to}, expected_version=version)


def test_a_leader_hands_a_clue_to_a_person_of_the_team_and_nothing_else_moves(accounts, book):
    leader = local(accounts, "lead", "team_leader", team="T01")
    member = local(accounts, "li", "inspector", team="T01")
    to_team(book)
    before = book.case("clue-1")
    event = hand(book, leader, member.person)
    after = book.case("clue-1")
    assert (after.assignee, after.assignee_person) == ("li", member.person)
    assert (after.state, after.due_at, after.since) == (before.state, before.due_at, before.since)
    assert (event.source, event.target, event.payload["person"]) == ("PUSHED", "PUSHED", "li")
    with pytest.raises(Conflict):
        hand(book, leader, "lead")
    with pytest.raises(MissingRecord, match="has_it"):
        hand(book, leader, "li", version=3)
    assert book.verify().is_whole
    book.rebuild()
    assert book.case("clue-1") == after


@pytest.mark.parametrize(("to", "why"), [("wu", "other_team"), ("nobody", "nobody_known"), ("", "missing")])
def test_a_clue_is_handed_to_nobody_but_its_own_team(accounts, book, to, why):
    leader = local(accounts, "lead", "team_leader", team="T01")
    local(accounts, "wu", "inspector", team="T02")
    to_team(book)
    with pytest.raises(MissingRecord) as caught:
        hand(book, leader, to)
    assert [(one.field, one.key) for one in caught.value.complaints] == [("person", why)]


def test_only_the_teams_own_leader_hands_over_and_only_what_the_team_has(accounts, book):
    own = local(accounts, "lead", "team_leader", team="T01")
    other = local(accounts, "wu", "team_leader", team="T02")
    plain = local(accounts, "li", "inspector", team="T01")
    with pytest.raises(NotAllowed):
        hand(book, own, "li", version=0)
    to_team(book)
    for who in (other, plain):
        with pytest.raises(NotAllowed):
            hand(book, who, "li")


def test_a_file_belongs_to_who_brought_it_and_the_clue_it_was_brought_for(accounts, book):
    mine, theirs = local(accounts, "zhang"), local(accounts, "li")
    book.open_case(CASE.__class__(**{**CASE.__dict__, "clue_id": "clue-2"}))
    kept = book.keep(mine.actor(), ["clue-1"], io.BytesIO(b"%PDF-1.7 secret"), "my letter.pdf").sha256
    told = []
    for actor, clue_id, sha in (
        (mine.actor(), "clue-2", kept),
        (theirs.actor(), "clue-1", kept),
        (mine.actor(), "clue-1", "0" * 64),
    ):
        with pytest.raises(MissingRecord) as caught:
            book.comment(actor, clue_id, "x", attachments=[sha])
        told.append(str(caught.value))
    assert len(set(told)) == 1
    again = book.keep(theirs.actor(), ["clue-1"], io.BytesIO(b"%PDF-1.7 secret"), "another.pdf")
    assert (again.sha256, again.name) == (kept, "another.pdf")
    book.comment(mine.actor(), "clue-1", "x", attachments=[kept])
    book.comment(theirs.actor(), "clue-1", "y", attachments=[kept])
    assert set(book.file_names("clue-1").values()) == {"my letter.pdf", "another.pdf"}


def at_revision(url, revision):
    """A database as an older program left it."""
    engine = open_database(url)
    config = Config()
    config.set_main_option("script_location", str(resources.files("dashboard").joinpath("migrations")))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def old_events():
    """An opening and a remark of somebody who came by single sign-on, as they were written before."""
    opened = link(opening(CASE, MONDAY), 1, "0" * 64)
    said = Request(Actor("oidc:wang", frozenset({"analyst"})), "comment", {}, (), "as seen")
    return [opened, link(remark(stand([opened]), said, MONDAY), 2, opened.hash)]


def insert(db, table, **row):
    columns = ", ".join(row)
    db.execute(sa.text(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(f':{name}' for name in row)})"), row)


def test_an_old_house_becomes_one_of_persons_and_its_chain_stays_whole(database):
    engine = at_revision(database, "0011_draws")
    grant = {"roles": '["analyst"]', "is_masked": False, "created_at": NOW}
    with writing(engine) as db:
        insert(db, "users", name="zhang", password=QUICK.hash(PASSWORD), is_disabled=False, **grant)
        insert(db, "tokens", name="zhang", hash="h", kind="token", pages='["write:events"]', expires_at=NOW, **grant)
        for owner in ("zhang", "oidc:wang", "demo"):
            insert(db, "saved_views", owner=owner, name="late", query="view=overdue", saved_at=NOW)
        events = old_events()
        for event in events:
            row = {name: value for name, value in event_row(event).items() if name != "person"}
            insert(db, "casebook_events", **row)
        db.execute(sa.text("UPDATE casebook_head SET seq = 2, hash = :hash"), {"hash": events[-1].hash})
    upgrade(engine)
    accounts = Accounts(database, lambda: NOW, hasher=QUICK)
    book = open_casebook(database, None, lambda: MONDAY)
    book.rebuild()
    assert book.verify().is_whole
    mine = accounts.of_session(accounts.sign_in("zhang", PASSWORD, "::1"))
    wang = signed_on(accounts, "42", "wang")
    later = signed_on(accounts, "43", "wang")
    assert saved_views(engine, mine.key) and saved_views(engine, wang.key) and not saved_views(engine, later.key)
    (said,) = [event for event in book.timeline("clue-1") if event.event == "comment"]
    assert wang.actor().is_named(said.actor, said.person) and not later.actor().is_named(said.actor, said.person)
    accept(book, mine, version=1, second_reader="wang")
    assert book.verify().is_whole
    with engine.connect() as db:
        token = db.execute(sa.text("SELECT person_id FROM tokens")).scalar()
    assert token not in (None, mine.person)
    assert json.loads(event_row(said)["payload"]) == {}
