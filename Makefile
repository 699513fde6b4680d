# The commands of development and of a first look; `make run` and `make test` work from a fresh clone.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
CLIENTS := tests/browser/clients

.PHONY: setup test-programs run test soak torture browser bench lint format types contracts migrations-check deploy-check lock clean messages translations

run: setup
	@$(BIN)/python manage.py up

setup: .venv/.installed node_modules/.installed translations

.venv/.installed: requirements-dev.lock
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 14); sys.exit(None if ok else "Python 3.11, 3.12, 3.13 or 3.14 is needed; name one with: make PYTHON=python3.12 …")'
	@echo "Installing the Python packages of requirements-dev.lock into .venv (about a minute, the first time only) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

node_modules/.installed: package-lock.json
	@echo "Installing the front-end files of package-lock.json into node_modules …"
	@npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

# The .mo files, which git does not hold, from the .po files.
translations: .venv/.installed
	@$(BIN)/python -m config.translations compile

# Take new texts of code and templates into the .po files; name one app with APP=accounts.
messages: .venv/.installed
	$(BIN)/python -m config.translations update $(APP)

# The programs the tests drive: a browser, the second DKIM verifier, and the official clients.
test-programs: .clients/cli/.installed .clients/international/.installed .clients/node/.installed
	@.ci/test-programs

# Each by itself: the Python clients have packages of one name, and none of them is part of the product.
.clients/node/.installed: $(CLIENTS)/package-lock.json
	@echo "Installing the official Node clients of $< into .clients/node …"
	@mkdir -p $(@D) && cp $(CLIENTS)/package.json $(CLIENTS)/package-lock.json $(@D)
	@npm ci --prefix $(@D) --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

.clients/%/.installed: $(CLIENTS)/%.lock | .venv/.installed
	@echo "Installing the official client of $< into .clients/$* …"
	@rm -rf $(@D)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --target $(@D) -r $<
	@touch $@

test: setup test-programs
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

# The suite five times in a row as on a slow machine; writes docs/reports/soak.md. It takes hours.
soak: setup test-programs
	$(BIN)/python -m tests.soak --workers $(WORKERS)

browser: setup test-programs
	$(BIN)/python -m pytest tests/browser

bench: setup
	$(BIN)/python -m tests.performance

# Ill-treat the whole product (root: it fills a small disk of its own) and write docs/reports/torture.md.
torture: setup
	$(BIN)/python -m tests.torture

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

migrations-check: setup
	$(BIN)/python -m tests.with_database manage.py makemigrations --check --dry-run

deploy-check: setup
	SES_PUBLIC_URL=https://ses.example.com $(BIN)/python manage.py check --deploy --fail-level WARNING

# Write the lock files anew from the version ranges of pyproject.toml and package.json.
lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header --upgrade \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header --upgrade \
		--group dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	for each in cli international; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
		--no-header --upgrade $(CLIENTS)/$$each.in -o $(CLIENTS)/$$each.lock; done
	npm install --package-lock-only --no-audit --no-fund
	npm install --package-lock-only --no-audit --no-fund --prefix $(CLIENTS)

clean:
	rm -rf .venv .clients node_modules var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
