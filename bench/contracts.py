"""Contracts, their analysis and progress at 1,000,000 contract lines, beside raw SQL.

    .venv/bin/python bench/contracts.py 10k -d my_bench     a copy of what generate.py filled; it is changed for good

250,000 contracts over five years with four lines and two payments each, four fifths completed; 100,000 production
orders of three operations each, every fiftieth one open. The raw SQL gives the same figures by hand, with the same
scope, and may use the indexes of the add-on.
"""

from datetime import date

# first: it makes the add-ons known
from database import environment, parser, registry, vacuum
from timing import head, page, raw, row, timed

from odoo.tools import SQL

READERS = {"administrator": "admin", "manager": "bench_manager_3", "salesperson": "bench_3_0_7"}
CONTRACTS = 250_000
PRODUCTIONS = 100_000
CENTRES = 20
OPEN_PRODUCTIONS = [("state", "in", ("draft", "confirmed", "progress", "to_close"))]
OPEN_OPERATIONS = [("state", "in", ("blocked", "ready", "progress"))]
IN_FORCE = [("state", "in", ("approved", "signed", "in_progress", "expired"))]


def main():
    options = parser(__doc__.partition("\n")[0]).parse_args()
    base = registry(options)
    with environment(base, commit=True) as env:
        fill(env)
        fill_productions(env)
    tables = ("crm_contract", "crm_contract_line", "crm_contract_milestone")
    vacuum(options.database, *tables, "mrp_production", "mrp_workorder", "stock_move")
    with environment(base) as env:
        uids = {
            role: env["res.users"].search([("login", "=like", f"{login}%")], order="id", limit=1).id
            for role, login in READERS.items()
        }
        scopes = {role: env["res.users"].browse(uid)._crm_scope_owner_ids() for role, uid in uids.items()}
        year = env["crm.contract.analysis"].get_page()["year"]
        some = env["crm.contract"].search(IN_FORCE, limit=1).id
    head()
    for role, uid in uids.items():
        ours = timed(base, uid, lambda env: env["crm.contract.analysis"].get_page(year=year))
        row(
            f"contract analysis, {role}",
            ours,
            timed(base, uid, lambda env, role=role: analysis(env, scopes[role], year)),
        )
    for role, uid in uids.items():
        ours = page(base, uid, "crm.contract", "crm_contract.crm_contract_view_list_progress", IN_FORCE)
        row(f"contract progress, first page, {role}", ours, raw(base, progress(scopes[role])))
    row("progress page of a contract", timed(base, 2, lambda env: env["crm.contract"].browse(some).get_progress()))
    for name, model, is_open in (
        (
            "contract work orders",
            "crm.production.report",
            OPEN_PRODUCTIONS,
        ),
        ("operations", "crm.workorder.report", OPEN_OPERATIONS),
    ):
        view = f"crm_contract.{model.replace('.', '_')}_view_list"
        for role, uid in uids.items():
            for what, domain in (("open", is_open), ("all", [])):
                row(f"{name}, {what}, first page, {role}", page(base, uid, model, view, domain))
    for role, uid in uids.items():
        row(f"work centres with their operations, {role}", timed(base, uid, work_centres))


def work_centres(env):
    """What the cards of operations ask for first: the work centres, their sums and the first cards of each."""
    shown = ("name", "production", "qty_done", "qty_in_process", "qty_waiting", "is_bottleneck", "state")
    return env["crm.workorder.report"].web_read_group(
        OPEN_OPERATIONS,
        ["workcenter_id"],
        ["qty_waiting:sum"],
        auto_unfold=True,
        unfold_read_specification={name: {} for name in shown},
    )


def owned(owner_ids):
    """The scope of a reader: contracts of his people, and of their customers."""
    if owner_ids is None:
        return SQL("TRUE")
    ids = list(owner_ids)
    return SQL("(contract.user_id = ANY(%s) OR contract.customer_user_id = ANY(%s))", ids, ids)


