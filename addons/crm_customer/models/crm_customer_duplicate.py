import logging
import time
from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

NEIGHBOURS = 5  # of those that share something, each is compared with so many entered before it
MOST_COLLEAGUES = 10  # more customers than these on one mail domain: it says nothing about them
# what customers share: column, and how much it says, 0 to 100
SHARED = {
    "same_credit_code": ("credit_code", 100),
    "same_phone": ("phone_key", 95),
    "same_name": ("normalized_name", 90),
    "same_pinyin": ("name_pinyin", 60),
    "same_email_domain": ("email_domain", 50),
}


class CrmCustomerDuplicate(models.Model):
    """Two customers that may be one, entered twice: found every night, merged or marked as two by a manager.

    Pairs that are marked stay, so that nobody is asked about them again. Nobody writes pairs but the search and the
    mark. What is shown of them needs both customers to be in the reader's data scope.
    """

    _name = "crm.customer.duplicate"
    _description = "Possible Duplicate"
    _order = "score desc, id"
    _rec_name = "partner_id"

    # FIELDS
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, index=True, ondelete="cascade"
    )
    duplicate_id = fields.Many2one(
        "res.partner",
        string="Possible Duplicate",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        help="The one of the two that was entered later.",
    )
    same_credit_code = fields.Boolean(readonly=True)
    same_phone = fields.Boolean(readonly=True)
    same_name = fields.Boolean(readonly=True, help="Apart from legal form, blanks, brackets and the like.")
    same_pinyin = fields.Boolean(string="Sounds the Same", readonly=True)
    same_email_domain = fields.Boolean(string="Same Mail Domain", readonly=True)
    score = fields.Integer(readonly=True, help="How likely the two are one customer, 0 to 100.")
    state = fields.Selection(
        [("open", "To Decide"), ("distinct", "No Duplicate")], default="open", required=True, readonly=True
    )
    found_date = fields.Datetime(string="Last Found", readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_date = fields.Datetime(string="Decided On", readonly=True)
    shared_text = fields.Char(string="What They Share", compute="_compute_shared_text")
    customer_code = fields.Char(related="partner_id.customer_code", string="Code")
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    duplicate_code = fields.Char(related="duplicate_id.customer_code", string="Its Code")
    duplicate_user_id = fields.Many2one(related="duplicate_id.user_id", string="Its Salesperson")

    _pair_uniq = models.UniqueIndex("(partner_id, duplicate_id)", "These two customers are a pair already.")
    _to_decide = models.Index("(score DESC, id) WHERE state = 'open'")

    # COMPUTE
    @api.depends(*SHARED)
    @api.depends_context("lang")
    def _compute_shared_text(self):
        labels = {fname: self._fields[fname]._description_string(self.env) for fname in SHARED}
        for pair in self:
            pair.shared_text = ", ".join(label for fname, label in labels.items() if pair[fname])

    @api.depends("partner_id", "duplicate_id")
    def _compute_display_name(self):
        for pair in self:
            pair.display_name = f"{pair.partner_id.name} / {pair.duplicate_id.name}"

    # ACTION
    def action_compare(self):
        """Show the two customers side by side, to merge them or not."""
        self.ensure_one()
        return (self.partner_id | self.duplicate_id).action_crm_compare()

    def action_mark_distinct(self):
        """Remember that these are different customers."""
        self._decide("distinct")

    def action_reopen(self):
        """Ask about these customers again."""
        self._decide("open")

    def _decide(self, state):
        self._check_may_decide()
        self.check_access("read")
        decided = state != "open"
        # sudo: nobody has the right to write pairs; a manager decides on those that he sees
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid if decided else False,
                "decided_date": fields.Datetime.now() if decided else False,
            }
        )

    @api.model
    def _check_may_decide(self):
        if not self.env.su and not self.env.user.has_group("crm_base.group_sales_manager"):
            raise AccessError(
                self.env._("Only sales managers decide whether customers are entered twice. Ask your manager.")
            )

    # BUSINESS
    @api.model
    def _cron_find(self):
        """Bring the pairs up to date: new ones in, those that share nothing any more out, the marked ones stay."""
        start = time.monotonic()
        self.env["res.partner"].flush_model()
        self.flush_model()
        now = datetime.now(UTC).replace(tzinfo=None)  # to the microsecond: by it, one run is told from another
        self.env.cr.execute(self._find_query(now))
        found = self.env.cr.rowcount
        self.env.cr.execute(
            SQL("DELETE FROM crm_customer_duplicate WHERE state = 'open' AND found_date IS DISTINCT FROM %s", now)
        )
        self.invalidate_model(flush=False)
        _logger.info("%s pairs of possible duplicates found in %.1f s", found, time.monotonic() - start)

    @api.model
    def _find_query(self, now):
        """SQL that notes all pairs of active customers which share something, as found at ``now``."""
        keys = SQL(", ").join(SQL("(%s, %s)", fname, SQL.identifier(column)) for fname, (column, _s) in SHARED.items())
        flags = SQL(", ").join(map(SQL.identifier, SHARED))
        return SQL(
            """
            WITH alike AS (
                SELECT shared.kind, array_agg(id ORDER BY id) AS ids
                  FROM res_partner CROSS JOIN LATERAL (VALUES %(keys)s) AS shared (kind, key)
                 WHERE is_crm_customer AND active AND key <> ''
                 GROUP BY shared.kind, shared.key
                HAVING count(*) > 1 AND (shared.kind <> 'same_email_domain' OR count(*) <= %(most)s)
            ), pairs AS (
                SELECT kind, ids[later.n - back.n] AS partner_id, ids[later.n] AS duplicate_id
                  FROM alike
                 CROSS JOIN LATERAL generate_series(2, cardinality(ids)) AS later (n)
                 CROSS JOIN LATERAL generate_series(1, LEAST(%(neighbours)s, later.n - 1)) AS back (n)
            )
            INSERT INTO crm_customer_duplicate AS pair (
                partner_id, duplicate_id, state, score, found_date, create_uid, create_date, write_uid, write_date,
                %(flags)s)
            SELECT partner_id, duplicate_id, 'open', max(score), %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s,
                   %(found)s
              FROM pairs JOIN (VALUES %(scores)s) AS said (kind, score) USING (kind)
             GROUP BY partner_id, duplicate_id
                ON CONFLICT (partner_id, duplicate_id) DO UPDATE
               SET score = EXCLUDED.score, found_date = EXCLUDED.found_date, %(update)s
            """,
            keys=keys,
            flags=flags,
            found=SQL(", ").join(SQL("bool_or(kind = %s)", fname) for fname in SHARED),
            scores=SQL(", ").join(SQL("(%s, %s)", fname, score) for fname, (_column, score) in SHARED.items()),
            update=SQL(", ").join(
                SQL("%s = EXCLUDED.%s", SQL.identifier(fname), SQL.identifier(fname)) for fname in SHARED
            ),
            most=MOST_COLLEAGUES,
            neighbours=NEIGHBOURS,
            now=now,
            uid=self.env.uid,
        )

    @api.model
    def _mark_distinct(self, customers):
        """Remember of two customers that they are two, whether or not they are a pair yet.

        :param customers: two ``res.partner``
        """
        self._check_may_decide()
        customers.check_access("read")
        first, second = customers.sorted("id")
        # sudo: nobody has the right to write pairs; both customers are the manager's to see
        pair = self.sudo().search([("partner_id", "=", first.id), ("duplicate_id", "=", second.id)])
        pair = pair or pair.create({"partner_id": first.id, "duplicate_id": second.id})
        pair.with_env(self.env)._decide("distinct")
