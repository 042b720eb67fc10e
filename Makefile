# Thin: each target calls a script in tools/, which says what it does and takes.
.DEFAULT_GOAL := help
.PHONY: demo test lint fix bench load trial upstream screenshots shell clean help

PYTHON ?= python3
export PYTHON PORT SERVE FRESH STRICT BASELINE USERS SECONDS THINK WORKERS LIMIT JSON

demo: ## build and serve the demo on http://localhost:8069 (PORT=, SERVE=0, FRESH=1)
	@$(PYTHON) tools/demo.py

test: ## run all tests (ARGS="addons/dist_x -k name" runs some)
	@$(PYTHON) tools/run_tests.py $(ARGS)

lint: ## check style, manifests, views, translations and readmes
	@$(PYTHON) tools/lint.py

fix: ## mend what the checks can mend: formatting, readmes, templates of terms and imports
	@$(PYTHON) tools/lint.py --fix

bench: ## measure the suite against plain SQL (JSON=file)
	@$(PYTHON) tools/bench.py $(if $(JSON),--json $(JSON))

load: ## let people work on a copy of the demo (USERS=25, SECONDS=300, JSON=file)
	@$(PYTHON) tools/load.py

trial: ## load a legacy extract into a new database (DATA=folder MAPPING=file JSON=file)
	@$(PYTHON) tools/on_database.py tools/trial.py --data "$(DATA)" --mapping "$(MAPPING)" $(if $(JSON),--json "$(JSON)")

upstream: ## run the tests of Odoo and OCA with the suite, against a baseline (BASELINE=1)
	@$(PYTHON) tools/upstream.py

screenshots: ## take the pictures of the guides from the demo
	@$(PYTHON) tools/screenshots.py

shell: ## open Odoo's shell on the demo database
	@tools/odoo shell -d dist_demo

clean: ## stop the server, remove what was set up; downloaded packages stay
	@$(PYTHON) tools/clean.py

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
