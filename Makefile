# The four verbs everybody needs: install, demo, test, lint. Each sets up what it needs and works a second time.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help

.PHONY: help install server demo test soak lint format score bench lock clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

install: .venv/installed ## the program into .venv/ (.venv/bin/mailbot)

.venv/installed: requirements.lock pyproject.toml
	sh scripts/system-packages.sh run
	PYTHON=$(PYTHON) sh scripts/venv.sh requirements.lock
	touch $@

server: .venv/served ## the same, with what PostgreSQL and an S3-compatible store need

.venv/served: requirements-server.lock pyproject.toml
	sh scripts/system-packages.sh run
	PYTHON=$(PYTHON) sh scripts/venv.sh requirements-server.lock
	touch $@

.venv/tested: requirements-test.lock pyproject.toml
	sh scripts/system-packages.sh test
	PYTHON=$(PYTHON) sh scripts/venv.sh requirements-test.lock
	touch $@ .venv/installed

demo: .venv/installed ## the main job on embedded servers, nothing to configure
	$(BIN)/mailbot demo

# Files in order, as the long ones come first: behind the short ones, the last would keep one core busy alone. The third
# worker fills what two leave idle while they wait for servers; it gains little, as most of the time is a core's.
test: .venv/tested ## every test (installs and starts Dovecot, Postfix and PostgreSQL where the user may)
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

soak: .venv/tested ## 10,000 mails under kill -9 and server faults on both databases, 500 lives at random (hours; SOAK="--mails 2000")
	$(BIN)/python -m tests.soak --engine sqlite $(SOAK)
	$(BIN)/python -m tests.soak --engine postgres $(SOAK)
	MAILBOT_LIVES=$${MAILBOT_LIVES:-500} $(BIN)/python -m pytest tests/faults/test_state_machine.py

lint: .venv/tested ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/tested ## lay the code out
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

score: .venv/tested build/samples/labels.json ## labelled samples (and those of MAILBOT_SAMPLES) through mailbot check
	$(BIN)/python -m tests.score.score build/samples
	@if [ -n "$$MAILBOT_SAMPLES" ]; then $(BIN)/python -m tests.score.score "$$MAILBOT_SAMPLES"; fi

bench: .venv/tested build/samples/labels.json ## how fast, beside the bare libraries in the same run
	$(BIN)/python -m tests.bench.bench_intake
	$(BIN)/python -m tests.bench.bench_reading build/samples
	$(BIN)/python -m tests.bench.bench_workers build/samples
	$(BIN)/python -m tests.bench.bench_ledger --mails 1000000 --cases 300000 --export 100000

build/samples/labels.json: tests/score/make_samples.py $(wildcard mailbot/demo/*.py)
	$(BIN)/python -m tests.score.make_samples build/samples --count 48 --seed 31

lock: ## pin every version anew
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --extra build --extra demo -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --extra build --extra demo --extra postgres --extra s3 --extra dev -o requirements-test.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --extra build --extra postgres --extra s3 -o requirements-server.lock

clean: ## remove what was installed and built here
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache
