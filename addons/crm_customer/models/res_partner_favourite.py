from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """Customers that a user follows with a star; whom he follows is his own affair."""

    _inherit = "res.partner"

    crm_favourite_user_ids = fields.Many2many(
        "res.users",
        "res_partner_crm_favourite_rel",
        "partner_id",
        "user_id",
        copy=False,
        groups=fields.NO_ACCESS,
        export_string_translation=False,
    )
    crm_is_favourite = fields.Boolean(
        string="Followed",
        compute="_compute_crm_is_favourite",
        search="_search_crm_is_favourite",
        readonly=False,
        help="Whether you follow this customer.",
    )

    @api.depends_context("uid")
    def _compute_crm_is_favourite(self):
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id FROM res_partner_crm_favourite_rel WHERE user_id = %s AND partner_id = ANY(%s)",
                self.env.uid,
                list(self._origin._ids),
            )
        )
        followed = {partner_id for (partner_id,) in rows}
        for partner in self:
            partner.crm_is_favourite = partner._origin.id in followed

    def _search_crm_is_favourite(self, operator, value):
        if operator != "in":
            return NotImplemented
        if set(value) == {True, False}:
            return Domain.TRUE
        followed = SQL("SELECT partner_id FROM res_partner_crm_favourite_rel WHERE user_id = %s", self.env.uid)
        domain = self._crm_scope_subquery("id", followed)
        return domain if True in value else ~domain

    @api.model_create_multi
    def create(self, vals_list):
        starred = [vals.get("crm_is_favourite") for vals in vals_list]
        partners = super().create(
            [{name: value for name, value in vals.items() if name != "crm_is_favourite"} for vals in vals_list]
        )
        partners.browse(partner.id for partner, star in zip(partners, starred, strict=True) if star)._crm_follow(True)
        return partners

    def write(self, vals):
        if "crm_is_favourite" not in vals:
            return super().write(vals)
        vals = dict(vals)
        self._crm_follow(vals.pop("crm_is_favourite"))
        return super().write(vals) if vals else True

    def _crm_follow(self, follow):
        """Set or take the user's star; who may read a customer may follow it."""
        if not self:
            return
        self.check_access("read")
        if follow:
            query = (
                "INSERT INTO res_partner_crm_favourite_rel (user_id, partner_id)"
                " SELECT %s, unnest(%s) ON CONFLICT DO NOTHING"
            )
        else:
            query = "DELETE FROM res_partner_crm_favourite_rel WHERE user_id = %s AND partner_id = ANY(%s)"
        self.env.cr.execute(SQL(query, self.env.uid, self.ids))
        self.invalidate_recordset(["crm_is_favourite"])
