"""The benches on a database of their own: bench.py with SIZE=10k (default), 100k or 1m customers.

The database is a copy of the suite's, filled by bench/generate.py once for each state of the source, in the test
PostgreSQL (no fsync), or on the server PGHOST names. Then run.py and the others measure and print, in a copy if they
change what is stored.
"""

import os
import subprocess

import databases
import pg
from project import ROOT, VENV, Problem, Steps, command_line, suite_addons

SIZES = ("10k", "100k", "1m")
HANDED_OVER = {"10k": 500, "100k": 5_000, "1m": 10_000}
PRODUCTS = {"10k": "10k", "100k": "100k", "1m": "100k"}
IMPORTED = 2000


def program(name, where, *arguments):
    """:raises Problem: the program fails"""
    command = [VENV / "bin" / "python", ROOT / "bench" / name, *arguments]
    if subprocess.run([str(part) for part in command], cwd=ROOT, env=os.environ | where.environment()).returncode:
        raise Problem(f"bench/{name} failed")


def main(_arguments):
    size = os.environ.get("SIZE", SIZES[0])
    if size not in SIZES:
        raise Problem(f"SIZE={size}: one of {', '.join(SIZES)} is wanted")
    with databases.session() as where:
        steps = Steps(3)
        addons = {name for name in suite_addons() if not name.startswith("test_")}
        copies = databases.Databases(where, addons, steps)
        copies.suite()
        name = f"{databases.PREFIX}bench_{size}_{copies.suite_name.rsplit('_', 1)[1]}"
        present = pg.databases(where)
        if name in present:
            steps.ready(f"{size} customers")
        else:
            for old in present:
                if old.startswith(f"{databases.PREFIX}bench_{size}_"):
                    pg.drop_database(where, old)
            building = f"{databases.PREFIX}building"
            pg.create_database(where, building, copies.suite_name)
            steps.ready(f"{size} customers", "being generated")
            program("generate.py", where, size, "-d", building)
            pg.rename_database(where, building, name)
        program("run.py", where, size, "-d", name)
        nights = f"{databases.PREFIX}bench_nights"
        pg.create_database(where, nights, name)
        for title, other, *arguments in (
            ("Churn", "churn.py"),
            ("Nights and pools", "pools.py", size),
            ("Hand-over", "transfer.py", size, "--count", HANDED_OVER[size]),
            ("Orders", "orders.py", size),
            ("Products and stock", "products.py", PRODUCTS[size]),
        ):
            print(f"\n{title}", flush=True)
            program(other, where, *arguments, "-d", nights)
        pg.drop_database(where, nights)
        empty = f"{databases.PREFIX}bench_empty"
        pg.create_database(where, empty, copies.suite_name)
        print("\nImport", flush=True)
        program("import_customers.py", where, "--rows", IMPORTED, "-d", empty)
        print("\nPDF", flush=True)
        program("pdf.py", where, "-d", empty, "--records", 1, 10)
        pg.drop_database(where, empty)
    return 0


if __name__ == "__main__":
    command_line(main)
