"""Fill a database of the suite with customers, contacts, follow-ups and orders of a made-up company.

    .venv/bin/python bench/generate.py 1m -d bench_1m      10k, 100k or 1m customers; --verify 500 checks a sample

The rows are written by SQL, without the ORM: what differs from row to row is made here, all else is copied from a
record that the ORM has made. ``--verify`` lets the ORM compute stored fields anew and compares.
"""

import io
import os
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager

import psycopg2
from database import SIZES, environment, fail, parser, registry  # first: it makes the add-ons known

from companies import Companies, contacts_before  # isort: skip

from odoo.fields import Command
from odoo.sql_db import close_all, connection_info_for

MODELS = ("res.partner", "crm.followup", "sale.order", "sale.order.line")
DEPARTMENTS, GROUPS, SALESPEOPLE = 10, 2, 25  # groups a department, salespeople a group
CHUNK = 5000
DONE = "crm_bench.customers"


# the few records made by the ORM -------------------------------------------------------------------------------------


def company_tree(env):
    """Departments with groups, each with a head and salespeople; ids of the salespeople and of their departments."""
    roles = {name: env.ref(f"crm_base.res_users_role_{name}").id for name in ("salesperson", "sales_manager")}

    def people(login, role, department, count):
        users = env["res.users"].with_context(no_reset_password=True).create([
            {"name": f"{login} {i}", "login": f"{login}_{i}", "lang": "zh_CN", "tz": "Asia/Shanghai",
             "role_line_ids": [Command.create({"role_id": roles[role]})]}
            for i in range(count)
        ])  # fmt: skip
        return env["hr.employee"].create(
            [{"name": user.name, "user_id": user.id, "department_id": department.id} for user in users]
        )

    owners, departments = [], []
    sales = env["hr.department"].create({"name": "Bench"})
    for i in range(DEPARTMENTS):
        department = env["hr.department"].create({"name": f"Bench {i}", "parent_id": sales.id})
        department.manager_id = people(f"bench_manager_{i}", "sales_manager", department, 1)
        for j in range(GROUPS):
            group = env["hr.department"].create({"name": f"Bench {i}.{j}", "parent_id": department.id})
            owners += people(f"bench_{i}_{j}", "salesperson", group, SALESPEOPLE).user_id.ids
            departments += [group.id] * SALESPEOPLE
    return owners, departments


def templates(env, words, owner_id):
    """One record of each kind; the rows made by SQL are copies of it but for the columns named there."""
    customer, contact = env["res.partner"].create([
        {"name": "Bench", "is_crm_customer": True, "is_company": True, "user_id": owner_id, "crm_source_id": 1,
         "state_id": env["res.country.state"].search([("country_id.code", "=", "CN")], limit=1).id,
         "country_id": env.ref("base.cn").id, "phone": "13999999999"},
        {"name": "Bench Contact"},
    ])  # fmt: skip
    contact.parent_id = customer
    products = env["product.product"].create([
        {"name": f"{name} {i}", "list_price": 20 + 7 * i, "type": "service", "invoice_policy": "order",
         "taxes_id": False}
        for i, name in enumerate(words["product"][0] * 5)
    ])  # fmt: skip
    orders = env["sale.order"].create([
        {"partner_id": customer.id, "user_id": owner_id,
         "order_line": [Command.create({"product_id": product.id}) for product in products]}
        for _state in ("sale", "draft")
    ])  # fmt: skip
    orders[0].action_confirm()
    followup = env["crm.followup"].create({
        "partner_id": customer.id, "user_id": owner_id, "content": "Bench", "date": "2020-01-01"
    })  # fmt: skip
    return {"customer": customer.id, "contact": contact.id, "orders": orders.ids, "followup": followup.id}


def prepare(env, size):
    """Plain data that the workers need."""
    companies = Companies({})
    owners, departments = company_tree(env)
    Partner = env["res.partner"]
    base = Partner.search([], order="id desc", limit=1).id + 10_000
    province = {state.code: state.id for state in env["res.country.state"].search([("country_id.code", "=", "CN")])}
    return {
        "size": size,
        "owners": owners,
        "departments": departments,
        "levels": env["crm.customer.level"].search([]).ids,
        "categories": env["crm.customer.category"].search([]).ids,
        "sources": env["utm.source"].search([], limit=8).ids,
        "provinces": province,
        "customer_base": base,
        "contact_base": base + size,
        "search_names": Partner._crm_search_names,
        "search_codes": Partner._crm_search_codes,
        "templates": templates(env, companies.words, owners[0]),
        "words": {kind: companies.words[kind][0] for kind in ("content", "step")},
    }