def progress(owner_ids):
    return SQL(
        """SELECT contract.*, partner.complete_name
             FROM crm_contract AS contract
             JOIN res_partner AS partner ON partner.id = contract.partner_id
            WHERE contract.state IN ('approved', 'signed', 'in_progress', 'expired') AND %s
         ORDER BY contract.late_since, contract.id LIMIT 80""",
        owned(owner_ids),
    )


def analysis(env, owner_ids, year):
    """The figures of the page of a year."""
    contracts = SQL(
        """crm_contract AS contract
            WHERE contract.date_signed >= %s AND contract.date_signed < %s AND contract.kind <> 'purchase' AND %s""",
        date(year, 1, 1),
        date(year + 1, 1, 1),
        owned(owner_ids),
    )
    both_years = SQL(
        """crm_contract AS contract
            WHERE contract.date_signed >= %s AND contract.date_signed < %s AND contract.kind <> 'purchase' AND %s""",
        date(year - 1, 1, 1),
        date(year + 1, 1, 1),
        owned(owner_ids),
    )
    statements = (
        SQL(
            "SELECT min(date_signed), max(date_signed) FROM crm_contract AS contract"
            " WHERE date_signed IS NOT NULL AND kind <> 'purchase' AND %s",
            owned(owner_ids),
        ),
        SQL(
            """WITH part AS MATERIALIZED (
                 SELECT date_trunc('month', contract.date_signed) AS month, contract.type_id, contract.user_id,
                        contract.crm_customer_id AS id, sum(contract.amount_untaxed / contract.currency_rate) AS amount,
                        count(*) AS contracts, sum(contract.date_signed - contract.date) AS days
                   FROM %s GROUP BY 1, 2, 3, 4)
               SELECT part.month, part.type_id, part.user_id, partner.state_id, partner.country_id, sum(amount),
                      sum(contracts), sum(days)
                 FROM part LEFT JOIN res_partner AS partner ON partner.id = part.id
             GROUP BY GROUPING SETS ((1), (2), (3), (4), (5), ())""",
            both_years,
        ),
        SQL(
            """WITH sold AS MATERIALIZED (
                 SELECT contract.month, line.product_id, line.product_uom_id,
                        sum(line.price_subtotal / contract.rate) AS amount, sum(line.quantity) AS quantity
                   FROM (SELECT contract.id, date_trunc('month', contract.date_signed) AS month,
                                contract.currency_rate AS rate FROM %s) AS contract
                   JOIN crm_contract_line AS line ON line.contract_id = contract.id
                  WHERE line.product_id IS NOT NULL GROUP BY 1, 2, 3)
               SELECT sold.month, template.crm_series_id, sum(amount), sum(quantity * unit.factor / own.factor)
                 FROM sold
                 JOIN uom_uom AS unit ON unit.id = sold.product_uom_id
                 JOIN product_product AS product ON product.id = sold.product_id
                 JOIN product_template AS template ON template.id = product.product_tmpl_id
                 JOIN uom_uom AS own ON own.id = template.uom_id
             GROUP BY GROUPING SETS ((1), (2))""",
            contracts,
        ),
        SQL(
            """SELECT contract.crm_customer_id, sum(contract.amount_untaxed) FROM %(contracts)s
                  AND contract.date_signed >= (SELECT date_trunc('month', max(contract.date_signed)) FROM %(contracts)s)
             GROUP BY 1 ORDER BY 2 DESC LIMIT 6""",
            contracts=contracts,
        ),
        *(
            SQL(
                """SELECT %s FROM crm_contract_milestone AS payment
                     JOIN crm_contract AS contract ON contract.id = payment.contract_id
                    WHERE payment.amount_open > 0 AND payment.date_due < CURRENT_DATE AND contract.kind <> 'purchase'
                      AND contract.state NOT IN ('draft', 'review', 'cancelled') AND %s %s""",
                what,
                owned(owner_ids),
                limit,
            )
            for what, limit in (
                (SQL("sum(payment.amount_open / contract.currency_rate), count(*)"), SQL("")),
                (SQL("payment.*"), SQL("ORDER BY payment.date_due, payment.id LIMIT 10")),
            )
        ),
    )
    return sum(len(env.execute_query(statement)) for statement in statements)


