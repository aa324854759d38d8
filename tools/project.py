"""What every tool of this folder shares: places, settings, progress lines and one-line errors.

Standard library only: `tools/setup.py` runs before anything is installed.
"""

import ast
import configparser
import os
import shutil
import socket
import subprocess
import sys
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
CACHE = ROOT / ".cache"
LOGS = CACHE / "log"
VENV = ROOT / ".venv"
FONTS = ROOT / ".fonts"
PIDFILE = ROOT / ".data" / "server.pid"


class Problem(Exception):
    """Something the user can put right. The text is one line: what is wrong, and what to do."""


def command_line(function):
    """Run a tool's `function(arguments)`, turning whatever goes wrong into one line and a red exit code."""
    try:
        return sys.exit(function(sys.argv[1:]))
    except Problem as problem:
        text = str(problem)
    except KeyboardInterrupt:
        text = "stopped"
    except Exception as error:  # the trace goes to a file, the user gets a line
        LOGS.mkdir(parents=True, exist_ok=True)
        trace = LOGS / "error.log"
        trace.write_text(traceback.format_exc())
        text = f"{type(error).__name__}: {error}".splitlines()[0] + f" (the trace is in {short(trace)})"
    print(f"\nerror: {text}", file=sys.stderr)
    sys.exit(1)


def short(path):
    """The path as a user in the project's folder would type it."""
    return os.path.relpath(path, ROOT)


# settings ------------------------------------------------------------------------------------------------------------


@dataclass
class Settings:
    """odoo.conf, overridden by PGHOST PGPORT PGUSER PGPASSWORD DB PORT of the environment."""

    host: str
    port: int
    user: str
    password: str
    database: str
    http_port: int
    embedded: bool  # PostgreSQL is ours to start and stop
    cluster: Path = ROOT / ".pg"
    passfile: Path = ROOT / ".pg" / "pgpass"

    def environment(self):
        """The variables that give Odoo, psycopg2 and PostgreSQL's own clients these settings."""
        values = {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGDATABASE": self.database,
            "ODOO_HTTP_PORT": str(self.http_port),
        }
        if self.password:
            values["PGPASSWORD"] = self.password
        elif self.passfile.exists():
            values["PGPASSFILE"] = str(self.passfile)
        if (FONTS / "fonts.conf").exists():
            values["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")
        return values


def settings(environ=os.environ, file=ROOT / "odoo.conf"):
    """Read the settings.

    :raises Problem: odoo.conf is missing or unreadable, or a port is not a number
    """
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(file.read_text())
        conf = dict(parser.items("options"))
    except (OSError, configparser.Error) as error:
        raise Problem(f"{short(file)} cannot be read: {str(error).splitlines()[0]}") from None

    def number(variable, option):
        text = environ.get(variable) or conf.get(option) or ""
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise Problem(f"{variable}={text} is not a port: give a number from 1 to 65535 (or {option} in odoo.conf)")
        return int(text)

    host = environ.get("PGHOST") or conf.get("db_host") or ""
    return Settings(
        host=host,
        port=number("PGPORT", "db_port"),
        user=environ.get("PGUSER") or conf.get("db_user") or "odoo",
        password=environ.get("PGPASSWORD") or conf.get("db_password") or "",
        database=environ.get("DB") or conf.get("db_name") or "crm",
        http_port=number("PORT", "http_port"),
        embedded=not environ.get("PGHOST") and host == "127.0.0.1",
    )


# progress ------------------------------------------------------------------------------------------------------------


class Steps:
    """Numbered progress lines: `[2/7] Python packages (about 1 min) … 45 s`."""

    def __init__(self, total, done=0, quiet=False):
        self.total, self.number, self.quiet = total, done, quiet

    def ready(self, title, note="ready"):
        """A step with nothing left to do."""
        self.number += 1
        if not self.quiet:
            print(f"[{self.number}/{self.total}] {title} … {note}", flush=True)

    @contextmanager
    def step(self, title, estimate=""):
        """A step that takes a while; prints its duration at the end."""
        self.number += 1
        estimate = f" ({estimate})" if estimate else ""
        print(f"[{self.number}/{self.total}] {title}{estimate} … ", end="", flush=True)
        begin = time.monotonic()
        yield
        print(f"{time.monotonic() - begin:.0f} s", flush=True)


