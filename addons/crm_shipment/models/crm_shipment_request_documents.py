from odoo import models
from odoo.exceptions import ValidationError

from ..tools.export_document import Column, ExportDocument

# the documents of a shipment that go abroad, under the names that their prints and downloads have
DOCUMENTS = ("packing_list", "commercial_invoice", "shipping_advice")
ENGLISH = "en_US"


class CrmShipmentRequest(models.Model):
    """The documents of an overseas shipment: plain figures, which the print and the workbook show alike.

    They are English whatever the user's language, so their words are not translated.
    """

    _inherit = "crm.shipment.request"

    # CHECKS
    def _document_problems(self, complete=False):
        """What keeps the documents of an overseas shipment from being right.

        :param complete: whether the packages must be complete, too; else they are looked at if there are any
        :return: list of sentences
        """
        self.ensure_one()
        request = self.sudo()  # sudo: facts of the shipment's own orders and products
        problems = []
        for line in request.line_ids:
            if not line.product_id.crm_hs_code:
                problems.append(
                    self.env._(
                        "Line %(number)s: %(product)s has no HS code. Enter it in the product file.",
                        number=line.number,
                        product=line.product_id.display_name,
                    )
                )
        for order in request.line_ids.order_id:
            for fname in ("incoterm", "crm_port_loading", "crm_port_discharge", "crm_destination_country_id"):
                if not order[fname]:
                    problems.append(
                        self.env._(
                            "Order %(order)s: %(field)s is missing. Complete its trade terms.",
                            order=order.name,
                            field=order._fields[fname]._description_string(self.env),
                        )
                    )
            latest = order.crm_lc_latest_shipment
            if latest and request.planned_date and request.planned_date > latest:
                problems.append(
                    self.env._(
                        "Order %(order)s: its L/C allows shipment until %(latest)s, planned is %(planned)s. Ship "
                        "earlier or have the L/C changed.",
                        order=order.name,
                        latest=latest,
                        planned=request.planned_date,
                    )
                )
        if len(request.line_ids.order_id.incoterm) > 1:
            problems.append(self.env._("The orders have different price terms. Ship them by requests of their own."))
        if complete or request.package_ids:
            problems += request._packing_problems() + request._carton_problems()
        return problems

    def _carton_problems(self):
        """Cartons without weight or size, and gaps in their numbers.

        :return: list of sentences
        """
        problems, number = [], 1
        for package in self.package_ids.sorted("carton_from"):
            if package.carton_from != number:
                problems.append(
                    self.env._(
                        "Carton %(number)s is not there. Number the cartons without gaps from 1 on.", number=number
                    )
                )
            number = package.carton_to + 1
            if not (package.net_weight and package.gross_weight):
                problems.append(
                    self.env._("%(package)s: net and gross weight are missing.", package=package.display_name)
                )
            elif package.gross_weight < package.net_weight:
                problems.append(
                    self.env._("%(package)s: its gross weight is below its net weight.", package=package.display_name)
                )
            if not (package.carton_length and package.carton_width and package.carton_height):
                problems.append(self.env._("%(package)s: its size is missing.", package=package.display_name))
        return problems

    def _check_documents(self):
        """:raise ValidationError: the documents of these shipments must not be printed as they are"""
        for request in self:
            problems = request._document_problems(complete=True)
            if not request.name:
                problems.append(self.env._("The shipment has not been submitted yet and has no number."))
            if problems:
                raise ValidationError("\n".join([f"{request.display_name}:", *problems]))

    # ACTION
    def action_download_packing_list(self):
        return self._download_document("packing_list")

    def action_download_commercial_invoice(self):
        return self._download_document("commercial_invoice")

    def action_download_shipping_advice(self):
        return self._download_document("shipping_advice")

    def _download_document(self, kind):
        """:return: action that downloads a document as a workbook; what is wrong is told before"""
        self.ensure_one()
        self._check_documents()
        return {"type": "ir.actions.act_url", "url": f"/crm_shipment/{kind}/{self.id}.xlsx", "target": "download"}

    # DOCUMENTS
    def _export_document(self, kind):
        """
        :param kind: one of ``DOCUMENTS``
        :return: ``ExportDocument``
        :raise ValidationError: totals disagree, or something is missing
        """
        self.ensure_one()
        self.check_access("read")
        self._check_documents()
        # sudo: what the documents of this shipment say of its orders, products and addresses
        request = self.sudo().with_context(lang=ENGLISH)
        return getattr(request, f"_{kind}")()

    def _packing_list(self):
        rows = []
        for package in self.package_ids:
            for index, line in enumerate(package.line_ids):
                first = index == 0
                rows.append(
                    [
                        package._number_text() if first else "",
                        package.carton_count if first else None,
                        line._export_name(),
                        line.quantity,
                        line.total_qty,
                        line.product_uom_id.name,
                        package.total_net if first else None,
                        package.total_gross if first else None,
                        f"{package.carton_length:g}×{package.carton_width:g}×{package.carton_height:g}"
                        if first
                        else "",
                        package.total_volume if first else None,
                    ]
                )
        decimals = self._quantity_decimals()
        return ExportDocument(
            title="PACKING LIST",
            number=f"No. {self.name}",
            issuer=self.company_id._export_issuer(),
            parties=self._export_parties(),
            facts=self._export_facts(),
            columns=[
                Column("Carton No.", 8),
                Column("Cartons", 7, 0),
                Column("Description of Goods", 27),
                Column("Qty / Carton", 8, decimals),
                Column("Quantity", 9, decimals),
                Column("Unit", 6),
                Column("N.W. (kg)", 9, 3),
                Column("G.W. (kg)", 9, 3),
                Column("Size (cm)", 10),
                Column("CBM", 7, 3),
            ],
            rows=rows,
            totals=[
                "TOTAL",
                self.carton_count,
                "",
                None,
                *self._quantity_total(),
                self.net_weight,
                self.gross_weight,
                "",
                self.volume,
            ],
            notes=[("Shipping Marks", self._export_marks()), ("Container / Seal No.", self._container_text())],
            signatures=[self.company_id._export_name()],
        )

    def _commercial_invoice(self):
        terms = self._price_terms()
        currency = self.currency_id
        return ExportDocument(
            title="COMMERCIAL INVOICE",
            number=f"No. {self.name}",
            issuer=self.company_id._export_issuer(),
            parties=self._export_parties(),
            facts=self._export_facts(),
            columns=[
                Column("No.", 5, 0),
                Column("Description of Goods", 32),
                Column("Order No.", 14),
                Column("Quantity", 9, self._quantity_decimals()),
                Column("Unit", 7),
                Column(f"Unit Price ({currency.name})", 14, self._price_decimals()),
                Column(f"Amount ({currency.name})", 14, currency.decimal_places),
            ],
            rows=[
                [
                    line.number,
                    line.order_line_id._export_name(),
                    line.order_id.client_order_ref or line.order_id.name,
                    line.quantity,
                    line.product_uom_id.name,
                    line.amount / line.quantity,
                    line.amount,
                ]
                for line in self.line_ids
            ],
            totals=[None, f"TOTAL {terms}".strip(), "", *self._quantity_total(), None, self.amount],
            notes=[
                ("Amount in Words", currency._crm_amount_in_words(self.amount, lang=ENGLISH)),
                ("Packing", self._packing_text()),
                ("Shipping Marks", self._export_marks()),
                ("Bank Details", self.company_id._export_bank(self.line_ids.order_id)),
            ],
            signatures=[self.company_id._export_name()],
        )

    def _shipping_advice(self):
        return ExportDocument(
            title="SHIPPING ADVICE",
            number=f"Ref. {self.name}",
            issuer=self.company_id._export_issuer(),
            parties=self._export_parties(),
            facts=[
                *self._export_facts(),
                ("Booking No.", self.booking_no),
                ("Container No.", self.container_no),
                ("Seal No.", self.seal_no),
                ("Invoice Amount", f"{self.currency_id.name} {self.amount:,.{self.currency_id.decimal_places}f}"),
                ("Packages", str(self.carton_count)),
                ("Gross Weight", f"{self.gross_weight:,.3f} kg"),
                ("Net Weight", f"{self.net_weight:,.3f} kg"),
                ("Measurement", f"{self.volume:,.3f} CBM"),
            ],
            columns=[
                Column("No.", 6, 0),
                Column("Description of Goods", 50),
                Column("Order No.", 22),
                Column("Quantity", 12, self._quantity_decimals()),
                Column("Unit", 10),
            ],
            rows=[
                [
                    line.number,
                    line.order_line_id._export_name(),
                    line.order_id.client_order_ref or line.order_id.name,
                    line.quantity,
                    line.product_uom_id.name,
                ]
                for line in self.line_ids
            ],
            totals=[None, "TOTAL", "", *self._quantity_total()],
            notes=[
                ("Shipping Marks", self._export_marks()),
                (
                    "Note",
                    "We confirm that the goods above have been shipped as stated. Please arrange for their receipt "
                    "and, where it is yours to cover, for their insurance.",
                ),
            ],
            signatures=[self.company_id._export_name()],
        )

    # PARTS
    def _export_parties(self):
        buyer = self.partner_id.commercial_partner_id
        parties = [("Buyer", "\n".join(buyer._export_lines()))]
        if self.partner_shipping_id.commercial_partner_id != buyer or self.partner_shipping_id != self.partner_id:
            parties.append(("Consignee", "\n".join(self.partner_shipping_id._export_lines())))
        return parties

    def _export_facts(self):
        orders = self.line_ids.order_id
        order = orders[:1]
        methods = dict(order._fields["crm_payment_method"]._description_selection(order.env))
        modes = dict(self._fields["transport_mode"]._description_selection(self.env))
        return [
            ("Date", self.etd or self.planned_date or self.date),
            ("Contract No.", ", ".join(orders.mapped("name"))),
            ("Buyer's Order No.", ", ".join(filter(None, orders.mapped("client_order_ref")))),
            ("Price Terms", self._price_terms()),
            ("Payment", " ".join(filter(None, [methods.get(order.crm_payment_method), order.payment_term_id.name]))),
            ("L/C No.", ", ".join(filter(None, orders.mapped("crm_lc_number")))),
            ("Port of Loading", order.crm_port_loading),
            ("Port of Discharge", order.crm_port_discharge),
            ("Destination", order.crm_destination_country_id.name),
            ("Country of Origin", order.crm_origin_country_id.name),
            ("Shipment By", modes.get(self.transport_mode)),
            ("Vessel / Flight", self.vessel),
            ("ETD", self.etd),
            ("ETA", self.eta),
            ("B/L No.", self.bl_no),
        ]

    def _price_terms(self):
        order = self.line_ids.order_id[:1]
        return " ".join(filter(None, [order.incoterm.code, order.incoterm_location or order.crm_port_loading]))

    def _export_marks(self):
        return "\n".join(dict.fromkeys(filter(None, self.line_ids.order_id.mapped("crm_marks")))) or "N/M"

    def _container_text(self):
        return " / ".join(filter(None, [self.container_no, self.seal_no]))

    def _packing_text(self):
        return (
            f"{self.carton_count} cartons, N.W. {self.net_weight:,.3f} kg, G.W. {self.gross_weight:,.3f} kg, "
            f"{self.volume:,.3f} CBM"
        )

    def _quantity_total(self):
        """The sum of the quantities and its unit, empty where units are mixed."""
        units = self.line_ids.product_uom_id
        return (sum(self.line_ids.mapped("quantity")), units.name) if len(units) == 1 else (None, "")

    def _quantity_decimals(self):
        quantities = [*self.line_ids.mapped("quantity"), *self.package_ids.line_ids.mapped("quantity")]
        return 0 if all(float(quantity).is_integer() for quantity in quantities) else 3

    def _price_decimals(self):
        return self.line_ids.order_id[:1]._export_price_decimals(
            [(line.quantity, line.amount) for line in self.line_ids]
        )


class CrmShipmentPackageLine(models.Model):
    _inherit = "crm.shipment.package.line"

    def _export_name(self):
        name = self.request_line_id.order_line_id._export_name()
        return f"{name}\nLot {self.lot_id.name}" if self.lot_id else name
