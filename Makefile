# The same targets serve people and CI. `make` alone lists them.
# ARGS is handed on: `make run ARGS="--port 9000"`, `make test ARGS="-k verdict"`.

VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
PYTEST := $(VENV_PYTHON) -m pytest
CODE := bootstrap.py tests $(wildcard sandbox runtime images testgen)

# The first interpreter that is new enough; with none, bootstrap.py says what is missing.
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; exit; }; \
	done; echo python3)
endif

SET_UP := $(PYTHON) bootstrap.py
# What checks and unit tests need: no root, no system packages.
SET_UP_CHECKS := $(SET_UP) --dev --only venv --only packages --only project

# Younger releases than this are not locked: time for others to notice a bad one.
COOLDOWN_DAYS := 7
PIP_COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(VENV_PYTHON) -m piptools compile --quiet \
	--generate-hashes --allow-unsafe --strip-extras --no-emit-options \
	--uploaded-prior-to "$$(date --utc --date='-$(COOLDOWN_DAYS) days' +%FT%TZ)" $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help run test test-unit bench swaps protections attacks fuzz soak chaos steady evals test-vm testgen check checks lock images \
	clean python

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: python ## set this machine up and serve on 127.0.0.1:8000
	@$(SET_UP)
	$(VENV)/bin/sandbox serve $(ARGS)

test: python ## set this machine up, run the checks and all tests
	@$(SET_UP) --dev
	@$(MAKE) --no-print-directory checks
	$(PYTEST) $(ARGS)

test-unit: python ## the tests that need neither root nor images
	@$(SET_UP_CHECKS)
	$(PYTEST) tests/unit $(ARGS)

test-vm: python ## long: the privileged tests on Debian's kernel with cgroup v2, in an emulated machine
	@$(SET_UP) --dev
	$(VENV_PYTHON) -m tests.vm $(ARGS)

steady: python ## long: the same verdicts 300 times beside busy neighbours
	@$(SET_UP) --dev
	$(VENV_PYTHON) -m tests.service.steadiness $(ARGS)

evals: python ## long: the command line's benchmarks, with all programs of HumanEval-X
	@$(SET_UP) --dev
	SANDBOX_EVALS_EVERY=1 $(PYTEST) tests/service/test_evals.py $(ARGS)

bench: python ## measure; prints figures, asserts nothing
	@$(SET_UP) --dev
	$(VENV_PYTHON) -m tests.bench $(ARGS)

swaps: python ## measure what swapping images costs; ARGS="--store DIR" names another store
	@$(SET_UP) --dev
	$(VENV_PYTHON) -m tests.bench.swaps $(ARGS)

protections: python ## measure what each protection of a run costs
	@$(SET_UP) --dev
	$(VENV_PYTHON) -m tests.bench.protections $(ARGS)

attacks: python ## carry out all attacks and list what came of each; ARGS names some
	@$(SET_UP) --dev
	$(VENV_PYTHON) -m tests.attacks $(ARGS)

fuzz: python ## look for what nobody thought of, for FACTOR (20) times as long as the tests do
	@$(SET_UP) --dev
	SANDBOX_FUZZ=$(or $(FACTOR),20) $(PYTEST) tests/attacks/test_fuzz.py $(ARGS)

soak: python ## 10,000 honest and hostile runs at full load; ARGS="--runs N --seed N"
	@$(SET_UP) --dev
	$(VENV_PYTHON) -m tests.attacks.soak $(ARGS)

testgen: python ## long: all problems of the test generation in both presets, and a pipeline killed 20 times
	@$(SET_UP) --dev
	TESTGEN_PROBLEMS=all TESTGEN_KILLS=20 $(PYTEST) tests/service/test_testgen_problems.py \
		tests/service/test_testgen_kill.py $(ARGS)

check: python ## lint, format and types
	@$(SET_UP_CHECKS)
	@$(MAKE) --no-print-directory checks

checks:
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy $(CODE)

lock: python ## pin the dependencies of pyproject.toml; ARGS=--upgrade takes newer releases
	@$(SET_UP_CHECKS)
	$(PIP_COMPILE) --only-build-deps --build-deps-for editable -o requirements-build.txt pyproject.toml
	$(PIP_COMPILE) -o requirements.txt pyproject.toml
	$(PIP_COMPILE) --extra dev -c requirements.txt -c requirements-build.txt \
		-o requirements-dev.txt pyproject.toml

chaos: python ## a Redis, two APIs, three workers: 10,000 runs while they are killed; ARGS="--runs N"
	@$(SET_UP) --dev
	$(VENV_PYTHON) -m tests.chaos $(ARGS)

images: python ## build all images, also those that are not needed to start
	@$(SET_UP)
	@$(SET_UP) --only npm
	$(VENV)/bin/sandbox images build --all $(ARGS)

clean: ## remove the virtual environment, what was built in this tree, and caches; images stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "Python 3.11 or newer is missing. Mend: apt-get install python3" >&2; exit 1; }
