# picotill: every target is one line of `make help`. PYTHON=path chooses the Python that makes .venv.

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; exit; fi; done; echo python3)
BIN := .venv/bin
ARGS ?=
TESTS ?=
RATE ?= 100
SECONDS ?= 10
TILLS ?= 8
ROWS ?= 1000000

.DEFAULT_GOAL := help
.PHONY: help image flash provision diagnose reset perf hil demo run pcsc test check load torture simulate simulate-defects flash-figures pulls emv-figures test-spark reconcile-bench quarter fonts clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'ARGS="..." goes to demo and run (make demo ARGS=--help), TESTS="..." to pytest, PYTHON=path makes .venv'

demo: .venv/picotill-run  ## play one business day on the real firmware and balance it
	@exec $(BIN)/picotill demo $(ARGS)

run: .venv/picotill-reconcile  ## open the desk: the whole system on one web page (PORT=8080)
	@exec $(BIN)/picotill run $(ARGS)

pcsc: .venv/picotill-run  ## offer a PC/SC reader to the till (ARGS="--list", ARGS="--reader NAME")
	@$(BIN)/python tools/system_packages.py pcsc
	@$(PYTHON) tools/environment.py pcsc
	@exec $(BIN)/picotill pcsc $(ARGS)

test: .venv/picotill-test  ## run every test; what could not run is in the last lines
	@$(BIN)/python tools/system_packages.py
	@$(PYTHON) tools/environment.py pcsc || echo 'the tests of PC/SC will be skipped'
	@$(BIN)/python tools/emulator.py
	@$(BIN)/picotill image --keep-going
	@exec $(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

check: .venv/picotill-check  ## ruff, pyright, portability gates, import arrows, tests
	@$(BIN)/python tools/checks.py
	@$(MAKE) --no-print-directory test

load: .venv/picotill-test  ## load one host with sales: RATE=100 a second (0: all it can), SECONDS=10, TILLS=8
	@exec $(BIN)/python -m tools.load --rate $(RATE) --seconds $(SECONDS) --tills $(TILLS)

torture: .venv/picotill-test  ## cut the journal's power: CUTS=100000 SEED=1, PART=1/4 a part of it (REPLAY=SEED:NUMBER tries one again)
	@exec $(BIN)/picotill torture $(if $(REPLAY),--replay $(REPLAY),--cuts $(or $(CUTS),100000) --seed $(or $(SEED),1) --part $(or $(PART),1/1)) $(ARGS)

simulate: .venv/picotill-test  ## many tills, one host, everything fails: DAYS=1000 SEED=1, PART=1/4 a part of it (REPLAY=... as printed tries one again)
	@exec $(BIN)/picotill simulate $(if $(REPLAY),--replay $(REPLAY),--days $(or $(DAYS),1000) --seed $(or $(SEED),1) --part $(or $(PART),1/1)) $(ARGS)

simulate-defects: .venv/picotill-test  ## plant defects and see the simulation find each
	@exec $(BIN)/picotill simulate-defects $(ARGS)

flash-figures: .venv/picotill-test  ## what a transaction costs the flash: our ring, littlefs, one file a record
	@exec $(BIN)/picotill flash-figures $(ARGS)

pulls: .venv/picotill-test  ## pull an inserted card at each of its commands, at the real till
	@exec env PICOTILL_PULLS=all $(BIN)/python -m pytest -n 0 tests/cards/test_pulled.py

emv-figures: .venv/picotill-run  ## commands, bytes and kernel time of a payment, inserted and tapped
	@exec $(BIN)/picotill emv-figures $(ARGS)

test-spark: .venv/picotill-spark  ## run the reconciliation's tests on PySpark too (Java: Debian's default-jre-headless)
	@$(BIN)/python tools/system_packages.py spark
	@exec env PICOTILL_SPARK=1 $(BIN)/python -m pytest -n 0 $(or $(TESTS),tests/reconcile)

reconcile-bench: .venv/picotill-reconcile  ## the reconciliation's rows a second and memory beside plain SQL: ROWS=1000000
	@exec $(BIN)/python -m tools.reconcile.bench $(ROWS)

quarter: .venv/picotill-reconcile  ## 90 days of 20 merchants and 60 tills: clearing, differences, payouts, to the fen
	@exec $(BIN)/python -m tools.quarter

fonts: .venv/picotill-run  ## make the till's fonts again from GNU Unifont
	@exec $(BIN)/picotill fonts $(ARGS)

image: .venv/picotill-run  ## a release image with the till in it (BOARD=pico, MICROPYTHON_SRC=checkout)
	@exec $(BIN)/picotill image $(ARGS)

flash: .venv/picotill-board  ## the till onto a board (PORT=/dev/ttyACM0 BOARD=pico; ARGS=--base its image)
	@exec env PORT="$(PORT)" BOARD="$(or $(BOARD),pico)" $(BIN)/picotill flash $(ARGS)

provision: .venv/picotill-board  ## a till's settings and master key (PORT=/dev/ttyACM0 SETTINGS=till.json)
	@exec env PORT="$(PORT)" SETTINGS="$(SETTINGS)" $(BIN)/picotill provision $(ARGS)

diagnose: .venv/picotill-board  ## what a board tells of itself (PORT=/dev/ttyACM0)
	@exec env PORT="$(PORT)" $(BIN)/picotill diagnose $(ARGS)

reset: .venv/picotill-board  ## a board's till back to the factory, if no payment waits (PORT=/dev/ttyACM0)
	@exec env PORT="$(PORT)" $(BIN)/picotill reset $(ARGS)

perf: .venv/picotill-test  ## the till's figures off an emulated Pico beside the recorded ones (ARGS=record)
	@$(BIN)/python tools/emulator.py
	@$(BIN)/picotill image
	@exec env PICOTILL_PERF="$(ARGS)" $(BIN)/python -m pytest -n 0 tests/perf

hil: .venv/picotill-test  ## one suite on every rig: RIG=pico or unix; CUTS=200 SEED=1 of the power
	@$(BIN)/python tools/system_packages.py hil
	@$(BIN)/python tools/emulator.py
	@test "$(or $(RIG),pico)" != pico || $(BIN)/picotill image
	@exec env PICOTILL_RIG="$(or $(RIG),pico)" PICOTILL_CUTS="$(or $(CUTS),200)" PICOTILL_SEED="$(or $(SEED),1)" \
		$(BIN)/python -m pytest -n 0 tests/hil $(ARGS)

clean:  ## take away .venv, stubs, caches and everything made
	@rm -rf .venv typings build dist run *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# The stamps hold a digest of what they installed; tools/environment.py locks, so two makes at once are safe.
.venv/picotill-%: requirements/*.txt pyproject.toml tools/environment.py
	@command -v $(PYTHON) >/dev/null || { echo 'no $(PYTHON): install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)' >&2; exit 1; }
	@$(PYTHON) tools/environment.py $*
	@touch $@
