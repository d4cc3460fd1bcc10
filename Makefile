# Two commands for a newcomer: `make demo` and `make test`. Everything they need they install into .venv.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
PERSONS ?= 3000
SEED ?= 20200219
JOBS ?= 2

.PHONY: help install demo test coverage lint migrations messages docs web web-test chromium bench clean

help:
	@echo "make demo    make the sample county, sweep it, run the office over it (Ctrl-C stops)"
	@echo "make install the program and what its pages load, in .venv"
	@echo "make test    set up and pass every test"
	@echo "make coverage the tests once more, with what they run through (slower)"
	@echo "make lint    ruff, import contracts, types"
	@echo "make docs    write the generated references anew"
	@echo "make messages bring the translations in step with the sources; says what is missing"
	@echo "make web     build what the desk pages load (Node comes from a Python wheel)"
	@echo "make bench   run every comparison with its peers (long)"

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11：未找到 python3.11 或 python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本"; exit 1; }
	@echo "== creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.txt requirements/office.txt pyproject.toml | $(VENV)/bin/python
	@echo "== installing the product (requirements/base.txt and office.txt, by hash)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/base.txt -r requirements/office.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.base
	@echo "== installing the test tools (requirements/test.txt, by hash)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/test.txt
	@touch $@

$(VENV)/.spark: requirements/spark.txt $(VENV)/.test
	@echo "== installing Spark and its Java (requirements/spark.txt, by hash)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/spark.txt
	@touch $@

install: $(VENV)/.base web

demo: install
	@$(BIN)/taizhang demo $(DEMO) --persons $(PERSONS) --seed $(SEED)

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/mypy

test: chromium lint web web-test $(VENV)/.spark
	$(BIN)/pytest -n $(JOBS)
	@echo "== the office again, on PostgreSQL"
	$(BIN)/python tests/office/with_postgres.py $(BIN)/pytest -q -n $(JOBS) tests/office tests/access tests/exposure

# What the tests run through, and what not; a third slower than the tests alone.
coverage: $(VENV)/.spark web
	$(BIN)/pytest -n $(JOBS) --cov --cov-report=term:skip-covered

migrations: $(VENV)/.test
	PYTHONPATH=tests DJANGO_SETTINGS_MODULE=officesettings $(BIN)/python -m django makemigrations

# Texts of the office into locale/*.po, Traditional drafted, .mo compiled; English is written into locale/en by hand.
messages: $(VENV)/.test
	$(BIN)/python tools/messages.py

# Node and npm come from the wheel in requirements/web.txt; nothing of them is needed to run the product.
WEB_OUT := src/taizhang/office/static/office/dist
WEB_SOURCES := $(shell find web/src web/build -type f) web/vite.config.ts web/tsconfig.json web/icons.txt
NPM := cd web && PATH="$(abspath $(BIN)):$$PATH" npm --silent

$(VENV)/.web: requirements/web.txt | $(VENV)/bin/python
	@echo "== installing Node (requirements/web.txt, by hash)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/web.txt
	@touch $@

web/node_modules/.ready: web/package-lock.json web/package.json web/.npmrc $(VENV)/.web
	@echo "== installing the browser parts (web/package-lock.json, by hash)"
	@$(NPM) ci
	@touch $@

$(WEB_OUT)/manifest.json: $(WEB_SOURCES) web/node_modules/.ready
	@echo "== building the browser parts"
	@$(NPM) run types
	@$(NPM) run build -- --logLevel warn
	@touch $@

web: $(WEB_OUT)/manifest.json

web-test: web/node_modules/.ready
	@$(NPM) test

# The only things asked of the system: a browser and a Chinese font, for the browser tests and the guides' pictures.
chromium:
	@sh tools/chromium.sh

docs: $(VENV)/.base
	$(BIN)/taizhang docs

# Beside the peers what the office under load needs: the office itself and, among the tests' requirements, a PostgreSQL.
BENCH_LAYERS := base office test bench
$(VENV)-bench/.ready: $(BENCH_LAYERS:%=requirements/%.txt) | $(VENV)/bin/python
	@echo "== installing what the benchmarks need (requirements/{base,office,test,bench}.txt, by hash)"
	@$(PYTHON) -m venv $(VENV)-bench
	@for layer in $(BENCH_LAYERS); do \
	  $(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/$$layer.txt || exit 1; done
	@$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

bench: $(VENV)-bench/.ready web
	$(VENV)-bench/bin/python bench/run_all.py

clean:
	rm -rf $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
