"""Odoo for the bench's programs, without a server. Import it before anything of ``odoo.addons``.

The configuration is odoo.conf of the root, or what Odoo's own ODOO_RC names; the server may also be named by PGHOST,
PGPORT and so on.
"""

import argparse
import logging
import multiprocessing
import os
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import psutil

from odoo import api
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tools import config

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}

os.chdir(ROOT)
os.environ.setdefault("ODOO_RC", str(ROOT / "odoo.conf"))
config.parse_config(["--log-level=warn"], setup_logging=True)
logging.getLogger("pikepdf").setLevel(logging.WARNING)  # it says that it is there


def parser(description):
    """The arguments that all programs of the bench take."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("size", nargs="?", default="10k", choices=SIZES, help="number of customers")
    result.add_argument("-d", "--database", help="default: bench_<size>")
    return result


def registry(options):
    """The registry of the database of these arguments; the suite must be installed there."""
    options.database = options.database or f"bench_{options.size}"
    return Registry(options.database)


@contextmanager
def environment(registry, uid=api.SUPERUSER_ID, commit=False, **context):
    """As fresh as that of a request: nothing is cached but what a server keeps between requests."""
    with registry.cursor() as cr:
        yield api.Environment(cr, uid, {"lang": "zh_CN", "tz": "Asia/Shanghai", **context})
        if commit:
            cr.commit()
        else:
            cr.rollback()


def vacuum(database, *tables):
    """Clean up and count tables, by default all, as a server does by and by."""
    with db_connect(database).cursor() as cr:
        cr.rollback()
        cr.connection.autocommit = True
        cr._obj.execute(f"VACUUM ANALYZE {', '.join(tables)}")


@contextmanager
def memory_growth():
    """Gives a function that tells by how many MiB this process has grown at the most since."""
    process = psutil.Process()
    before = peak = process.memory_info().rss
    done = threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lambda: (peak - before) / 2**20
    finally:
        done.set()
        watcher.join()


def in_own_process(function, *arguments):
    """What the function of a program's module returns, run in a new process, whose memory holds nothing else yet."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def fail(text):
    sys.exit(f"error: {text}")