# rows by SQL ---------------------------------------------------------------------------------------------------------


def insert(cr, table, source, **values):
    """``INSERT … SELECT`` of all columns: those in ``values`` are expressions, the others come from ``source``'s t."""
    cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    columns = [name for (name,) in cr.fetchall()]
    assert values.keys() <= set(columns), values.keys() - set(columns)
    chosen = ", ".join(values.get(name, f't."{name}"') for name in columns)
    cr.execute(f"""INSERT INTO {table} ("{'", "'.join(columns)}") SELECT {chosen} FROM {source}""")


def draw(key, count):
    """SQL: a number below ``count`` that depends on ``key`` only."""
    return f"((hashint8(({key})::bigint) & 2147483647) % {count})"


def pick(words, key):
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"(ARRAY[{quoted}])[1 + {draw(key, len(words))}]"


def orders(cr, setting):
    """As many orders as customers, entered day by day: half of the customers have none, few have many; one or two lines
    each."""
    size, owners = setting["size"], setting["owners"]
    sale, draft = setting["templates"]["orders"]
    order_base, line_base = next_id(cr, "sale_order"), next_id(cr, "sale_order_line")
    cr.execute(f"""
        CREATE TEMP TABLE bench_order AS
        SELECT k, {order_base} + k AS id, {setting["customer_base"]} + c AS customer_id,
               (ARRAY{owners})[1 + c % {len(owners)}] AS user_id,
               date_trunc('second', now()::timestamp) - interval '1 min'
                   * (3 * 365 * 24 * 60 * ({size} - k)::float / {size} - {draw("k + 11", 60)} / 60.0) AS date,
               CASE WHEN {draw("k + 13", 100)} < 85 THEN {sale} ELSE {draft} END AS template_id
        FROM (SELECT k, floor({size} * power({draw("k", 1_000_000)} / 1e6, 2))::int AS c
              FROM generate_series(0, {size - 1}) k) numbered;
        CREATE TEMP TABLE bench_line AS
        SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY id) - 1 AS nth, count(*) OVER () / 2 AS products
        FROM sale_order_line WHERE order_id IN ({sale}, {draft});
        ANALYZE bench_order, bench_line;
    """)
    cr.execute("SELECT products FROM bench_line LIMIT 1")
    (products,) = cr.fetchone()
    quantity = f"(1 + {draw('2 * o.k + l + 17', 20)})"
    amount = f"{quantity} * t.price_unit"
    sold = f"CASE WHEN t.state = 'sale' THEN {amount} ELSE 0 END"
    insert(
        cr,
        "sale_order_line",
        f"bench_order o CROSS JOIN LATERAL generate_series(0, k % 2) l"
        f" JOIN bench_line t ON t.order_id = o.template_id AND t.nth = {draw('2 * o.k + l', products)}",
        id=f"{line_base} + 2 * o.k + l",
        order_id="o.id",
        order_partner_id="o.customer_id",
        crm_customer_id="o.customer_id",
        **dict.fromkeys(("salesman_id", "customer_user_id"), "o.user_id"),
        product_uom_qty=quantity,
        price_subtotal=amount,
        price_total=amount,
        qty_to_invoice=f"CASE WHEN t.state = 'sale' THEN {quantity} ELSE 0 END",
        untaxed_amount_to_invoice=sold,
        create_date="o.date",
    )
    insert(
        cr,
        "sale_order",
        "bench_order o JOIN sale_order t ON t.id = o.template_id"
        " JOIN (SELECT order_id, sum(price_subtotal) AS amount FROM sale_order_line GROUP BY order_id) total"
        " ON total.order_id = o.id",
        id="o.id",
        name="'SO' || lpad(o.k::text, 8, '0')",
        **dict.fromkeys(
            ("partner_id", "partner_invoice_id", "partner_shipping_id", "crm_customer_id"), "o.customer_id"
        ),
        **dict.fromkeys(("user_id", "customer_user_id"), "o.user_id"),
        date_order="o.date",
        create_date="o.date",
        access_token="NULL",
        amount_untaxed="total.amount",
        amount_total="total.amount",
    )


