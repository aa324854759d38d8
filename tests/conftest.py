"""A browser on the server that `make test` starts, with the demo company in it."""

import os
import re
import resource
from pathlib import Path

import pytest

PASSWORD = "demo"
SCREENSHOTS = Path(__file__).parent.parent / "artifacts" / "screenshots"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def server_url():
    if "CRM_TEST_URL" not in os.environ:
        pytest.skip("needs the server that `make test` starts")
    return os.environ["CRM_TEST_URL"]


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright  # only here: the tests of the tools run without it

    # Odoo caps this process' memory, as in production; the browsers that are started from it need more
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET.split())
        yield browser
        browser.close()


class Screen:
    """A logged-in user's page. Errors in its console fail the test that has it."""

    def __init__(self, context, url, name):
        self.url, self.name, self.errors = url, name, []
        self.page = context.new_page()
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def log_in(self, login):
        self.page.goto(f"{self.url}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")

    def open(self, path, wait_for):
        self.page.goto(f"{self.url}/odoo/{path}")
        self.page.wait_for_selector(wait_for)

    def shot(self, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{self.name}-{name}.png")


@pytest.fixture
def screen(chromium, server_url, request):
    """``screen(login)`` or ``screen(login, PHONE)``: a page of this user, in Chinese."""
    opened = []
    name = re.sub(r"\W+", "-", request.node.name).strip("-")

    def open_screen(login, size=DESKTOP):
        context = chromium.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
        opened.append((context, Screen(context, server_url, name)))
        opened[-1][1].log_in(login)
        return opened[-1][1]

    yield open_screen
    errors = []
    for context, one in opened:
        if getattr(request.node, "failed", False):
            one.shot("failed")
        errors += one.errors
        context.close()
    assert not errors, errors


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed
    return report
