"""Price board and stock query at 100,000 products and 10 warehouses, beside raw SQL and Odoo's own product list.

    .venv/bin/python bench/products.py 100k -d my_bench     the size is that of the products; they stay there

What it measures are first pages (80 rows) as the web client asks for them, with the statements that a plain program
would run for the same figures of the same rows.
"""

# first: it makes the add-ons known
from database import SIZES, environment, parser, registry, vacuum
from timing import head, page, raw, row, timed

WAREHOUSES = 10
TABLES = (
    "product_template",
    "product_product",
    "stock_quant",
    "stock_move",
    "mrp_bom",
    "mrp_bom_line",
    "sale_order",
    "sale_order_line",
)


def main():
    options = parser(__doc__.partition("\n")[0]).parse_args()
    base = registry(options)
    with environment(base, commit=True) as env:
        fill(env, SIZES[options.size])
    vacuum(options.database, *TABLES)
    head()
    with environment(base) as env:
        readers = {role: env.ref(f"base.user_{role}", False) for role in ("admin",)}
        customer = env["sale.order.line"].search([("crm_shipped_date", "!=", False)], limit=1).crm_customer_id.id
    reader = readers["admin"].id
    odoo = page(base, reader, "product.product", "stock.product_product_stock_tree", [("is_storable", "=", True)])
    board = ("crm.price.report", "crm_product.crm_price_report_view_list")
    row("price board", page(base, reader, *board), raw(base, BOARD), odoo)
    row("price board, prices of a customer", page(base, reader, *board, crm_price_customer=[customer]))
    row("price board, search of a part number", page(base, reader, *board, [("product_id", "ilike", "PN-0012")]))
    stock = ("crm.stock.report", "crm_product.crm_stock_report_view_list")
    row("stock on hand", page(base, reader, *stock), raw(base, STOCK), odoo)
    row(
        "stock on hand, semi-finished goods",
        page(base, reader, *stock, [("is_made", "=", True), ("is_component", "=", True)]),
    )
    row("stock on hand, one product", page(base, reader, *stock, [("product_id", "ilike", "PN-001234")]))
    promise = ("crm.stock.promise", "crm_product.crm_stock_promise_view_list")
    row("available to promise, 9 dates", page(base, reader, *promise), raw(base, PROMISE), odoo)
    plan = ("crm.stock.plan", "crm_product.crm_stock_plan_view_list")
    row("expected and reserved", page(base, reader, *plan), raw(base, PLAN))
    row(
        "costs of 80 products over 3 levels",
        timed(
            base,
            reader,
            lambda env: env["product.product"].search([("default_code", "=like", "PN-00%")], limit=80)._crm_bom_costs(),
        ),
        None,
        timed(base, reader, by_odoo),
    )


def by_odoo(env):
    products = env["product.product"].search([("default_code", "=like", "PN-00%")], limit=80)
    boms = env["mrp.bom"]._bom_find(products)
    every = env["mrp.bom"].search([("product_tmpl_id.crm_series_id", "!=", False)], limit=2000)
    return [product._compute_bom_price(boms[product], boms_to_recompute=every) for product in products if boms[product]]


