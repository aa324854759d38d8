"""Time and memory of the Excel export beside Odoo's own and beside plain SQL, each in a process of its own.

    .venv/bin/python bench/excel_export.py 100k -d crm_dev     a database with the add-on test_crm_base

The rows live in a transaction that is rolled back.
"""

import io
import tempfile
import time
from types import SimpleNamespace

# first: it makes the add-ons known
from database import SIZES, environment, fail, in_own_process, memory_growth, parser, registry

from odoo.http import _request_stack

from odoo.addons.crm_base.tools.xlsx import SheetColumn, XlsxBook
from odoo.addons.web.controllers.export import ExportXlsxWriter

FIELDS = ["name", "code", "user_id", "kind", "quantity", "price", "amount", "day", "moment", "checked"]
ROWS = """INSERT INTO test_crm_item
              (name, code, user_id, kind, quantity, price, amount, currency_id, day, moment, checked)
          SELECT 'Item number ' || n, 'K' || n, %(user)s, 'a', n, n / 7.0, n * 1.5, %(currency)s,
                 date '2026-01-01' + n %% 365, timestamp '2026-01-01' + n * interval '1 minute', n %% 2 = 0
            FROM generate_series(1, %(count)s) n"""


def ours(items, file):
    items._excel_write(file)


def stock(items, file):
    """What the controller of "Export" in the list's menu does, answer included."""
    _request_stack.push(SimpleNamespace(env=items.env))
    rows = items.export_data(FIELDS)["datas"]
    fields = [{"label": name, "name": name, "type": items._fields[name].type} for name in FIELDS]
    with ExportXlsxWriter(fields, [], len(rows)) as writer:
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                writer.write_cell(number, column, value)
    file.write(writer.value)


def raw(items, file):
    items.env.cr.execute(f"SELECT {', '.join(FIELDS)} FROM test_crm_item WHERE id = ANY(%s) ORDER BY id", [items.ids])
    with XlsxBook(file) as book:
        book.add_sheet("Items", [SheetColumn(name, "any") for name in FIELDS])
        for row in items.env.cr._obj:
            book.write_row(row)


def measure(way, database, count):
    """Run one way.

    :return: (seconds, MiB grown at the peak, MiB of the file)
    """
    from odoo.modules.registry import Registry

    with environment(Registry(database)) as env:
        values = {"user": env.ref("base.user_admin").id, "currency": env.company.currency_id.id, "count": count}
        env.cr.execute(ROWS, values)
        items = env["test.crm.item"].search([("code", "=like", "K%")])
        way(items[:100], io.BytesIO())
        env.invalidate_all()
        with memory_growth() as growth, tempfile.TemporaryFile() as file:
            start = time.perf_counter()
            way(items, file)
            return time.perf_counter() - start, growth(), file.tell() / 2**20


def main():
    options = parser(__doc__.partition("\n")[0]).parse_args()
    if "test.crm.item" not in registry(options):
        fail(f"database {options.database} lacks the add-on test_crm_base")
    count = SIZES[options.size]
    print(f"{count:,} rows of {len(FIELDS)} columns")
    for way in (ours, stock, raw):
        figures = in_own_process(measure, way, options.database, count)
        print("{:6} {:6.1f} s  {:6.0f} MiB at the peak  {:5.1f} MiB file".format(way.__name__, *figures))


if __name__ == "__main__":
    main()
