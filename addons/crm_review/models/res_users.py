from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        leaving = self.filtered("active") if "active" in vals and not vals["active"] else self.browse()
        result = super().write(vals)
        if leaving:
            leaving._hand_over_reviews()
        return result

    def _hand_over_reviews(self):
        """The open tasks of users who leave go to their managers, else to the review administrator."""
        # sudo: who archives users need not be an administrator of the CRM
        lines = (
            self.env["crm.review.line"]
            .sudo()
            .search([("user_id", "in", self.ids), ("state", "in", ("waiting", "pending"))])
        )
        for user, own in lines.grouped("user_id").items():
            own._hand_over(self.env._("%(user)s has left", user=user.name))