# The same figures by hand, for the same 80 rows.
BOARD = """
    WITH page AS (
        SELECT product.id, product.default_code, template.name, template.list_price, template.crm_floor_price
          FROM product_product AS product JOIN product_template AS template ON template.id = product.product_tmpl_id
         WHERE product.active AND template.active AND template.sale_ok
      ORDER BY product.default_code, product.id LIMIT 80)
    SELECT page.*, shipped.*, stock.*, incoming.*
      FROM page
 LEFT JOIN LATERAL (
           SELECT price_unit, crm_shipped_date, order_partner_id FROM sale_order_line
            WHERE product_id = page.id AND crm_shipped_date IS NOT NULL
         ORDER BY crm_shipped_date DESC LIMIT 1) AS shipped ON TRUE
 LEFT JOIN LATERAL (
           SELECT SUM(quantity), SUM(quantity - reserved_quantity) FROM stock_quant
             JOIN stock_location ON stock_location.id = stock_quant.location_id
            WHERE product_id = page.id AND usage = 'internal') AS stock ON TRUE
 LEFT JOIN LATERAL (
           SELECT SUM(product_qty) FROM stock_move JOIN stock_location ON stock_location.id = location_dest_id
            WHERE product_id = page.id AND state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
              AND usage = 'internal') AS incoming ON TRUE
"""
STOCK = """
    SELECT product.default_code, template.name, warehouse.name, location.complete_name, lot.name, quantity,
           reserved_quantity
      FROM stock_quant AS quant
      JOIN stock_location AS location ON location.id = quant.location_id AND location.usage = 'internal'
      JOIN stock_warehouse AS warehouse ON warehouse.id = location.warehouse_id
      JOIN product_product AS product ON product.id = quant.product_id
      JOIN product_template AS template ON template.id = product.product_tmpl_id
 LEFT JOIN stock_lot AS lot ON lot.id = quant.lot_id
  ORDER BY product.default_code, quant.id LIMIT 80
"""
PROMISE = """
    WITH page AS (
        SELECT product.id, product.default_code FROM product_product AS product
          JOIN product_template AS template ON template.id = product.product_tmpl_id
         WHERE product.active AND template.active AND template.is_storable
      ORDER BY product.default_code, product.id LIMIT 80)
    SELECT page.*, stock.*, planned.*
      FROM page
 LEFT JOIN LATERAL (
           SELECT SUM(quantity) FROM stock_quant JOIN stock_location ON stock_location.id = stock_quant.location_id
            WHERE product_id = page.id AND usage = 'internal') AS stock ON TRUE
 LEFT JOIN LATERAL (
           SELECT array_agg((date, CASE WHEN usage = 'internal' THEN product_qty ELSE -product_qty END) ORDER BY date)
             FROM stock_move JOIN stock_location ON stock_location.id = location_dest_id
            WHERE product_id = page.id AND state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
           ) AS planned ON TRUE
"""
PLAN = """
    SELECT move.date, product.default_code, template.name, move.product_qty, picking.name, partner.name
      FROM stock_move AS move
      JOIN product_product AS product ON product.id = move.product_id
      JOIN product_template AS template ON template.id = product.product_tmpl_id
      JOIN stock_location AS source ON source.id = move.location_id
      JOIN stock_location AS destination ON destination.id = move.location_dest_id
 LEFT JOIN stock_picking AS picking ON picking.id = move.picking_id
 LEFT JOIN sale_order_line AS line ON line.id = move.sale_line_id
 LEFT JOIN res_partner AS partner ON partner.id = line.order_partner_id
     WHERE move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
       AND (source.usage = 'internal') <> (destination.usage = 'internal')
  ORDER BY move.date, move.id LIMIT 80
"""


