# Everything that is done with Partners from a shell; `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
CODE := shared services embedded cli tests tools
ARGS ?=
WORKERS ?= 3
export SERVERS

##@ Two commands to begin with
.PHONY: demo test
demo: setup system-demo ## the whole platform with a sample district, on http://127.0.0.1:8000
	@exec .venv/bin/partners demo $(ARGS)
test: setup system ## every test, on real RabbitMQ, MongoDB and Chromium (SERVERS=local|docker, WORKERS=3, ARGS=…)
	@exec .venv/bin/pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder $(ARGS)

##@ Trying it
.PHONY: demo-reset tour
demo-reset: setup ## forget what the demo district did
	@exec .venv/bin/partners demo --reset $(ARGS)
tour: setup system-demo ## the main job, step by step, with what happened (ARGS="--url …" for a running one)
	@exec $(PY) -m tests.tour $(ARGS)

##@ Working on it
.PHONY: setup system system-demo lint types fmt lock contracts messages bench bench-mail screenshots clean
setup: ## .venv with the locked packages; quick when nothing changed
	@tools/setup
system: setup ## Debian packages that the tests need; installs them as root
	@$(PY) tools/system_packages.py test
system-demo: setup
	@$(PY) tools/system_packages.py demo
lint: setup ## style, types, import rules
	@failed=0 # all four speak, even when the first is not content
	.venv/bin/ruff check --quiet || failed=1
	.venv/bin/ruff format --check --quiet || failed=1
	.venv/bin/mypy || failed=1
	.venv/bin/lint-imports --no-logo || failed=1
	exit $$failed
types: setup ## types only
	@.venv/bin/mypy
fmt: setup ## put code in order
	@.venv/bin/ruff check --fix --exit-zero
	.venv/bin/ruff format
lock: setup ## write requirements/*.txt anew from pyproject.toml
	@tools/lock
contracts: setup ## write the message schemas and AsyncAPI document from shared/messages
	@$(PY) -m shared.contracts docs/contracts
messages: setup ## bring the pages' sentences into shared/locales, to be translated there
	@.venv/bin/pybabel -q extract -F babel.cfg --no-location --sort-output --project=Partners \
	    --msgid-bugs-address= -o shared/locales/partners.pot shared services embedded
	.venv/bin/pybabel -q update -D partners -i shared/locales/partners.pot -d shared/locales \
	    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=100
bench: setup system ## measure, and write benchmarks/results.json and README.md
	@tools/setup bench
	$(PY) -m benchmarks $(ARGS)
bench-mail: setup system ## 20,000 letters: our sender beside loops that keep nothing
	@tools/setup bench
	$(PY) -m benchmarks letters $(ARGS)
screenshots: setup system ## take docs/screenshots anew
	@$(PY) -m tests.browser.screenshots docs/screenshots
clean: ## remove caches and what was built (not .venv, not the demo's data)
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

##@ Proving it
.PHONY: model faults overload
model: setup system ## ten thousand random histories against outbox, inbox, ladder, letters, seats, figures
	@HYPOTHESIS_PROFILE=many exec .venv/bin/pytest tests/models $(ARGS)
faults: setup system ## end, kill, cut, stall and fill what runs; then check (FAULTS=short|night)
	@[[ $${FAULTS-} == short ]] || .venv/bin/pytest -n 2 --dist=load tests/faults/crash_matrix.py
	exec $(PY) -m tests.faults $(ARGS)
overload: setup system ## ten times what is sustainable, for five minutes; then check that nothing was lost
	@exec $(PY) -m benchmarks.overload $(ARGS)

##@ Running it with Compose
.PHONY: secrets up down compose-smoke
secrets: setup ## fill ./secrets with what is not there yet
	@.venv/bin/partners secrets ./secrets
up: secrets ## build and start all services (ARGS="--profile demo" adds a sample district)
	@docker compose $(ARGS) up --build --wait
down: ## stop all services, keep their data
	@docker compose --profile '*' down
compose-smoke: setup ## start everything in containers, run the tour against it, remove it
	@tools/compose-smoke

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	    /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
