# `make run` serves the shop, `make test` checks everything. Both set themselves up.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test lock verify soak lint words bench bench-peers teacher clean

export PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The first Python from 3.11 on; PYTHON=... overrides.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

# The environment is stamped with its requirements' checksums: it is made once, and again
# only when they change.
BIN := .venv/bin
NEEDED := $(shell cksum < requirements.txt | tr ' ' '-')
NEEDED_DEV := $(shell cat requirements.txt requirements-dev.txt | cksum | tr ' ' '-')
STAMP := .venv/run-$(NEEDED).stamp
STAMP_DEV := .venv/dev-$(NEEDED_DEV).stamp
NEEDED_PEERS := $(shell cksum < requirements-peers.txt | tr ' ' '-')
STAMP_PEERS := .venv-peers/$(NEEDED_PEERS).stamp

help:
	@echo "make run     serve the shop on http://127.0.0.1:$(PORT) (PORT=... for another port)"
	@echo "make test    style, types and every test"
	@echo "make verify  the long proofs: many visits, many frames, long attacks; half an hour"
	@echo "make soak    ten minutes of mixed load while processes are killed and the database locked"
	@echo "make lint    style and types alone"
	@echo "make lock    what a production install takes, with hashes, and its licences"
	@echo "make words   take new sentences into the translations"
	@echo "make bench   seconds by stage, against the photo codec"
	@echo "make bench-peers  the face finder beside MediaPipe FaceMesh"
	@echo "make teacher  MediaPipe's landmarks for the views that \`flask model train views\` drew"
	@echo "make clean   remove the virtual environments and the tools' caches; instance/ stays"

run: $(STAMP)
	@exec $(BIN)/flask --app wsgi serve

# A file's tests stay together in one process: they share servers that take seconds to start.
PROCESSES ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$(( n < 4 ? n : 4 )))
SIDE_BY_SIDE := -n $(PROCESSES) --dist loadfile

# The tests run even where style or types fail, and last: their summary closes the output.
# PROCESSES=0 runs them one after the other, as a debugger wants it.
test: $(STAMP_DEV)
	@$(MAKE) --no-print-directory lint; linted=$$?; \
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(TESTS) && exit $$linted

# The long forms of what the tests prove in short; each is a test marked `verify`.
verify: $(STAMP_DEV)
	@$(BIN)/python -m pytest -m verify $(TESTS)

# Ten minutes of mixed load with faults; MINUTES=... for another time.
soak: $(STAMP_DEV)
	@$(BIN)/python -m tests.soak $(or $(MINUTES),10)

lint: $(STAMP_DEV)
	@$(BIN)/ruff check .; checked=$$?; $(BIN)/mypy && exit $$checked

# What is pinned stays where it fits; ANEW=1 resolves all of it anew, which takes minutes.
lock: $(STAMP_DEV)
	@$(BIN)/python -m tests.locking $(if $(ANEW),--anew)

words: $(STAMP_DEV)
	@$(BIN)/python -m tests.translations

bench: $(STAMP_DEV)
	@$(BIN)/flask --app wsgi bench

bench-peers: $(STAMP_DEV) $(STAMP_PEERS)
	@$(BIN)/python -m tests.peers.bench

teacher: $(STAMP_PEERS)
	@.venv-peers/bin/python -m webapp.faces.training.teacher $(or $(VIEWS),instance/training/views)

# MediaPipe needs another numpy and OpenCV than the shop: it gets an environment of its own.
$(STAMP_PEERS): $(BIN)/python
	@echo "Installing MediaPipe into .venv-peers."
	@$(BIN)/python -m venv .venv-peers
	@.venv-peers/bin/python -m pip install -r requirements-peers.txt || { \
		echo "MediaPipe 0.10.21 could not be installed (it has wheels for Python 3.9 to 3.12)." >&2; \
		exit 1; }
	@touch $@

$(STAMP): $(BIN)/python
	@echo "Installing the shop's requirements into .venv; the first time takes minutes."
	@$(BIN)/python -m pip install -r requirements.txt
	@touch $@

$(STAMP_DEV): $(BIN)/python
	@echo "Installing the requirements and the tests' tools into .venv."
	@$(BIN)/python -m pip install -r requirements-dev.txt
	@touch $(STAMP) $@

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Lorgnette needs Python 3.11 or newer; none was found. PYTHON=/path/to/python make run names one." >&2; \
		exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Lorgnette needs Python 3.11 or newer; $(PYTHON) is older or missing." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "The virtual environment could not be made; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }

clean:
	rm -rf .venv .venv-peers .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find webapp tests -name __pycache__ -prune -exec rm -rf {} +
