import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import float_compare

HS_CODE = re.compile(r"\d{6,10}")
HS_CODE_SEPARATORS = re.compile(r"[\s.\-]")
FLOOR_GROUP = "crm_base.group_sales_manager"


class ProductTemplate(models.Model):
    _inherit = "product.template"

    # FIELDS
    default_code = fields.Char(copy=False)
    crm_series_id = fields.Many2one(
        "crm.product.series", string="Series", index=True, ondelete="restrict", tracking=True
    )
    crm_package_id = fields.Many2one(
        "crm.product.package.form", string="Package Form", index="btree_not_null", ondelete="restrict"
    )
    crm_customer_code_ids = fields.One2many(
        "crm.product.customer.code", "product_tmpl_id", string="Customer Part Numbers", copy=False
    )
    crm_certificate_ids = fields.Many2many("crm.product.certificate", string="Certificates", copy=False)
    crm_substitute_ids = fields.Many2many(
        "product.template",
        "crm_product_substitute_rel",
        "product_tmpl_id",
        "substitute_id",
        string="Substitute Products",
        help="Offered instead when the product is stopped.",
    )

    # floor prices
    crm_floor_price = fields.Monetary(
        string="Floor Price",
        groups="base.group_user",
        tracking=True,
        help="Lowest price per unit without tax at which salespeople may sell. 0: none.",
    )
    crm_floor_ids = fields.One2many(
        "crm.product.floor", "product_tmpl_id", string="Floor Prices by Quantity", groups="base.group_user", copy=True
    )
    crm_may_set_floor = fields.Boolean(compute="_compute_crm_may_set_floor", export_string_translation=False)

    # export
    crm_hs_code = fields.Char(string="HS Code", help="6 to 10 digits; a declaration in China wants 10.")
    crm_declaration_elements = fields.Text(
        string="Declaration Elements", help="What the customs want to know of goods with this HS code, in their order."
    )
    crm_origin_id = fields.Many2one("res.country", string="Country of Origin", ondelete="restrict")
    crm_second_uom_id = fields.Many2one(
        "uom.uom", string="Second Legal Unit", ondelete="restrict", help="In which the customs also count the goods."
    )
    crm_second_uom_factor = fields.Float(
        string="Second Units per Unit", digits=(16, 6), help="How many of the second unit one unit of the product is."
    )

    # packing
    crm_gross_weight = fields.Float(
        string="Gross Weight (kg)", digits="Stock Weight", help="Of one unit, with its inner packing."
    )
    crm_carton_qty = fields.Float(string="Units per Carton", digits="Product Unit")
    crm_carton_length = fields.Float(string="Carton Length (cm)", digits=(16, 1))
    crm_carton_width = fields.Float(string="Carton Width (cm)", digits=(16, 1))
    crm_carton_height = fields.Float(string="Carton Height (cm)", digits=(16, 1))
    crm_carton_gross_weight = fields.Float(string="Carton Gross Weight (kg)", digits="Stock Weight")
    crm_carton_volume = fields.Float(string="Carton Volume (m³)", digits=(16, 4), compute="_compute_crm_carton_volume")

    _crm_measures_positive = models.Constraint(
        "CHECK (LEAST(crm_floor_price, crm_second_uom_factor, crm_gross_weight, crm_carton_qty, crm_carton_length,"
        " crm_carton_width, crm_carton_height, crm_carton_gross_weight) >= 0)",
        "Prices, weights, quantities and measures of a product cannot be negative.",
    )

    # COMPUTE
    @api.depends("crm_carton_length", "crm_carton_width", "crm_carton_height")
    def _compute_crm_carton_volume(self):
        for product in self:
            product.crm_carton_volume = (
                product.crm_carton_length * product.crm_carton_width * product.crm_carton_height / 1_000_000
            )

    @api.depends_context("uid")
    def _compute_crm_may_set_floor(self):
        self.crm_may_set_floor = self.env.user.has_group(FLOOR_GROUP)

    # CONSTRAINT
    @api.constrains("crm_hs_code")
    def _check_crm_hs_code(self):
        for product in self:
            if product.crm_hs_code and not HS_CODE.fullmatch(product.crm_hs_code):
                raise ValidationError(
                    self.env._(
                        "%(product)s: the HS code %(code)s must be 6 to 10 digits.",
                        product=product.display_name,
                        code=product.crm_hs_code,
                    )
                )

    @api.constrains("crm_gross_weight", "weight")
    def _check_crm_gross_weight(self):
        for product in self:
            if product.crm_gross_weight and float_compare(product.crm_gross_weight, product.weight, 4) < 0:
                raise ValidationError(
                    self.env._(
                        "%(product)s: the gross weight (%(gross)s kg) cannot be below the net weight (%(net)s kg).",
                        product=product.display_name,
                        gross=product.crm_gross_weight,
                        net=product.weight,
                    )
                )

    @api.constrains("crm_second_uom_id", "crm_second_uom_factor")
    def _check_crm_second_uom(self):
        for product in self:
            if product.crm_second_uom_id and not product.crm_second_uom_factor:
                raise ValidationError(
                    self.env._(
                        "%(product)s: say how many %(unit)s one unit of the product is.",
                        product=product.display_name,
                        unit=product.crm_second_uom_id.name,
                    )
                )

    @api.constrains("crm_substitute_ids")
    def _check_crm_substitutes(self):
        for product in self:
            if product in product.crm_substitute_ids:
                raise ValidationError(
                    self.env._("%(product)s cannot be its own substitute.", product=product.display_name)
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        self._crm_check_floor_values([vals for vals in vals_list if vals.get("crm_floor_price")])
        vals_list = [self._crm_clean(vals) for vals in vals_list]
        # the variants come first and their codes after them, so numbers are drawn when both are there
        templates = super(ProductTemplate, self.with_context(crm_part_numbers_later=True)).create(vals_list)
        templates = templates.with_env(self.env)
        if not self.env.context.get("crm_part_numbers_later"):
            templates.product_variant_ids._crm_draw_part_numbers()
        return templates

    def write(self, vals):
        if "crm_floor_price" in vals:
            self._crm_check_floor_values([vals])
        return super().write(self._crm_clean(vals))

    @api.model
    def _crm_clean(self, vals):
        if not vals.get("crm_hs_code"):
            return vals
        return vals | {"crm_hs_code": HS_CODE_SEPARATORS.sub("", vals["crm_hs_code"])}

    @api.model
    def _crm_check_floor_values(self, vals_list):
        if vals_list and not self.env.su and not self.env.user.has_group(FLOOR_GROUP):
            raise AccessError(self.env._("Only sales managers set floor prices. Leave them out, or ask one."))

    # ACTION
    def action_crm_draw_part_number(self):
        """Give the variants without a part number one by the numbering rule."""
        products = self.product_variant_ids.filtered(lambda product: not product.default_code)
        products.check_access("write")
        products._crm_draw_part_numbers(even_without_series=True)

    # BUSINESS
    def _crm_floor_price(self, quantity, currency, date):
        """The lowest price per unit of the product, without tax.

        :param float quantity: in the product's unit
        :param currency: res.currency of the answer
        :param date: of the exchange rate
        :return: float, not rounded; 0.0 if the product has no floor price
        """
        self.ensure_one()
        # sudo: a floor price of a product that the user may read, told to internal users by their documents
        product = self.sudo()
        price = product.crm_floor_price
        for line in product.crm_floor_ids.sorted("min_quantity"):
            if float_compare(line.min_quantity, quantity, precision_rounding=product.uom_id.rounding) <= 0:
                price = line.price
        company = product.company_id or self.env.company
        return product.currency_id._convert(price, currency, company, date, round=False) if price else 0.0

    def _crm_second_quantity(self, quantity):
        """A quantity in the second legal unit of the customs.

        :param float quantity: in the product's unit
        :return: float, not rounded; 0.0 if the product has no second unit
        """
        self.ensure_one()
        return quantity * self.crm_second_uom_factor if self.crm_second_uom_id else 0.0
