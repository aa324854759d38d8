from odoo import api, fields, models
from odoo.exceptions import ValidationError


class TestCrmItem(models.Model):
    _name = "test.crm.item"
    _inherit = ["crm.excel.export.mixin"]
    _description = "Test Item"
    _order = "id"

    name = fields.Char(required=True)
    code = fields.Char()
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user)
    category_id = fields.Many2one("res.partner.category")
    tag_ids = fields.Many2many("res.partner.category")
    partner_id = fields.Many2one("res.partner")
    kind = fields.Selection([("a", "First Kind"), ("b", "Second Kind")])
    quantity = fields.Integer()
    price = fields.Float()
    amount = fields.Monetary()
    currency_id = fields.Many2one("res.currency", default=lambda self: self.env.company.currency_id)
    day = fields.Date()
    moment = fields.Datetime()
    checked = fields.Boolean()
    secret = fields.Char(groups="base.group_system")

    _code_uniq = models.Constraint("UNIQUE (code)", "This code is taken.")

    @api.constrains("quantity")
    def _check_quantity(self):
        for item in self:
            if item.quantity < 0:
                raise ValidationError(self.env._("The quantity must not be negative."))

    def _excel_columns(self):
        column = self._excel_column
        return [
            column("name", width=30),
            column("code"),
            column("user_id"),
            column("partner_id.name", label="Partner's Name"),
            column("tag_ids"),
            column("kind"),
            column("quantity"),
            column("price"),
            column("amount"),
            column("day"),
            column("moment"),
            column("checked"),
            column("secret"),
            column("double", label="Double", type="integer", value=lambda item: 2 * item.quantity),
        ]
