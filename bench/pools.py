"""Public pools and statuses at 1,000,000 customers: what runs each night beside hand-written SQL, and the pages.

    .venv/bin/python bench/pools.py 1m -d my_bench     pools and histories stay there: a database to spare

The SQL is written for these very rules, in one statement but for the new lines of the history, and writes all that
changing an owner writes; it tells nobody. Both nights are rolled back.
"""

import statistics
import time
from unittest.mock import patch

# first: it makes the add-ons known
from database import environment, parser, registry, vacuum

from odoo import Command
from odoo.tools import SQL

DUE, POOLED = 0.02, 0.10  # shares of all customers: reclaimed tonight, in the pool already
WARNING_DAYS = 7
RUNS = 5
TABLES = ("res_partner", "crm_followup", "sale_order", "crm_customer_owner_history", "mail_activity")


def main():
    options = parser(__doc__.partition("\n")[0]).parse_args()
    base = registry(options)
    with environment(base, commit=True) as env:
        pool = prepare(env)
    vacuum(options.database, *TABLES)
    print(f"{'':<62} {'ours':>8} {'raw SQL':>8}")
    night(options.database, base, pool)
    silence(options.database, base)
    pages(base)


def row(name, ours, raw=None):
    print(f"{name:<62} {ours:>8,.2f} {'' if raw is None else format(raw, '8,.2f')}", flush=True)


def prepare(env):
    """A pool of all departments with rules by which the wanted shares are due; histories; customers in the pool."""
    cr = env.cr
    pool = env["crm.customer.pool"].search([("name", "=", "Bench")]) or fill(env)
    cr.execute(
        "SELECT percentile_disc(%s) WITHIN GROUP (ORDER BY last_followup_date), now() AT TIME ZONE 'UTC'"
        " FROM res_partner WHERE is_crm_customer AND user_id IS NOT NULL AND last_followup_date IS NOT NULL",
        [DUE],
    )
    [(moment, now)] = cr.fetchall()
    pool.write({"reclaim": True, "reclaim_followup_days": (now - moment).days, "warning_days": WARNING_DAYS})
    env.flush_all()
    cr.execute("UPDATE crm_customer_pool SET reclaim_since = '2019-01-01'")
    return pool.id


def fill(env):
    cr = env.cr
    tops = env["hr.department"].search([("parent_id", "=", False)])
    pool = env["crm.customer.pool"].create({"name": "Bench", "department_ids": [Command.set(tops.ids)]})
    cr.execute("DELETE FROM crm_customer_owner_history")
    cr.execute(
        "UPDATE res_partner SET user_id = NULL, crm_pool_id = %s"
        " WHERE crm_customer_id IN (SELECT id FROM res_partner WHERE is_crm_customer AND hashint4(id) %% %s = 0)"
        " AND is_crm_customer",
        [pool.id, round(1 / POOLED)],
    )
    cr.execute(
        "INSERT INTO crm_customer_owner_history (partner_id, user_id, pool_id, date_from, how)"
        " SELECT id, user_id, crm_pool_id, '2019-01-01'::timestamp + hashint4(id) * interval '1 second' / 100,"
        " CASE WHEN user_id IS NULL THEN 'reclaimed' ELSE 'created' END FROM res_partner WHERE is_crm_customer"
    )
    cr.execute("UPDATE crm_customer_owner_history SET date_from = '2019-01-01' WHERE user_id IS NOT NULL")
    return pool


