from odoo import fields, models
from odoo.exceptions import UserError

CHANGING = object()  # no client can send it


class ProductTemplate(models.Model):
    """The life cycle of a product moves by ``_crm_set_life_state`` only, with a reason that stays in the chatter."""

    _inherit = "product.template"

    crm_life_state = fields.Selection(
        [
            ("development", "In Development"),
            ("sample", "Sample"),
            ("mass", "Mass Production"),
            ("eol", "Phasing Out"),
            ("stopped", "Stopped"),
        ],
        string="Life Cycle",
        default="mass",
        required=True,
        index=True,
        copy=False,
        tracking=True,
    )

    def write(self, vals):
        if "crm_life_state" in vals and not self.env.su and self.env.context.get("crm_life_state") is not CHANGING:
            raise UserError(
                self.env._("The life cycle of a product changes with a reason. Use the button “Change Life Cycle”.")
            )
        return super().write(vals)

    def _crm_set_life_state(self, state, reason):
        """Move products to a state of their life cycle.

        :param str reason: kept in the chatter
        :raise UserError: no reason is given
        :raise AccessError: the user may not edit products
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the life cycle is changed."))
        products = self.filtered(lambda product: product.crm_life_state != state)
        products.with_context(crm_life_state=CHANGING).write({"crm_life_state": state})
        for product in products:
            product.message_post(body=self.env._("Reason of the change: %(reason)s", reason=reason.strip()))

    def _crm_stopped_message(self):
        """Say that a stopped product cannot be sold, and what can.

        :return: translated sentence
        """
        self.ensure_one()
        substitutes = self.crm_substitute_ids.filtered(lambda product: product.crm_life_state != "stopped")
        if substitutes:
            return self.env._(
                "%(product)s is stopped. Take a substitute: %(substitutes)s",
                product=self.display_name,
                substitutes=", ".join(substitutes.mapped("display_name")),
            )
        return self.env._("%(product)s is stopped and can neither be quoted nor sold.", product=self.display_name)
