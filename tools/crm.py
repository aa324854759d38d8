"""The suite on this machine: crm.py run | demo | update | shell | reset | stop (each is a `make` target)."""

import os
import shutil
import signal
import sys
import time

import databases
import pg
import server
from project import (
    PIDFILE,
    ROOT,
    Problem,
    Steps,
    check_http_port,
    command_line,
    free_gigabytes,
    server_pid,
    settings,
    suite_addons,
)

STEPS = 7
SETUP_STEPS = 4
READY = """
  The CRM is ready:  http://localhost:{port}   login admin, password admin
  Change the password before others can reach it: the menu at your name, top right, has it.
  Log: .data/server.log   stop: Ctrl-C or `make stop`
"""
FILESTORE = ROOT / ".data" / "filestore"


def main_addons():
    """What a new database gets: crm_suite brings the rest, report_pdf_chromium prints it."""
    addons = suite_addons()
    return {"crm_suite", "report_pdf_chromium"} & addons.keys() or set(addons)


def run():
    """Start the server; the first time make the database too."""
    steps = Steps(STEPS, done=SETUP_STEPS)
    where = settings()
    check_http_port(where)
    PIDFILE.parent.mkdir(exist_ok=True)
    kind = "PostgreSQL" if where.embedded else f"PostgreSQL at {where.host}:{where.port}"
    with steps.step(kind):
        where = pg.server(where)
    create(where, steps)
    with steps.step("Server"):
        process = server.start(where, where.database, ROOT / ".data" / "server.log", "--pidfile", PIDFILE)
    print(READY.format(port=where.http_port), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        code = process.wait()
    except KeyboardInterrupt:
        server.stop(process)
        code = 0
    print("The CRM has stopped; `make stop` stops its PostgreSQL too." if where.embedded else "The CRM has stopped.")
    return 0 if code in (0, -signal.SIGTERM) else code


def create(where, steps):
    """Make the database under another name and rename it when complete: it is there whole, or not at all."""
    name, building = where.database, f"{where.database}_building"
    title = f"Database {name}"
    if name in pg.databases(where):
        if not pg.sql(where, "SELECT 1 FROM pg_tables WHERE tablename = 'ir_module_module'", database=name):
            raise Problem(f"the database {name} is there but is not Odoo's: DB=another_name make run")
        old = not source_file(name).exists() or source_file(name).read_text() != source()
        return steps.ready(
            title, "ready, made from other source: `make update` brings it up to date" if old else "ready"
        )
    if free_gigabytes() < 2:
        raise Problem(f"only {free_gigabytes():.1f} GB free on the disk: a new database needs 2 GB")
    demo = os.environ.get("DEMO", "1") != "0" and "crm_suite" in main_addons()
    with steps.step(f"{title}, Chinese, with the suite" + (" and a demo company" if demo else ""), "about 2 min"):
        shutil.rmtree(FILESTORE / building, ignore_errors=True)
        log = f"create-{name}.log"
        server.build(where, building, main_addons() | {"l10n_cn"}, log)
        if demo:
            failure = "the demo company could not be loaded (DEMO=0 make run starts without it)"
            server.run_script(where, building, server.DEMO_COMPANY, log, failure)
        server.run_script(where, building, server.PREGENERATE_ASSETS, log, "the web assets could not be made")
        if (FILESTORE / name).exists():  # of a database of that name on another server: not ours to delete
            (FILESTORE / name).rename(FILESTORE / f"{name}.{time.strftime('%Y%m%d-%H%M%S')}")
        if (FILESTORE / building).exists():
            (FILESTORE / building).rename(FILESTORE / name)
        source_file(name).write_text(source())
        pg.rename_database(where, building, name)


def source():
    """A digest of the add-ons as they are now."""
    return databases.content(suite_addons())


def source_file(database):
    """Holds the digest of the add-ons that the database was made from or last updated to."""
    return ROOT / ".data" / f"{database}.source"


def existing():
    """The settings with a server that has the database."""
    where = pg.server(settings())
    if where.database not in pg.databases(where):
        raise Problem(f"there is no database {where.database} yet: `make run` makes it (DB=… names another)")
    return where


def demo():
    """Load the demo company into the existing database; what is there already stays as it is."""
    where = existing()
    with Steps(1).step(f"Demo company into {where.database}", "about 2 min"):
        failure = "the demo company could not be loaded"
        server.run_script(where, where.database, server.DEMO_COMPANY, "demo.log", failure, append=False)


def update():
    """Bring the database to the add-ons' present source; add-ons new in the suite come with it."""
    where = existing()
    if server_pid():
        raise Problem("the server is running: `make stop`, then `make update`")
    installed = {
        name
        for (name,) in pg.sql(
            where,
            "SELECT name FROM ir_module_module WHERE state IN ('installed', 'to upgrade')",
            database=where.database,
        )
    }
    ours = set(suite_addons())
    with Steps(1).step(f"Updating {where.database}", "about 1 min"):
        server.install(
            where, where.database, main_addons() - installed, "update.log", update=ours & installed, append=False
        )


def shell():
    """A Python prompt with `env`."""
    odoo("shell", "-d", existing().database, "--no-http")


def odoo(command="help", *arguments):
    """Any command of Odoo's own with our settings, e.g. `tools/odoo server -u crm_base --stop-after-init`."""
    where = pg.server(settings())
    os.chdir(ROOT)
    line = [str(part) for part in (*server.ODOO, command, *server.CONF, *arguments)]
    os.execve(line[0], line, os.environ | where.environment())


def reset():
    """Drop the database and its files, after a question (YES=1 answers it)."""
    where = existing()
    if server_pid():
        raise Problem("the server is running: `make stop`, then `make reset`")
    if os.environ.get("YES") != "1":
        if not sys.stdin.isatty():
            raise Problem(f"this would delete the database {where.database}: YES=1 make reset does it")
        if input(f"Delete the database {where.database} with all it holds? Type its name: ") != where.database:
            raise Problem("nothing was deleted")
    pg.drop_database(where, where.database)
    shutil.rmtree(FILESTORE / where.database, ignore_errors=True)
    source_file(where.database).unlink(missing_ok=True)
    print(f"The database {where.database} is gone; `make run` makes a new one.")


def stop():
    """Stop the server and the suite's own PostgreSQL."""
    pid = server_pid()
    if pid:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 30
        while server_pid() and time.monotonic() < deadline:
            time.sleep(0.1)
        if server_pid():
            raise Problem(f"the server (process {pid}) does not stop: its last words are in .data/server.log")
    pg.main(["stop"])
    print("Stopped.")


COMMANDS = {"run": run, "demo": demo, "update": update, "shell": shell, "reset": reset, "stop": stop, "odoo": odoo}


def main(arguments):
    if not arguments or arguments[0] not in COMMANDS:
        raise Problem(f"one of {', '.join(COMMANDS)} is wanted")
    return COMMANDS[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    command_line(main)