def night(database, base, pool):
    with environment(base) as env:
        raw, raw_count = timed(lambda: statement(env, pool))
    vacuum(database, *TABLES)
    with environment(base) as env, patch.object(base["ir.cron"], "_commit_progress", lambda self, *args, **kw: None):
        reclaim = env["crm.customer.reclaim"]
        listing, due = timed(lambda: reclaim._due_customers(SQL("TRUE")))
        facts, _rows = timed(lambda: due_by_hand(env, pool))
        row(f"s, list of the {len(due):,} that are due", listing, facts)
        ours, count = timed(lambda: (reclaim._reclaim(), env.flush_all())[0])
        # some more have become due meanwhile
        assert count == len(due) and abs(count - raw_count) <= count // 1000, (count, raw_count, len(due))
        row(f"s, reclaim of them, {len({user for _id, user, *_rest in due})} salespeople told", ours, raw)
        reminding, _none = timed(reclaim._remind)
        env.cr.execute("SELECT count(*) FROM mail_activity WHERE automated AND summary IS NOT NULL")
        reminded = env.cr.fetchone()[0]
        again, _none = timed(reclaim._remind)
    vacuum(database, *TABLES)
    row(f"s, {reminded:,} reminders", reminding)
    row("s, reminders, second night", again)


def silence(database, base):
    """The night in which 2 % of the customers become inactive and another percent is warned."""
    signs = "GREATEST(create_date, last_order_date, last_followup_date)"
    silent = f"is_crm_customer AND active AND crm_status IN ('prospect', 'developing', 'won') AND {signs} <"
    with environment(base) as env:
        env.cr.execute(f"""
            SELECT extract(day FROM now() AT TIME ZONE 'UTC' - percentile_disc(0.02) WITHIN GROUP (ORDER BY {signs})),
                   extract(day FROM now() AT TIME ZONE 'UTC' - percentile_disc(0.03) WITHIN GROUP (ORDER BY {signs}))
              FROM res_partner WHERE {silent} 'infinity'
        """)
        days, warned = map(int, env.cr.fetchone())
        setting = {"inactive_days": days, "inactive_warning_days": days - warned}
        names = {"days": days, "warned": warned}
        raw, _none = timed(
            lambda: env.cr.execute(
                f"""
                WITH moved AS (
                    UPDATE res_partner SET crm_status = 'inactive', inactive_from = NULL, write_date = now()
                     WHERE {silent} now() AT TIME ZONE 'UTC' - %(days)s * interval '1 day' RETURNING id),
                warned AS (
                    UPDATE res_partner SET inactive_from = {signs}::date + %(days)s
                     WHERE {silent} now() AT TIME ZONE 'UTC' - %(warned)s * interval '1 day'
                       AND NOT {signs} < now() AT TIME ZONE 'UTC' - %(days)s * interval '1 day')
                INSERT INTO crm_customer_status_log (partner_id, from_status, to_status, date, cause)
                SELECT id, 'won', 'inactive', now(), 'silence' FROM moved
                """,
                names,
            )
        )
        count = env.cr.rowcount
    vacuum(database, *TABLES)
    with (
        environment(base) as env,
        patch.object(base["ir.cron"], "_commit_progress", lambda self, *args, **kw: None),
        patch.object(base["res.config.settings"], "_crm_setting", lambda self, name: setting[name]),
    ):
        ours, _none = timed(lambda: (env["res.partner"]._cron_customer_status(), env.flush_all()))
    vacuum(database, *TABLES)
    row(f"s, {count:,} customers become inactive, others are warned", ours, raw)