def regions(cr):
    """Orders are of their customer's region, where they know it (crm_order_review)."""
    cr.execute("SELECT FROM pg_attribute WHERE attrelid = 'sale_order'::regclass AND attname = 'crm_customer_state_id'")
    if cr.rowcount:
        cr.execute("""
            UPDATE sale_order
               SET crm_customer_state_id = customer.state_id, crm_customer_country_id = customer.country_id
              FROM res_partner customer WHERE customer.id = sale_order.crm_customer_id""")
        cr.execute("VACUUM FULL sale_order")  # else it would be twice as large


def followups(cr, setting, each):
    size, owners, words = setting["size"], setting["owners"], setting["words"]
    base = next_id(cr, "crm_followup")
    minutes = 2 * 365 * 24 * 60
    owner = f"(ARRAY{owners})[1 + k % {len(owners)}]"
    insert(
        cr,
        "crm_followup",
        f"(SELECT k, nth, {each} * k + nth AS i, {setting['customer_base']} + k AS customer_id,"
        f"  date_trunc('second', now()::timestamp) - {draw(f'{each} * k + nth', minutes)} * interval '1 min' AS at"
        f"  FROM generate_series(0, {size - 1}) k, generate_series(0, {each - 1}) nth) made"
        f" JOIN crm_followup t ON t.id = {setting['templates']['followup']}",
        id=f"{base} + i",
        partner_id="customer_id",
        contact_id=f"{setting['contact_base']} + k + k / 2",
        user_id=owner,
        customer_user_id=owner,
        method=pick(("call", "visit", "wechat", "mail", "meeting"), "i + 3"),
        date="at",
        create_date="at",
        content=pick(words["content"], "i + 5"),
        next_date=f"CASE WHEN i % 3 = 0 THEN at + (1 + {draw('i + 7', 30)}) * interval '1 day' END",
        next_step=f"CASE WHEN i % 3 = 0 THEN {pick(words['step'], 'i + 9')} END",
    )


def order_date(function):
    return f"(SELECT {function}(date_order) FROM sale_order WHERE crm_customer_id = s.id AND state = 'sale')"


def last_followup(column):
    return f"(SELECT {column} FROM crm_followup WHERE partner_id = s.id ORDER BY date DESC, id DESC LIMIT 1)"


FACTS = {  # columns of customers that follow from other tables
    "create_date": f"now()::timestamp - {draw('s.id', 3 * 365)} * interval '1 day'",
    "first_order_date": order_date("min"),
    "last_order_date": order_date("max"),
    "last_followup_date": last_followup("date"),
    "next_contact_date": last_followup("next_date"),
    "next_contact_need": last_followup("next_step"),
}


class Worker:
    """One process: makes rows and writes them by a connection of its own."""

    def __init__(self, dsn, setting):
        self.companies, self.templates = Companies(setting), setting["templates"]
        self.connection = connect(dsn)

    def write(self, first, count):
        customers, contacts = self.companies.rows(first, count)
        with self.connection.cursor() as cr:
            self.copy(cr, customers, self.templates["customer"], FACTS)
            self.copy(cr, contacts, self.templates["contact"], {"create_date": FACTS["create_date"]})

    def copy(self, cr, rows, template_id, computed):
        columns = list(rows[0])
        lines = ("\t".join("\\N" if row[name] is None else str(row[name]) for name in columns) for row in rows)
        cr.execute(f"CREATE TEMP TABLE staged AS SELECT {', '.join(columns)} FROM res_partner LIMIT 0")
        cr.copy_expert("COPY staged FROM STDIN", io.StringIO("\n".join(lines)))
        values = {name: f"s.{name}" for name in columns} | computed
        insert(cr, "res_partner", f"staged s JOIN res_partner t ON t.id = {template_id}", **values)
        cr.execute("DROP TABLE staged")


def start_worker(dsn, setting):
    global worker
    worker = Worker(dsn, setting)


def write(first, count):
    worker.write(first, count)


