from odoo import fields, models
from odoo.tools import SQL


class CrmSampleReport(models.Model):
    """Approved samples, line by line, and what came of them: for the conversion rate."""

    _name = "crm.sample.report"
    _description = "Sample Conversion"
    _inherit = ["crm.customer.scope.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "request_id"
    _depends = {
        "crm.sample.line": [
            "request_id",
            "user_id",
            "company_id",
            "product_id",
            "quantity",
            "delivered_on",
        ],
        "crm.sample.request": [
            "date",
            "charge",
            "purpose",
            "feedback_result",
            "is_converted",
            "review_state",
            "crm_customer_id",
            "customer_user_id",
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["crm_series_id"],
    }

    request_id = fields.Many2one("crm.sample.request", readonly=True)
    user_id = fields.Many2one("res.users", string="Requester", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    crm_customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    customer_user_id = fields.Many2one("res.users", string="Customer's Salesperson", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    crm_series_id = fields.Many2one("crm.product.series", string="Series", readonly=True)
    date = fields.Date(readonly=True)
    charge = fields.Selection([("free", "Free of Charge"), ("charged", "Charged")], readonly=True)
    purpose = fields.Selection(
        lambda self: self.env["crm.sample.request"]._fields["purpose"]._description_selection(self.env), readonly=True
    )
    feedback_result = fields.Selection(
        lambda self: self.env["crm.sample.request"]._fields["feedback_result"]._description_selection(self.env),
        readonly=True,
    )
    quantity = fields.Float(readonly=True)
    delivered = fields.Integer(string="Delivered Samples", readonly=True)
    converted = fields.Integer(string="Converted Samples", readonly=True)
    conversion_rate = fields.Float(readonly=True, aggregator="avg", help="Of the samples delivered.")
    feedback_rate = fields.Float(readonly=True, aggregator="avg", help="Of the samples delivered.")

    @property
    def _table_query(self):
        return SQL(
            """SELECT line.id, line.request_id, line.user_id, line.company_id, request.crm_customer_id,
                      request.customer_user_id, line.product_id, template.crm_series_id, request.date, request.charge,
                      request.purpose, request.feedback_result, line.quantity,
                      (line.delivered_on IS NOT NULL)::int AS delivered,
                      request.is_converted::int AS converted,
                      CASE WHEN line.delivered_on IS NOT NULL THEN request.is_converted::int END AS conversion_rate,
                      CASE WHEN line.delivered_on IS NOT NULL THEN (request.feedback_result IS NOT NULL)::int END
                          AS feedback_rate
                 FROM crm_sample_line line
                 JOIN crm_sample_request request ON request.id = line.request_id
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE request.review_state = 'approved'"""
        )
