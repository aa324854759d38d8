"""Reviews at 200,000 open tasks: this suite beside OCA's base_tier_validation, on the same documents in one run.

    .venv/bin/python bench/reviews.py -d bench_reviews [-t TEMPLATE]

The database is made if it is not there: a copy of TEMPLATE (any Odoo 19 database with crm_base) with crm_review, OCA's
add-on and bench/addons/bench_review, filled by SQL. OCA's add-on is installed for this bench alone, below .cache/.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

# first: it makes the add-ons known
from database import config, environment, fail, vacuum

from odoo import api
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect

ROOT = Path(__file__).resolve().parent.parent
OCA = ROOT / ".cache" / "bench"
ADDONS = ",".join(map(str, (ROOT / "addons", ROOT / "bench" / "addons", OCA / "odoo" / "addons")))
KINDS = "abcde"
OPEN, USERS, HEAVY_OPEN, HEAVY_CLOSED, GROUP_OPEN = 200_000, 200, 10_000, 42_000, 20_000
ROUNDS = 5


def install_oca():
    """OCA's add-on, pinned, for this bench alone."""
    if not (OCA / "odoo" / "addons" / "base_tier_validation").exists():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "--target", OCA]
        subprocess.run([*map(str, pip), "-r", ROOT / "lock" / "bench.txt"], check=True)


def prepare(name, template):
    """Make and fill the database."""
    with db_connect("postgres").cursor() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        missing = not cr.fetchone()
        if missing and not template:
            fail(f"there is no database {name}; name a template with -t to have it made")
        cr.rollback()
        cr.connection.autocommit = True  # which copying a database wants
        if missing:
            cr._obj.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    registry = Registry(name)
    if "bench.reviewed.a" not in registry:
        registry = Registry.new(name, update_module=True, install_modules=["bench_review"])
    with environment(registry, commit=True) as env:
        if not env["bench.reviewed.a"].search_count([], limit=1):
            fill(env)
    vacuum(name)
    return registry


def fill(env):
    """200 users; for each kind the same documents, open tasks and closed ones in both add-ons."""
    users = (
        env["res.users"]
        .with_context(no_reset_password=True, tracking_disable=True)
        .create(
            [
                {
                    "name": f"Reviewer {number}",
                    "login": f"bench{number}",
                    "group_ids": [(6, 0, [env.ref("base.group_user").id])],
                }
                for number in range(USERS)
            ]
        )
    )
    position = env["crm.review.position"].create({"name": "Bench", "member_ids": [(0, 0, {"user_id": users[1].id})]})
    group = env["res.groups"].create({"name": "Bench", "user_ids": [(6, 0, users[1].ids)]})
    # of the open documents the first HEAVY_OPEN go to user 0, the next GROUP_OPEN to user 1, the rest in turn
    env.cr.execute("CREATE TEMP TABLE reviewer (number integer PRIMARY KEY, user_id integer)")
    env.cr.execute("INSERT INTO reviewer SELECT n - 1, id FROM unnest(%s) WITH ORDINALITY AS u (id, n)", [users.ids])
    env.cr.execute(
        """CREATE TEMP TABLE work AS
           SELECT n, n %% 5 AS kind, n > %(open)s AS closed,
                  (SELECT user_id FROM reviewer WHERE number = CASE
                      WHEN n <= %(heavy)s OR n > %(open)s THEN 0
                      WHEN n <= %(heavy)s + %(group)s THEN 1
                      ELSE 2 + n %% (%(users)s - 2) END) AS user_id,
                  n > %(heavy)s AND n <= %(heavy)s + %(group)s AS grouped
             FROM generate_series(1, %(open)s + %(closed)s) n""",
        {"open": OPEN, "closed": HEAVY_CLOSED, "heavy": HEAVY_OPEN, "group": GROUP_OPEN, "users": USERS},
    )
    for index, letter in enumerate(KINDS):
        fill_ours(env, letter, index, position)
        fill_oca(env, letter, index, users, group)
    for model in ("bench.reviewed.a", "bench.tier.a"):
        env[model].create([{"name": f"NEW-{number}", "note": "note"} for number in range(500)])


