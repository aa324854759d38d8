from odoo import fields, models


class TestCrmPlain(models.Model):
    """A document that knows nothing of reviews: tests join it from the settings."""

    _name = "test.crm.plain"
    _description = "Plain Test Document"
    _order = "id"

    name = fields.Char(required=True)
    state = fields.Selection([("draft", "Draft"), ("confirmed", "Confirmed")], default="draft", copy=False)
    amount = fields.Float()
    partner_id = fields.Many2one("res.partner")
    note = fields.Char()
    secret = fields.Char(groups="base.group_system", copy=False)
    line_ids = fields.One2many("test.crm.plain.line", "plain_id")


class TestCrmPlainLine(models.Model):
    _name = "test.crm.plain.line"
    _description = "Plain Test Document Line"
    _order = "id"

    plain_id = fields.Many2one("test.crm.plain", ondelete="cascade", index=True)
    name = fields.Char()
