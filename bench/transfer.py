"""Seconds of handing 10,000 customers over with all that goes along, at 1,000,000 customers.

    .venv/bin/python bench/transfer.py 1m -d my_bench [-c 10000]    the hand-over stays there: a database to spare

The salespeople's customers have their contacts, follow-ups and orders; each also gets an activity, and each tenth a
quotation and a planned visit, so that there is something to go along. After a third of the time one run is cut off in
the middle of a batch, as by ``kill -9``; what it has left is then finished by the next.
"""

import time
from unittest.mock import patch

# first: it makes the add-ons known
from database import environment, parser, registry

from odoo.tools import SQL

ALONG = ("with_quotations", "with_visit_plans", "with_activities")


class Cut(BaseException):
    """Stands for the end of the process: nobody catches it."""


def main():
    options_parser = parser(__doc__.partition("\n")[0])
    options_parser.add_argument("-c", "--count", type=int, default=10_000)
    options = options_parser.parse_args()
    base = registry(options)
    with environment(base, commit=True) as env:
        transfer = prepare(env, options.count)
        values = counts(env, transfer)
        print(f"{len(transfer.line_ids):,} customers with {values} go to {transfer.to_user_id.login}")
        transfer.action_hand_over()
        ids = transfer.ids
    seconds, batches = [], [0]
    model = base["crm.customer.transfer"]
    keep = model._keep_reading

    def cut_in_the_middle(self, lines):
        batches[0] += 1
        if batches[0] == 7:
            self.env.flush_all()
            raise Cut
        return keep(self, lines)

    with patch.object(model, "_keep_reading", cut_in_the_middle):
        seconds.append(turn(base))
    with environment(base) as env:
        transfer = env["crm.customer.transfer"].browse(ids)
        print(f"cut off after {seconds[0]:.1f} s: {halves(env, transfer)} half moved of {transfer.processed_count:,}")
    seconds.append(turn(base))
    with environment(base) as env:
        transfer = env["crm.customer.transfer"].browse(ids)
        print(f"{transfer.state}: {transfer.processed_count:,} customers in {sum(seconds):.1f} s")
        print(f"{halves(env, transfer)} half moved, {transfer.skipped_count:,} left out")


def prepare(env, count):
    """A draft of a hand-over of the customers of some salespeople to a colleague."""
    env.cr.execute("""
        SELECT user_id FROM res_partner WHERE is_crm_customer AND active AND user_id IS NOT NULL
        GROUP BY user_id ORDER BY count(*) DESC, user_id LIMIT 60
    """)
    users = env["res.users"].browse([user for (user,) in env.cr.fetchall()]).filtered("active")
    receiver, givers = users[0], users[1:]
    env.cr.execute(
        "SELECT id FROM res_partner WHERE is_crm_customer AND active AND user_id IN %s ORDER BY user_id, id LIMIT %s",
        [givers._ids, count],
    )
    customers = env["res.partner"].browse([one for (one,) in env.cr.fetchall()])
    env["mail.activity"].with_context(mail_activity_quick_update=True).create(
        [
            {
                "res_model_id": env["ir.model"]._get_id("res.partner"),
                "res_id": customer.id,
                "user_id": customer.user_id.id,
                "summary": "bench",
            }
            for customer in customers
        ]
    )
    some = customers[::10]
    env["crm.visit.plan"].create(
        [{"partner_id": one.id, "user_id": one.user_id.id, "date": "2030-01-07"} for one in some]
    )
    env["sale.order"].create([{"partner_id": one.id, "user_id": one.user_id.id} for one in some])
    transfer = env["crm.customer.transfer"].create(
        {
            "to_user_id": receiver.id,
            "reason": "bench",
            "keep_read_days": 30,
            "line_ids": [(0, 0, {"partner_id": customer.id}) for customer in customers],
            **dict.fromkeys(ALONG, True),
        }
    )
    return transfer


def counts(env, transfer):
    partners = transfer.line_ids.partner_id._ids
    tables = {
        "contacts": SQL("res_partner WHERE crm_customer_id IN %s AND NOT coalesce(is_crm_customer, false)", partners),
        "follow-ups": SQL("crm_followup WHERE partner_id IN %s", partners),
        "orders": SQL("sale_order WHERE crm_customer_id IN %s", partners),
    }
    found = {name: env.execute_query(SQL("SELECT count(*) FROM %s", table))[0][0] for name, table in tables.items()}
    return ", ".join(f"{number:,} {name}" for name, number in found.items())


def turn(base):
    """Let the scheduled action work until there is nothing left, or it is cut off."""
    begin = time.perf_counter()
    try:
        with environment(base, commit=True) as env:
            with (
                patch.object(env.registry["ir.cron"], "_commit_progress", lambda self, *a, **k: self.env.cr.commit()),
                patch("odoo.addons.crm_customer.models.crm_customer_transfer.TURN_SECONDS", 3600),
            ):
                env["crm.customer.transfer"]._cron_process()
    except Cut:
        pass
    return time.perf_counter() - begin


def halves(env, transfer):
    """How many customers of the hand-over are not wholly with one salesperson."""
    env.cr.execute(
        """
        SELECT count(DISTINCT p.id) FROM crm_customer_transfer_line l JOIN res_partner p ON p.id = l.partner_id
        LEFT JOIN res_partner c ON c.crm_customer_id = p.id
        LEFT JOIN sale_order o ON o.crm_customer_id = p.id
        LEFT JOIN crm_customer_owner_history h ON h.partner_id = p.id AND h.date_to IS NULL
        LEFT JOIN mail_activity a ON a.res_model = 'res.partner' AND a.res_id = p.id AND a.summary = 'bench'
            AND a.active
        WHERE l.transfer_id = %(id)s AND (
            c.user_id IS DISTINCT FROM p.user_id AND c.id IS NOT NULL
            OR o.customer_user_id <> p.user_id OR o.state = 'draft' AND o.user_id <> p.user_id
            OR h.user_id <> p.user_id OR a.user_id <> p.user_id
            OR (l.state = 'done') <> (p.user_id = %(receiver)s)
        )
        """,
        {"id": transfer.id, "receiver": transfer.to_user_id.id},
    )
    return env.cr.fetchone()[0]


if __name__ == "__main__":
    main()
