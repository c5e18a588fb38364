# make run — the main job; make check — after each change; make test — before a commit lands; make test-office — what
# needs nginx, Redis, LibreOffice, containers, and long campaigns; make faults — of those, what breaks things on purpose.
# Everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
# make check or make test DATE='2028-02-29 23:59' (Moscow time) or DATE=random: every process lives on that day.
ON_DAY = $(if $(DATE),$(BIN)/python tests/on_day.py '$(DATE)')
# Which tests share a process, and in which order: tests/circles.py.
SUITE = $(ON_DAY) $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

.PHONY: run check test test-office test-containers faults lint bench venv lock newest sbom wheel screenshots clean

run: .venv/.runtime
	@$(BIN)/vekha up

# Lint, types, import rules, and every test that starts no server, worker, browser, PostgreSQL or program.
check: lint
	$(SUITE) -m "not server and not office"

# The tests of check are in it.
test: .venv/.dev
	$(SUITE) -m "not office"

# Only what is not in make test.
test-office: .venv/.dev
	$(SUITE) -m "office"

# Of those, the image and compose.yaml, made and run: wants podman, buildah, runc, debootstrap; longest the first time.
test-containers: .venv/.dev
	$(SUITE) tests/deployments/compose

# Crashes, failing mail, databases and clocks; the figures go to tests/out/faults: docs/reliability.md.
FAULTS := tests/faults tests/tasks/daily/test_false_day.py tests/tasks/letters/test_sender_killed.py \
  tests/flows/test_process_killed.py tests/flows/test_torn_lines.py tests/flows/test_failed_runs.py \
  tests/deployments/serve/test_up.py
faults: .venv/.dev
	FAULT_ACTS=100000 FAULT_YEARS=5 $(SUITE) -m "server or office" $(FAULTS)

lint: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.dev
	$(BIN)/python -m bench

venv: .venv/.dev

PINNED = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11
# The pinned lock, for every platform and Python 3.11–3.13; no index address is written into it.
lock: .venv/.dev
	$(PINNED) pyproject.toml -o requirements.txt
	$(PINNED) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(PINNED) --group sbom -o requirements-sbom.txt
	$(PINNED) --group build -c requirements-dev.txt -o requirements-build.txt

# The newest of everything that pyproject.toml allows, in .venv-newest: what differs from the lock, what breaks.
# make newest LIFT=sqlalchemy,prefect lifts our own upper bounds of these.
newest: .venv/.dev
	$(BIN)/python tests/newest.py --lift '$(LIFT)' .venv-newest
	$(MAKE) --no-print-directory BIN=.venv-newest/bin lint test

# out/sbom.json (CycloneDX) and out/licences.md: what an installation by the lock consists of, without what tests need.
sbom: .venv-runtime/.done .venv-sbom/.done
	@mkdir -p out
	.venv-sbom/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml -o out/sbom.json .venv-runtime/bin/python
	.venv-sbom/bin/pip-licenses --python .venv-runtime/bin/python --with-urls --format markdown --output-file out/licences.md

.venv-runtime/.done: requirements.txt .venv/.dev
.venv-sbom/.done: requirements-sbom.txt .venv/.dev
.venv-runtime/.done .venv-sbom/.done:
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(@D)
	$(BIN)/uv pip sync --quiet --python $(@D)/bin/python --require-hashes $<
	@touch $@

# dist/vekha-….whl and what it is tested with, for pipx and uv tool, which take no hashes: docs/compose.md.
wheel: .venv/.dev
	$(BIN)/python -m hatchling build --target wheel
	sed -n 's/^\([a-z0-9].*[^ ]\) *\\$$/\1/p' requirements.txt >dist/constraints.txt

screenshots: .venv/.dev
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf .venv .venv-newest .venv-runtime .venv-sbom dist out .pytest_cache .mypy_cache .ruff_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 …"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@
