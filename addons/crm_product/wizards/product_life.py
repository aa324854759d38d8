from odoo import fields, models


class CrmProductLifeWizard(models.TransientModel):
    """Changes the life cycle of products, with the reason."""

    _name = "crm.product.life.wizard"
    _description = "Change Life Cycle"

    product_tmpl_ids = fields.Many2many(
        "product.template",
        string="Products",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    state = fields.Selection(
        selection=lambda self: self.env["product.template"]._fields["crm_life_state"]._description_selection(self.env),
        string="New State",
        required=True,
    )
    reason = fields.Char(required=True)

    def action_change(self):
        self.ensure_one()
        self.product_tmpl_ids._crm_set_life_state(self.state, self.reason)
        return {"type": "ir.actions.act_window_close"}
