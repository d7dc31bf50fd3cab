# Needs python3 (3.11, 3.12 or 3.13), make and a package index; everything else goes into .venv.
#   make run    install, run the scenario dushanbe-2025, leave a result and a picture
#   make view   install, open the dashboard
#   make test   install what developers need, then lint, types and tests
#   make quick  the same without the tests that are slow or need a browser, in about a minute
#   make test-newest, make test-oldest  the quick tests with the newest and the oldest versions that pyproject.toml allows
# Another interpreter: make run PYTHON=/path/to/python3.12

VENV := .venv
BIN := $(VENV)/bin
RESULT := results/dushanbe-2025
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt
# Each worker takes a half of the tests in their order, and then from who has most left: what tests share is made once.
TESTS := $(BIN)/python -m pytest -n auto --dist worksteal
NEEDS := pyproject.toml constraints.txt

# Two installations into one environment must not meet.
.NOTPARALLEL:
.PHONY: help run view test quick test-newest test-oldest lint bench schema baseline patterns effects evidence pictures notebooks docs wheel wheel-check clean

help:
	@echo "make run          install into $(VENV) and run the scenario dushanbe-2025"
	@echo "make view         install, open the dashboard in a browser"
	@echo "make test         lint, types and tests, all that CI runs"
	@echo "make quick        lint, types and the quick tests, in about a minute"
	@echo "make test-newest  the quick tests with the newest versions that pyproject.toml allows, in $(VENV)-newest"
	@echo "make test-oldest  the same with the oldest, in $(VENV)-oldest"
	@echo "make lint         ruff, oxlint and mypy only"
	@echo "make bench        time and memory of runs and batches"
	@echo "make docs         build the guide into site/"
	@echo "make schema       write scenarios/schema.json"
	@echo "make baseline     write the reference results and list what changed"
	@echo "make patterns     measure how much the model's diplomacy moves (docs/reference/patterns.md)"
	@echo "make effects      measure what each parameter moves (docs/reference/parameter-effects.md)"
	@echo "make evidence     hold the model against the record: every table of docs/evidence.md"
	@echo "make pictures     draw the pictures of README and guide (needs Chromium)"
	@echo "make notebooks    run the notebooks and save their outputs"
	@echo "make wheel        build dist/*.whl and dist/*.tar.gz"
	@echo "make wheel-check  build, install the wheel in an empty environment elsewhere, run it there"
	@echo "make clean        remove $(VENV)*, dist and caches, but not results"

run: $(VENV)/.ready
	@$(BIN)/sim run dushanbe-2025 --out $(RESULT) --force
	@echo
	@echo "Result:  $(RESULT)/"
	@for picture in $(RESULT)/*.png; do [ -f "$$picture" ] && echo "Picture: $$picture"; done; true

view: $(VENV)/.ready-view
	$(BIN)/sim view

test: lint
	$(TESTS)

quick: lint
	$(TESTS) -m quick

# Made anew each time: what is newest today was not yesterday. The newest Python here for the newest, and the reverse.
test-newest: PYTHONS := python3.13 python3.12 python3.11 python3
test-oldest: PYTHONS := python3.11 python3.12 python3.13 python3
test-newest test-oldest: test-%:
	@for python in $(or $(PYTHON),$(PYTHONS)); do \
		if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then break; fi; \
	done; \
	"$$python" -m venv --clear $(VENV)-$*
	$(VENV)-$*/bin/python tools/bounds.py $* > $(VENV)-$*/constraints.txt
	$(VENV)-$*/bin/python -m pip install -qq --disable-pip-version-check --constraint $(VENV)-$*/constraints.txt \
		--editable '.[dev,docs,experiments,notebooks,view]'
	$(VENV)-$*/bin/python -m pytest -n auto --dist worksteal -m quick

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/python tools/lint_js.py
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.ready-dev
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_view

schema: $(VENV)/.ready
	$(BIN)/sim schema --out scenarios/schema.json

baseline: $(VENV)/.ready-dev
	$(BIN)/python -m tests.baseline

patterns: $(VENV)/.ready-dev
	$(BIN)/python -m tools.patterns

effects: $(VENV)/.ready-dev
	$(BIN)/python -m tools.parameter_effects

evidence: $(VENV)/.ready-dev
	$(BIN)/python tools/deal_record.py
	$(BIN)/python tools/one_past.py
	$(BIN)/python -m tools.evidence

pictures: $(VENV)/.ready-dev
	$(BIN)/python tools/make_pictures.py
	$(BIN)/python tools/make_view_pictures.py

notebooks: $(VENV)/.ready-dev
	$(BIN)/python tools/notebooks.py

docs: $(VENV)/.ready-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

wheel: $(VENV)/.ready-dev
	rm -rf dist
	$(BIN)/python -m build --no-isolation

wheel-check: wheel
	@set -eu; \
	elsewhere=$$(mktemp -d); trap 'rm -rf "$$elsewhere"' EXIT; here=$$(pwd); \
	$(BIN)/python -m venv "$$elsewhere/venv"; \
	"$$elsewhere/venv/bin/python" -m pip install -qq --disable-pip-version-check \
		--constraint constraints.txt "$$here"/dist/*.whl; \
	cd "$$elsewhere"; \
	venv/bin/sim run dushanbe-2025 --out result; \
	[ -n "$$(ls result)" ]; \
	echo "The wheel runs on its own."

clean:
	rm -rf $(VENV) $(VENV)-newest $(VENV)-oldest dist build site .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps live inside the environment, so they go when it goes; they are older than what they depend on only when
# that has changed, so a second call installs nothing.
$(VENV)/.ready: $(NEEDS) | $(BIN)/python
	@echo "Installing sim into $(VENV) (a minute or two the first time) ..."
	@$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.ready-view: $(NEEDS) | $(BIN)/python
	@echo "Installing sim and its dashboard into $(VENV) (a minute or two the first time) ..."
	@$(PIP_INSTALL) --editable '.[view]'
	@touch $@ $(VENV)/.ready

$(VENV)/.ready-dev: $(NEEDS) | $(BIN)/python
	@echo "Installing sim and the developers' tools into $(VENV) (a minute or two the first time) ..."
	@$(PIP_INSTALL) --editable '.[dev,docs,experiments,notebooks,view]'
	@touch $@ $(VENV)/.ready $(VENV)/.ready-view

$(BIN)/python:
	@other=''; bare=''; \
	for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
		version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
		case "$$version" in 3.11|3.12|3.13) ;; *) other="$$other$$python is $$version; "; continue;; esac; \
		if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then bare="$$python"; continue; fi; \
		if "$$python" -m venv --clear $(VENV); then exit 0; fi; \
		rm -rf $(VENV); exit 1; \
	done; \
	if [ -n "$$bare" ]; then \
		echo "$$bare cannot create a virtual environment: install its venv package" \
			"(Debian, Ubuntu: apt install python3-venv), then run make again." >&2; \
	else \
		echo "sim needs Python 3.11, 3.12 or 3.13, and none of them is installed ($${other}tried" \
			"$(or $(PYTHON),python3 and python3.11 to python3.13)). Install one, or name it:" \
			"make run PYTHON=/path/to/python3.12" >&2; \
	fi; \
	exit 1
