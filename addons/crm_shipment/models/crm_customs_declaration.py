import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ..tools.export_document import Column, ExportDocument

# what a price of these terms holds besides the value free on board
HOLDS_FREIGHT = ("CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP")
HOLDS_INSURANCE = ("CIF", "CIP")
PRICE_DIGITS = 4
HS_CODE = re.compile(r"\d{10}")
# the head of the form, row by row
HEAD = (
    ("consignor_name", "consignor_code", "customs_office", "export_date", "declared_on"),
    ("consignee_name", "consignor_customs_code", "transport_mode", "vessel", "bl_no"),
    ("producer_name", "producer_code", "trade_mode", "levy_mode", "license_no"),
    ("contract_no", "trade_country_id", "destination_country_id", "port_discharge", "port_loading"),
    ("package_kind", "package_count", "gross_weight", "net_weight", "incoterm_id"),
    ("freight", "insurance", "other_charges", "currency_id", "attached_documents"),
)


class CrmCustomsDeclaration(models.Model):
    """The declaration of an exported shipment, with the fields of the Chinese export declaration form.

    It begins as what the shipment says and may be completed by hand; it is printed once it agrees with the packages.
    """

    _name = "crm.customs.declaration"
    _description = "Customs Declaration"
    _inherit = ["crm.customer.scope.mixin", "mail.thread.main.attachment", "mail.activity.mixin"]
    _order = "id desc"

    # FIELDS
    request_id = fields.Many2one(
        "crm.shipment.request", string="Shipment Request", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(related="request_id.user_id", store=True, index=True)
    company_id = fields.Many2one(related="request_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="request_id.partner_id", string="Customer")
    crm_customer_id = fields.Many2one(related="request_id.crm_customer_id", store=True, index=True)
    customer_user_id = fields.Many2one(related="request_id.customer_user_id", store=True, index="btree_not_null")
    state = fields.Selection([("draft", "Draft"), ("declared", "Declared")], default="draft", readonly=True, copy=False)
    pre_entry_no = fields.Char(string="Pre-entry No.", copy=False)
    customs_no = fields.Char(string="Customs No.", copy=False)
    declared_on = fields.Date(copy=False)
    export_date = fields.Date()
    consignor_name = fields.Char(string="Domestic Consignor", required=True)
    consignor_code = fields.Char(string="Consignor's Credit Code")
    consignor_customs_code = fields.Char(string="Consignor's Customs Code")
    consignee_name = fields.Char(string="Overseas Consignee", required=True)
    producer_name = fields.Char(string="Producer or Seller")
    producer_code = fields.Char(string="Producer's Credit Code")
    broker_name = fields.Char(string="Declaring Agent")
    customs_office = fields.Char(string="Customs of Exit")
    transport_mode = fields.Selection(
        lambda self: self.env["crm.shipment.request"]._fields["transport_mode"]._description_selection(self.env)
    )
    vessel = fields.Char(string="Vessel and Voyage")
    bl_no = fields.Char(string="B/L No.")
    trade_mode = fields.Char(default="0110", help="0110: general trade")
    levy_mode = fields.Char(string="Nature of Levy", default="101", help="101: general levy")
    license_no = fields.Char(string="Licence No.")
    contract_no = fields.Char(string="Contract No.")
    trade_country_id = fields.Many2one("res.country", string="Trading Country")
    destination_country_id = fields.Many2one("res.country", string="Country of Arrival")
    port_discharge = fields.Char(string="Port of Arrival")
    port_loading = fields.Char(string="Port of Departure")
    package_kind = fields.Selection(
        [("carton", "Carton"), ("wooden", "Wooden Case"), ("pallet", "Pallet"), ("other", "Other")], default="carton"
    )
    package_count = fields.Integer(string="Number of Packages")
    gross_weight = fields.Float(string="Gross Weight (kg)", digits=(16, 3))
    net_weight = fields.Float(string="Net Weight (kg)", digits=(16, 3))
    incoterm_id = fields.Many2one("account.incoterms", string="Price Terms")
    currency_id = fields.Many2one("res.currency", required=True)
    freight = fields.Monetary()
    insurance = fields.Monetary()
    other_charges = fields.Monetary(string="Miscellaneous")
    amount_total = fields.Monetary(string="Total", compute="_compute_amounts", store=True)
    amount_fob = fields.Monetary(
        string="FOB Value", compute="_compute_amounts", store=True, help="The total without freight and insurance."
    )
    attached_documents = fields.Char()
    marks = fields.Text(string="Marks and Remarks")
    line_ids = fields.One2many("crm.customs.declaration.line", "declaration_id", string="Goods", copy=True)

    # COMPUTE
    @api.depends("request_id", "customs_no", "pre_entry_no")
    def _compute_display_name(self):
        for declaration in self:
            declaration.display_name = (
                declaration.customs_no
                or declaration.pre_entry_no
                or self.env._("Declaration of %(request)s", request=declaration.request_id.display_name or "")
            )

    @api.depends("line_ids.amount", "freight", "insurance", "incoterm_id")
    def _compute_amounts(self):
        for declaration in self:
            total = sum(declaration.line_ids.mapped("amount"))
            fob, code = total, declaration.incoterm_id.code or ""
            if code in HOLDS_FREIGHT:
                fob -= declaration.freight
            if code in HOLDS_INSURANCE:
                fob -= declaration.insurance
            declaration.amount_total = total
            declaration.amount_fob = fob

    # CONSTRAINTS
    @api.constrains("freight", "insurance", "package_count", "gross_weight", "net_weight")
    def _check_figures(self):
        for declaration in self:
            figures = [declaration[name] for name in ("freight", "insurance", "package_count", "net_weight")]
            if min(figures) < 0 or declaration.amount_fob < 0:
                raise ValidationError(
                    self.env._(
                        "%(declaration)s: figures and the FOB value are not below zero. Correct freight, insurance, "
                        "packages or weights.",
                        declaration=declaration.display_name,
                    )
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        declarations = super().create(vals_list)
        declarations.request_id.check_access("read")
        return declarations

    def write(self, vals):
        if not self.env.su and ("state" in vals or any(one.state == "declared" for one in self)):
            self._refuse_declared()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_declared(self):
        if any(declaration.state == "declared" for declaration in self):
            self._refuse_declared()

    def _refuse_declared(self):
        raise ValidationError(
            self.env._("A customs declaration is made and reopened by its buttons; once declared it does not change.")
        )

    # ACTION
    def action_declare(self):
        """The customs have it: it must agree with the shipment, and does not change any more."""
        self.check_access("write")
        for declaration in self:
            declaration._check_documents()
            values = {"state": "declared", "declared_on": declaration.declared_on or fields.Date.context_today(self)}
            declaration.sudo().write(values)  # sudo: the state is written by this button alone
            self.env["crm.shipment.milestone"].sudo()._reach(  # sudo: the time line follows the declaration
                declaration.sudo().request_id.line_ids.order_id, "customs", values["declared_on"]
            )
        return True

    def action_reopen(self):
        self.check_access("write")
        self.sudo().write({"state": "draft"})  # sudo: as above
        return True

    def action_refill(self):
        """Take everything from the shipment again."""
        self.check_access("write")
        for declaration in self:
            if declaration.state == "declared":
                self._refuse_declared()
            values = declaration.request_id._declaration_values()
            declaration.line_ids.unlink()
            declaration.write(values)
        return True

    def action_download(self):
        """Download the declaration as a workbook."""
        self.ensure_one()
        self._check_documents()
        url = f"/crm_shipment/customs_declaration/{self.id}.xlsx"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    # BUSINESS
    def _check_documents(self):
        """:raise ValidationError: the declaration must not be printed as it is"""
        for declaration in self:
            if problems := declaration._problems():
                raise ValidationError("\n".join([f"{declaration.display_name}:", *problems]))

    def _problems(self):
        """Where the declaration does not agree with the shipment, or lacks something.

        :return: list of sentences
        """
        self.ensure_one()
        declaration = self.sudo()  # sudo: the figures of the shipment it belongs to
        request = declaration.request_id
        problems = request._document_problems(complete=True)
        currency = declaration.currency_id
        for number, line in enumerate(declaration.line_ids, start=1):
            for fname in ("hs_code", "elements", "name"):
                if not line[fname]:
                    problems.append(
                        self.env._(
                            "Declaration line %(number)s: %(field)s is missing.",
                            number=number,
                            field=line._fields[fname]._description_string(self.env),
                        )
                    )
            if line.hs_code and not HS_CODE.fullmatch(line.hs_code):
                problems.append(
                    self.env._(
                        "Declaration line %(number)s: the HS code %(code)s must have 10 digits in China.",
                        number=number,
                        code=line.hs_code,
                    )
                )
            if line.legal_uom_id and line.legal_qty <= 0:
                problems.append(
                    self.env._("Declaration line %(number)s: the legal quantity is missing.", number=number)
                )
            if currency.compare_amounts(line.amount, line.unit_price * line.quantity):
                difference = abs(line.amount - line.unit_price * line.quantity)
                # unit prices are rounded on the form
                if difference > line.quantity * 10**-PRICE_DIGITS + currency.rounding:
                    problems.append(
                        self.env._(
                            "Declaration line %(number)s: quantity × unit price is not the amount. Correct one "
                            "of them.",
                            number=number,
                        )
                    )
        for line in request.line_ids:
            declared = sum(
                declaration.line_ids.filtered(lambda one, line=line: one.request_line_id == line).mapped("quantity")
            )
            if line.product_uom_id.compare(declared, line.packed_qty):
                problems.append(
                    self.env._(
                        "Line %(number)s (%(product)s): %(declared)s declared, %(packed)s in the packages.",
                        number=line.number,
                        product=line.product_id.display_name,
                        declared=f"{declared:g}",
                        packed=f"{line.packed_qty:g}",
                    )
                )
        for fname, digits in (("gross_weight", 3), ("net_weight", 3), ("carton_count", 0)):
            own = declaration["package_count" if fname == "carton_count" else fname]
            if float_compare(own, request[fname], precision_digits=digits):
                problems.append(
                    self.env._(
                        "%(field)s: %(declared)s declared, %(packed)s on the packing list.",
                        field=request._fields[fname]._description_string(self.env),
                        declared=f"{own:g}",
                        packed=f"{request[fname]:g}",
                    )
                )
        if currency.compare_amounts(declaration.amount_total, request.amount):
            problems.append(
                self.env._(
                    "The goods are declared at %(declared)s, the shipment is worth %(amount)s.",
                    declared=f"{declaration.amount_total:,.2f}",
                    amount=f"{request.amount:,.2f}",
                )
            )
        if not declaration.currency_id.is_zero(sum(declaration.line_ids.mapped("amount_fob")) - declaration.amount_fob):
            problems.append(self.env._("The FOB values of the lines do not add up to the total. Fill it in again."))
        return problems

    # DOCUMENT
    def _print_lang(self):
        """The form of the Chinese customs is Chinese, whoever prints it."""
        installed = dict(self.env["res.lang"].get_installed())
        return "zh_CN" if "zh_CN" in installed else self.env.lang

    def _export_document(self, kind):
        """
        :param kind: ``customs_declaration``
        :return: ``ExportDocument`` with the figures of the printed form
        :raise ValidationError: the declaration does not agree with the shipment, or something is missing
        """
        self.ensure_one()
        self.check_access("read")
        self._check_documents()
        # sudo: names of countries, units and products of the declaration
        return self.sudo().with_context(lang=self._print_lang())._customs_declaration()

    def _customs_declaration(self):
        names = [name for row in HEAD for name in row]
        currency = self.currency_id
        return ExportDocument(
            title=self.env._("Customs Declaration"),
            number=self.customs_no or self.pre_entry_no or self.request_id.name,
            issuer=[self.consignor_name],
            facts=[(self._label(name), self._text(name)) for name in names],
            columns=[
                Column(self.env._("Item"), 4, 0),
                Column(self.env._("HS Code"), 9),
                Column(self.env._("Goods and Declaration Elements"), 25),
                Column(self.env._("Quantity Traded"), 8, 3),
                Column(self.env._("Unit"), 5),
                Column(self.env._("Legal Quantity"), 8, 3),
                Column(self.env._("Legal Unit"), 5),
                Column(self.env._("Unit Price"), 8, PRICE_DIGITS),
                Column(self.env._("Total (%(currency)s)", currency=currency.name), 10, currency.decimal_places),
                Column(self.env._("FOB Value (%(currency)s)", currency=currency.name), 10, currency.decimal_places),
                Column(self.env._("Country of Origin"), 8),
                Column(self.env._("Final Destination"), 8),
                Column(self.env._("Domestic Source"), 8),
            ],
            rows=[
                [
                    number,
                    line.hs_code,
                    f"{line.name}\n{line.elements or ''}".strip(),
                    line.quantity,
                    line.uom_id.name,
                    line.legal_qty if line.legal_uom_id else None,
                    line.legal_uom_id.name,
                    line.unit_price,
                    line.amount,
                    line.amount_fob,
                    line.origin_id.name,
                    line.destination_country_id.name,
                    line.domestic_source,
                ]
                for number, line in enumerate(self.line_ids, start=1)
            ],
            totals=[
                None, "", self.env._("Total"), None, "", None, "", None, self.amount_total, self.amount_fob, "", "", ""
            ],
            notes=[(self._label("marks"), self.marks)],
            signatures=[self._label("broker_name"), self._label("consignor_name")],
        )  # fmt: skip

    def _label(self, fname):
        return self._fields[fname]._description_string(self.env)

    def _text(self, fname):
        """How the form shows the value of a field in its head."""
        field, value = self._fields[fname], self[fname]
        if field.type == "many2one":
            return (
                value.code if fname == "incoterm_id" else value.name if fname == "currency_id" else value.display_name
            )
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value)
        if field.type == "monetary":
            return f"{self.currency_id.name} {value:,.{self.currency_id.decimal_places}f}" if value else ""
        if field.type == "float":
            return f"{value:,.3f}"
        return value or ""

    def _head(self):
        """The head of the printed form: rows of (label, text)."""
        return [[(self._label(name), str(self._text(name) or "")) for name in row] for row in HEAD]


class CrmCustomsDeclarationLine(models.Model):
    """Goods of one kind on a customs declaration."""

    _name = "crm.customs.declaration.line"
    _description = "Customs Declaration Line"
    _order = "declaration_id, sequence, id"

    declaration_id = fields.Many2one("crm.customs.declaration", required=True, index=True, ondelete="cascade")
    request_line_id = fields.Many2one("crm.shipment.request.line", index="btree_not_null", ondelete="set null")
    sequence = fields.Integer(default=10)
    hs_code = fields.Char(string="HS Code")
    name = fields.Char(string="Goods")
    elements = fields.Text(string="Declaration Elements")
    quantity = fields.Float(string="Quantity Traded", digits="Product Unit", required=True)
    uom_id = fields.Many2one("uom.uom", string="Unit")
    legal_qty = fields.Float(string="Legal Quantity", digits=(16, 3))
    legal_uom_id = fields.Many2one("uom.uom", string="Legal Unit")
    unit_price = fields.Float(digits=(16, PRICE_DIGITS))
    currency_id = fields.Many2one(related="declaration_id.currency_id")
    amount = fields.Monetary(string="Total")
    amount_fob = fields.Monetary(string="FOB Value", compute="_compute_amount_fob")
    origin_id = fields.Many2one("res.country", string="Country of Origin")
    destination_country_id = fields.Many2one("res.country", string="Final Destination")
    domestic_source = fields.Char()
    levy = fields.Char(default="1", help="1: levied by the tariff")

    _positive = models.Constraint(
        "CHECK (quantity > 0 AND amount >= 0)", "Quantities on a declaration are above zero, amounts not below."
    )

    @api.depends("declaration_id.amount_fob", "declaration_id.line_ids.amount")
    def _compute_amount_fob(self):
        """Freight and insurance are shared out by amount; the last line takes what rounding leaves."""
        shares = {}
        for declaration in self.declaration_id:
            left, total = declaration.amount_fob, declaration.amount_total
            for line in declaration.line_ids[:-1]:
                share = line.amount * declaration.amount_fob / total if total else 0
                shares[line] = declaration.currency_id.round(share)
                left -= shares[line]
            shares[declaration.line_ids[-1:]] = left
        for line in self:
            line.amount_fob = shares.get(line, 0)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_while_draft(self):
        self._check_draft()

    def _check_draft(self):
        if not self.env.su and any(line.declaration_id.state == "declared" for line in self):
            self.declaration_id._refuse_declared()
