from odoo import api, fields, models

CRM_SCOPES = [
    ("own", "Own"),
    ("department", "Own department"),
    ("department_below", "Department and below"),
    ("all", "All"),
]


class ResGroups(models.Model):
    _inherit = "res.groups"

    crm_scope = fields.Selection(
        CRM_SCOPES,
        string="Data Scope",
        help="Whose records the users of this role see, unless the user has a scope of his own. "
        "A user with several roles gets the widest of their scopes.",
    )

    @api.model
    def _crm_widest_scope(self, scopes):
        """The widest of some data scopes.

        :param scopes: iterable of scope keys, falsy ones are passed over
        :return: a key of ``CRM_SCOPES``; ``"own"`` if nothing was given
        """
        order = [key for key, _label in CRM_SCOPES]
        return max(filter(None, scopes), key=order.index, default="own")

    def write(self, vals):
        result = super().write(vals)
        if "crm_scope" in vals:
            self.env.registry.clear_cache()
        return result
