from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ShipmentCase


@tagged("post_install", "-at_install")
class TestCrmCustomsDeclaration(ShipmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kilogram = cls.env.ref("uom.product_uom_kgm")
        cls.product.product_tmpl_id.write({"crm_second_uom_id": cls.kilogram.id, "crm_second_uom_factor": 0.01})
        cls.second = cls.new_product("Filter", 500, weight=0.05)
        cls.order = cls.new_overseas_order((cls.product, 100, 2.5), (cls.second, 20, 10))

    def declaration(self):
        request = self.approve(self.new_request(self.order))
        self.pack(request, (50, 2))
        request.package_ids.create(
            {
                "request_id": request.id,
                "carton_from": 3,
                "carton_length": 20,
                "carton_width": 20,
                "carton_height": 20,
                "gross_weight": 1.4,
                "line_ids": [(0, 0, {"request_line_id": request.line_ids[1].id, "quantity": 20})],
            }
        )
        request.action_packed()
        action = request.action_make_declaration()
        self.assertEqual(request.action_make_declaration()["res_id"], action["res_id"], "one is enough")
        return self.env["crm.customs.declaration"].with_user(self.seller).browse(action["res_id"])

    def test_begins_as_the_shipment_says(self):
        declaration = self.declaration()
        self.assertEqual(declaration.package_count, 3)
        self.assertAlmostEqual(declaration.net_weight, 2.0)
        self.assertAlmostEqual(declaration.gross_weight, 2 * 1.0 + 1.4)
        self.assertEqual(declaration.line_ids.mapped("hs_code"), ["8541600000"] * 2)
        self.assertEqual(declaration.line_ids.mapped("quantity"), [100, 20])
        first = declaration.line_ids[0]
        self.assertEqual((first.legal_qty, first.legal_uom_id), (1, self.kilogram))
        # CIF 450: freight 30 and insurance 2 are shared out by amount
        self.assertEqual((declaration.amount_total, declaration.amount_fob), (450, 418))
        self.assertAlmostEqual(sum(declaration.line_ids.mapped("amount_fob")), 418)
        self.assertAlmostEqual(first.amount_fob, 232.22)
        self.assertFalse(declaration._problems())

    def test_fob_prices_hold_nothing_else(self):
        self.order.sudo().incoterm = self.env.ref("account.incoterm_FOB")
        declaration = self.declaration()
        self.assertEqual(declaration.amount_fob, declaration.amount_total)

    def test_is_not_printed_while_it_disagrees(self):
        declaration = self.declaration()
        report = self.env["ir.actions.report"].with_user(self.seller)
        lines = declaration.line_ids

        def refused(message):
            self.refused(
                report._render_qweb_html, "crm_shipment.customs_declaration", declaration.ids,
                message=message, error=ValidationError,
            )  # fmt: skip
            self.refused(declaration.action_declare, message=message, error=ValidationError)

        for record, vals, message in (
            (lines[0], {"quantity": 90, "amount": 225}, "90 declared, 100 in the packages"),
            (lines[1], {"hs_code": False}, "Declaration line 2: HS Code is missing"),
            (lines[1], {"hs_code": "854160"}, "10 digits"),
            (lines[1], {"elements": False}, "Declaration Elements is missing"),
            (lines[0], {"amount": 260}, "quantity × unit price"),
            (lines[0], {"unit_price": 3, "amount": 300}, "the shipment is worth 450.00"),
            (declaration, {"gross_weight": 9}, "9 declared, 3.4 on the packing list"),
            (declaration, {"net_weight": 3}, "3 declared, 2 on the packing list"),
            (declaration, {"package_count": 4}, "4 declared, 3 on the packing list"),
            (lines[0], {"legal_qty": 0}, "legal quantity"),
        ):
            before = {name: record[name] for name in vals}
            record.write(vals)
            refused(message)
            record.write(before)
        html = report._render_qweb_html("crm_shipment.customs_declaration", declaration.ids)[0].decode()
        self.assertIn("8541600000", html)
        self.assertIn("418.00", html)

    def test_declared_ones_stay(self):
        declaration = self.declaration()
        self.refused(declaration.write, {"state": "declared"}, error=ValidationError)
        declaration.action_declare()
        done = self.order.crm_milestone_ids.filtered(lambda one: one.kind == "customs").done_date
        self.assertTrue(done)
        for call in (
            lambda: declaration.write({"vessel": "X"}),
            lambda: declaration.line_ids[0].write({"quantity": 1}),
            lambda: declaration.line_ids[0].unlink(),
            lambda: declaration.unlink(),
            lambda: declaration.action_refill(),
        ):
            self.refused(call, error=ValidationError)
        declaration.action_reopen()
        declaration.line_ids[0].quantity = 7
        declaration.action_refill()
        self.assertEqual(declaration.line_ids[0].quantity, 100)

    def test_strangers(self):
        declaration = self.declaration()
        mine = declaration.with_user(self.other)
        self.assertFalse(mine.search([("id", "=", declaration.id)]))
        self.denied(mine.write, {"vessel": "X"})
        lines = self.env["crm.customs.declaration.line"].with_user(self.other)
        self.denied(lines.browse(declaration.line_ids[0].id).write, {"quantity": 1})
        self.denied(mine.create, {
            "request_id": declaration.request_id.id, "consignor_name": "A", "consignee_name": "B",
            "currency_id": self.env.company.currency_id.id,
        })  # fmt: skip
