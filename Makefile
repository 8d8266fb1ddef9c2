# Two commands matter: `make demo` and `make test`. `make` alone says what else there is.
SHELL := /bin/bash
PYTHON_IN := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help demo setup test check fmt lock bench-room bench-floor screenshots clean

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Set everything up and open the worked example; ROBOTS=1 adds simulated participants, PORT=… another port
	@scripts/setup run
	@exec .venv/bin/doithoai demo $(if $(filter-out 0,$(ROBOTS)),--robots)

setup: ## Set up .venv with everything for running, testing and checking
	@scripts/setup test

test: setup ## Run all tests, those in a real browser included; TESTS=… runs some of them
	@scripts/browser
	@$(PYTHON_IN) -m pytest -q $(TESTS)

check: setup ## Check style, types (Python and JavaScript) and the JSON files
	@$(PYTHON_IN) -m ruff check .
	@$(PYTHON_IN) -m ruff format --check .
	@$(PYTHON_IN) -m mypy
	@web/node_modules/.bin/tsc -p web
	@for file in $$(git ls-files '*.json'); do $(PYTHON_IN) -m json.tool "$$file" >/dev/null || exit 1; done

fmt: setup ## Write all Python files in the one style
	@$(PYTHON_IN) -m ruff check --fix --quiet . ; $(PYTHON_IN) -m ruff format --quiet .

lock: ## Choose the newest allowed versions again and write the lock files
	@scripts/lock

bench-room: setup ## Measure the room with 500 and 2,000 simulated participants
	@$(PYTHON_IN) -m bench.room

bench-floor: setup ## Measure how soon a voice is heard after the floor is given, and silent after it is taken
	@$(PYTHON_IN) -m bench.floor

screenshots: setup ## Take the pictures of all screens again
	@scripts/browser
	@$(PYTHON_IN) -m pytest -q tests/browser/test_screenshots.py

clean: ## Remove what was set up and built (never data/)
	@rm -rf .venv build dist web/node_modules web/vendor .mypy_cache .pytest_cache .ruff_cache .hypothesis