DOCUMENTS = """INSERT INTO {table} (name, note, amount, user_id, company_id, state, {column}, create_uid, create_date)
               SELECT 'DOC-' || n, 'note', n, {requester}, {company}, 'draft', {value}, 1, now()
                 FROM work WHERE kind = {index} ORDER BY n"""


def fill_ours(env, letter, index, position):
    model = env[f"bench.reviewed.{letter}"]
    kind = env["crm.review.kind"].create({"name": f"Kind {letter}", "model_id": env["ir.model"]._get_id(model._name)})
    flow = env["crm.review.flow"].create(
        {
            "name": f"Flow {letter}",
            "kind_id": kind.id,
            "step_ids": [(0, 0, {"name": "Decision", "who": "position", "position_id": position.id})],
        }
    )
    flow.action_publish()
    values = {
        "table": model._table,
        "column": "review_state",
        "value": "CASE WHEN closed THEN 'approved' ELSE 'pending' END",
        "requester": env.ref("base.user_admin").id,
        "company": env.company.id,
        "index": index,
        "kind": kind.id,
        "flow": flow.id,
        "step": flow.step_ids.id,
        "model": model._name,
        "currency": env.company.currency_id.id,
    }
    env.cr.execute(DOCUMENTS.format(**values))
    env.cr.execute(
        """INSERT INTO crm_review (res_model, res_id, kind_id, flow_id, round, state, rank, lap,
                                   requester_id, company_id, doc_name, amount, currency_id, lock_version, date_submit)
           SELECT '{model}', id, {kind}, {flow}, 1, review_state, 1, 1, {requester}, {company}, name, amount,
                  {currency}, 0, now() - id % 1000 * interval '1 hour'
             FROM {table} ORDER BY id""".format(**values)
    )
    env.cr.execute(
        """UPDATE {table} doc SET review_id = r.id
             FROM crm_review r WHERE r.res_model = '{model}' AND r.res_id = doc.id""".format(**values)
    )
    env.cr.execute(
        """INSERT INTO crm_review_line (review_id, step_id, lap, rank, sequence, step_name, mode, user_id, kind,
                  counts_as, state, since, deadline, acted_on, acted_by_id, res_model, res_id, kind_id, doc_name,
                  amount, currency_id, requester_id, requester_name, company_id)
           SELECT r.id, {step}, 1, 1, 0, 'Decision', 'any', work.user_id, 'normal', 'reviewer',
                  r.state, r.date_submit, r.date_submit + interval '50 days', CASE WHEN closed THEN now() END,
                  CASE WHEN closed THEN work.user_id END, r.res_model, r.res_id, {kind}, r.doc_name, r.amount,
                  {currency}, {requester}, 'Administrator', {company}
             FROM crm_review r JOIN work ON r.doc_name = 'DOC-' || work.n
            WHERE r.kind_id = {kind} ORDER BY r.id""".format(**values)
    )


