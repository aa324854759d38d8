# The suite's commands. Everything they make stays in this folder (see .gitignore).
# Environment: PORT DB PGHOST PGPORT PGUSER PGPASSWORD (over odoo.conf) PYTHON ODOO_SRC ODOO_GIT DEMO=0
SHELL := /bin/bash
TOOL = .venv/bin/python tools
.DEFAULT_GOAL := help
.PHONY: help setup run demo update shell reset stop test lint i18n bench

help:        ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16
setup:       ## Odoo's source, Python packages, fonts, browser (first time about 2 min)
	@tools/setup.sh
run: export STEPS = 7
run:         ## start the CRM on http://localhost:8069; the first time make its database (about 4 min)
	@tools/setup.sh && exec $(TOOL)/crm.py run
demo:        ## load the demo company into the database (part of the first run; DEMO=0 make run leaves it out)
	@tools/setup.sh quiet && $(TOOL)/crm.py demo
update:      ## bring the database to the present source after a git pull
	@tools/setup.sh quiet && $(TOOL)/crm.py update
shell:       ## a Python prompt on the database
	@tools/setup.sh quiet && $(TOOL)/crm.py shell
reset:       ## delete the database, after a question (YES=1 answers it)
	@tools/setup.sh quiet && $(TOOL)/crm.py reset
stop:        ## stop the server and its PostgreSQL
	@tools/setup.sh quiet && $(TOOL)/crm.py stop
test:        ## all tests; T=addons/crm_base or T=tests/test_x.py a part; CHANGED=1 the changed add-ons; K=… by name
	@tools/setup.sh dev quiet && $(TOOL)/run_tests.py
lint:        ## code, manifests, translations, formatting; zero findings (FIX=1 formats)
	@tools/setup.sh dev quiet && $(TOOL)/lint.py
i18n:        ## write the .pot files and merge them into zh_CN.po; A=crm_base for one add-on
	@tools/setup.sh dev quiet && $(TOOL)/i18n.py
bench:       ## measure against the bars; SIZE=10k, 100k or 1m customers (bench/README.md)
	@tools/setup.sh dev quiet && $(TOOL)/bench.py
