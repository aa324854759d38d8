from odoo import models

from ..tools.directory import Directory


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        leaving = self.filtered("active") if vals.get("active") is False else self.browse()
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
        lines.review_id._begin()
        for (user, company), own in lines.grouped(lambda line: (line.user_id, line.company_id)).items():
            heir = Directory(self.env, company).superior(user)
            if not heir.active or heir in self:
                heir = company._review_administrator()
            own._reassign(heir, self.env._("%(user)s has left", user=user.name))
