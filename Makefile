# The commands of the house. Each brings .venv up to date first; that takes no time when it already is.
#   make PYTHON=/path/to/python3.12 …   to use another Python than the first one found

PYTHON ?= $(or $(shell command -v python3 || command -v python3.14 || command -v python3.13 || \
	command -v python3.12 || command -v python3.11),python3)
BIN := .venv/bin
STEP = @printf '\n== %s ==\n'
# Quick tests: the rules of the house and of the slices, which need no database.
QUICK = tests/house $(wildcard tests/services/*/test_rules*.py tests/services/core/test_settings.py)
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--python-version 3.11 --custom-compile-command "make lock" $(if $(upgrade),--upgrade)

.PHONY: help run test security test-large bench bench-peers bench-growth bench-matching bench-rounds check schema migration lock format clean ready-to-run ready-to-test
.DEFAULT_GOAL := help

help: ## show these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ready-to-run ## start everything: database, migrations, data, server (Ctrl-C stops it)
	@exec $(BIN)/gof up

test: ready-to-test ## run all tests (15 minutes at most on two cores)
	@$(BIN)/pytest -n auto --maxprocesses 8 $(tests)

security: ready-to-test ## the proofs of security alone: who may what, isolation, tampering, forgery, races, limits (10 minutes at most)
	@$(BIN)/pytest -n auto --maxprocesses 8 -m security --examples 2000 --rounds 100 $(tests)

test-large: ready-to-test ## every read at full size, meanwhile 10,000 random documents read in two ways (30 minutes at most; 10 GB in .cache/large)
	@$(BIN)/pytest -n 1 --documents 260 tests/schema/core/test_readings_agree.py & agree=$$!; \
	$(BIN)/python -m tests.large.data && $(BIN)/pytest -m large -n 2 tests/large; large=$$?; wait $$agree && exit $$large

bench: ready-to-test ## measure it beside what could be (docs/benchmarks.md; 6 minutes; write=1 keeps the results)
	@$(BIN)/python -m tests.bench $(if $(write),--write)

bench-peers: ready-to-test ## measure it beside PostGraphile and Mercurius, which npm installs (docs/benchmarks.md; write=1 keeps the results)
	@$(BIN)/python -m tests.bench.peers $(if $(write),--write)

bench-growth: ready-to-test ## measure how costs grow with data and clients (docs/benchmarks.md; write=1 keeps table and plot)
	@$(BIN)/python -m tests.bench.growth $(if $(write),--write)

bench-matching: ready-to-test ## measure how good the ranking of matches is (nDCG@10, recall, MRR, by pair of languages), and what the index of matches costs (8 minutes)
	@$(BIN)/python -m tests.bench.matching

bench-rounds: ready-to-test ## measure allocation rounds beside the bare solvers on the same graphs (10 minutes)
	@$(BIN)/python -m tests.bench.allocation

check: ready-to-test ## format, lint, types, contracts, SDL, migrations, quick tests (under a minute)
	$(STEP) format
	@$(BIN)/ruff format --check --quiet .
	$(STEP) lint
	@$(BIN)/ruff check --quiet .
	$(STEP) types
	@$(BIN)/mypy
	$(STEP) 'contracts: who may import what'
	@$(BIN)/lint-imports
	$(STEP) 'the SDL is the committed one'
	@$(BIN)/gof schema --check
	$(STEP) 'the migrations make the tables of the code'
	@GOF_DATA_DIR=.cache/check $(BIN)/gof migrate --check
	$(STEP) 'quick tests'
	@$(BIN)/pytest --quiet -m 'not slow' $(QUICK)

schema: ready-to-run ## write the SDL into schema/schema.graphql
	@$(BIN)/gof schema --write

migration: ready-to-test ## draft a migration from the tables: make migration m="create workshops"
	@test -n "$(m)" || { echo 'Say what it does: make migration m="create workshops"'; exit 2; }
	@$(BIN)/gof migrate --draft "$(m)"

format: ready-to-test ## put the code into the house's format
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

lock: ready-to-test ## lock the dependencies of pyproject.toml with hashes (upgrade=1 takes newer ones)
	@$(COMPILE) pyproject.toml --output-file deploy/requirements.txt
	@$(COMPILE) pyproject.toml --group dev --constraint deploy/requirements.txt --output-file tests/requirements.txt
	@printf 'uv\nhatchling\neditables\n' | $(COMPILE) - --constraint tests/requirements.txt --output-file deploy/build.txt >/dev/null

clean: ## remove .venv and all caches; the data in .data stay
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

ready-to-run:
	@"$(PYTHON)" deploy/bootstrap.py run

ready-to-test:
	@"$(PYTHON)" deploy/bootstrap.py test
