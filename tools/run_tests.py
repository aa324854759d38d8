"""All tests in one pytest run: the add-ons' own (Python, HOOT, tours), then tests/ in a browser.

    run_tests.py        T=addons/crm_base (or several, or tests/test_x.py) a part; K=expression pytest's -k;
                        CHANGED=1 the add-ons changed since origin's main (or HEAD) and those that depend on them

Databases are copied, not rebuilt. Each is named after what it was made of, so that a change makes a new one:
  crm_test_tpl_…    Chinese Odoo with every add-on of others that the suite depends on; attachments in the database,
                    so that a copy is complete; made once per Odoo version, OCA lock and list of dependencies
  crm_test_suite_…  a copy with the suite's add-ons installed, then updated, web assets made
  crm_test_demo_…   a copy of that with the demo company
  crm_test_unit     the add-ons' tests run in this copy
  crm_test_e2e      a server with this copy answers at CRM_TEST_URL while the tests run
They live in a PostgreSQL of their own without fsync (.test/pg), or on the server that PGHOST names. One run at a time.
conftest.py makes the run fail for warnings in Odoo's log, and in CI for skipped tests.
"""

import fcntl
import hashlib
import os
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pg
import server
from project import ADDONS, ROOT, VENV, Problem, Steps, command_line, free_gigabytes, free_port, settings, suite_addons

TEST = ROOT / ".test"
ARTIFACTS = ROOT / "artifacts"
PREFIX = "crm_test_"
UNIT, E2E = f"{PREFIX}unit", f"{PREFIX}e2e"
KEPT = 4  # databases of earlier source states, for going back and forth between branches
ENVIRONMENT = {"ODOO_DATA_DIR": str(TEST / "odoo")}
TOOL_TESTS = ROOT / "tests" / "test_platform.py"  # need no Odoo


# what to test --------------------------------------------------------------------------------------------------------


def closure(names, manifests):
    """The add-ons and those of the suite they depend on."""
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name in manifests and name not in found:
            found.add(name)
            todo += manifests[name]["depends"]
    return found


def dependents(names, manifests):
    """The add-ons and those of the suite that depend on them."""
    return {name for name in manifests if closure([name], manifests) & set(names)}


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
    return set(manifests) if whole else closure(named, manifests)


# databases -----------------------------------------------------------------------------------------------------------


