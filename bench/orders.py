"""Sales applications, their analysis and the progress of shipments at 1,000,000 orders, beside raw SQL and Odoo.

    .venv/bin/python bench/orders.py 1m -d my_bench     a copy of what generate.py filled; it is changed for good

The orders get a type, a promise for each line, and all but the latest a delivery. The raw SQL gives the same figures by
hand, with the same scope, and may use the product's indexes.
"""

from datetime import date

# first: it makes the add-ons known
from database import environment, parser, registry, vacuum
from timing import head, page, raw, row, timed

from odoo.tools import SQL

READERS = {"administrator": "admin", "manager": "bench_manager_3_0", "salesperson": "bench_3_0_7"}
APPLICATIONS = [("crm_order_type_id", "!=", False)]
UNDER_WAY = [("delivery_status", "in", ("pending", "started", "partial"))]
OPEN = 40_000  # orders that are not delivered


def main():
    options = parser(__doc__.partition("\n")[0]).parse_args()
    base = registry(options)
    with environment(base, commit=True) as env:
        fill(env)
    vacuum(options.database, "sale_order", "sale_order_line")
    with environment(base) as env:
        uids = {role: env["res.users"].search([("login", "=", login)]).id for role, login in READERS.items()}
        scopes = {role: env["res.users"].browse(uid)._crm_scope_owner_ids() for role, uid in uids.items()}
        year = env["crm.order.analysis"].get_page()["year"]
    admin = uids["administrator"]
    head()
    stock = page(base, admin, "sale.order", "sale.view_order_tree", [("state", "=", "sale")])
    for role, uid in uids.items():
        ours = page(base, uid, "sale.order", "crm_order_review.sale_order_view_list_application", APPLICATIONS)
        row(f"sales applications, first page, {role}", ours, raw(base, applications(scopes[role])), stock)
    for role, uid in uids.items():
        ours = timed(base, uid, lambda env: env["crm.order.analysis"].get_page(year=year))
        row(f"order analysis, {role}", ours, timed(base, uid, lambda env, role=role: analysis(env, scopes[role], year)))
    for role, uid in uids.items():
        progress = page(base, uid, "crm.shipment.progress", "crm_shipment.crm_shipment_progress_view_list", UNDER_WAY)
        row(f"shipment progress, first page, {role}", progress)


def owned(owner_ids):
    """The scope of a reader: orders of his people, and of their customers."""
    if owner_ids is None:
        return SQL("TRUE")
    ids = list(owner_ids)
    return SQL("(sale.user_id = ANY(%s) OR sale.customer_user_id = ANY(%s))", ids, ids)


def applications(owner_ids):
    return SQL(
        """SELECT sale.*, partner.complete_name, kind.name, users.login
             FROM sale_order AS sale
             JOIN res_partner AS partner ON partner.id = sale.partner_id
             JOIN crm_order_type AS kind ON kind.id = sale.crm_order_type_id
        LEFT JOIN res_users AS users ON users.id = sale.user_id
            WHERE sale.crm_order_type_id IS NOT NULL AND %s
         ORDER BY sale.date_order DESC, sale.id DESC LIMIT 80""",
        owned(owner_ids),
    )


