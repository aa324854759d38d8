from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, float_round

from .crm_shipment_request import PACKING_STATES

CUBIC_METRE = 1_000_000  # cm³
VOLUME_DIGITS = WEIGHT_DIGITS = 3


class CrmShipmentPackage(models.Model):
    """A carton of a shipment, or a range of cartons with the same contents.

    Weights, sizes and quantities are those of one carton. Totals are rounded row by row and summed up as they are
    shown, so that a packing list adds up on paper.
    """

    _name = "crm.shipment.package"
    _description = "Shipment Package"
    _order = "request_id, carton_from, id"

    request_id = fields.Many2one("crm.shipment.request", required=True, index=True, ondelete="cascade")
    carton_from = fields.Integer(string="Carton No. From", required=True, default=lambda self: self._default_carton())
    carton_to = fields.Integer(
        string="To",
        required=True,
        compute="_compute_carton_to",
        store=True,
        readonly=False,
        precompute=True,
    )
    carton_count = fields.Integer(string="Cartons", compute="_compute_totals", store=True)
    line_ids = fields.One2many("crm.shipment.package.line", "package_id", string="Contents", copy=True)
    contents = fields.Char(string="Contents in Words", compute="_compute_contents")
    carton_length = fields.Float(string="Length (cm)", digits=(16, 1))
    carton_width = fields.Float(string="Width (cm)", digits=(16, 1))
    carton_height = fields.Float(string="Height (cm)", digits=(16, 1))
    net_weight = fields.Float(
        string="Net Weight (kg)",
        digits=(16, 3),
        compute="_compute_net_weight",
        store=True,
        readonly=False,
        help="Of one carton; by the weights of the products unless weighed.",
    )
    gross_weight = fields.Float(
        string="Gross Weight (kg)",
        digits=(16, 3),
        compute="_compute_gross_weight",
        store=True,
        readonly=False,
        help="Of one carton; by the gross weights of the products unless weighed.",
    )
    total_net = fields.Float(string="Total Net (kg)", digits=(16, 3), compute="_compute_totals", store=True)
    total_gross = fields.Float(string="Total Gross (kg)", digits=(16, 3), compute="_compute_totals", store=True)
    total_volume = fields.Float(string="Total Volume (CBM)", digits=(16, 3), compute="_compute_totals", store=True)

    _numbers = models.Constraint(
        "CHECK (carton_from > 0 AND carton_to >= carton_from)",
        "Cartons are numbered from 1 on, and a range does not end before it begins.",
    )
    _measures = models.Constraint(
        "CHECK (LEAST(carton_length, carton_width, carton_height, net_weight, gross_weight) >= 0)",
        "Sizes and weights of a carton are not below zero.",
    )

    @api.model
    def _default_carton(self):
        request = self.env["crm.shipment.request"].browse(self.env.context.get("default_request_id"))
        return max(request.package_ids.mapped("carton_to"), default=0) + 1

    # COMPUTE
    @api.depends("carton_from", "carton_to")
    def _compute_display_name(self):
        for package in self:
            package.display_name = self.env._("Carton %(number)s", number=package._number_text())

    def _number_text(self):
        self.ensure_one()
        first, last = self.carton_from, self.carton_to
        return str(first) if first == last else f"{first}-{last}"

    @api.depends("carton_from")
    def _compute_carton_to(self):
        for package in self:
            package.carton_to = max(package.carton_to, package.carton_from)

    @api.depends("line_ids.quantity", "line_ids.product_id.weight")
    def _compute_net_weight(self):
        for package in self:
            package.net_weight = package._round_weight(sum(line._weight("weight") for line in package.line_ids))

    @api.depends("line_ids.quantity", "line_ids.product_id.weight", "line_ids.product_id.crm_gross_weight")
    def _compute_gross_weight(self):
        for package in self:
            weights = (line._weight("crm_gross_weight") or line._weight("weight") for line in package.line_ids)
            package.gross_weight = package._round_weight(sum(weights))

    @api.depends(
        "carton_from", "carton_to", "net_weight", "gross_weight", "carton_length", "carton_width", "carton_height"
    )
    def _compute_totals(self):
        for package in self:
            count = package.carton_to - package.carton_from + 1
            package.carton_count = count
            package.total_net = package._round_weight(package.net_weight * count)
            package.total_gross = package._round_weight(package.gross_weight * count)
            volume = package.carton_length * package.carton_width * package.carton_height * count / CUBIC_METRE
            package.total_volume = float_round(volume, precision_digits=VOLUME_DIGITS)

    @staticmethod
    def _round_weight(weight):
        return float_round(weight, precision_digits=WEIGHT_DIGITS)

    @api.depends("line_ids.product_id", "line_ids.quantity")
    def _compute_contents(self):
        for package in self:
            package.contents = ", ".join(
                f"{line.product_id.sudo().display_name} × {line.quantity:g}" for line in package.line_ids
            )  # sudo: the product's name, as lists show it

    # CONSTRAINTS
    @api.constrains("carton_from", "carton_to", "request_id")
    def _check_numbers(self):
        for request in self.request_id:
            packages = request.package_ids.sorted("carton_from")
            for before, after in zip(packages, packages[1:], strict=False):
                if after.carton_from <= before.carton_to:
                    raise ValidationError(
                        self.env._(
                            "%(request)s: carton %(number)s is there twice. Give each carton a number of its own.",
                            request=request.display_name,
                            number=after.carton_from,
                        )
                    )

    @api.constrains("net_weight", "gross_weight")
    def _check_weights(self):
        for package in self:
            if package.gross_weight and package.net_weight > package.gross_weight:
                raise ValidationError(
                    self.env._(
                        "%(package)s: its net weight is above its gross weight. Correct one of the two.",
                        package=package.display_name,
                    )
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        packages = super().create(vals_list)
        packages.request_id._check_packing()
        packages.line_ids._check_quantity()
        return packages

    def write(self, vals):
        self.request_id._check_packing()
        result = super().write(vals)
        if "request_id" in vals:
            self.request_id._check_packing()
        if vals.keys() & {"carton_from", "carton_to", "request_id"}:
            self.line_ids._check_quantity()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_while_packing(self):
        self.request_id._check_packing()

    # LABELS
    def _labels(self):
        """What stands on the label of each carton of these packages, in their order.

        :return: list of dicts
        """
        labels = []
        for package in self:
            package = package.sudo()  # sudo: whoever packs prints the label with the address and marks
            abroad = package.request_id.is_overseas
            if abroad:
                package = package.with_context(lang="en_US")
            request = package.request_id
            orders = request.line_ids.order_id
            receiver = request.partner_shipping_id.commercial_partner_id
            size = (package.carton_length, package.carton_width, package.carton_height)
            facts = [
                (package.env._("N.W."), f"{package.net_weight:.3f} kg"),
                (package.env._("G.W."), f"{package.gross_weight:.3f} kg"),
                (package.env._("Size"), "×".join(f"{one:g}" for one in size) + " cm" if all(size) else ""),
            ]
            for number in range(package.carton_from, package.carton_to + 1):
                labels.append(
                    {
                        "number": package.env._(
                            "C/NO %(number)s / %(count)s", number=number, count=request.carton_count
                        ),
                        "facts": [(label, text) for label, text in facts if text],
                        "sender": request.company_id._export_name() if abroad else request.company_id.name,
                        "request": request.name or "",
                        "code": package._code(number),
                        "partner": receiver._crm_name_in("en_US" if abroad else "zh_CN"),
                        "address": request._address_text(),
                        "orders": ", ".join(order.client_order_ref or order.name for order in orders),
                        "marks": "\n".join(filter(None, orders.mapped("crm_marks"))),
                        "lines": [
                            {
                                "product": line._label_name(),
                                "codes": line._label_codes(),
                                "quantity": f"{line.quantity:g} {line.request_line_id.product_uom_id.name}",
                            }
                            for line in package.line_ids
                        ],
                    }
                )
        return labels

    def _code(self, number):
        """What the QR code of a carton says; the packing page knows it again."""
        return f"CTN/{self.request_id.name or self.request_id.id}/{number}"


class CrmShipmentPackageLine(models.Model):
    """What one carton of a package holds of a line of the request, in the unit of the order line."""

    _name = "crm.shipment.package.line"
    _description = "Contents of a Shipment Package"
    _order = "package_id, id"

    package_id = fields.Many2one("crm.shipment.package", required=True, index=True, ondelete="cascade")
    request_id = fields.Many2one(related="package_id.request_id", store=True, index=True)
    request_line_id = fields.Many2one(
        "crm.shipment.request.line",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('request_id', '=', request_id)]",
    )
    product_id = fields.Many2one(related="request_line_id.product_id", store=True)
    product_uom_id = fields.Many2one(related="request_line_id.product_uom_id", string="Unit")
    lot_id = fields.Many2one(
        "stock.lot", string="Lot/Serial Number", index="btree_not_null", domain="[('product_id', '=', product_id)]"
    )
    quantity = fields.Float(string="Quantity per Carton", digits="Product Unit", required=True, default=1.0)
    total_qty = fields.Float(string="Total", digits="Product Unit", compute="_compute_total_qty", store=True)

    _positive = models.Constraint("CHECK (quantity > 0)", "A carton holds more than zero of what is in it.")

    @api.depends("quantity", "package_id.carton_count")
    def _compute_total_qty(self):
        for line in self:
            line.total_qty = line.quantity * line.package_id.carton_count

    def _weight(self, fname):
        product = self.product_id.sudo()  # sudo: the weight of what is packed
        quantity = self.request_line_id.sudo().product_uom_id._compute_quantity(
            self.quantity, product.uom_id, round=False
        )
        return product[fname] * quantity

    def _label_name(self):
        """What the product is called on a carton, in the language of the label."""
        abroad = self.request_id.is_overseas and self.product_id.crm_export_name
        return abroad or self.product_id.display_name

    def _label_codes(self):
        """:return: the customer's part number and the lot, with their labels"""
        codes = [
            (self.env._("P/N %(code)s"), self._customer_code()),
            (self.env._("LOT %(code)s"), self.lot_id.name),
        ]
        return "   ".join(label % {"code": code} for label, code in codes if code)

    def _customer_code(self):
        """:return: the customer's part number of the product, an empty text if there is none"""
        return self.product_id._crm_customer_code(self.request_id.partner_id) or ""

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.package_id.request_id._check_packing()
        lines._check_quantity()
        return lines

    def write(self, vals):
        self.package_id.request_id._check_packing()
        result = super().write(vals)
        self.package_id.request_id._check_packing()
        self._check_quantity()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_while_packing(self):
        self.package_id.request_id._check_packing()

    def _check_quantity(self):
        """:raise UserError: there is more in the packages than is to be shipped"""
        # sudo: the whole of what is packed, in all packages of the request
        request_lines = self.sudo().request_line_id
        if not request_lines:
            return
        self.env.flush_all()
        # two who pack the same line meet here
        self.env.cr.execute(
            SQL("UPDATE crm_shipment_request_line SET id = id WHERE id IN %s", tuple(sorted(request_lines.ids))),
            log_exceptions=False,
        )
        for line in self.sudo():
            if line.request_line_id.request_id != line.package_id.request_id:
                raise ValidationError(
                    self.env._(
                        "%(product)s: a package holds lines of its own shipment request only.",
                        product=line.product_id.display_name,
                    )
                )
            if line.lot_id and line.lot_id.product_id != line.product_id:
                raise ValidationError(
                    self.env._(
                        "Lot %(lot)s is not one of %(product)s. Choose another lot.",
                        lot=line.lot_id.name,
                        product=line.product_id.display_name,
                    )
                )
            if line.product_id.tracking == "serial" and line.lot_id and line.total_qty > 1:
                raise ValidationError(
                    self.env._(
                        "Serial number %(lot)s is one piece: it stands once in one carton.", lot=line.lot_id.name
                    )
                )
        for line in request_lines:
            if line.product_uom_id.compare(line.packed_qty, line.quantity) > 0:
                raise UserError(
                    self.env._(
                        "Line %(number)s (%(product)s): %(packed)s %(unit)s would be packed, but only %(quantity)s "
                        "are to be shipped. Take %(over)s out.",
                        number=line.number,
                        product=line.product_id.display_name,
                        packed=f"{line.packed_qty:g}",
                        unit=line.product_uom_id.name,
                        quantity=f"{line.quantity:g}",
                        over=f"{line.product_uom_id.round(line.packed_qty - line.quantity):g}",
                    )
                )


class CrmShipmentRequest(models.Model):
    _inherit = "crm.shipment.request"

    def _check_packing(self):
        """:raise UserError: packages of this request may not be changed now"""
        for request in self:
            if request.state not in PACKING_STATES and not self.env.su:
                raise UserError(
                    self.env._(
                        "%(request)s: its packages cannot be changed now. Unpack it first, or wait for its review.",
                        request=request.display_name,
                    )
                )
