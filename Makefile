# Every routine task by name; `make help` lists them. Nothing but Python 3.11+, pip and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SAMPLE := outputs/datasets/sample
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test missing test-notebooks lint format lab explore docs notebooks texts lock clean

help:  ## list these tasks
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(READY)  ## make the environment in .venv (again only when requirements.lock or pyproject.toml changed)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "salesreport needs Python 3.11 or later; name one with: make PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(READY)  ## the sample company and a review pack for each of its reps, under outputs/
	$(BIN)/salesreport demo

test: $(READY)  ## all tests: the package, its documents' examples, the notebooks
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile
	$(MAKE) --no-print-directory test-notebooks

missing: $(READY)  ## whatever an export lacks: all random sets of what is missing, not every other six
	SALESREPORT_ALL_SETS=1 $(BIN)/python -m pytest --numprocesses $(JOBS) tests/report/test_missing.py

.PHONY: deliveries
deliveries: $(READY)  ## a hundred months of mails with a failing server and a dying process, not the six that the tests play
	SALESREPORT_ALL_DELIVERIES=1 $(BIN)/python -m pytest --numprocesses $(JOBS) tests/deliver/test_month.py

# one after the other: kernels that start at the same moment may choose the same ports, and then one of them dies
test-notebooks: $(READY)  ## run the notebooks and compare what they say
	$(BIN)/python -c 'from salesreport.sample import write_company; write_company("$(SAMPLE)")'
	$(BIN)/python -m pytest --nbval notebooks

lint: $(READY)  ## formatting, common mistakes, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(READY)  ## mend formatting and what else can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lab: $(READY)  ## JupyterLab on the notebooks
	@test -e $(SAMPLE)/dataset.json || $(BIN)/python -c 'from salesreport.sample import write_company; write_company("$(SAMPLE)")'
	$(BIN)/jupyter lab notebooks

explore: $(READY)  ## JupyterLab on the conversion explorer with the sample company
	$(BIN)/salesreport explore

docs: $(READY)  ## write the generated pages of docs/ again
	$(BIN)/python docs/generate.py

notebooks: $(READY)  ## run the notebooks on the sample company and keep what their text cells say
	$(BIN)/python -c 'from salesreport.sample import write_company; write_company("$(SAMPLE)")'
	$(BIN)/python docs/notebooks.py

.PHONY: site
site: $(READY)  ## the API reference as pages that open from disk, under outputs/site/
	$(BIN)/python docs/site.py

.PHONY: pictures
pictures: $(READY)  ## make the pictures of README and tour anew (needs Chromium)
	PYTHONPATH=benchmarks $(BIN)/python docs/pictures.py

texts: $(READY)  ## collect the texts of the code into the language catalogues
	$(BIN)/python -m salesreport.language.extract

lock: $(READY)  ## renew requirements.lock to the newest versions that fit
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade --quiet \
		--no-annotate --no-header --no-emit-index-url --no-emit-find-links --output-file requirements.lock

clean:  ## remove the environment and caches; outputs/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

.PHONY: chaos
chaos: $(READY)  ## kill packs and ingests, run them side by side, fill their disk; writes docs/reliability.md (about 15 minutes)
	$(BIN)/python benchmarks/chaos.py

.PHONY: fuzz
fuzz: $(READY)  ## read 10,000 damaged exports; writes the table in docs/reliability.md (about 20 minutes)
	$(BIN)/python benchmarks/fuzz.py --files 10000

BASE ?=
bench: $(READY)  ## measure packs, ingest, figures and explorer against their peers and an earlier commit (BASE=COMMIT); writes docs/performance.md (about 75 minutes)
	$(BIN)/python benchmarks/bench.py $(if $(BASE),--base $(BASE))

.PHONY: overflow
PACKS ?= $(wildcard outputs/*/index.html)
overflow: $(READY)  ## look in a browser for what is cut off in the packs under outputs/, on screens and on paper
	$(BIN)/python benchmarks/overflow.py $(patsubst %/index.html,%,$(PACKS))

.PHONY: validate
validate: $(READY)  ## measure how well forecasts, anomalies and intervals hold; writes docs/validation.md (about 25 minutes)
	$(BIN)/python benchmarks/validate.py