def fill(env):
    """Contracts by SQL: what does not differ from row to row is what the ORM has made of one."""
    cr = env.cr
    cr.execute("SELECT count(*) FROM crm_contract")
    if cr.fetchone()[0] >= CONTRACTS:
        return
    series = env["crm.product.series"].create([{"name": f"Series {n}", "code": f"BC{n}"} for n in range(20)])
    cr.execute("UPDATE product_template SET crm_series_id = (%s)[id %% %s + 1]", [series.ids, len(series)])
    types = env["crm.contract.type"].search([("kind", "!=", "purchase")])
    cr.execute(
        """
        CREATE TEMP TABLE customer AS
        SELECT row_number() OVER (ORDER BY id) - 1 AS number, id, user_id FROM res_partner
         WHERE is_crm_customer AND user_id IS NOT NULL AND active;
        CREATE TEMP TABLE product AS
        SELECT row_number() OVER (ORDER BY product.id) - 1 AS number, product.id, template.uom_id
          FROM product_product AS product JOIN product_template AS template ON template.id = product.product_tmpl_id;
        CREATE INDEX ON customer (number); CREATE INDEX ON product (number); ANALYZE customer; ANALYZE product
        """
    )
    currency = env.company.currency_id.id
    cr.execute(
        """
        INSERT INTO crm_contract (
            name, type_id, kind, state, review_state, user_id, company_id, partner_id, crm_customer_id,
            customer_user_id, currency_id, currency_rate, date, date_approved, date_signed, version, amount_untaxed,
            amount_tax, amount_total, amount_invoiced, amount_received, amount_to_invoice, amount_open, late_since,
            next_delivery_date, next_payment_date, create_date, write_date)
        SELECT 'B' || n, type.id, type.kind, done.state, 'approved', customer.user_id, %(company)s, customer.id,
               customer.id, customer.user_id, %(currency)s, 1, signed.day - n %% 20, signed.day, signed.day, 1, 1000,
               130, 1130, done.paid, done.paid, 1130 - done.paid, 1130 - done.paid, done.late, done.late, done.late,
               now(), now()
          FROM generate_series(1, %(count)s) AS n
          JOIN customer ON customer.number = (n::bigint * 7919) %% (SELECT count(*) FROM customer)
          JOIN (SELECT (%(types)s)[number] AS id, (%(kinds)s)[number] AS kind, number - 1 AS number
                  FROM generate_series(1, %(type_count)s) AS number) AS type ON type.number = n %% %(type_count)s
          JOIN LATERAL (SELECT CURRENT_DATE - (n::bigint * 1826 / %(count)s)::int AS day) AS signed ON TRUE
          JOIN LATERAL (
               SELECT CASE WHEN n %% 5 = 0 THEN 'in_progress' ELSE 'completed' END AS state,
                      CASE WHEN n %% 5 = 0 THEN 0 ELSE 1130 END AS paid,
                      CASE WHEN n %% 5 = 0 THEN signed.day + 30 END AS late) AS done ON TRUE
        """,
        {
            "company": env.company.id,
            "currency": currency,
            "count": CONTRACTS,
            "types": types.ids,
            "kinds": types.mapped("kind"),
            "type_count": len(types),
        },
    )
    cr.execute(
        """
        INSERT INTO crm_contract_line (
            contract_id, company_id, currency_id, sequence, product_id, product_uom_id, quantity, price_unit,
            price_subtotal, price_tax, price_total, delivery_date, qty_ordered, qty_delivered, qty_to_order,
            qty_to_deliver)
        SELECT contract.id, contract.company_id, contract.currency_id, n, product.id, product.uom_id, 10, 25, 250, 32.5,
               282.5, contract.date_signed + 30, done.quantity, done.quantity, 10 - done.quantity, 10 - done.quantity
          FROM crm_contract AS contract
          CROSS JOIN generate_series(1, 4) AS n
          JOIN product ON product.number = (contract.id * 4 + n) % (SELECT count(*) FROM product)
          JOIN LATERAL (SELECT CASE WHEN contract.state = 'completed' THEN 10 ELSE 0 END AS quantity) AS done ON TRUE
         WHERE contract.name LIKE 'B%'
        """
    )
    cr.execute(
        """
        INSERT INTO crm_contract_milestone (
            contract_id, company_id, currency_id, sequence, name, amount_type, percent, due_event, due_days, amount,
            date_due, amount_invoiced, amount_received, amount_to_invoice, amount_open)
        SELECT contract.id, contract.company_id, contract.currency_id, n, 'Payment ' || n, 'percent', 50, 'signing', 30,
               565, contract.date_signed + 30, done.amount, done.amount, 565 - done.amount, 565 - done.amount
          FROM crm_contract AS contract
          CROSS JOIN generate_series(1, 2) AS n
          JOIN LATERAL (SELECT CASE WHEN contract.state = 'completed' THEN 565 ELSE 0 END AS amount) AS done ON TRUE
         WHERE contract.name LIKE 'B%'
        """
    )