def fill(env, count):
    """Products of which a third are made over up to three levels, all in every warehouse, with what is planned."""
    cr = env.cr
    if env["product.product"].search_count([("default_code", "=like", "PN-%")]) >= count:
        return
    warehouses = env["stock.warehouse"].search([], limit=WAREHOUSES)
    for number in range(len(warehouses), WAREHOUSES):
        warehouses += env["stock.warehouse"].create({"name": f"Bench {number}", "code": f"B{number}"})
    series = env["crm.product.series"].create(
        [{"name": f"Series {number}", "code": f"S{number}"} for number in range(20)]
    )
    sample = env["product.product"].create(
        {"name": "Bench 0", "default_code": "PN-000000", "is_storable": True, "crm_series_id": series[0].id}
    )
    customer = env["res.partner"].search([("is_crm_customer", "=", True)], limit=1) or env["res.partner"].create(
        {"name": "Bench customer", "is_crm_customer": True, "is_company": True}
    )
    order = env["sale.order"].create(
        {"partner_id": customer.id, "order_line": [(0, 0, {"product_id": sample.id, "product_uom_qty": 5})]}
    )
    move = env["stock.move"].create(
        {
            "product_id": sample.id,
            "product_uom_qty": 5,
            "location_id": warehouses[0].lot_stock_id.id,
            "location_dest_id": env.ref("stock.stock_location_customers").id,
        }
    )
    move._action_confirm()
    env["stock.quant"]._update_available_quantity(sample, warehouses[0].lot_stock_id, 100)
    bom = env["mrp.bom"].create({"product_tmpl_id": sample.product_tmpl_id.id})
    env.flush_all()
    company = env.company.id
    template_id = copy_rows(
        cr,
        "product_template",
        sample.product_tmpl_id.id,
        {
            "name": "jsonb_build_object('en_US', 'Bench ' || n, 'zh_CN', '样例产品' || n)",
            "default_code": "'PN-' || lpad(n::text, 6, '0')",
            "crm_series_id": f"(ARRAY{series.ids})[n %% 20 + 1]",
            "list_price": "10 + n %% 90",
            "crm_floor_price": "8 + n %% 70",
        },
        count - 1,
    )
    product_id = copy_rows(
        cr,
        "product_product",
        sample.id,
        {
            "product_tmpl_id": f"{template_id} + n",
            "default_code": "'PN-' || lpad(n::text, 6, '0')",
            "standard_price": f"jsonb_build_object('{company}', 5 + n %% 40)",
        },
        count - 1,
    )
    quant = env["stock.quant"].search([("product_id", "=", sample.id), ("location_id.usage", "=", "internal")], limit=1)
    for number, warehouse in enumerate(warehouses):
        copy_rows(
            cr,
            "stock_quant",
            quant.id,
            {
                "product_id": f"{product_id} + n",
                "location_id": str(warehouse.lot_stock_id.id),
                "quantity": f"(n * 7 + {number} * 13) %% 500",
                "reserved_quantity": f"(n + {number}) %% 3",
            },
            count - 1,
        )
    customers = env.ref("stock.stock_location_customers").id
    suppliers = env.ref("stock.stock_location_suppliers").id
    line = order.order_line
    for step in range(3):
        line_id = copy_rows(
            cr,
            "sale_order_line",
            line.id,
            {
                "product_id": f"{product_id} + n",
                "price_unit": f"9 + n %% 80 + {step}",
                "qty_delivered": "5",
                "crm_shipped_date": f"timestamp '2025-01-01' + (n %% 300 + {step} * 60) * interval '1 day'",
            },
            count - 1,
        )
        # past and open moves
        for state, source, destination in (
            ("done", warehouses[step].lot_stock_id.id, customers),
            ("done", suppliers, warehouses[step].lot_stock_id.id),
            *([("assigned", warehouses[step].lot_stock_id.id, customers)] if step == 0 else []),
            *([("assigned", suppliers, warehouses[step].lot_stock_id.id)] if step == 1 else []),
        ):
            copy_rows(
                cr,
                "stock_move",
                move.id,
                {
                    "product_id": f"{product_id} + n",
                    "location_id": str(source),
                    "location_dest_id": str(destination),
                    "state": f"'{state}'",
                    "product_qty": "3 + n %% 20",
                    "sale_line_id": f"{line_id} + n" if destination == customers else "NULL",
                    "date": f"now() + (n %% 60 - 5 + {step}) * interval '1 day'"
                    if state == "assigned"
                    else "now() - (n %% 900) * interval '1 day'",
                },
                count - 1,
            )
    # every third product is made of the two after it, half of these also of the next that is made: up to 3 levels
    bom_id = copy_rows(cr, "mrp_bom", bom.id, {"product_tmpl_id": f"{template_id} + n * 3"}, count // 3 - 2)
    cr.execute(
        f"""INSERT INTO mrp_bom_line
                   (bom_id, product_id, product_tmpl_id, product_qty, product_uom_id, company_id, sequence)
            SELECT {bom_id} + n, {product_id} + n * 3 + part, {template_id} + n * 3 + part, part + 1, %s, NULL, part
              FROM generate_series(1, {count // 3 - 4}) AS n, generate_series(1, 3) AS part
             WHERE part < 3 OR n %% 4 < 2""",
        [sample.uom_id.id],
    )


def copy_rows(cr, table, sample_id, values, count):
    """Copy a row ``count`` times with other values.

    :param values: {column: SQL of ``n``, from 1}
    :return: what added to ``n`` gives the id of its copy
    """
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema AND table_name = %s"
        " AND is_generated = 'NEVER'",
        [table],
    )
    columns = [name for (name,) in cr.fetchall()]
    cr.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
    offset = cr.fetchone()[0]
    selected = [
        f"{offset} + n" if name == "id" else values.get(name, f"sample.{name}").replace("%%", "%") for name in columns
    ]
    cr.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(selected)}"
        f" FROM {table} AS sample, generate_series(1, {count}) AS n WHERE sample.id = {sample_id}"
    )
    cr.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {offset + count})")
    return offset


if __name__ == "__main__":
    main()
