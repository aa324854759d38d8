from odoo import fields, models
from odoo.exceptions import ValidationError

from ..tools.export_document import Column, ExportDocument
from .crm_shipment_request_documents import ENGLISH


class SaleOrder(models.Model):
    """The English sales contract of an overseas order."""

    _inherit = "sale.order"

    def action_crm_download_contract(self):
        """Download the sales contract as a workbook; what is wrong is told before."""
        self._export_document("sales_contract")
        url = f"/crm_shipment/sales_contract/{self.id}.xlsx"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _contract_problems(self):
        """What keeps the sales contract from being printed.

        :return: list of sentences
        """
        self.ensure_one()
        problems = []
        lines = self.order_line.filtered(lambda line: not line.display_type)
        for fname in ("incoterm", "crm_port_loading", "crm_port_discharge", "crm_destination_country_id"):
            if not self[fname]:
                problems.append(
                    self.env._(
                        "Order %(order)s: %(field)s is missing. Complete its trade terms.",
                        order=self.name,
                        field=self._fields[fname]._description_string(self.env),
                    )
                )
        if not lines:
            problems.append(self.env._("Order %(order)s has no lines.", order=self.name))
        for number, line in enumerate(lines, start=1):
            if not line.product_id:
                problems.append(self.env._("Line %(number)s has no product. Choose one.", number=number))
            elif not line.product_id.crm_hs_code and line.product_id.type != "service":
                problems.append(
                    self.env._(
                        "Line %(number)s: %(product)s has no HS code. Enter it in the product file.",
                        number=number,
                        product=line.product_id.display_name,
                    )
                )
        if self.currency_id.compare_amounts(sum(lines.mapped("price_subtotal")), self.amount_untaxed):
            problems.append(
                self.env._("Order %(order)s: the amounts of its lines do not add up to its total.", order=self.name)
            )
        return problems

    def _export_document(self, kind):
        """
        :param kind: ``sales_contract``
        :return: ``ExportDocument``
        :raise ValidationError: totals disagree, or something is missing
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: what the contract says of the order's own products and addresses
        if problems := self.sudo()._contract_problems():
            raise ValidationError("\n".join([f"{self.name}:", *problems]))
        return getattr(self.sudo().with_context(lang=ENGLISH), f"_{kind}")()

    def _sales_contract(self):
        lines = self.order_line.filtered(lambda line: not line.display_type)
        currency = self.currency_id
        terms = " ".join(filter(None, [self.incoterm.code, self.incoterm_location or self.crm_port_loading]))
        units = lines.product_uom_id
        quantity = sum(lines.mapped("product_uom_qty")) if len(units) == 1 else None
        methods = dict(self._fields["crm_payment_method"]._description_selection(self.env))
        whole = all(float(line.product_uom_qty).is_integer() for line in lines)
        allowed = {True: "allowed", False: "not allowed"}
        promised = self._crm_promised_date()
        prices = self._export_price_decimals([(line.product_uom_qty, line.price_subtotal) for line in lines])
        buyer = self.partner_id.commercial_partner_id
        return ExportDocument(
            title="SALES CONTRACT",
            number=f"No. {self.name}",
            issuer=self.company_id._export_issuer(),
            parties=[
                ("Seller", "\n".join(self.company_id._export_issuer())),
                ("Buyer", "\n".join(buyer._export_lines())),
            ],
            facts=[
                ("Date", fields.Datetime.context_timestamp(self, self.date_order).date()),
                ("Buyer's Order No.", self.client_order_ref),
                ("Price Terms", terms),
                ("Country of Origin", self.crm_origin_country_id.name),
            ],
            columns=[
                Column("No.", 5, 0),
                Column("Description of Goods", 40),
                Column("Quantity", 11, 0 if whole else 3),
                Column("Unit", 8),
                Column(f"Unit Price ({currency.name})", 17, prices),
                Column(f"Amount ({currency.name})", 19, currency.decimal_places),
            ],
            rows=[
                [
                    number,
                    line._export_name(),
                    line.product_uom_qty,
                    line.product_uom_id.name,
                    line.price_subtotal / line.product_uom_qty if line.product_uom_qty else 0,
                    line.price_subtotal,
                ]
                for number, line in enumerate(lines, start=1)
            ],
            totals=[None, f"TOTAL {terms}", quantity, units.name if len(units) == 1 else "", None, self.amount_untaxed],
            notes=[
                ("Amount in Words", currency._crm_amount_in_words(self.amount_untaxed, lang=ENGLISH)),
                ("Shipment", f"From {self.crm_port_loading} to {self.crm_port_discharge}"),
                ("Time of Shipment", promised and f"Not later than {promised}"),
                (
                    "Partial Shipments",
                    f"{allowed[self.crm_partial_allowed].capitalize()}; "
                    f"transshipment {allowed[self.crm_transshipment_allowed]}",
                ),
                (
                    "Payment",
                    " ".join(filter(None, [methods.get(self.crm_payment_method), self.payment_term_id.name])),
                ),
                ("L/C Terms", self.crm_lc_terms),
                ("Insurance", self.crm_insurance_terms),
                ("Shipping Marks", self.crm_marks or "N/M"),
                ("Bank Details", self.company_id._export_bank(self)),
            ],
            signatures=[f"Seller: {self.company_id._export_name()}", f"Buyer: {buyer._export_lines()[0]}"],
        )

    def _export_price_decimals(self, lines):
        """Decimals of unit prices: those of the currency where quantity by price is the amount then, else more.

        :param lines: [(quantity, amount)]
        """
        currency = self.currency_id
        least = currency.decimal_places
        exact = all(
            not quantity or currency.compare_amounts(round(amount / quantity, least) * quantity, amount) == 0
            for quantity, amount in lines
        )
        return least if exact else max(least, self.env["decimal.precision"].precision_get("Product Price"), 4)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _export_name(self):
        """The goods as the buyer knows them: name, the customer's part number, HS code."""
        product = self.product_id.with_context(lang=ENGLISH, display_default_code=False)
        name = product.crm_export_name or product.display_name
        code = product._crm_customer_code(self.order_id.partner_id) or product.default_code
        hs_code = product.crm_hs_code
        return "\n".join(filter(None, [name, code and f"P/N {code}", hs_code and f"HS {hs_code}"]))