@contextmanager
def under_way():
    """Gives a function that shows a text at the end of the progress line, on a terminal, in place of its last one."""
    if not sys.stdout.isatty():
        yield lambda text: None
        return
    print("\033[s", end="")  # the terminal remembers the place
    try:
        yield lambda text: print(f"\033[u\033[K{text}", end="", flush=True)
    finally:
        print("\033[u\033[K", end="", flush=True)


# programs ------------------------------------------------------------------------------------------------------------


def logged(command, log, failure, **options):
    """Run a program with its output in `.cache/log/<log>`.

    :param failure: what to say when it fails; the last telling line of the log is added
    :raises Problem: the program failed
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / log
    with open(path, "wb") as output:
        options.setdefault("stdin", subprocess.DEVNULL)
        try:
            code = subprocess.run(
                [str(part) for part in command], stdout=output, stderr=subprocess.STDOUT, cwd=ROOT, **options
            ).returncode
        except FileNotFoundError:
            raise Problem(f"{failure}: {command[0]} is not installed") from None
    if code:
        raise Problem(f"{failure}: {telling_line(path)} (all of it in {short(path)})")
    return path


NO_NETWORK = (
    "Temporary failure",
    "Could not resolve",
    "Name or service not known",
    "Network is unreachable",
    "ENOTFOUND",
    "EAI_AGAIN",
    "NewConnectionError",
    "Failed to establish a new connection",
)


def telling_line(path):
    """The line of a log that says best why a program failed: the last one that names an error."""
    lines = [line.strip() for line in path.read_text(errors="replace").splitlines() if line.strip()]
    if any("No space left on device" in line for line in lines):
        return "no space left on the disk"
    if any(sign in line for sign in NO_NETWORK for line in lines):
        return "no network: the package archive cannot be reached; check the connection or the proxy, then run it again"
    errors = [line for line in lines if "error" in line.lower() and not line.startswith("notice")]
    return (errors or lines or ["no output"])[-1][:300]


def free_gigabytes(path=ROOT):
    return shutil.disk_usage(path).free / 1e9


def port_taken(port, host="127.0.0.1"):
    """Whether another program listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def check_http_port(where):
    """:raises Problem: the server's port is taken, by a running server of this folder or by another program"""
    if not port_taken(where.http_port):
        return
    if server_pid():
        raise Problem(f"the CRM is running already: http://localhost:{where.http_port} (`make stop` ends it)")
    raise Problem(
        f"port {where.http_port} is taken by another program: PORT={where.http_port + 1} make run takes another port "
        "(http_port in odoo.conf makes it permanent)"
    )


def server_pid():
    """The process id of the server that `make run` started here, 0 when there is none."""
    try:
        pid = int(PIDFILE.read_text())
        os.kill(pid, 0)
    except PermissionError:  # it lives, and is somebody else's
        return pid
    except (OSError, ValueError):
        return 0
    command = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout
    return pid if "odoo" in command else 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def may_install():
    """The prefix to run apt-get with when this user may install packages without being asked, else None."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def apt_install(*packages):
    """Install Debian packages if this user may.

    :returns: whether they are there now
    """
    prefix = may_install()
    if prefix is None:
        return False
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    try:
        logged([*apt, "update"], "apt-update.log", "apt-get update")
        logged([*apt, "install", "--no-install-recommends", *packages], "apt-install.log", "apt-get install")
    except Problem:
        return False
    return True


def suite_addons():
    """Name → manifest (a dict) of every add-on under addons/, in alphabetical order."""
    return {
        manifest.parent.name: ast.literal_eval(manifest.read_text())
        for manifest in sorted(ADDONS.glob("*/__manifest__.py"))
    }
