# make reproduce | test | lab | book: each sets up .venv first if it is missing or older than the lock file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
# Figures and tables as nbval's run of the notebooks makes them; then compared with figures/.
MADE := $(CURDIR)/$(VENV)/figures
# Two processes on two cores: no threads besides.
ONE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.PHONY: reproduce test lab book lock clean
reproduce: $(STAMP)
	$(BIN)/sahelkit reproduce
	$(BIN)/sahelkit claims --brief

test: $(STAMP)
	$(BIN)/ruff check sahelkit tests tools notebooks
	$(BIN)/ruff format --check sahelkit tests tools notebooks
	rm -rf $(MADE)
	SAHELKIT_FIGURES=$(MADE) $(ONE) $(BIN)/python -m pytest --nbval --nbval-current-env -n 2 --dist loadfile -o addopts= -o filterwarnings=default notebooks
	SAHELKIT_MADE=$(MADE) $(ONE) $(BIN)/python -m pytest -n 2 --dist worksteal

lab: $(STAMP)
	$(BIN)/jupyter lab notebooks

book: $(STAMP)
	$(BIN)/python -m tools.book

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "sahelkit needs Python 3.11 or later: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Needs uv. Writes hashes and no index address; change bounds in pyproject.toml, never here.
lock:
	uv pip compile pyproject.toml --extra notebooks --extra book --extra dev --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' -o requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info
