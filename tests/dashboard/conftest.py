"""The dashboard over a tiny campaign."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from casebook_servers import fresh_database, postgres
from flask.testing import FlaskClient
from recount import Recount
from snapshot_builders import HOSTILE_NAMES, campaign_root, doctored, only_snapshot, with_names

from dashboard.data.store import Loaded, Store
from dashboard.factory import LookoutDash, create_app
from dashboard.settings import Settings


@pytest.fixture(scope="session")
def root() -> Path:
    return campaign_root("tiny")


@pytest.fixture(scope="session")
def store(root: Path) -> Store:
    return Store(root, "1GB")


@pytest.fixture(scope="session")
def loaded(store: Store) -> Loaded:
    return store.current()


@pytest.fixture(scope="session")
def app(root: Path, store: Store) -> LookoutDash:
    return create_app(Settings(snapshots=root), store)


@pytest.fixture
def client(app: LookoutDash) -> FlaskClient:
    return app.server.test_client()


@pytest.fixture(scope="session")
def data(loaded: Loaded) -> str:
    """The address below which the data of the snapshot lie."""
    return f"/data/{loaded.id}"


@pytest.fixture(scope="session")
def recount(root: Path) -> Recount:
    return Recount(only_snapshot(root))


@pytest.fixture(scope="session")
def hostile_root(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same campaign, its enterprises called what somebody wishes us ill would call them."""
    target = tmp_path_factory.mktemp("hostile")
    doctored(root, target, tables={"enterprises": with_names(HOSTILE_NAMES)})
    return target


@pytest.fixture
def app_over():
    """An app over another folder of snapshots."""

    def make(folder: Path, **settings: object) -> FlaskClient:
        return create_app(Settings(snapshots=folder, **settings)).server.test_client()  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for the casebook; tests that need it are skipped where none is installed."""
    if postgres().binaries() is None:
        pytest.skip("no PostgreSQL server here: sudo apt-get install postgresql")
    with postgres().server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/casebook.db"
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield url