# the whole -----------------------------------------------------------------------------------------------------------


def connect(dsn):
    connection = psycopg2.connect(**dsn)
    connection.autocommit = True
    with connection.cursor() as cr:
        cr.execute(
            "SET session_replication_role = replica;"  # foreign keys hold by the way the rows are made
            " SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'; SET jit = off; SET timezone = 'UTC'"
        )
    return connection


def next_id(cr, table):
    cr.execute(f"SELECT COALESCE(max(id), 0) + 1 FROM {table}")
    return cr.fetchone()[0]


@contextmanager
def without_indexes(cr, *tables):
    """All indexes but the primary keys are dropped, and made again at the end."""
    cr.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary",
        [list(tables)],
    )
    indexes = cr.fetchall()
    for name, _definition in indexes:
        cr.execute(f"DROP INDEX {name}")
    yield
    with step(f"{len(indexes)} indexes of {', '.join(tables)}"):
        for _name, definition in indexes:
            cr.execute(definition)


@contextmanager
def step(title):
    begin = time.monotonic()
    print(f"{title} … ", end="", flush=True)
    yield
    print(f"{time.monotonic() - begin:.0f} s", flush=True)


def generate(database, size, followups_each):
    with environment(database, commit=True) as env:
        if env["ir.config_parameter"].get_param(DONE):
            fail(f"{env.cr.dbname} is filled already; drop it and make it anew")
        with step(f"{DEPARTMENTS * GROUPS * SALESPEOPLE} salespeople, departments, products"):
            setting = prepare(env, size)
        dsn = {key: value for key, value in connection_info_for(env.cr.dbname)[1].items() if key != "application_name"}
    close_all()  # the workers are forks
    with closing(connect(dsn)) as connection, connection.cursor() as cr:
        with without_indexes(cr, "crm_followup", "sale_order", "sale_order_line"):
            with step(f"{size:,} orders"):
                orders(cr, setting)
            with step(f"{followups_each * size:,} follow-ups"):
                followups(cr, setting, followups_each)
        cr.execute("ANALYZE sale_order, crm_followup")
        with without_indexes(cr, "res_partner"):
            with step(f"{size:,} customers, {contacts_before(size):,} contacts"):
                with ProcessPoolExecutor(os.cpu_count(), initializer=start_worker, initargs=(dsn, setting)) as pool:
                    firsts = range(0, size, CHUNK)
                    list(pool.map(write, firsts, [min(CHUNK, size - first) for first in firsts]))
        with without_indexes(cr, "sale_order"):
            with step("regions of the orders"):
                regions(cr)
        with step("vacuum and statistics"):
            for table in (name.replace(".", "_") for name in MODELS):
                cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
                cr.execute(f"VACUUM ANALYZE {table}")
    with environment(database, commit=True) as env:
        env["ir.config_parameter"].set_param(DONE, size)


def verify(database, count):
    """Stored computed fields of a sample of rows, computed anew by the ORM; prints what differs."""
    differing = 0
    with environment(database) as env:
        for model in MODELS:
            env.cr.execute(f"SELECT id FROM {env[model]._table} ORDER BY hashint4(id) LIMIT %s", [count])
            records = env[model].browse(row[0] for row in env.cr.fetchall())
            names = [name for name, field in records._fields.items() if field.store and field.compute]
            stored = {name: [record[name] for record in records] for name in names}
            for name in names:
                env.add_to_compute(records._fields[name], records)
            for name in names:
                pairs = zip(records, stored[name], strict=True)
                wrong = [(record.id, before, record[name]) for record, before in pairs if record[name] != before]
                if wrong:
                    differing += 1
                    print(f"{model}.{name}: {len(wrong)} of {len(records)} differ, first {wrong[0]}")
            print(f"{model}: {len(names)} stored computed fields of {len(records)} rows compared")
    return differing


def main():
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--followups", type=int, default=5, help="for each customer (default 5)")
    options.add_argument("--verify", type=int, metavar="ROWS", help="only compare a sample with the ORM's results")
    options = options.parse_args()
    database = registry(options)
    if options.verify:
        if verify(database, options.verify):
            fail("the rows are not what the ORM would have stored")
    else:
        generate(database, SIZES[options.size], options.followups)


if __name__ == "__main__":
    main()
