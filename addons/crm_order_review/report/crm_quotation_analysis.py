from odoo import fields, models
from odoo.tools import SQL


class CrmQuotationAnalysis(models.Model):
    """Quotations in their latest versions, and which of them customers have taken.

    Amounts are untaxed, in the currency of the company at the rate of the quotation.
    """

    _name = "crm.quotation.analysis"
    _description = "Win Rate of Quotations"
    _inherit = ["crm.customer.scope.mixin"]
    _auto = False
    _rec_name = "order_id"
    _order = "date desc, id desc"

    _depends = {
        "res.company": ["currency_id"],
        "sale.order": [
            "amount_untaxed",
            "company_id",
            "crm_customer_id",
            "crm_decided_on",
            "crm_lost_reason_id",
            "crm_number",
            "crm_order_type_id",
            "crm_quotation_state",
            "currency_rate",
            "customer_user_id",
            "date_order",
            "state",
            "user_id",
        ],
    }
    _crm_scope_customer = "partner_id"

    order_id = fields.Many2one("sale.order", string="Quotation", readonly=True)
    date = fields.Datetime(readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    customer_user_id = fields.Many2one("res.users", string="Customer's Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    quotation_state = fields.Selection(
        [("open", "Under Negotiation"), ("won", "Accepted"), ("lost", "Lost")], readonly=True
    )
    lost_reason_id = fields.Many2one("crm.quotation.lost.reason", readonly=True)
    decided_on = fields.Date(readonly=True)
    days = fields.Float(string="Days to Decide", readonly=True, aggregator="avg")
    amount = fields.Monetary(string="Untaxed Amount", readonly=True)
    won_amount = fields.Monetary(string="Accepted Amount", readonly=True)
    win_rate = fields.Float(
        string="Win Rate (%)", readonly=True, aggregator="avg", help="Of the quotations that are accepted or lost."
    )
    currency_id = fields.Many2one("res.currency", readonly=True)

    @property
    def _table_query(self):
        amount = SQL("sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1)")
        return SQL(
            """
            SELECT sale.id,
                   sale.id AS order_id,
                   sale.date_order AS date,
                   sale.crm_customer_id AS partner_id,
                   sale.user_id,
                   sale.customer_user_id,
                   sale.company_id,
                   sale.crm_quotation_state AS quotation_state,
                   sale.crm_lost_reason_id AS lost_reason_id,
                   sale.crm_decided_on AS decided_on,
                   sale.crm_decided_on - sale.date_order::date AS days,
                   %(amount)s AS amount,
                   CASE sale.crm_quotation_state WHEN 'won' THEN %(amount)s ELSE 0 END AS won_amount,
                   CASE sale.crm_quotation_state WHEN 'won' THEN 100 WHEN 'lost' THEN 0 END AS win_rate,
                   company.currency_id
              FROM sale_order sale
              JOIN res_company company ON company.id = sale.company_id
             WHERE sale.crm_order_type_id IS NULL
               AND sale.state IN ('draft', 'sent')
               AND sale.crm_quotation_state <> 'superseded'
            """,
            amount=amount,
        )

    def action_open_order(self):
        self.ensure_one()
        return self.order_id.get_formview_action()
