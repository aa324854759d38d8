import math
from datetime import timedelta

import numpy as np

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import churn
from .crm_churn_facts import LEVELS

AT_ONCE = 200_000  # orders that are worked through while the user waits
WEEKS = 26


class CrmChurnBacktest(models.Model):
    """What the scores of a past day would have foreseen, held against the orders that followed.

    Made of all the company's customers; it tells sums only.
    """

    _name = "crm.churn.backtest"
    _description = "Churn Back-Test"
    _order = "id desc"
    _rec_name = "cutoff_date"

    cutoff_date = fields.Date(
        string="Known Until",
        required=True,
        default=lambda self: self.env["crm.churn.score"]._churn_today() - timedelta(weeks=WEEKS, days=1),
        help="Orders up to this day are known to the model.",
    )
    holdout_weeks = fields.Integer(
        string="Weeks Held Out", required=True, default=WEEKS, help="The weeks after it, in which orders are foreseen."
    )
    holdout_end = fields.Date(string="Held Out Until", compute="_compute_holdout_end")
    state = fields.Selection(
        [("draft", "New"), ("waiting", "Running"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
    )
    error = fields.Char(readonly=True, copy=False)
    customer_count = fields.Integer(string="Number of Customers", readonly=True, copy=False)
    repeat_count = fields.Integer(string="Came Back Before", readonly=True, copy=False)
    buyer_count = fields.Integer(string="Ordered in the Weeks Held Out", readonly=True, copy=False)
    parameters = fields.Char(string="Fitted Parameters", readonly=True, copy=False)
    line_ids = fields.One2many("crm.churn.backtest.line", "backtest_id", string="Rankings", readonly=True, copy=False)
    level_ids = fields.One2many("crm.churn.backtest.level", "backtest_id", string="Levels", readonly=True, copy=False)
    verdict = fields.Char(compute="_compute_verdict")

    # COMPUTE
    @api.depends("cutoff_date", "holdout_weeks")
    def _compute_holdout_end(self):
        for test in self:
            test.holdout_end = test.cutoff_date and test.cutoff_date + timedelta(weeks=test.holdout_weeks)

    @api.depends("line_ids.auc", "line_ids.precision")
    @api.depends_context("lang")
    def _compute_verdict(self):
        for test in self:
            best, naive = test.line_ids[:1], test.line_ids.filtered(lambda line: line.way == "recency")
            if test.state != "done" or not naive:
                test.verdict = False
            elif best.auc > max(naive.auc, 0.5) and best.precision >= naive.precision:
                test.verdict = self.env._(
                    "Of the best tenth, %(ours)s %% ordered again; "
                    "by the last order alone it would have been %(naive)s %%.",
                    ours=round(100 * best.precision, 1),
                    naive=round(100 * naive.precision, 1),
                )
            else:
                test.verdict = self.env._(
                    "On these orders the scores foresee no more than the time since the last order does. "
                    "More history, or a longer time held out, may tell more."
                )

    # CONSTRAINTS
    @api.constrains("cutoff_date", "holdout_weeks")
    def _check_holdout(self):
        today = self.env["crm.churn.score"]._churn_today()
        for test in self:
            if test.holdout_weeks < 1:
                raise ValidationError(self.env._("Weeks Held Out must be at least 1. Enter how many weeks to foresee."))
            if test.holdout_end >= today:
                raise ValidationError(
                    self.env._(
                        "The weeks held out end on %(end)s, which is not past yet. "
                        "Choose an earlier day or fewer weeks.",
                        end=test.holdout_end,
                    )
                )

    # CRUD
    def write(self, vals):
        if not self.env.su and {"cutoff_date", "holdout_weeks"} & vals.keys():
            if any(test.state in ("waiting", "done") for test in self):
                raise UserError(self.env._("This back-test has been run. Make a new one for another period."))
        if not self.env.su and any(self._fields[fname].readonly for fname in vals if fname in self._fields):
            raise UserError(self.env._("The figures of a back-test are computed. Run it instead of writing them."))
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # figures are computed, never entered
            vals_list = [
                {fname: value for fname, value in vals.items() if not self._fields[fname].readonly}
                for vals in vals_list
            ]
        return super().create(vals_list)

    # ACTION
    def action_run(self):
        """Run the test, at once or, if there are many orders, in the background."""
        self.ensure_one()
        self.check_access("write")
        # sudo: made of all orders; only sums are told
        test = self.sudo()
        if test.state not in ("draft", "failed"):
            raise UserError(self.env._("This back-test has been run. Make a new one for another period."))
        if self.env["sale.order"].sudo().search_count([("state", "=", "sale")], limit=AT_ONCE) < AT_ONCE:
            test._run()
            if test.state == "failed":
                raise UserError(test.error)
        else:
            test.state = "waiting"
            # sudo: as above
            self.env.ref("crm_customer.ir_cron_churn_backtest").sudo()._trigger()
        # the form shows what it was run with, from anew
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # BUSINESS
    @api.model
    def _cron_run(self):
        """Run the back-tests that wait."""
        waiting = self.search([("state", "=", "waiting")], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for test in waiting:
            test._run()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _run(self):
        self.ensure_one()
        Score = self.env["crm.churn.score"]
        cutoff, holdout = Score._churn_number(self.cutoff_date), 7 * self.holdout_weeks
        try:
            result = churn.back_test(
                Score._churn_purchases(cutoff + holdout), cutoff, holdout, Score._churn_followups(cutoff - 3 * holdout)
            )
        except ValueError:
            self.write(
                {
                    "state": "failed",
                    "error": self.env._(
                        "No customer had ordered by %(day)s. Choose a later day.", day=self.cutoff_date
                    ),
                }
            )
            return
        levels = Score._churn_levels(result.standing, result.count, result.late)
        self.line_ids.unlink()
        self.level_ids.unlink()
        self.write(
            {
                "state": "done",
                "error": False,
                "customer_count": result.customers,
                "repeat_count": result.repeat_buyers,
                "buyer_count": result.buyers,
                "parameters": result.parameters
                and ", ".join(f"{name} = {value:.4g}" for name, value in result.parameters._asdict().items()),
                "line_ids": [
                    fields.Command.create(
                        {"way": way, **{name: 0 if math.isnan(x) else x for name, x in quality._asdict().items()}}
                    )
                    for way, quality in result.quality.items()
                ],
                "level_ids": [
                    fields.Command.create(
                        {
                            "level": str(level),
                            "customer_count": int(np.count_nonzero(levels == level)),
                            "stayed_away": float(np.mean(~result.bought[levels == level])),
                        }
                    )
                    for level in range(4)
                    if (levels == level).any()
                ],
            }
        )


class CrmChurnBacktestLine(models.Model):
    """How well one way of ranking customers would have foreseen who orders."""

    _name = "crm.churn.backtest.line"
    _description = "Ranking of a Churn Back-Test"
    _order = "backtest_id, id"
    _log_access = False

    backtest_id = fields.Many2one("crm.churn.backtest", required=True, index=True, ondelete="cascade")
    way = fields.Selection(
        [
            ("extended", "Model and company facts"),
            ("model", "Model"),
            ("rules", "Rule of thumb"),
            ("recency", "Last order only"),
        ],
        string="Ranked By",
        required=True,
    )
    auc = fields.Float(
        string="AUC",
        digits=(16, 3),
        help="How often a customer who ordered is ranked before one who did not: 0.5 is chance, 1 is perfect.",
    )
    auc_repeat = fields.Float(
        string="AUC of Those Who Came Back", digits=(16, 3), help="The same among customers with two orders and more."
    )
    precision = fields.Float(string="Ordered, of the Best Tenth", help="How many of the tenth ranked best ordered.")


class CrmChurnBacktestLevel(models.Model):
    """What became of the customers of a warning level."""

    _name = "crm.churn.backtest.level"
    _description = "Warning Level of a Churn Back-Test"
    _order = "backtest_id, level desc"
    _log_access = False

    backtest_id = fields.Many2one("crm.churn.backtest", required=True, index=True, ondelete="cascade")
    level = fields.Selection(LEVELS, string="Warning Level", required=True)
    customer_count = fields.Integer(string="Number of Customers")
    stayed_away = fields.Float(help="How many of them did not order in the weeks held out.")