def fill_oca(env, letter, index, users, group):
    model = env[f"bench.tier.{letter}"]
    common = {"model_id": env["ir.model"]._get_id(model._name), "definition_domain": "[]"}
    single = env["tier.definition"].create(
        [
            common | {"name": f"{letter} {user.login}", "review_type": "individual", "reviewer_id": user.id}
            for user in users
        ]
    )
    grouped = env["tier.definition"].create(
        common | {"name": f"{letter} group", "review_type": "group", "reviewer_group_id": group.id}
    )
    env.flush_all()
    values = {
        "table": model._table,
        "column": "validation_status",
        "value": "CASE WHEN closed THEN 'validated' ELSE 'pending' END",
        "requester": env.ref("base.user_admin").id,
        "company": env.company.id,
        "index": index,
        "model": model._name,
        "grouped": grouped.id,
        "relation": env["tier.review"]._fields["reviewer_ids"].relation,
    }
    env.cr.execute(DOCUMENTS.format(**values))
    env.cr.execute(
        """INSERT INTO tier_review (status, model, res_id, definition_id, company_id, sequence, todo_by, requested_by,
                                    can_review, create_date)
           SELECT CASE WHEN closed THEN 'approved' ELSE 'pending' END, '{model}', doc.id,
                  CASE WHEN grouped THEN {grouped} ELSE definition.id END, {company}, 1, 'somebody', {requester},
                  NOT closed, now()
             FROM {table} doc JOIN work ON doc.name = 'DOC-' || work.n
             JOIN tier_definition definition ON definition.reviewer_id = work.user_id AND definition.id = ANY(%s)
            ORDER BY doc.id""".format(**values),
        [single.ids],
    )
    env.cr.execute(
        """INSERT INTO {relation} (tier_review_id, res_users_id)
           SELECT r.id, work.user_id FROM tier_review r JOIN {table} doc ON doc.id = r.res_id AND r.model = '{model}'
             JOIN work ON doc.name = 'DOC-' || work.n""".format(**values)
    )


def timed(registry, user_id, call):
    """(median ms, SQL statements) of a call in fresh environments; nothing is kept."""
    times, queries = [], 0
    for turn in range(ROUNDS + 1):
        with environment(registry, user_id) as env:
            env.user.has_group("base.group_user")  # what a request has looked up before
            before = env.cr.sql_log_count
            start = time.perf_counter()
            call(env)
            env.flush_all()
            if turn:
                times.append((time.perf_counter() - start) * 1000)
            queries = env.cr.sql_log_count - before
        if turn and sum(times) > 20_000:
            break
    return statistics.median(times), queries


LINES = {
    name: {}
    for name in (
        "res_model is_overdue currency_id doc_name partner_name amount requester_name step_name since deadline".split()
    )
} | {"kind_id": {"fields": {"display_name": {}}}}
PLAIN = {name: {} for name in ("name", "note", "amount", "state")}
BANNER = {
    name: {}
    for name in (
        "validation_status need_validation can_review has_comment next_review rejected_message validated_message "
        "to_validate_message hide_reviews"
    ).split()
} | {
    "review_ids": {
        "fields": {name: {} for name in ("name", "status", "todo_by", "done_by", "reviewed_date", "comment")}
    }
}


