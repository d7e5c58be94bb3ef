# AudioClust: `make run` opens the window, `make test` checks everything.
# Both create .venv the first time and find nothing to do the second.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
PYTEST_ARGS ?= -n 2
ROUNDS ?= 20

.DEFAULT_GOAL := help
.PHONY: help run test fuzz bench format clean

help:
	@echo "make run     open the demo collection (without a display: render it to snapshot/)"
	@echo "make test    ruff, mypy, the import contracts, then the tests"
	@echo "make fuzz    the property tests, ROUNDS=20 times with new examples"
	@echo "make bench   print the benchmark tables"
	@echo "make format  format the sources and mend what ruff can mend"
	@echo "make clean   remove the environment and everything else that was generated"

run: $(VENV)/.libraries-screen $(VENV)/.packages
	@if [ "$$(uname -s)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	    echo "No display (neither DISPLAY nor WAYLAND_DISPLAY is set):" \
	        "rendering the window to snapshot/ instead."; \
	    $(BIN)/audioclust --demo --snapshot snapshot; \
	else \
	    $(BIN)/audioclust --demo; \
	fi

test: $(VENV)/.libraries-offscreen $(VENV)/.packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(PYTEST_ARGS)

fuzz: $(VENV)/.libraries-offscreen $(VENV)/.packages
	@for round in $$(seq $(ROUNDS)); do \
	    $(BIN)/python -m pytest -q -m hypothesis --hypothesis-profile=new \
	        $(PYTEST_ARGS) || exit; \
	done

bench: $(VENV)/.libraries-offscreen $(VENV)/.packages
	@for file in tests/benchmarks/bench_*.py; do \
	    name=$$(basename "$$file" .py); \
	    echo; echo "== $$name"; \
	    QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks.$$name || exit; \
	done

format: $(VENV)/.packages
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) build dist snapshot .*_cache .hypothesis
	find audioclust_gui engine tests -name __pycache__ -prune -exec rm -rf {} +

# An environment for development: the sources in place, every version pinned. pip
# pins its isolated build environments by one variable or the other, by its age. torch
# goes first: it is larger than all the rest, and stays when some of that fails.
$(VENV)/.packages: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing the Python packages into $(VENV)."
	PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	    $(BIN)/python -m pip --disable-pip-version-check install --no-input torch
	PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	    $(BIN)/python -m pip --disable-pip-version-check install --no-input -e '.[dev]'
	@touch $@

# Exit status 3: something is missing, but not enough to stop. No stamp is left then,
# so that the reminder comes again.
$(VENV)/.libraries-%: setup-linux.sh | $(BIN)/pip
	@sh setup-linux.sh $* && touch $@ || [ $$? -eq 3 ]

$(BIN)/pip:
	@python=; \
	for name in $(or $(PYTHON),python3.11 python3.12 python3.13 python3.14 python3); do \
	    if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "AudioClust needs Python 3.11 or newer; none of" \
	        "$(or $(PYTHON),python3.11 ... python3) is one." >&2; \
	    exit 1; \
	fi; \
	version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	if [ "$$version" != 3.11 ]; then \
	    echo "Using Python $$version; AudioClust is developed and tested with 3.11."; \
	fi; \
	if ! "$$python" -c 'import ensurepip' 2>/dev/null; then \
	    sh setup-linux.sh venv "$$python" || exit; \
	fi; \
	echo "Creating $(VENV) with $$python."; \
	"$$python" -m venv $(VENV)
