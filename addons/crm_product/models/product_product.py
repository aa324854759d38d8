from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import groupby

SECOND_UNIT = frozenset({"crm_second_uom_id", "crm_second_uom_factor"})


class ProductProduct(models.Model):
    _inherit = "product.product"

    default_code = fields.Char(copy=False)
    crm_product_code_ids = fields.One2many(
        "crm.product.customer.code", "product_id", string="Customer Part Numbers of the Variant"
    )

    _crm_default_code_unique = models.UniqueIndex(
        "(default_code) WHERE default_code <> '' AND active", "Another product has this part number already."
    )
    # for a part of a part number; Odoo's own index is for the whole ones
    _crm_default_code_trigrams = models.Index(
        lambda registry: registry.has_trigram and "USING gin (default_code gin_trgm_ops)"
    )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        clean = self.env["product.template"]._crm_clean
        products = super().create([clean(vals) for vals in vals_list])
        if not self.env.context.get("crm_part_numbers_later"):
            products._crm_draw_part_numbers()
        return products

    def write(self, vals):
        vals = self.env["product.template"]._crm_clean(vals)
        if SECOND_UNIT <= vals.keys():
            # what is the template's is written field by field: a unit would stand there without its factor
            self.product_tmpl_id.write({name: vals[name] for name in SECOND_UNIT})
            vals = {name: value for name, value in vals.items() if name not in SECOND_UNIT}
        return super().write(vals)

    # BUSINESS
    def _crm_draw_part_numbers(self, even_without_series=False):
        """Give a part number by the numbering rule to the products that have none.

        :param even_without_series: whether products without a series are numbered, too; the rule refuses them if it
            asks for the series
        """
        waiting = self.filtered(lambda product: not product.default_code)
        if not even_without_series:
            waiting = waiting.filtered("crm_series_id")
        rules = self.env["crm.numbering.rule"]
        for (series, package), products in groupby(
            waiting, lambda product: (product.crm_series_id, product.crm_package_id)
        ):
            numbers = rules._next_numbers(
                "product", len(products), values={"series": series.code, "package": package.code}
            )
            for product, number in zip(products, numbers, strict=True):
                product.default_code = number

    def _crm_floor_price(self, quantity, currency, date):
        """See ``product.template``."""
        self.ensure_one()
        return self.product_tmpl_id._crm_floor_price(quantity, currency, date)

    def _crm_second_quantity(self, quantity):
        """See ``product.template``."""
        self.ensure_one()
        return self.product_tmpl_id._crm_second_quantity(quantity)

    # CUSTOMER PART NUMBERS
    def _crm_customer_code(self, partner):
        """The part number by which a customer knows the product.

        :param partner: the customer or one of its contacts
        :return: str, empty if there is none
        """
        return self._crm_customer_codes(partner).get(self.id, "")

    def _crm_customer_codes(self, partner):
        """The part numbers by which a customer knows these products, with one query.

        :param partner: the customer or one of its contacts
        :return: {product id: str} of the products that have one
        """
        customer = partner.crm_customer_id
        if not customer:
            return {}
        lines = self.env["crm.product.customer.code"].search_fetch(
            [("crm_customer_id", "=", customer.id), ("product_id", "in", self.ids)], ["product_id", "code"]
        )
        return {line.product_id.id: line.code for line in lines}

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        coded = self._crm_coded_domain(operator, value)
        return domain if coded.is_false() else Domain.OR([domain, coded])

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        found = super().name_search(name, domain, operator, limit)
        coded = self._crm_coded_domain(operator, name)
        if coded.is_false():
            return found
        products = self.search_fetch(Domain(domain or Domain.TRUE) & coded, ["display_name"], limit=limit)
        matches = [(product.id, product.display_name) for product in products.sudo()]  # sudo: as Odoo's own names
        return [*matches, *(item for item in found if item not in matches)][:limit]

    @api.model
    def _crm_coded_domain(self, operator, value):
        """The products that the customer of the document in hand calls so.

        :return: ``odoo.fields.Domain``; FALSE if no customer is in hand
        """
        partner_id = self.env.context.get("partner_id")
        if not isinstance(partner_id, int) or not value or operator in Domain.NEGATIVE_OPERATORS:
            return Domain.FALSE
        # sudo: only which customer a contact belongs to; its part numbers are searched with the user's rights
        customer = self.env["res.partner"].browse(partner_id).sudo().exists().crm_customer_id
        if not customer:
            return Domain.FALSE
        lines = self.env["crm.product.customer.code"]._search(
            [("crm_customer_id", "=", customer.id), "|", ("code", operator, value), ("name", operator, value)]
        )
        return Domain("id", "in", lines.subselect("product_id"))
