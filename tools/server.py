"""Odoo as the tools use it: run a command, build a database, run a script in one, start a server, read a log."""

import os
import re
import subprocess
import time
import urllib.request
from pathlib import Path

import pg
from project import LOGS, ROOT, VENV, Problem, short, telling_line, under_way

ODOO = [VENV / "bin" / "python", "-m", "odoo"]
CONF = ["-c", ROOT / "odoo.conf"]
LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
FINDING = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")
# log lines that are not the suite's to mend; each says why it may stay
ALLOWED = [
    re.compile(pattern)
    for pattern in (
        # Odoo logs every refusal that a user is shown (UserError, ValidationError) as a warning
        r" WARNING \S+ odoo\.http: ",
        # the machine has no wkhtmltopdf: report_pdf_chromium prints
        r"odoo\.addons\.base\.models\.ir_actions_report: You need Wkhtmltopdf",
        # two tabs of one user tell at the same time that he is there; Odoo tells it again
        r"odoo\.sql_db: bad query: .*mail_presence",
        r"odoo\.addons\.bus\.websocket: could not serialize access",
    )
]
CHINESE_DEFAULTS = """
env["ir.default"].set("res.partner", "tz", "Asia/Shanghai")
env["res.users"].with_context(active_test=False).search([]).write({"tz": "Asia/Shanghai"})
env.cr.commit()
"""
ATTACHMENTS_IN_DATABASE = """
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env.cr.commit()
"""
# in a transaction of its own: where the installation fails half-way, no bundle of half a suite stays
PREGENERATE_ASSETS = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""
EXPORT_TERMS = """
from odoo.tools.translate import trans_export
for name in {names!r}:
    with open(f"{folder}/{{name}}.pot", "wb") as file:
        trans_export(False, [name], file, "po", env)
"""
DEMO_COMPANY = """
env["crm.demo.company"].load_company()
env.cr.commit()
"""


def odoo(where, command, log, failure, script="", append=False, environ=()):
    """Run one Odoo command to its end, logging to `log`; on a terminal the module being loaded is shown.

    :param script: what the command reads on its standard input
    :raises Problem: it failed, or logged that it did
    """
    log = LOGS / log
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(part) for part in (*ODOO, *command)]
    with open(log, "ab" if append else "wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | where.environment() | dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        process.stdin.write(script.encode())
        process.stdin.close()
        with under_way() as show:
            for line in process.stdout:
                output.write(line)
                loading = LOADING.search(line.decode(errors="replace"))
                if loading:
                    show("{} ({}/{})".format(*loading.groups()))
    if process.wait():
        raise Problem(f"{failure}: {telling_line(log)} (all of it in {short(log)})")
    return log


def run_script(where, database, code, log, failure, append=True):
    """Run Python code with `env` in the database; an exception in it is a Problem."""
    command = ["shell", *CONF, "-d", database, "--no-http", "--shell-interface", "python"]
    return odoo(where, command, log, failure, script=code, append=append)


def install(where, database, modules, log, update=(), append=True):
    """Install modules into, or update them in, an existing database.

    :raises Problem: Odoo stopped, or says a module could not be installed
    """
    action = []
    for flag, names in (("-i", modules), ("-u", update)):
        if names:
            action += [flag, ",".join(sorted(names))]
    command = ["server", *CONF, "-d", database, *action, "--stop-after-init", "--no-http", "--max-cron-threads=0"]
    odoo(where, command, log, "the add-ons could not be installed", append=append)
    wanted = set(modules) | set(update)
    installed = {
        name
        for (name,) in pg.sql(where, "SELECT name FROM ir_module_module WHERE state = 'installed'", database=database)
    }
    if wanted - installed:
        raise Problem(f"not installed: {', '.join(sorted(wanted - installed))} (the reason is in {short(LOGS / log)})")


def build(where, database, modules, log, attachments_in_database=False):
    """Make a Chinese database (zh_CN, CN chart, CNY, Asia/Shanghai) with these modules."""
    pg.drop_database(where, database)
    failure = "the database could not be made"
    odoo(where, ["db", *CONF, "init", "--country", "CN", "--language", "zh_CN", database], log, failure)
    done = pg.sql(where, "SELECT 1 FROM res_users WHERE login = 'admin' AND active", database=database)
    if not done:  # Odoo logs what goes wrong here and exits with 0
        raise Problem(f"{failure}: {telling_line(LOGS / log)} (all of it in {short(LOGS / log)})")
    install(where, database, modules, log)
    script = CHINESE_DEFAULTS + (ATTACHMENTS_IN_DATABASE if attachments_in_database else "")
    run_script(where, database, script, log, failure)


def export_terms(names, folder):
    """A script that writes <folder>/<add-on>.pot for each of the add-ons."""
    folder.mkdir(parents=True, exist_ok=True)
    return EXPORT_TERMS.format(names=sorted(names), folder=folder)


def start(where, database, log, *options, environ=()):
    """Start an HTTP server on the port of `where` and wait until it answers.

    :returns: the process
    :raises Problem: it ended, or does not answer within two minutes
    """
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [str(part) for part in (*ODOO, "server", *CONF, "-d", database, *options)],
            cwd=ROOT,
            env=os.environ | where.environment() | dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + 120
        while not answers(where.http_port):
            if process.poll() is not None:
                raise Problem(f"the server ended: {telling_line(Path(log))} (all of it in {short(log)})")
            if time.monotonic() > deadline:
                raise Problem(f"the server does not answer: {telling_line(Path(log))} (all of it in {short(log)})")
            time.sleep(0.1)
    except BaseException:
        stop(process)
        raise
    return process


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/web/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def log_findings(text):
    """The WARNING, ERROR and CRITICAL lines of an Odoo log that are not allowed."""
    return [
        line
        for line in text.splitlines()
        if FINDING.match(line) and not any(pattern.search(line) for pattern in ALLOWED)
    ]