def fill_productions(env):
    """Production orders of lines of the newest contracts, each with three operations, by SQL as above."""
    cr = env.cr
    cr.execute("SELECT count(*) FROM mrp_production WHERE name LIKE 'B/%'")
    if cr.fetchone()[0] >= PRODUCTIONS:
        return
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    centres = env["mrp.workcenter"].create([{"name": f"Centre {n}"} for n in range(CENTRES)])
    values = {
        "company": env.company.id,
        "count": PRODUCTIONS,
        "operation": warehouse.manu_type_id.id,
        "stock": warehouse.lot_stock_id.id,
        "made_in": env["stock.location"].search([("usage", "=", "production")], limit=1).id,
        "centres": centres.ids,
        "centre_count": CENTRES,
    }
    cr.execute(
        """
        INSERT INTO mrp_production (
            name, company_id, product_id, product_uom_id, product_qty, picking_type_id, location_src_id,
            location_dest_id, consumption, state, date_start, date_deadline, date_finished, crm_contract_line_id,
            crm_contract_id)
        SELECT 'B/' || line.number, %(company)s, line.product_id, line.product_uom_id, 10, %(operation)s, %(stock)s,
               %(stock)s, 'warning', CASE WHEN line.number %% 50 = 0 THEN 'progress' ELSE 'done' END,
               line.delivery_date - 10 + (line.number %% 1000) * interval '1 minute', line.delivery_date,
               line.delivery_date - 2, line.id, line.contract_id
          FROM (SELECT row_number() OVER (ORDER BY contract_id DESC, id) AS number, line.*
                  FROM crm_contract_line AS line
                 ORDER BY contract_id DESC, id LIMIT %(count)s) AS line;
        INSERT INTO mrp_workorder (
            name, production_id, workcenter_id, sequence, state, duration_expected, duration, qty_produced)
        SELECT 'Operation ' || n, production.id, (%(centres)s)[(production.id / 50 + n) %% %(centre_count)s + 1], n,
               CASE WHEN production.state = 'done' OR n = 1 THEN 'done' WHEN n = 2 THEN 'progress' ELSE 'blocked' END,
               30 + production.id %% 90, 10, CASE WHEN production.state = 'done' OR n = 1 THEN 10 ELSE 0 END
          FROM mrp_production AS production CROSS JOIN generate_series(1, 3) AS n
         WHERE production.name LIKE 'B/%%';
        INSERT INTO stock_move (
            company_id, product_id, product_uom, product_uom_qty, quantity, location_id, location_dest_id,
            procure_method, date, state, production_id)
        SELECT company_id, product_id, product_uom_id, 10, 10, %(made_in)s, %(stock)s, 'make_to_stock', date_finished,
               'done', id
          FROM mrp_production WHERE name LIKE 'B/%%' AND state = 'done'
        """,
        values,
    )


if __name__ == "__main__":
    main()
