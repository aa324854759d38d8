"""All tests in one pytest run: the add-ons' own (Python, HOOT, tours), then tests/ in a browser.

    run_tests.py        T=addons/crm_base (or several, or tests/test_x.py) a part; K=expression pytest's -k;
                        CHANGED=1 the add-ons changed since origin's main (or HEAD) and those that depend on them

The add-ons' tests run in a copy of the suite's database (tools/databases.py tells which). While they run, a server with
the demo company answers at CRM_TEST_URL (database CRM_TEST_DB) for tests/, whose screenshots go to artifacts/.
conftest.py makes the run fail for warnings in Odoo's log, and in CI for skipped tests.
"""

import os
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import databases
import pg
import server
from project import ADDONS, ROOT, VENV, Problem, Steps, command_line, free_port, suite_addons

ARTIFACTS = ROOT / "artifacts"
UNIT, E2E = f"{databases.PREFIX}unit", f"{databases.PREFIX}e2e"
TOOL_TESTS = ROOT / "tests" / "test_platform.py"  # need no Odoo


# what to test --------------------------------------------------------------------------------------------------------


def dependents(names, manifests):
    """The add-ons and those of the suite that depend on them."""
    return {name for name in manifests if databases.closure([name], manifests) & set(names)}


def changed_paths(manifests):
    """Test paths of what differs from origin's main (from HEAD where there is no origin), committed or not."""

    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.split("\0")

    base = git("merge-base", "HEAD", "origin/main")[0].strip() or "HEAD"
    files = git("diff", "--name-only", "-z", base) + git("ls-files", "--others", "--exclude-standard", "-z")
    addons = {Path(file).parts[1] for file in files if file.startswith("addons/")} & manifests.keys()
    tests = {ROOT / file for file in files if file.startswith("tests/test_") and (ROOT / file).exists()}
    if any(file.startswith("tools/") for file in files):
        tests.add(TOOL_TESTS)
    return [ADDONS / name for name in sorted(dependents(addons, manifests))] + sorted(tests)


def selected_paths(manifests, environ=os.environ):
    """:raises Problem: T names something that is not there"""
    if environ.get("T"):
        paths = [ROOT / part for part in environ["T"].split()]
        for path in paths:
            if not Path(str(path).split("::")[0]).exists():
                raise Problem(f"T={path.relative_to(ROOT)}: there is no such file or folder")
        return paths
    if environ.get("CHANGED"):
        return changed_paths(manifests)
    return [path for path in (ADDONS, ROOT / "tests") if path.exists()]


def addons_of(paths, manifests):
    """The add-ons to install for these test paths; tests/ crosses all of them."""
    named = {path.relative_to(ADDONS).parts[0] for path in paths if path.is_relative_to(ADDONS) and path != ADDONS}
    whole = any(path == ADDONS or not path.is_relative_to(ADDONS) for path in paths)
    return set(manifests) if whole else databases.closure(named, manifests)


# the run -------------------------------------------------------------------------------------------------------------


@contextmanager
def web_server(where, database, log):
    """A server with a copy of `database`; gives its URL."""
    pg.create_database(where, E2E, database)
    here = replace(where, database=E2E, http_port=free_port())
    process = server.start(here, E2E, log, "--max-cron-threads=0", "--log-level=warn")
    try:
        yield f"http://127.0.0.1:{here.http_port}"
    finally:
        server.stop(process)


def main(_arguments):
    manifests = suite_addons()
    paths = selected_paths(manifests)
    if not paths:
        print("nothing has changed: no test to run")
        return 0
    ARTIFACTS.joinpath("screenshots").mkdir(parents=True, exist_ok=True)
    command = [VENV / "bin" / "python", "-m", "pytest", *paths, f"--junitxml={ARTIFACTS / 'tests.xml'}"]
    if os.environ.get("K"):
        command += ["-k", os.environ["K"]]
    if all(path == TOOL_TESTS for path in paths):
        return pytest([*command, "-p", "no:odoo"], os.environ)
    addons = addons_of(paths, manifests)
    end_to_end = any(path.is_relative_to(ROOT / "tests") for path in paths)
    in_browser = end_to_end or any(
        "HttpCase" in file.read_text() for name in addons for file in (ADDONS / name).glob("tests/*.py")
    )
    with ExitStack() as stack:
        where = stack.enter_context(databases.session())
        steps = Steps(6 if end_to_end else 4)
        copies = databases.Databases(where, addons, steps, addons == set(manifests), in_browser)
        copies.suite()
        environ = os.environ | {"CRM_TEST_TERMS": str(copies.terms)}
        logs = [copies.log]
        if end_to_end:
            try:
                demo = copies.demo()
            except Problem as problem:  # conftest.py makes it a failure; the other tests can run all the same
                demo, environ["CRM_TEST_PROBLEM"] = copies.suite_name, str(problem)
            logs += [copies.demo_log, ARTIFACTS / "server.log"]
            with steps.step("Server"):
                url = stack.enter_context(web_server(where, demo, logs[-1]))
            environ |= {"CRM_TEST_URL": url, "CRM_TEST_DB": E2E}
        with steps.step("Copy for the tests"):
            pg.create_database(where, UNIT, copies.suite_name)
        steps.ready("Tests", "")
        environ |= replace(where, database=UNIT).environment() | {"CRM_TEST_LOGS": os.pathsep.join(map(str, logs))}
        options = ["--odoo-config", ROOT / "odoo.conf", "--odoo-database", UNIT, "--odoo-http", "--odoo-log-level=warn"]
        return pytest([*command, *options], environ)


def pytest(command, environ):
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=environ).returncode


if __name__ == "__main__":
    command_line(main)
