from odoo import api, fields, models

LINE_TERMS = (
    "product_id",
    "name",
    "specification",
    "customer_code",
    "quantity",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "delivery_date",
)


class CrmContractLineMixin(models.AbstractModel):
    """What is sold or bought at which price: a line of a contract, of a change, of a template."""

    _name = "crm.contract.line.mixin"
    _description = "Terms of a Contract Line"
    _inherit = ["crm.contract.row.mixin"]

    _contract_terms = LINE_TERMS
    _contract_amounts = ("price_subtotal", "price_tax", "price_total")

    # FIELDS
    currency_id = fields.Many2one("res.currency")
    company_id = fields.Many2one("res.company")
    product_id = fields.Many2one("product.product", ondelete="restrict", index="btree_not_null")
    name = fields.Text(
        string="Description", compute="_compute_product_terms", store=True, readonly=False, precompute=True
    )
    specification = fields.Text()
    customer_code = fields.Char(
        string="Customer's Part No.", compute="_compute_product_terms", store=True, readonly=False, precompute=True
    )
    quantity = fields.Float(digits="Product Unit", default=1)
    product_uom_id = fields.Many2one(
        "uom.uom", string="Unit", compute="_compute_product_terms", store=True, readonly=False, precompute=True
    )
    price_unit = fields.Float(
        string="Unit Price",
        digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")
    tax_ids = fields.Many2many(
        "account.tax",
        string="Tax Rate",
        compute="_compute_tax_ids",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
    )
    delivery_date = fields.Date()
    price_subtotal = fields.Monetary(string="Untaxed Amount", compute="_compute_amount", store=True)
    price_tax = fields.Monetary(string="Tax Amount", compute="_compute_amount", store=True)
    price_total = fields.Monetary(string="Total", compute="_compute_amount", store=True)

    # COMPUTE
    @api.depends(lambda self: ("product_id", f"{self._contract_document}.partner_id"))
    def _compute_product_terms(self):
        for line in self:
            product, partner = line.product_id, line._document().partner_id
            if not product:
                line.name, line.customer_code = line.name, line.customer_code
                line.product_uom_id = line.product_uom_id
                continue
            if line._origin.product_id != product or not line.name:
                line.name = product.with_context(lang=partner.lang or self.env.lang).display_name
            line.product_uom_id = line.product_uom_id or product.uom_id
            line.customer_code = product._crm_customer_code(partner) or line.customer_code

    @api.depends(lambda self: ("product_id", f"{self._contract_document}.currency_id"))
    def _compute_price_unit(self):
        for line in self:
            document, product = line._document(), line.product_id
            if line.price_unit or not product or document._is_purchase():
                line.price_unit = line.price_unit
                continue
            company = document.company_id or self.env.company
            line.price_unit = product.currency_id._convert(
                product.lst_price,
                document.currency_id or company.currency_id,
                company,
                document.date or fields.Date.context_today(line),
                round=False,
            )

    @api.depends(lambda self: ("product_id", f"{self._contract_document}.company_id"))
    def _compute_tax_ids(self):
        for line in self:
            document, product = line._document(), line.product_id
            if not product:
                line.tax_ids = line.tax_ids
                continue
            company = document.company_id or self.env.company
            taxes = product.supplier_taxes_id if document._is_purchase() else product.taxes_id
            taxes = taxes._filter_taxes_by_company(company)
            position = (
                self.env["account.fiscal.position"].with_company(company)._get_fiscal_position(document.partner_id)
                if document.partner_id
                else self.env["account.fiscal.position"]
            )
            line.tax_ids = position.map_tax(taxes)

    @api.depends(
        lambda self: (
            "quantity",
            "price_unit",
            "discount",
            "tax_ids",
            f"{self._contract_document}.currency_id",
        )
    )
    def _compute_amount(self):
        AccountTax = self.env["account.tax"]
        for line in self:
            company = line._document().company_id or self.env.company
            base_line = line._tax_base_line()
            AccountTax._add_tax_details_in_base_line(base_line, company)
            AccountTax._round_base_lines_tax_details([base_line], company)
            line.price_subtotal = base_line["tax_details"]["total_excluded_currency"]
            line.price_total = base_line["tax_details"]["total_included_currency"]
            line.price_tax = line.price_total - line.price_subtotal

    # CHECKS
    def _terms_problems(self):
        """What is missing or wrong in this line.

        :return: iterator of sentences
        """
        self.ensure_one()
        document, product = self._document(), self.product_id
        if not product and not (self.name or "").strip():
            yield self.env._("it has neither a product nor a description.")
        is_new = not self._contract_row or not self[self._contract_row]
        if is_new and product.crm_life_state == "stopped":
            yield product.product_tmpl_id._crm_stopped_message()
        if not self._is_open_quantity() and self.product_uom_id.is_zero(self.quantity):
            yield self.env._("its quantity is zero. Enter one, or remove the line.")
        if self.price_unit < 0:
            yield self.env._("its price is negative.")
        if not 0 <= self.discount <= 100:
            yield self.env._("its discount is not from 0 to 100 percent.")
        if self.delivery_date and document.date_start and self.delivery_date < document.date_start:
            yield self.env._("it is to be delivered before the contract is effective.")
        if self.delivery_date and document.date_end and self.delivery_date > document.date_end:
            yield self.env._("it is to be delivered after the contract has expired.")

    def _is_open_quantity(self):
        """Whether the contract fixes prices only, as framework contracts do."""
        return self._document()._is_framework()

    # BUSINESS
    def _content_rows(self):
        rows = super()._content_rows()
        for line, row in zip(self._in_order(), rows, strict=True):
            row["english"] = line.product_id.with_context(lang="en_US").name or ""
        return rows

    def _tax_base_line(self, **values):
        """This line for Odoo's computation of taxes.

        :param values: what replaces the line's own values, as `account.tax` names them
        """
        self.ensure_one()
        document = self._document()
        company = document.company_id or self.env.company
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            **{
                "product_id": self.product_id,
                "product_uom_id": self.product_uom_id,
                "tax_ids": self.tax_ids,
                "quantity": self.quantity,
                "price_unit": self.price_unit,
                "discount": self.discount,
                "partner_id": document.partner_id,
                "currency_id": document.currency_id or company.currency_id,
                "rate": document.currency_rate or 1.0,
                "name": self.name,
            }
            | values,
        )