def cases(env):
    """(name, bar ms, bar SQL, user, ours, theirs); a call may be None."""
    user = {number: env["res.users"].search([("login", "=", f"bench{number}")]).id for number in (0, 1, 7)}
    admin = env.ref("base.user_admin").id
    task = env["crm.review.line"].search([("user_id", "=", user[7]), ("state", "=", "pending")], limit=1)
    ours_model, ours_id = task.res_model, task.res_id
    theirs = env["tier.review"].search(
        [("reviewer_ids", "=", user[7]), ("status", "=", "pending"), ("model", "=", "bench.tier.a")], limit=1
    )
    oca_model, oca_id = theirs.model, theirs.res_id
    position = env["crm.review.position"].search([("name", "=", "Bench")]).id
    group = env["res.groups"].search([("name", "=", "Bench")]).id
    newcomer = env["res.users"].search([("login", "=", "bench199")]).id
    step = env["crm.review.step"].search([("position_id", "=", position)], limit=1).id
    definition = env["tier.definition"].search([("reviewer_group_id", "=", group)], limit=1).id

    def todo(env):
        domain = [("user_id", "=", env.uid), ("state", "=", "pending")]
        return env["crm.review.line"].web_search_read(domain, LINES, limit=80, count_limit=10_001)

    def todo_oca(env):
        for letter in KINDS:
            env[f"bench.tier.{letter}"].web_search_read(
                [("can_review", "=", True)], PLAIN | {"validation_status": {}}, limit=80, count_limit=10_001
            )

    def shown(model, names):
        return lambda env: env[model].web_search_read(
            [], PLAIN | {name: {} for name in names}, limit=80, count_limit=10_001
        )

    def write(model, context=None):
        def call(env):
            documents = env[model].search([("name", "=like", "NEW-%")])
            documents.with_context(**context(documents) if context else {}).write({"note": "changed"})

        return call

    for number, who in ((7, "a user"), (0, "the heavy user")):
        yield (
            f"badge, {who}",
            5,
            2,
            user[number],
            lambda env: env["crm.review.line"].todo_counts(),
            lambda env: env["res.users"].review_user_count(),
        )
        yield f"to-do list of all kinds, 80 rows, {who}", 20, 5, user[number], todo, todo_oca
    yield (
        "form banner",
        5,
        3,
        user[7],
        lambda env: env["crm.review"].panel(ours_model, ours_id),
        lambda env: env[oca_model].browse(oca_id).web_read(BANNER),
    )
    yield "list of 80 documents", None, None, user[7], shown("bench.reviewed.a", []), shown("bench.tier.a", [])
    yield (
        "… with their review state",
        None,
        None,
        user[7],
        shown("bench.reviewed.a", ["review_state"]),
        shown("bench.tier.a", ["validation_status", "can_review", "next_review"]),
    )
    yield "write on 500 documents, unguarded", None, None, admin, write("bench.reviewed.a", unlocked_context), None
    yield (
        "… guarded",
        None,
        None,
        admin,
        write("bench.reviewed.a"),
        write("bench.tier.a"),
    )
    yield (
        "renaming a step of 50,400 tasks",
        None,
        5,
        api.SUPERUSER_ID,
        lambda env: env["crm.review.step"].browse(step).write({"name": "Renamed"}),
        lambda env: env["tier.definition"].browse(definition).write({"name": "Renamed"}),
    )
    yield (
        "adding somebody to a position (OCA: group) with 20,000 open tasks",
        None,
        5,
        api.SUPERUSER_ID,
        lambda env: env["crm.review.position.member"].create({"position_id": position, "user_id": newcomer}),
        lambda env: env["res.groups"].browse(group).write({"user_ids": [(4, newcomer)]}),
    )


def unlocked_context(documents):
    from odoo.addons.crm_review.tools.guard import UNLOCKED, UNLOCKED_KEY

    return {**documents.env.context, UNLOCKED_KEY: UNLOCKED}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-d", "--database", default="bench_reviews")
    parser.add_argument("-t", "--template", help="copied if the database is not there")
    parser.add_argument("--ours", action="store_true", help="leave OCA's add-on out, whose slow calls take minutes")
    options = parser.parse_args()
    install_oca()
    config.parse_config(["--log-level=error", f"--addons-path={ADDONS}"], setup_logging=True)
    registry = prepare(options.database, options.template)
    print(f"{OPEN:,} open tasks, {len(KINDS)} kinds, {USERS} users")
    print(f"heavy user: {HEAVY_OPEN:,} open, {HEAVY_CLOSED:,} closed")
    print(f"{'':66} {'ours':>18} {'OCA':>22}   bar")
    with environment(registry) as env:
        todo = list(cases(env))
    for name, bar, bar_queries, user, ours, oca in todo:
        milliseconds, queries = timed(registry, user, ours)
        theirs = timed(registry, user, oca) if oca and not options.ours else None
        met = (bar is None or milliseconds <= bar) and (bar_queries is None or queries <= bar_queries)
        print(
            f"{name:66} {milliseconds:8.1f} ms {queries:3} SQL"
            + (f" {theirs[0]:10,.1f} ms {theirs[1]:6,} SQL" if theirs else " " * 26)
            + (f"   {bar or '–'} ms, {bar_queries} SQL {'met' if met else 'MISSED'}" if bar_queries else ""),
            flush=True,
        )


if __name__ == "__main__":
    main()
