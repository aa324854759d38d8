"""Makes a test run fail for what pytest alone would let pass: warnings in Odoo's log, and in CI skipped tests.

Tests that expect a warning say so: `self.assertLogs(...)` or `mute_logger(...)`.
"""

import logging
import os
from pathlib import Path

import pytest
from server import log_findings


class Warnings(logging.Handler):
    """Keeps what Odoo logs as a warning or worse until a test is charged with it."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s - %(name)s: %(message)s"))
        self.lines = []

    def emit(self, record):
        # a browser's console goes to a logger ….browser; its errors fail the test that opened it already
        if record.name.split(".")[0] in ("odoo", "py") and not record.name.endswith(".browser"):
            self.lines += log_findings(self.format(record).splitlines()[0])


WARNINGS = Warnings()
SKIPPED = []


def pytest_configure(config):
    logging.getLogger().addHandler(WARNINGS)


@pytest.fixture(autouse=True)
def clean_odoo_log():
    """A test fails for the warnings logged while it ran (or while its class was set up)."""
    yield
    lines, WARNINGS.lines = WARNINGS.lines, []
    if lines:
        pytest.fail("Odoo's log has warnings:\n" + "\n".join(lines), pytrace=False)


def pytest_runtest_logreport(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        SKIPPED.append(report)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    """Count what the logs of installation and server hold against us, and CI's skipped tests, as failures."""
    for log in filter(None, os.environ.get("CRM_TEST_LOGS", "").split(os.pathsep)):
        text = Path(log).read_text(errors="replace") if Path(log).exists() else ""
        findings = log_findings(text)
        if findings:
            fail(session, f"log {Path(log).name}", "\n".join(findings[:50]))
    if os.environ.get("CRM_TEST_PROBLEM"):
        fail(session, "demo company", os.environ["CRM_TEST_PROBLEM"])
    if os.environ.get("CI"):
        for report in SKIPPED:
            fail(session, report.nodeid, f"skipped, which CI does not accept: {report.longrepr}")


def fail(session, name, text):
    report = pytest.TestReport(
        nodeid=name, location=(name, None, name), keywords={}, outcome="failed", longrepr=text, when="call"
    )
    session.config.hook.pytest_runtest_logreport(report=report)
    session.exitstatus = pytest.ExitCode.TESTS_FAILED
