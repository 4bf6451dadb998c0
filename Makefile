# make run: install, build the demo snapshot, serve. make test: install, run everything. make help: the rest.
PYTHON ?= python3.11
HOST ?= 127.0.0.1
PORT ?= 8050
SNAPSHOTS ?= var/snapshots
BIN := .venv/bin
PYTHON_FOUND := $(shell command -v $(PYTHON) || command -v python3)

.PHONY: run full test test-spark lint bench demo help screenshots
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: .venv/.runtime $(SNAPSHOTS)/CURRENT ## install, build the demo snapshot if there is none, serve on HOST:PORT
	$(BIN)/python app.py --snapshots $(SNAPSHOTS) --host $(HOST) --port $(PORT)

demo: .venv/.runtime ## build the demo snapshot again
	$(BIN)/python -m fusion build --demo small --out $(SNAPSHOTS)

full: .venv/.runtime ## the full campaign: 49 categories, 18 million records; made, staged, judged, built
	$(BIN)/python -m fusion build --demo full --out $(SNAPSHOTS)

test: .venv/.dev lint ## install what tests need, check, run all tests, the browser's included
	sh tests/install_browser.sh
	sh tests/install_services.sh
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: .venv/.dev ## format check, lint, types, dependency rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config .ci/importlinter.ini

test-spark: .venv/.dev ## the engines compared: a Spark cluster of one master and two workers on this machine (Java 17)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-spark.txt
	$(BIN)/python -m pytest tests/fusion/test_spark.py

bench: .venv/.dev ## measure the budgets; prints medians
	sh tests/install_browser.sh
	$(BIN)/python -m benchmarks

screenshots: .venv/.dev $(SNAPSHOTS)/CURRENT ## pictures of every screen into docs/screenshots
	sh tests/install_browser.sh
	$(BIN)/python -m benchmarks.screenshots $(SNAPSHOTS)

$(SNAPSHOTS)/CURRENT:
	$(BIN)/python -m fusion build --demo small --out $(SNAPSHOTS)

.venv/.runtime: requirements.txt
	@test -n "$(PYTHON_FOUND)" || { echo "Lookout needs Python 3.11 or newer: none found" >&2; exit 2; }
	@$(PYTHON_FOUND) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Lookout needs Python 3.11 or newer; found $$($(PYTHON_FOUND) -V)" >&2; exit 2; }
	test -d .venv || $(PYTHON_FOUND) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