def digest(*parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


def content(addons):
    """A digest of all files of the add-ons but their Python tests, which no database holds."""
    total = hashlib.sha256()
    for name in sorted(addons):
        for file in sorted((ADDONS / name).rglob("*")):
            inner = file.relative_to(ADDONS / name)
            if file.is_file() and inner.parts[0] not in ("tests", "README.md") and "__pycache__" not in inner.parts:
                total.update(f"{name}/{inner}".encode() + file.read_bytes())
    return total.hexdigest()


class Databases:
    """The databases of one run on the server `where`."""

    def __init__(self, where, addons, manifests, steps):
        self.where, self.addons, self.steps = where, addons, steps
        self.others = {"l10n_cn"} | {
            name for manifest in manifests.values() for name in manifest["depends"] if name not in manifests
        }
        version = (ROOT / ".odoo" / "VERSION").read_text()
        key = digest(version, (ROOT / "lock" / "oca.txt").read_text(), *sorted(self.others))
        self.template_name = f"{PREFIX}tpl_{key}"
        key = digest(key, content(addons))
        self.suite_name = f"{PREFIX}suite_{key}"
        self.demo_name = f"{PREFIX}demo_{key}"
        self.log = TEST / "log" / f"{key}.log"
        self.demo_log = TEST / "log" / f"{key}-demo.log"

    def make(self, name, title, estimate, build):
        """Build a database under another name unless it is there; `name` exists when it is complete."""
        present = pg.databases(self.where)
        if name in present:
            return self.steps.ready(title)
        kind = name[: name.rindex("_") + 1]
        old = [one for one in present if one.startswith(kind)]
        by_age = [row[0] for row in pg.sql(
            self.where, "SELECT datname FROM pg_database WHERE datname = ANY(%s) ORDER BY oid DESC", old
        )]  # fmt: skip
        for one in by_age[0 if "_tpl_" in kind else KEPT - 1 :]:
            pg.drop_database(self.where, one)
        with self.steps.step(title, estimate):
            building = f"{PREFIX}building"
            build(building)
            pg.sql(self.where, f'ALTER DATABASE "{building}" RENAME TO "{name}"')

    def template(self):
        def build(database):
            server.build(self.where, database, self.others, TEST / "log" / "template.log", attachments_in_database=True)

        self.make(self.template_name, "Template database", "about 4 min, once", build)

    def suite(self):
        def build(database):
            pg.create_database(self.where, database, self.template_name)
            server.install(self.where, database, self.addons, self.log, append=False)
            server.install(self.where, database, (), self.log, update=self.addons)
            server.run_script(
                self.where, database, server.PREGENERATE_ASSETS, self.log, "the web assets cannot be made"
            )

        self.template()
        self.make(self.suite_name, f"Database with {len(self.addons)} add-ons", "about 1 min", build)

    def demo(self):
        def build(database):
            pg.create_database(self.where, database, self.suite_name)
            failure = "the demo company could not be loaded"
            server.run_script(self.where, database, server.DEMO_COMPANY, self.demo_log, failure, append=False)

        if "crm_suite" not in self.addons:
            return self.suite_name
        self.make(self.demo_name, "Demo company", "about 1 min", build)
        return self.demo_name


# the run -------------------------------------------------------------------------------------------------------------


@contextmanager
def one_at_a_time():
    TEST.mkdir(exist_ok=True)
    with open(TEST / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run in this folder to end …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def test_server(where):
    """The settings of the server for tests: a PostgreSQL of our own without fsync, or the one PGHOST names."""
    if not where.embedded:
        yield pg.server(where)
        return
    cluster = pg.Cluster(pg.TEST_HOME, safe=False)
    cluster.start()
    try:
        yield cluster.settings(where)
    finally:
        cluster.stop()


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
    os.environ.update(ENVIRONMENT)
    manifests = suite_addons()
    paths = selected_paths(manifests)
    if not paths:
        print("nothing has changed: no test to run")
        return 0
    if free_gigabytes() < 3:
        raise Problem(f"only {free_gigabytes():.1f} GB free on the disk: the tests need 3 GB")
    command = [VENV / "bin" / "python", "-m", "pytest", *paths, f"--junitxml={ARTIFACTS / 'tests.xml'}"]
    if os.environ.get("K"):
        command += ["-k", os.environ["K"]]
    ARTIFACTS.joinpath("screenshots").mkdir(parents=True, exist_ok=True)
    if all(path == TOOL_TESTS for path in paths):
        return pytest([*command, "-p", "no:odoo"], os.environ)
    (TEST / "log").mkdir(parents=True, exist_ok=True)
    in_browser = any(path.is_relative_to(ROOT / "tests") for path in paths)
    with ExitStack() as stack:
        stack.enter_context(one_at_a_time())
        where = stack.enter_context(test_server(settings()))
        databases = Databases(where, addons_of(paths, manifests), manifests, Steps(6 if in_browser else 4))
        databases.suite()
        environ = os.environ | {"CRM_TEST_LOGS": str(databases.log)}
        if in_browser:
            demo, log = databases.demo(), ARTIFACTS / "server.log"
            with databases.steps.step("Server"):
                url = stack.enter_context(web_server(where, demo, log))
            environ |= {"CRM_TEST_URL": url, "CRM_TEST_DB": E2E}
            environ["CRM_TEST_LOGS"] += os.pathsep + os.pathsep.join(map(str, (databases.demo_log, log)))
        with databases.steps.step("Copy for the tests"):
            pg.create_database(where, UNIT, databases.suite_name)
        databases.steps.ready("Tests", "")
        options = ["--odoo-config", ROOT / "odoo.conf", "--odoo-database", UNIT, "--odoo-http", "--odoo-log-level=warn"]
        return pytest([*command, *options], environ | replace(where, database=UNIT).environment())


def pytest(command, environ):
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=environ).returncode


if __name__ == "__main__":
    command_line(main)
