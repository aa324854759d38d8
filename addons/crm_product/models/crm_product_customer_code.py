from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmProductCustomerCode(models.Model):
    _name = "crm.product.customer.code"
    _description = "Customer Part Number"
    _inherit = ["crm.customer.scope.mixin"]
    _order = "code, id"
    _rec_name = "code"

    _crm_scope_owner = "customer_user_id"
    _crm_scope_partner = "crm_customer_id"

    # FIELDS
    crm_customer_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("is_crm_customer", "=", True)],
    )
    customer_user_id = fields.Many2one(
        related="crm_customer_id.user_id", string="Customer's Salesperson", store=True, index="btree_not_null"
    )
    product_id = fields.Many2one("product.product", required=True, index=True, ondelete="cascade")
    product_tmpl_id = fields.Many2one(related="product_id.product_tmpl_id", store=True, index=True)
    code = fields.Char(string="Customer's Part Number", required=True)
    name = fields.Char(string="Customer's Product Name")

    _code_unique = models.UniqueIndex(
        "(crm_customer_id, lower(code))", "This customer uses this part number for another product already."
    )
    _product_unique = models.UniqueIndex(
        "(crm_customer_id, product_id)", "This customer has a part number for this product already. Change that one."
    )
    _code_search = models.Index("(lower(code))")

    # CONSTRAINT
    @api.constrains("crm_customer_id")
    def _check_customer(self):
        for line in self:
            if not line.crm_customer_id.is_crm_customer:
                raise ValidationError(
                    self.env._(
                        "%(partner)s is not a customer. Choose the customer, not one of its contacts.",
                        partner=line.crm_customer_id.display_name,
                    )
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._crm_clean(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._crm_clean(vals))

    @api.model
    def _crm_clean(self, vals):
        return vals | {"code": vals["code"].strip()} if vals.get("code") else vals