def analysis(env, owner_ids, year):
    """The figures of the page of a year."""
    orders = SQL(
        """sale_order AS sale
            WHERE sale.state = 'sale' AND %s
              AND sale.date_order >= (%s::timestamp AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'UTC'
              AND sale.date_order < (%s::timestamp AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'UTC'""",
        owned(owner_ids),
        date(year, 1, 1),
        date(year + 1, 1, 1),
    )
    month = SQL("date_trunc('month', sale.date_order + interval '8 hours')")
    last = SQL(
        "sale.date_order >= (SELECT date_trunc('month', max(sale.date_order) + interval '8 hours')"
        " - interval '8 hours' FROM %s)",
        orders,
    )
    promised = SQL(
        "FROM sale_order_line AS line JOIN sale_order AS sale ON sale.id = line.order_id AND %s", owned(owner_ids)
    )
    statements = (
        SQL(
            "SELECT min(date_order), max(date_order) FROM sale_order AS sale WHERE state = 'sale' AND %s",
            owned(owner_ids),
        ),
        SQL(
            """WITH part AS MATERIALIZED (
                 SELECT %(month)s AS month, sale.crm_order_type_id AS kind, sale.user_id, sale.crm_customer_id AS id,
                        sum(sale.amount_untaxed / NULLIF(sale.currency_rate, 0)) AS amount, count(*) AS orders
                   FROM %(orders)s GROUP BY 1, 2, 3, 4)
               SELECT part.month, part.kind, part.user_id, partner.state_id, partner.country_id,
                      sum(amount), sum(orders)
                 FROM part LEFT JOIN res_partner AS partner ON partner.id = part.id
             GROUP BY GROUPING SETS ((1), (2), (3), (4), (5), ())""",
            month=month,
            orders=orders,
        ),
        SQL(
            """WITH sold AS MATERIALIZED (
                 SELECT sale.month, line.product_id, line.product_uom_id,
                        sum(line.price_subtotal / sale.rate) AS amount, sum(line.product_uom_qty) AS quantity
                   FROM (SELECT sale.id, %s AS month, NULLIF(sale.currency_rate, 0) AS rate FROM %s) AS sale
                   JOIN sale_order_line AS line ON line.order_id = sale.id
                  WHERE line.product_id IS NOT NULL GROUP BY 1, 2, 3)
               SELECT sold.month, template.crm_series_id, sum(amount), sum(quantity * unit.factor / own.factor)
                 FROM sold
                 JOIN uom_uom AS unit ON unit.id = sold.product_uom_id
                 JOIN product_product AS product ON product.id = sold.product_id
                 JOIN product_template AS template ON template.id = product.product_tmpl_id
                 JOIN uom_uom AS own ON own.id = template.uom_id
             GROUP BY GROUPING SETS ((1), (2))""",
            month,
            orders,
        ),
        SQL("SELECT sale.id, sale.name, sale.amount_untaxed FROM %s AND %s ORDER BY 3 DESC LIMIT 6", orders, last),
        SQL(
            "SELECT sale.crm_customer_id, sum(sale.amount_untaxed) FROM %s AND %s GROUP BY 1 ORDER BY 2 DESC LIMIT 6",
            orders,
            last,
        ),
        SQL(
            """SELECT count(*), count(*) FILTER (WHERE line.crm_delivered_on <= line.crm_promised_date) %s
                WHERE line.state = 'sale' AND line.crm_promised_date IS NOT NULL AND line.display_type IS NULL
                  AND line.crm_delivered_on >= %s AND line.crm_delivered_on < %s""",
            promised,
            date(year, 1, 1),
            date(year + 1, 1, 1),
        ),
        *(
            SQL(
                """SELECT %s %s
                    WHERE line.state = 'sale' AND line.crm_promised_date < CURRENT_DATE AND line.display_type IS NULL
                      AND line.crm_delivered_on IS NULL %s""",
                what,
                promised,
                limit,
            )
            for what, limit in (
                (SQL("count(*)"), SQL("")),
                (SQL("line.*"), SQL("ORDER BY line.crm_promised_date, line.id LIMIT 10")),
            )
        ),
    )
    return sum(len(env.execute_query(statement)) for statement in statements)


def fill(env):
    """Make applications of the generated orders, all but those that are quotations still."""
    cr = env.cr
    cr.execute("SELECT count(*) FROM sale_order WHERE crm_order_type_id IS NOT NULL")
    if cr.fetchone()[0] >= 100:
        return
    kinds = env["crm.order.type"].search([])
    series = env["crm.product.series"].create([{"name": f"Series {n}", "code": f"BS{n}"} for n in range(20)])
    cr.execute("UPDATE product_template SET crm_series_id = (%s)[id %% %s + 1]", [series.ids, len(series)])
    cr.execute(
        """UPDATE sale_order
              SET crm_order_type_id = (%s)[id %% %s + 1],
                  review_state = CASE WHEN state = 'sale' THEN 'approved' ELSE review_state END
            WHERE state IN ('sale', 'draft')""",
        [kinds.ids, len(kinds)],
    )
    cr.execute(
        """WITH latest AS (SELECT id FROM sale_order WHERE state = 'sale' ORDER BY date_order DESC LIMIT %s)
           UPDATE sale_order_line AS line
              SET crm_promised_date = (sale.date_order + interval '20 days')::date,
                  crm_delivered_on = CASE WHEN latest.id IS NULL
                                          THEN (sale.date_order + (line.id %% 25) * interval '1 day')::date END,
                  qty_delivered = CASE WHEN latest.id IS NULL THEN product_uom_qty ELSE 0 END
             FROM sale_order AS sale
        LEFT JOIN latest ON latest.id = sale.id
            WHERE sale.id = line.order_id AND sale.state = 'sale'""",
        [OPEN],
    )
    cr.execute(
        """WITH latest AS (SELECT id FROM sale_order WHERE state = 'sale' ORDER BY date_order DESC LIMIT %s)
           UPDATE sale_order AS sale
              SET crm_due_date = (sale.date_order + interval '20 days')::date,
                  delivery_status = CASE WHEN sale.id IN (SELECT id FROM latest) THEN 'pending' ELSE 'full' END
            WHERE sale.state = 'sale'""",
        [OPEN],
    )


if __name__ == "__main__":
    main()
