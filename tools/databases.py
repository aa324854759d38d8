"""Databases for tests, translations and benches, copied rather than rebuilt.

Each is named after what it was made of, so that a change makes a new one:
  crm_test_tpl_…    Chinese Odoo with every add-on of others that the suite depends on; attachments in the database,
                    so that a copy is complete; made once per Odoo version, OCA lock and list of dependencies
  crm_test_suite_…  a copy with the suite's add-ons installed; in a whole run updated and their terms exported too;
                    web assets made where a browser will ask for them
  crm_test_demo_…   a copy of that with the demo company
They live in a PostgreSQL of their own without fsync (.test/pg), or on the server that PGHOST names. One run at a time.
"""

import fcntl
import hashlib
import os
from contextlib import contextmanager

import pg
import server
from project import ADDONS, ROOT, Problem, free_gigabytes, settings, suite_addons

TEST = ROOT / ".test"
PREFIX = "crm_test_"
KEPT = 4  # databases of earlier source states, for going back and forth between branches
NEEDED_GIGABYTES = 3


def closure(names, manifests):
    """The add-ons and those of the suite they depend on."""
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name in manifests and name not in found:
            found.add(name)
            todo += manifests[name]["depends"]
    return found


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

    def __init__(self, where, addons, steps, whole=False, in_browser=False):
        self.where, self.addons, self.steps, self.whole, self.in_browser = where, addons, steps, whole, in_browser
        manifests = suite_addons()
        self.others = {"l10n_cn"} | {
            name for manifest in manifests.values() for name in manifest["depends"] if name not in manifests
        }
        version = (ROOT / ".odoo" / "VERSION").read_text()
        key = digest(version, (ROOT / "lock" / "oca.txt").read_text(), *sorted(self.others))
        self.template_name = f"{PREFIX}tpl_{key}"
        key = digest(key, content(addons), str(whole), str(in_browser))
        self.suite_name = f"{PREFIX}suite_{key}"
        self.demo_name = f"{PREFIX}demo_{key}"
        self.log = TEST / "log" / f"{key}.log"
        self.demo_log = TEST / "log" / f"{key}-demo.log"
        self.terms = TEST / "terms" / key

    def make(self, name, title, estimate, build):
        """Build a database under another name unless it is there; `name` exists when it is complete."""
        present = pg.databases(self.where)
        if name in present:
            return self.steps.ready(title)
        kind = name[: name.rindex("_") + 1]
        old = [one for one in present if one.startswith(kind)]
        newest_first = "SELECT datname FROM pg_database WHERE datname = ANY(%s) ORDER BY oid DESC"
        by_age = [one for (one,) in pg.sql(self.where, newest_first, old)]
        for one in by_age[0 if "_tpl_" in kind else KEPT - 1 :]:
            pg.drop_database(self.where, one)
        with self.steps.step(title, estimate):
            building = f"{PREFIX}building"
            build(building)
            pg.rename_database(self.where, building, name)

    def template(self):
        def build(database):
            server.build(self.where, database, self.others, TEST / "log" / "template.log", attachments_in_database=True)

        self.make(self.template_name, "Template database", "about 1 min, once", build)

    def suite(self):
        def build(database):
            pg.create_database(self.where, database, self.template_name)
            server.install(self.where, database, self.addons, self.log, append=False)
            script = ""
            if self.whole:
                server.install(self.where, database, (), self.log, update=self.addons)
                script += server.export_terms(self.addons, self.terms)
            if self.in_browser:  # a browser test would wait for them, and may run into its time limit
                script += server.PREGENERATE_ASSETS
            if script:
                server.run_script(self.where, database, script, self.log, "the database could not be completed")

        self.template()
        self.make(self.suite_name, f"Database with the suite's {len(self.addons)} add-ons", "about 1 min", build)

    def demo(self):
        def build(database):
            pg.create_database(self.where, database, self.suite_name)
            failure = "the demo company could not be loaded"
            server.run_script(self.where, database, server.DEMO_COMPANY, self.demo_log, failure, append=False)

        if "crm_suite" not in self.addons:
            return self.suite_name
        self.make(self.demo_name, "Demo company", "about 1 min", build)
        return self.demo_name


@contextmanager
def session():
    """One use of the test databases: gives the Settings of their server, a PostgreSQL of our own without fsync or the
    one PGHOST names. A second session in this folder waits for the first."""
    if free_gigabytes() < NEEDED_GIGABYTES:
        raise Problem(f"only {free_gigabytes():.1f} GB free on the disk: {NEEDED_GIGABYTES} GB are needed")
    os.environ["ODOO_DATA_DIR"] = str(TEST / "odoo")  # sessions and what else Odoo keeps in files
    (TEST / "log").mkdir(parents=True, exist_ok=True)
    with open(TEST / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run in this folder to end …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        where = settings()
        if not where.embedded:
            yield pg.server(where)
            return
        cluster = pg.Cluster(pg.TEST_HOME, safe=False)
        cluster.start()
        try:
            yield cluster.settings(where)
        finally:
            cluster.stop()
