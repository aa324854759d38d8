"""Seconds and size per page of printed quotations: Chromium beside wkhtmltopdf, on the same records in one run.

    .venv/bin/python bench/pdf.py -d DATABASE [--records 1 10 100] [--lines 12]

The database needs sale_management and report_pdf_chromium. Nothing is kept in it: all records are rolled back.
"""

import argparse
import io
import time

import pikepdf
from database import environment, registry  # first: it makes the add-ons known

from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.addons.report_pdf_chromium.tools import browser

ENGINES = ("chromium", "wkhtmltopdf")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-d", "--database", required=True)
    parser.add_argument("--records", type=int, nargs="+", default=[1, 10, 100], help="quotations per print")
    parser.add_argument("--lines", type=int, default=12, help="lines of a quotation")
    options = parser.parse_args()
    with environment(registry(options), force_report_rendering=True) as env:
        rows = [row for engine in ENGINES for row in measure(env, engine, options.records, options.lines)]
    print(f"{'engine':<12} {'print':<22} {'seconds':>8} {'pages':>6} {'s/page':>7} {'KB/page':>8}")
    for row in rows:
        print("{:<12} {:<22} {:>8} {:>6} {:>7} {:>8}".format(*row))


def measure(env, engine, counts, lines):
    """:return: rows of the table for one engine"""
    if engine == "wkhtmltopdf":
        info = _wkhtml()
        if info.state != "ok":
            yield engine, "not installed here", "-", "-", "-", "-"
            return
        if not info.is_patched_qt:
            # it can print neither many records at once nor headers and footers
            yield engine, f"{info.version}, unpatched Qt", "-", "-", "-", "-"
            counts = [count for count in counts if count == 1]
    elif not browser.find():
        yield engine, "not installed here", "-", "-", "-", "-"
        return
    env["ir.config_parameter"].set_param("report_pdf_chromium.engine", engine)
    orders = quotations(env, max(counts), lines)
    if engine == "chromium":
        env["ir.attachment"].search([("url", "=like", "/web/assets/%report_assets%")]).unlink()
        yield row(env, engine, "1, cold bundles", orders[:1])
        browser.Browser.close()
        yield row(env, engine, "1, cold browser", orders[:1])
    for count in counts:
        yield row(env, engine, f"{count}, warm", orders[:count])
    browser.Browser.close()


def row(env, engine, name, orders):
    env["ir.config_parameter"].set_param("report_pdf_chromium.time_limit", "600")
    start = time.perf_counter()
    pdf, _kind = env["ir.actions.report"]._render_qweb_pdf("sale.action_report_saleorder", orders.ids)
    seconds = time.perf_counter() - start
    with pikepdf.open(io.BytesIO(pdf)) as document:
        pages = len(document.pages)
    return engine, name, f"{seconds:.2f}", pages, f"{seconds / pages:.3f}", f"{len(pdf) / 1024 / pages:.1f}"


def quotations(env, count, lines):
    partner = env["res.partner"].create({"name": "苏州精工自动化设备有限公司", "lang": "zh_CN"})
    names = ("深沟球轴承 6204-2RS", "伺服电机 750W 带制动", "恒温晶体振荡器 10MHz")
    products = env["product.product"].create([{"name": name, "list_price": 12.5} for name in names])
    line = [
        {
            "product_id": products[number % 3].id,
            "product_uom_qty": number + 1,
            "name": f"{names[number % 3]}\n表面处理：发黑",
        }
        for number in range(lines)
    ]
    return env["sale.order"].create(
        [{"partner_id": partner.id, "order_line": [(0, 0, values) for values in line]} for _number in range(count)]
    )


if __name__ == "__main__":
    main()
