"""Time and memory of the customer import, in the background's turns as a server runs them, faulty rows included.

    .venv/bin/python bench/import_customers.py 100k -d my_bench     the customers stay: a database to spare

One file is checked, then imported; the rows of its error file are put right and imported in turn. Each is a process of
its own. Fails unless just the faulty rows are refused, each for its fault, and in the end all customers are there.
"""

import io
import re
import time
from collections import Counter
from itertools import count as numbers

# first: it makes the add-ons known
from database import SIZES, environment, fail, in_own_process, memory_growth, parser, registry

from companies import Companies  # isort: skip

from odoo.addons.crm_base.tools.company_name import normalize_company_name
from odoo.addons.crm_base.tools.sheet_reader import read_rows
from odoo.addons.crm_base.tools.xlsx import SheetColumn, XlsxBook

EVERY = 200  # one row of so many has a fault
CUSTOMER = "name short_name english_name credit_code crm_status state_id city street phone email".split()
CONTACT = "name function phone wechat email".split()
HEADER = [*CUSTOMER, *(f"contact_{name}" for name in CONTACT), "duplicate_reason", "customer_code"]
# column → what makes it wrong, with the row's number where it has to be another one each; None: what an earlier row has
FAULTS = {
    "name": "",
    "phone": None,
    "credit_code": "9111000060{}",
    "email": "nobody at example",
    "state_id": "Atlantis",
    "crm_status": "perhaps",
    "contact_name": "",
    "contact_phone": "call me",
}


# the file ------------------------------------------------------------------------------------------------------------


class Provinces(dict):
    """The generator wants an id for a province's code; a file names it by the code."""

    def __missing__(self, code):
        return code


def right_rows(count):
    """Customers with a contact each, no two of which are one company: code → cells."""
    nobody = dict.fromkeys(("owners", "departments", "levels", "categories", "sources"), [None])
    nowhere = {"customer_base": 0, "contact_base": 0, "search_names": (), "search_codes": ()}
    companies = Companies({**nobody, **nowhere, "provinces": Provinces()})
    rows, seen = {}, set()
    for first in numbers(0, 5000):
        customers, contacts = companies.rows(first, 5000)
        primary = {contact["parent_id"]: contact for contact in contacts if contact["is_primary_contact"]}
        for customer in customers:
            core = normalize_company_name(customer["name"])
            if core in seen:
                continue
            seen.add(core)
            code = f"IMP{len(rows):06d}"
            contact = primary[customer["id"]]
            cells = [*map(customer.get, CUSTOMER), *map(contact.get, CONTACT), "another company", code]
            rows[code] = [str(cell) if cell else None for cell in cells]
            if len(rows) == count:
                return rows


def with_faults(rows):
    """The cells of all rows, some of them spoilt, and which: code → column."""
    spoilt, faults, earlier = [], {}, {}
    for number, (code, right) in enumerate(rows.items()):
        cells = list(right)
        if number % EVERY == EVERY // 2:
            column = list(FAULTS)[len(faults) % len(FAULTS)]
            fault = FAULTS[column]
            cells[HEADER.index(column)] = earlier[column] if fault is None else fault.format(number)
            faults[code] = column
        spoilt.append(cells)
        earlier |= {name: cell for name, cell in zip(HEADER, right, strict=True) if cell}
    return spoilt, faults


def workbook(rows):
    file = io.BytesIO()
    with XlsxBook(file) as book:
        book.add_sheet("Customers", [SheetColumn(name, "any") for name in HEADER])
        for cells in rows:
            book.write_row(cells)
    return file.getvalue()


# a run ---------------------------------------------------------------------------------------------------------------


def run(database, content, dry_run):
    """Import a file in the background.

    :return: (counts by kind, error file, seconds, MiB grown at the peak, seconds of the batches in order)
    """
    from odoo.modules.registry import Registry

    registry = Registry(database)
    Job, seconds = registry["crm.import.job"], []
    process_batch = Job._process_batch

    def timed(job, *arguments):
        start = time.perf_counter()
        goes_on = process_batch(job, *arguments)
        seconds.append(time.perf_counter() - start)
        return goes_on

    Job._process_batch = timed
    with environment(registry) as env:
        admin = env.ref("base.user_admin").id
    with memory_growth() as growth:
        start = time.perf_counter()
        with environment(registry, admin, commit=True) as env:
            wizard = env["crm.customer.import"].create({})
            job_id = wizard._import_create_job(content, "customers.xlsx", dry_run).id
        state = "waiting"
        while state in ("waiting", "running"):
            with environment(registry, commit=True) as env:
                env["crm.import.job"]._cron_process()
                state = env["crm.import.job"].browse(job_id).state
        used = time.perf_counter() - start
        with environment(registry) as env:
            job = env["crm.import.job"].browse(job_id)
            if state != "done":
                fail(f"the import ended as {state}: {job.message}")
            counts = {kind: job[f"{kind}_count"] for kind in ("total", "created", "updated", "skipped", "failed")}
            file = io.BytesIO()
            job._write_error_file(file)
    return counts, file.getvalue(), used, growth(), seconds


def report(title, counts, _errors, used, growth, seconds):
    tenth = max(1, len(seconds) // 10)
    first, last = (1000 * sum(part) / len(part) for part in (seconds[:tenth], seconds[-tenth:]))
    print(
        f"{title:18} {used:7.1f} s  {counts['total'] / used:6.0f} rows/s  {growth:5.0f} MiB at the peak"
        f"  batch {first:.0f} ms at first, {last:.0f} ms at last; {counts['failed']} of {counts['total']:,} refused",
        flush=True,
    )


def refused(content, faults):
    """The codes of an error file, which must be those of the faulty rows, each refused for its fault."""
    (_number, header), *rows = read_rows(content)
    codes = [cells[HEADER.index("customer_code")] for _row, cells in rows]
    if sorted(codes) != sorted(faults):
        fail(f"{len(codes)} rows refused, {len(faults)} have a fault: {sorted(set(codes) ^ set(faults))[:5]}")
    reasons = Counter()
    for code, (_row, cells) in zip(codes, rows, strict=True):
        reason = cells[len(HEADER)] if len(cells) > len(HEADER) else None
        if not reason:
            fail(f"{code} was refused without a reason")
        reasons[faults[code], re.sub(r"\d+", "N", reason.splitlines()[0])] += 1
    return codes, reasons


def main():
    options = parser(__doc__.partition("\n")[0])
    options.add_argument("--rows", type=int, help="another number of rows than the size says")
    options = options.parse_args()
    if "crm.customer.import" not in registry(options):
        fail(f"database {options.database} lacks the add-on crm_customer")
    size = options.rows or SIZES[options.size]
    right = right_rows(size)
    spoilt, faults = with_faults(right)
    content = workbook(spoilt)
    print(f"{size:,} customers with a contact each, {len(faults)} with a fault, {len(content) / 2**20:.1f} MiB")
    for title, dry_run in (("check only", True), ("import", False)):
        done = in_own_process(run, options.database, content, dry_run)
        report(title, *done)
        codes, reasons = refused(done[1], faults)
    for (column, reason), times in reasons.items():
        print(f"    {times:4} {column}: {reason}")
    done = in_own_process(run, options.database, workbook(right[code] for code in codes), False)
    report("the rest corrected", *done)
    with environment(registry(options)) as env:
        stored = env["res.partner"].search_count([("customer_code", "in", list(right)), ("is_crm_customer", "=", True)])
        if stored != size:
            fail(f"{stored} of {size} customers are there")


if __name__ == "__main__":
    main()
