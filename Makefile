# The two commands a newcomer needs: make demo, make test. Both do all their set-up themselves.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
DEMO := .demo/collection
PYTEST_FLAGS ?=

.PHONY: demo test check messages clean

demo: $(VENV)/installed
	@echo; echo "Reading the sample collection: 26 documents, one in each language"
	@$(BIN)/polyseek ingest data/sample --collection $(DEMO)
	@for question in \
		"Why does a ticket down the mountain by train cost less than one up?" \
		"Kapalı çarşıda işi öğrenen bir gencin kendi dükkânını açmadan önce ustasının yanında ne kadar çalışması gerekir?" \
		"在冰雪观测站，周末给大家朗读哪本书由谁来决定？"; do \
		echo; echo "? $$question"; $(BIN)/polyseek ask "$$question" --collection $(DEMO) --top-k 2 || exit 1; done
	@echo; echo "Ask your own:   $(BIN)/polyseek ask \"…\" --collection $(DEMO)"
	@echo "In the browser: $(BIN)/polyseek ui --collection $(DEMO)"

test: $(VENV)/test-installed
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

check: $(VENV)/check-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Brings the interface's catalogues into step with the messages in the code; see docs/interface.md.
messages: $(VENV)/installed
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --keywords _ --keywords plural:1,2 --no-location --omit-header --sort-output \
		--output-file build/messages.pot app
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --omit-header --width 100 --domain polyseek \
		--input-file build/messages.pot --output-dir app/translations

$(VENV)/installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "polyseek needs Python 3.11, 3.12 or 3.13: install one, or say make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/test-installed: $(VENV)/installed
	$(BIN)/pip install --quiet --group test
	@touch $@

$(VENV)/check-installed: $(VENV)/test-installed
	$(BIN)/pip install --quiet --group lint
	@touch $@

clean:
	rm -rf $(VENV) .demo build *.egg-info
