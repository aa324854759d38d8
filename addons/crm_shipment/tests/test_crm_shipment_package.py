from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ShipmentCase


@tagged("post_install", "-at_install")
class TestCrmShipmentPackage(ShipmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.write({"barcode": "6901234567892", "default_code": "XT-10", "crm_gross_weight": 0.02})

    def released(self, *lines):
        return self.approve(self.new_request(self.new_order(*lines or [(self.product, 10)])))

    def scan(self, request, code, package_id=False, user=None):
        return request.with_user(user or self.storeman).pack_scanned(code, package_id)

    # SUMS
    def test_totals_add_up_as_shown(self):
        request = self.released((self.product, 100))
        self.pack(request, (30, 3), (10, 1))
        first, second = request.package_ids
        self.assertEqual((first.carton_count, first.total_volume), (3, 0.09))
        self.assertEqual((first.net_weight, first.total_net), (0.3, 0.9))
        self.assertEqual(second._number_text(), "4")
        self.assertEqual(request.carton_count, 4)
        self.assertAlmostEqual(request.net_weight, 1.0)
        self.assertAlmostEqual(request.gross_weight, 3 * 0.8 + 0.6)
        self.assertAlmostEqual(request.volume, 0.12)

    def test_volume_is_rounded_row_by_row(self):
        request = self.released()
        self.pack(request, (1, 3))
        request.package_ids.write({"carton_length": 33.3, "carton_width": 33.3, "carton_height": 33.3})
        self.assertEqual(request.package_ids.total_volume, 0.111)
        self.assertEqual(request.volume, 0.111)

    def test_weights_by_the_products_unless_weighed(self):
        request = self.released()
        package = request.with_user(self.storeman).package_ids.create({"request_id": request.id, "carton_from": 1})
        self.scan(request, "XT-10", package.id)
        self.assertEqual((package.net_weight, package.gross_weight), (0.01, 0.02))
        package.gross_weight = 0.5
        self.assertEqual(package.total_gross, 0.5)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            package.write({"gross_weight": 0.001})

    # LIMITS
    def test_no_more_is_packed_than_is_shipped(self):
        request = self.released()
        self.pack(request, (5, 2))
        line = request.package_ids.line_ids
        self.refused(line.write, {"quantity": 6}, message="Take 2 out")
        self.refused(request.package_ids.write, {"carton_to": 3}, message="Take 5 out")
        self.refused(self.pack, request, (1, 1))

    def test_each_carton_once(self):
        request = self.released()
        self.pack(request, (1, 3))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            request.package_ids.create({"request_id": request.id, "carton_from": 3})

    def test_packages_of_other_states_stay(self):
        request = self.released()
        self.pack(request, (10, 1))
        mine = request.with_user(self.storeman)
        mine.action_packed()
        for call in (
            lambda: mine.package_ids.write({"carton_length": 1}),
            lambda: mine.package_ids.line_ids.write({"quantity": 1}),
            lambda: mine.package_ids.line_ids.unlink(),
            lambda: mine.package_ids.unlink(),
            lambda: mine.package_ids.create({"request_id": request.id, "carton_from": 9}),
        ):
            self.refused(call, message="cannot be changed now")
        mine.action_unpack()
        mine.package_ids.carton_length = 41
        pending = self.new_request(self.new_order((self.product, 5)))
        pending.action_review_submit()
        self.refused(pending.package_ids.create, {"request_id": pending.id, "carton_from": 1})

    def test_line_of_another_request(self):
        first, second = self.released(), self.released()
        self.pack(first, (5, 1))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            first.package_ids.line_ids.write({"request_line_id": second.line_ids.id})

    def test_strangers_do_not_pack(self):
        request = self.released()
        self.pack(request, (5, 1))
        mine = request.with_user(self.other)
        self.denied(mine.pack_scanned, "XT-10")
        self.denied(mine.get_packing)
        packages = self.env["crm.shipment.package"].with_user(self.other)
        self.denied(packages.browse(request.package_ids.id).write, {"carton_length": 1})
        self.denied(packages.create, {"request_id": request.id, "carton_from": 7})
        self.refused(request.with_user(self.storeman).line_ids.write, {"sequence": 1})

    # SCAN
    def test_scanned_into_the_carton(self):
        request = self.released()
        answer = self.scan(request, "6901234567892")
        answer = self.scan(request, "xt-10", answer["package_id"])
        self.assertEqual(len(answer["packing"]["packages"]), 1)
        self.assertEqual(answer["packing"]["lines"][0]["packed"], 2)
        self.assertIn("Crystal", answer["text"])
        self.refused(self.scan, request, "nothing", message="nothing of this shipment")
        self.refused(self.scan, request, "", message="nothing of this shipment")
        for _piece in range(8):
            answer = self.scan(request, "XT-10", answer["package_id"])
        self.refused(self.scan, request, "XT-10", message="packed completely")
        self.refused(self.scan, request, "XT-10", answer["package_id"], message="packed completely")

    def test_quantities_set_on_the_page(self):
        request = self.released((self.product, 10), (self.product, 5))
        mine = request.with_user(self.storeman)
        self.pack(request, (4, 1))
        packed = request.package_ids.line_ids
        self.env.invalidate_all()
        self.assertEqual(mine.pack_quantity(packed.id, 6)["lines"][0]["packed"], 6)
        self.refused(mine.pack_quantity, packed.id, 11, message="Take 1 out")
        mine.pack_measures(request.package_ids.id, 9, 50, 40, 30)
        self.assertEqual((request.gross_weight, request.volume), (9, 0.06))
        self.assertFalse(mine.pack_quantity(packed.id, 0)["packages"][0]["lines"])

    def test_customers_part_number_is_scanned(self):
        self.env["crm.product.customer.code"].create(
            {
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "product_id": self.product.id,
                "crm_customer_id": self.customer.id,
                "code": "NR-77",
            }
        )
        answer = self.scan(self.released(), "NR-77")
        self.assertEqual(answer["packing"]["lines"][0]["packed"], 1)

    def test_carton_label_chooses_the_carton(self):
        request = self.released()
        first = self.scan(request, "XT-10")["package_id"]
        request.with_user(self.storeman).pack_new_carton()
        label = request.package_ids[0]._code(1)
        self.assertEqual(self.scan(request, label)["package_id"], first)
        self.refused(self.scan, request, label[:-1] + "9")

    def test_lots(self):
        product = self.new_product("Oven", tracking="lot")
        lot = self.env["stock.lot"].create({"name": "L001", "product_id": product.id})
        self.env["stock.quant"]._update_available_quantity(product, self.warehouse.lot_stock_id, 4, lot_id=lot)
        wrong = self.env["stock.lot"].create(
            {"name": "L002", "product_id": self.new_product("Foil", tracking="lot").id}
        )
        request = self.released((product, 2))
        self.pack(request, (1, 1))
        packed = request.package_ids.line_ids.with_user(self.storeman)
        self.refused(request.with_user(self.storeman).action_packed, message="lot or serial number")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            packed.lot_id = wrong
        packed.unlink()
        answer = self.scan(request, "L001", request.package_ids.id)
        self.scan(request, "L001", answer["package_id"])
        request.with_user(self.storeman).action_packed()
        request.with_user(self.storeman).action_ship()
        self.assertEqual(request.sudo().picking_ids.move_line_ids.lot_id, lot)
        self.assertEqual(request.state, "shipped")

    # STATES
    def test_packed_completely_then_shipped(self):
        request = self.released()
        mine = request.with_user(self.storeman)
        self.refused(mine.action_packed, message="no packages")
        self.pack(request, (4, 2))
        self.refused(mine.action_packed, message="8 Units in the packages")
        self.refused(mine.action_ship, message="not packed yet")
        self.refused(request.sudo().picking_ids.with_user(self.storeman).sudo(False)._action_done, message="packed")
        mine.pack_quantity(request.package_ids.line_ids.id, 5)
        mine.action_packed()
        self.assertTrue(request.packed_on)
        mine.action_ship()
        self.assertEqual(request.state, "shipped")

    def test_proposed_packages(self):
        self.product.write({"crm_carton_qty": 40, "crm_carton_length": 50, "crm_carton_width": 40})
        request = self.released((self.product, 100))
        request.with_user(self.storeman).action_propose_packages()
        self.assertEqual(
            [(one.carton_from, one.carton_to, one.line_ids.quantity) for one in request.package_ids],
            [(1, 2, 40), (3, 3, 20)],
        )
        self.assertFalse(request._packing_problems())
        self.refused(request.with_user(self.storeman).action_propose_packages, message="packages already")

    # LABELS
    def test_a_label_for_each_carton(self):
        request = self.released()
        self.refused(self.print_labels, request, message="no packages")
        self.pack(request, (3, 3))
        html = self.print_labels(request)
        self.assertEqual(html.count("o_crm_carton_label"), 3)
        self.assertEqual(html.count("data:image/png"), 3)
        self.assertIn("Nordic Radio", html)
        self.denied(self.print_labels, request, user=self.other)

    def print_labels(self, request, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.storeman)
        return report._render_qweb_html("crm_shipment.carton_label", request.ids)[0].decode()