def timed(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


BY_HAND = """
    SELECT customer.id, customer.user_id FROM res_partner AS customer
      JOIN crm_customer_pool AS pool ON pool.id = %(pool)s
      JOIN crm_customer_owner_history AS history ON history.partner_id = customer.id AND history.date_to IS NULL
     WHERE customer.is_crm_customer AND customer.active AND customer.user_id IS NOT NULL
       AND GREATEST(history.date_from, customer.last_followup_date)
           <= now() AT TIME ZONE 'UTC' - pool.reclaim_followup_days * interval '1 day'
       AND customer.user_id IN (SELECT user_id FROM hr_employee WHERE user_id IS NOT NULL)
"""


def due_by_hand(env, pool):
    env.cr.execute(BY_HAND, {"pool": pool})
    return env.cr.fetchall()


def statement(env, pool):
    """What a hand-written statement does for the same customers.

    :return: how many there were
    """
    hanging = "".join(
        f""", hanging{number} AS (
            UPDATE {model._table} SET {field.name} = NULL
             WHERE {model._crm_scope_customer} IN (SELECT id FROM own) AND {field.name} IS NOT NULL)"""
        for number, (model, field) in enumerate(env["res.partner"]._crm_hanging_models())
    )
    env.cr.execute(
        f"""
        WITH due AS MATERIALIZED ({BY_HAND}),
        own AS MATERIALIZED (
            SELECT partner.id, partner.is_crm_customer, due.user_id
              FROM due JOIN res_partner AS partner ON partner.crm_customer_id = due.id),
        written AS (
            UPDATE res_partner AS partner
               SET user_id = NULL, write_date = now(),
                   crm_pool_id = CASE WHEN own.is_crm_customer THEN %(pool)s END,
                   crm_department_id = CASE WHEN NOT own.is_crm_customer THEN partner.crm_department_id END
              FROM own WHERE partner.id = own.id),
        ended AS (
            UPDATE crm_customer_owner_history SET date_to = now(), write_date = now()
             WHERE partner_id IN (SELECT id FROM due) AND date_to IS NULL),
        unfollowed AS (
            DELETE FROM mail_followers AS follower USING own JOIN res_users AS u ON u.id = own.user_id
             WHERE follower.res_model = 'res.partner' AND follower.res_id = own.id
               AND follower.partner_id = u.partner_id),
        unshared AS (
            UPDATE crm_customer_share SET active = FALSE WHERE active AND partner_id IN (SELECT id FROM due)),
        unassisted AS (
            DELETE FROM res_partner_crm_assistant_rel WHERE partner_id IN (SELECT id FROM due))
        {hanging}
        SELECT id FROM due
        """,
        {"pool": pool},
    )
    ids = [partner_id for (partner_id,) in env.cr.fetchall()]
    # by itself: in one statement the unique index would still see the lines open
    env.cr.execute(
        "INSERT INTO crm_customer_owner_history (partner_id, pool_id, date_from, how, reason, changed_by_id)"
        " SELECT id, %s, now(), 'reclaimed', 'by hand', 1 FROM unnest(%s) AS due (id)",
        [pool, ids],
    )
    return len(ids)


def pages(base):
    with environment(base) as env:
        users = env["res.users"]
        seller = users.search([("login", "=", "bench_3_0_7")]).id
        admin = users.search([("login", "=", "admin")]).id
        env["crm.customer.pool"].search([("name", "=", "Bench")]).manager_ids = users.browse(admin)
    board, soon = "crm.customer.pool.customer", [("is_on", "=", True), ("warning_date", "<=", "now")]
    columns = {"name": {}, "pool_id": {"fields": {"display_name": {}}}, "former_user_id": {}, "masked_phone": {}}
    listed = {"partner_id": {"fields": {"display_name": {}}}, "user_id": {}, "rule": {}, "date": {}}
    for name, uid, model, domain, specification in (
        ("ms, pool board, first page", seller, board, [], columns),
        *((f"ms, pool board, search {text}", seller, board, [("crm_search", "ilike", text)], columns)
          for text in ("科技", "苏州", "szkj", "suzhou", "阀门 上海")),
        ("ms, about to be reclaimed, a salesperson's", seller, "crm.customer.reclaim", soon, listed),
        ("ms, dry run, administrator's", admin, "crm.customer.reclaim", None, listed),
    ):  # fmt: skip
        times = []
        for _run in range(RUNS):
            with environment(base, uid) as env:
                asked = env[model].action_dry_run()["domain"] if domain is None else domain
                seconds, _page = timed(
                    lambda model=env[model], asked=asked, specification=specification: model.web_search_read(
                        asked, specification, limit=80, count_limit=10001
                    )
                )
                times.append(seconds * 1000)
        row(name, statistics.median(times[1:]))


if __name__ == "__main__":
    main()
