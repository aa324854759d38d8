from odoo import Command, models


class CrmShipmentRequest(models.Model):
    _inherit = "crm.shipment.request"

    def action_make_declaration(self):
        """Write the customs declaration of this shipment, or show the one it has."""
        self.ensure_one()
        declaration = self.declaration_ids[:1] or self.env["crm.customs.declaration"].create(
            {"request_id": self.id, **self._declaration_values()}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": declaration._name,
            "res_id": declaration.id,
            "views": [(False, "form")],
        }

    def _declaration_values(self):
        """What a declaration of this shipment begins with."""
        self.ensure_one()
        request = self.sudo()  # sudo: facts of the shipment, its orders, products and addresses
        order, company = request.line_ids.order_id[:1], request.company_id.partner_id
        orders = request.line_ids.order_id
        return {
            "consignor_name": company.name,
            "consignor_code": company.credit_code,
            "producer_name": company.name,
            "producer_code": company.credit_code,
            "consignee_name": request.partner_id.commercial_partner_id.english_name
            or request.partner_id.commercial_partner_id.name,
            "transport_mode": request.transport_mode,
            "vessel": request.vessel,
            "bl_no": request.bl_no,
            "export_date": request.etd or request.planned_date,
            "contract_no": ", ".join(one.name for one in orders),
            "trade_country_id": request.partner_id.commercial_partner_id.country_id.id,
            "destination_country_id": order.crm_destination_country_id.id,
            "port_loading": order.crm_port_loading,
            "port_discharge": order.crm_port_discharge,
            "package_count": request.carton_count,
            "gross_weight": request.gross_weight,
            "net_weight": request.net_weight,
            "incoterm_id": order.incoterm.id,
            "currency_id": request.currency_id.id,
            "freight": request._share_of_charges("crm_freight"),
            "insurance": request._share_of_charges("crm_insurance"),
            "marks": "\n".join(filter(None, orders.mapped("crm_marks"))),
            "line_ids": [Command.create(line._declaration_values()) for line in request.line_ids],
        }

    def _share_of_charges(self, fname):
        """The part of the orders' freight or insurance that falls on what this request ships, by value."""
        self.ensure_one()
        total = 0
        for order, lines in self.line_ids.grouped("order_id").items():
            value = sum(order.order_line.mapped("price_subtotal"))
            total += order[fname] * sum(lines.mapped("amount")) / value if value else 0
        return self.currency_id.round(total)


class CrmShipmentRequestLine(models.Model):
    _inherit = "crm.shipment.request.line"

    def _declaration_values(self):
        """What the declaration's line of these goods begins with."""
        self.ensure_one()
        product = self.product_id.with_context(lang="zh_CN")
        quantity = self.product_uom_id._compute_quantity(self.quantity, product.uom_id, round=False)
        order = self.order_id
        return {
            "request_line_id": self.id,
            "hs_code": product.crm_hs_code,
            "name": product.name,
            "elements": product.crm_declaration_elements,
            "quantity": self.quantity,
            "uom_id": self.product_uom_id.id,
            "legal_qty": product._crm_second_quantity(quantity),
            "legal_uom_id": product.crm_second_uom_id.id,
            "unit_price": self.amount / self.quantity if self.quantity else 0,
            "amount": self.amount,
            "origin_id": (product.crm_origin_id or order.crm_origin_country_id).id,
            "destination_country_id": order.crm_destination_country_id.id,
            "domestic_source": self.company_id.partner_id.city,
        }
