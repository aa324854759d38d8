from odoo import Command, fields, models
from odoo.exceptions import UserError


class CrmShipmentRequest(models.Model):
    """Packing: by the page on which products are scanned into cartons, and when it is done."""

    _inherit = "crm.shipment.request"

    # ACTION
    def action_packed(self):
        """All cartons are closed: they must hold exactly what is to be shipped.

        :raise UserError: quantities differ, or a lot is missing
        """
        self.check_access("write")
        for request in self:
            if request.state != "approved":
                raise UserError(
                    self.env._(
                        "%(request)s is not released, so its packing cannot be finished now.",
                        request=request.display_name,
                    )
                )
            problems = request._packing_problems()
            if problems:
                raise UserError("\n".join(problems))
            request._record().write({"state": "packed", "packed_on": fields.Datetime.now()})
        return True

    def action_unpack(self):
        """Open the packages again, as long as the goods are in the house."""
        self.check_access("write")
        for request in self:
            if request.state != "packed":
                raise UserError(
                    self.env._("%(request)s is not packed, or has left already.", request=request.display_name)
                )
            request._record().write({"state": "approved", "packed_on": False})
        return True

    def action_scan(self):
        """Open the page on which products are scanned into cartons."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "crm_shipment.scan_to_pack",
            "name": self.env._("Scan to Pack"),
            "params": {"request_id": self.id},
        }

    def action_propose_packages(self):
        """Begin the packing list with full cartons, by what the products say of theirs.

        :raise UserError: there are packages already, or no product says how many a carton holds
        """
        self.check_access("write")
        for request in self:
            if request.package_ids:
                raise UserError(
                    self.env._(
                        "%(request)s has packages already. Delete them first, or complete them.",
                        request=request.display_name,
                    )
                )
            values = request._proposed_packages()
            if not values:
                raise UserError(
                    self.env._("No product of the request says how many pieces a carton holds. Enter the packages.")
                )
            self.env["crm.shipment.package"].create(values)
        return True

    def _proposed_packages(self):
        """:return: values of ``crm.shipment.package``: of each line a range of full cartons, then one with the rest"""
        self.ensure_one()
        request, number, proposed = self.sudo(), 1, []  # sudo: the cartons of the products
        for line in request.line_ids:
            product = line.product_id
            per_carton = product.uom_id._compute_quantity(product.crm_carton_qty, line.product_uom_id, round=False)
            if per_carton <= 0 or product.tracking == "serial":
                continue
            full = int(line.product_uom_id.round(line.quantity / per_carton, rounding_method="DOWN"))
            rest = line.product_uom_id.round(line.quantity - full * per_carton)
            size = {"carton_length": product.crm_carton_length, "carton_width": product.crm_carton_width}
            size |= {"carton_height": product.crm_carton_height, "request_id": request.id}
            for count, quantity in ((full, per_carton), (1, rest)):
                if count and quantity > 0:
                    values = size | {
                        "carton_from": number,
                        "carton_to": number + count - 1,
                        "line_ids": [Command.create({"request_line_id": line.id, "quantity": quantity})],
                    }
                    if quantity == per_carton and product.crm_carton_gross_weight:
                        values["gross_weight"] = product.crm_carton_gross_weight
                    proposed.append(values)
                    number += count
        return proposed

    def _packing_problems(self):
        """Where the packages are not what is to be shipped.

        :return: list of sentences
        """
        self.ensure_one()
        request = self.sudo()  # sudo: names of products of the request's own lines
        problems = []
        if not request.package_ids:
            problems.append(self.env._("There are no packages yet. Enter or scan them."))
        for line in request.line_ids if request.package_ids else ():
            if line.product_uom_id.compare(line.packed_qty, line.quantity):
                problems.append(
                    self.env._(
                        "Line %(number)s (%(product)s): %(packed)s %(unit)s in the packages, %(quantity)s to be "
                        "shipped. Pack what is missing.",
                        number=line.number,
                        product=line.product_id.display_name,
                        packed=f"{line.packed_qty:g}",
                        unit=line.product_uom_id.name,
                        quantity=f"{line.quantity:g}",
                    )
                )
        for packed in request.package_ids.line_ids:
            if packed.product_id.tracking != "none" and not packed.lot_id:
                problems.append(
                    self.env._(
                        "%(package)s: the lot or serial number of %(product)s is missing.",
                        package=packed.package_id.display_name,
                        product=packed.product_id.display_name,
                    )
                )
        for package in request.package_ids.filtered(lambda package: not package.line_ids):
            problems.append(self.env._("%(package)s is empty. Fill or delete it.", package=package.display_name))
        return problems

    # SCAN TO PACK
    def get_packing(self):
        """What the packing page shows: the lines with what is packed, and the cartons with what is in them."""
        self.ensure_one()
        self.check_access("read")
        request = self.sudo()  # sudo: names of the products, customer and address of this request
        return {
            "id": request.id,
            "name": request.display_name,
            "customer": request.partner_id.name,
            "state": request.state,
            "can_pack": request.state == "approved" and self.has_access("write"),
            "lines": [
                {
                    "id": line.id,
                    "number": line.number,
                    "product": line.product_id.display_name,
                    "tracking": line.product_id.tracking,
                    "unit": line.product_uom_id.name,
                    "quantity": line.quantity,
                    "packed": line.packed_qty,
                }
                for line in request.line_ids
            ],
            "packages": [
                {
                    "id": package.id,
                    "number": package._number_text(),
                    "count": package.carton_count,
                    "gross_weight": package.gross_weight,
                    "size": [package.carton_length, package.carton_width, package.carton_height],
                    "lines": [
                        {
                            "id": packed.id,
                            "product": packed.product_id.display_name,
                            "lot": packed.lot_id.name or "",
                            "quantity": packed.quantity,
                            "unit": packed.product_uom_id.name,
                        }
                        for packed in package.line_ids
                    ],
                }
                for package in request.package_ids
            ],
        }

    def pack_scanned(self, code, package_id=False):
        """Put what has been scanned into a carton, or choose the carton whose label has been scanned.

        A product's bar code, part number or the customer's part number adds one piece; a lot adds one piece of it.

        :param str code: what the scanner has read
        :param int package_id: the present carton; none: a new one is begun
        :return: dict with ``package_id``, ``text`` for the user, and the new ``packing``
        :raise UserError: nothing of the request has this code, or it is packed completely
        """
        self.ensure_one()
        self._check_may_pack()
        code = (code or "").strip()
        if carton := self._carton_of(code):
            text = self.env._("%(package)s chosen", package=carton.display_name)
            return {"package_id": carton.id, "text": text, "packing": self.get_packing()}
        lines, lot = self._find_scanned(code)
        if not lines:
            raise UserError(
                self.env._(
                    "“%(code)s” is nothing of this shipment. Scan a product, lot or carton of %(request)s.",
                    code=code,
                    request=self.display_name,
                )
            )
        open_lines = lines.filtered(lambda line: line.product_uom_id.compare(line.packed_qty, line.quantity) < 0)
        if not open_lines:
            raise UserError(
                self.env._(
                    "%(product)s is packed completely: %(quantity)s %(unit)s. Nothing more goes in.",
                    product=lines[:1].sudo().product_id.display_name,  # sudo: the name, as above
                    quantity=f"{sum(lines.mapped('quantity')):g}",
                    unit=lines[:1].product_uom_id.name,
                )
            )
        line = open_lines[0]
        package = self._package_to_fill(package_id)
        packed = package.line_ids.filtered(lambda one: one.request_line_id == line and one.lot_id == lot)
        step = min(1.0, line.product_uom_id.round((line.quantity - line.packed_qty) / package.carton_count))
        if packed:
            packed.quantity += step
        else:
            packed = packed.create(
                {"package_id": package.id, "request_line_id": line.id, "lot_id": lot.id, "quantity": step}
            )
        text = self.env._(
            "%(product)s: %(quantity)s in %(package)s",
            product=line.sudo().product_id.display_name,  # sudo: as above
            quantity=f"{packed.quantity:g}",
            package=package.display_name,
        )
        return {"package_id": package.id, "text": text, "packing": self.get_packing()}

    def pack_quantity(self, package_line_id, quantity):
        """Set how many of a thing a carton holds; 0 takes it out."""
        self.ensure_one()
        self._check_may_pack()
        packed = self.package_ids.line_ids.filtered(lambda line: line.id == package_line_id)
        if quantity > 0:
            packed.quantity = quantity
        else:
            packed.unlink()
        return self.get_packing()

    def pack_new_carton(self):
        """Begin the next carton. :return: dict with ``package_id`` and ``packing``"""
        self.ensure_one()
        self._check_may_pack()
        empty = self.package_ids.filtered(lambda package: not package.line_ids)[:1]
        package = empty or self._package_to_fill(False)
        return {"package_id": package.id, "packing": self.get_packing()}

    def pack_measures(self, package_id, gross_weight, length, width, height):
        """Weigh and measure a carton: kg and cm."""
        self.ensure_one()
        self._check_may_pack()
        package = self.package_ids.filtered(lambda package: package.id == package_id)
        package.write(
            {"gross_weight": gross_weight, "carton_length": length, "carton_width": width, "carton_height": height}
        )
        return self.get_packing()

    def _check_may_pack(self):
        self.check_access("write")
        if self.state != "approved":
            raise UserError(
                self.env._(
                    "%(request)s cannot be packed now: it must be released and not packed yet.",
                    request=self.display_name,
                )
            )

    def _carton_of(self, code):
        prefix, _slash, number = code.rpartition("/")
        if prefix not in (f"CTN/{self.name}", f"CTN/{self.id}") or not number.isdecimal():
            return self.env["crm.shipment.package"]
        return self.package_ids.filtered(lambda package: package.carton_from <= int(number) <= package.carton_to)[:1]

    def _package_to_fill(self, package_id):
        package = self.package_ids.filtered(lambda package: package.id == package_id)
        if package_id and not package:
            raise UserError(self.env._("This carton has been deleted meanwhile. Begin another one."))
        if not package:
            number = max(self.package_ids.mapped("carton_to"), default=0) + 1
            package = package.create({"request_id": self.id, "carton_from": number, "carton_to": number})
        return package

    def _find_scanned(self, code):
        """:return: lines of this request that a code means, and the ``stock.lot`` it names (empty: none)"""
        # sudo: codes of the products of this request, and their lots
        request = self.sudo()
        lots = self.env["stock.lot"].sudo()
        wanted = code.casefold()
        products = request.line_ids.product_id
        customer_codes = products._crm_customer_codes(request.partner_id)
        meant = products.filtered(
            lambda product: (
                wanted
                in [
                    (name or "").casefold()
                    for name in (product.barcode, product.default_code, customer_codes.get(product.id))
                ]
            )
        )
        lines = request.line_ids.filtered(lambda line: wanted and line.product_id in meant)
        if not lines and code:
            lots = lots.search([("name", "=", code), ("product_id", "in", products.ids)], limit=1)
            lines = request.line_ids.filtered(lambda line: lots and line.product_id == lots.product_id)
        return lines.with_env(self.env), lots.with_env(self.env)
