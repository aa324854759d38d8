from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ShipmentCase


@tagged("post_install", "-at_install")
class TestSalesCycle(ShipmentCase):
    """One order from the inquiry to its documents, each step in the name of the one whose work it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.review.flow"].search([("state", "=", "published")]).action_retire()
        cls.developer = cls.new_user("rd_manager", department=cls.finance)
        cls.buyer = cls.new_user("buyer", department=cls.finance)
        cls.maker = new_test_user(cls.env, "maker", groups="mrp.group_mrp_user,stock.group_stock_user")
        cls.env.company.write({"crm_quotation_review": "below_floor", "crm_shipment_quality": True})
        cls.overseas_type.write({"needs_review": True, "sequence": -1})
        cls.env["crm.order.type"].search([("id", "!=", cls.overseas_type.id)]).active = False
        quartz = cls.new_product("Quartz blank", 5000)
        cls.crystal = cls.new_product("Crystal 26 MHz", list_price=3, crm_floor_price=2.4, standard_price=1.5)
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.crystal.product_tmpl_id.id,
                "bom_line_ids": [Command.create({"product_id": quartz.id, "product_qty": 1})],
            }
        )
        below = "[('crm_below_floor', '=', True)]"
        overdue = "[('crm_credit_overdue', '=', True)]"
        cls.put_in_force("crm.inquiry", [cls.manager])
        quotation = "[('crm_order_type_id', '=', False)]"
        cls.put_in_force("sale.order", [cls.manager, (cls.boss, below)], domain=quotation)
        five = [cls.manager, cls.developer, cls.buyer, cls.accountant, cls.boss]
        cls.put_in_force("sale.order", five, domain="[('crm_order_type_id', '!=', False)]")
        cls.put_in_force("crm.order.revision", [cls.manager])
        cls.put_in_force("crm.shipment.request", [cls.manager, cls.engineer, (cls.boss, overdue)])

    @classmethod
    def put_in_force(cls, model, steps, **values):
        """A flow of users, or pairs of user and condition, one after the other."""
        steps = [step if isinstance(step, tuple) else (step, False) for step in steps]
        cls.env["crm.review.flow"].create(
            {
                "name": model,
                "kind_id": cls.env["crm.review.kind"].search([("model", "=", model)]).id,
                "step_ids": [
                    Command.create(
                        {
                            "name": user.name,
                            "rank": rank,
                            "who": "users",
                            "user_ids": [Command.set(user.ids)],
                            "domain": domain,
                        }
                    )
                    for rank, (user, domain) in enumerate(steps, start=1)
                ],
                **values,
            }
        ).action_publish()

    def decide(self, document, *users):
        for user in users:
            self.task(document, user).action_approve()
        return document

    def test_from_inquiry_to_delivery(self):
        quotation = self.quote(self.inquire())
        order = self.order(quotation)
        self.produce(order)
        self.ship(order)

    def inquire(self):
        inquiry = (
            self.env["crm.inquiry"]
            .with_user(self.seller)
            .create(
                {
                    "partner_id": self.customer.id,
                    "title": "Crystals for base stations",
                    "needed_by": fields.Date.add(fields.Date.today(), days=3),
                    "answerer_ids": [Command.set((self.engineer | self.buyer).ids)],
                    "line_ids": [
                        Command.create({"product_id": self.crystal.id, "quantities": "100/1000", "target_price": 2})
                    ],
                }
            )
        )
        inquiry.action_review_submit()
        self.decide(inquiry, self.manager)
        answers = {answer.user_id: answer for answer in self.env["crm.inquiry.answer"].search([])}
        self.assertEqual(set(answers), {self.engineer, self.buyer})
        technical = answers[self.engineer].with_user(self.engineer)
        technical.write({"feasibility": "conditional", "feasibility_note": "from 0 to 70 °C"})
        technical.action_answer()
        commercial = answers[self.buyer].with_user(self.buyer)
        commercial.write(
            {
                "feasibility": "yes",
                "moq": 100,
                "lead_time": 21,
                "valid_until": fields.Date.add(fields.Date.today(), days=60),
                "cost_ids": [Command.create({"kind": "material", "amount": 1.5})],
            }
        )
        for price, answered in zip(commercial.price_ids, (2.6, 2.5), strict=True):
            price.price = answered
        with self.assertRaises(AccessError):
            commercial.with_user(self.seller).read(["cost_ids"])
        commercial.action_answer()
        return inquiry

    def quote(self, inquiry):
        quotation = self.env["sale.order"].with_user(self.seller).browse(inquiry.action_make_quotation()["res_id"])
        line = quotation.order_line
        self.assertEqual(line.product_id, self.crystal)
        line.crm_break_ids.unlink()
        line.write({"product_uom_qty": 100, "price_unit": 2.2, "tax_ids": False})
        self.refused(quotation.action_crm_make_application, message="must be approved")
        quotation.action_review_submit()
        self.decide(quotation, self.manager)
        self.assertEqual(quotation.review_state, "pending", "below the floor price the boss decides, too")
        self.decide(quotation, self.boss)
        self.assertEqual(quotation.review_state, "approved")
        return quotation

    def order(self, quotation):
        order = self.env["sale.order"].with_user(self.seller).browse(quotation.action_crm_make_application()["res_id"])
        day = fields.Date.add(fields.Date.today(), days=30)
        order.write(
            {
                "client_order_ref": "PO 4711",
                "incoterm": self.env.ref("account.incoterm_CIF").id,
                "crm_port_loading": "Shanghai",
                "crm_port_discharge": "Gothenburg",
                "crm_destination_country_id": self.env.ref("base.se").id,
                "crm_marks": "NORDIC",
                "crm_freight": 30,
                "crm_insurance": 2,
            }
        )
        order.order_line.write({"crm_requested_date": day, "crm_promised_date": day})
        order.action_review_submit()
        self.refused(order.order_line.write, {"price_unit": 1}, message="locked")
        self.refused(order.action_confirm)
        self.decide(order, self.manager)
        self.task(order, self.developer).action_reject(comment="Only full reels of 250")
        self.assertEqual(order.review_state, "rejected")
        order.order_line.product_uom_qty = 250
        order.action_review_submit()
        changes = str(
            self.env["crm.review"].with_user(self.manager).browse(order.review_id.id).changes_since_last_round()
        )
        self.assertIn("250", changes, "what has changed since the rejection is told")
        self.decide(order, self.manager, self.developer, self.buyer, self.accountant, self.boss)
        self.assertEqual((order.review_state, order.state), ("approved", "sale"))
        self.refused(order.order_line.write, {"product_uom_qty": 300})
        return self.change(order)

    def change(self, order):
        """The customer wants more: a revision, reviewed, applied as a whole."""
        revision = self.env["crm.order.revision"].with_user(self.seller).browse(order.action_crm_change()["res_id"])
        revision.reason = "The customer has raised his order"
        revision.line_ids.product_uom_qty = 500
        revision.action_review_submit()
        self.assertEqual(order.order_line.product_uom_qty, 250, "nothing changes before the approval")
        self.assertEqual(revision.line_ids.change, "changed")
        self.decide(revision, self.manager)
        self.assertEqual((order.order_line.product_uom_qty, order.crm_revision), (500, 1))
        return order

    def produce(self, order):
        production = (
            self.env["mrp.production"]
            .with_user(self.maker)
            .create({"product_id": self.crystal.id, "product_qty": 500, "origin": order.name})
        )
        production.action_confirm()
        production.qty_producing = 500
        production.move_raw_ids.write({"quantity": 500, "picked": True})
        production.button_mark_done()
        self.assertEqual(self.crystal.qty_available, 500)

    def ship(self, order):
        self.overdue_invoice()
        request = self.new_request(order)
        request.action_review_submit()
        self.decide(request, self.manager)
        self.assertTrue(request.crm_credit_overdue)
        picking = order.sudo().picking_ids.with_user(self.storeman).sudo(False)
        picking.action_assign()
        picking.move_ids.picked = True
        self.refused(picking.button_validate, message="not released for shipping")
        request.with_user(self.engineer).action_release_quality()
        self.decide(request, self.engineer)
        self.assertEqual(request.state, "pending", "who owes money gets goods by the boss' exception only")
        self.decide(request, self.boss)
        self.assertEqual(request.state, "approved")
        package = False
        self.crystal.default_code = "XT-26"
        scanned = request.with_user(self.storeman).pack_scanned("XT-26", package)
        carton = self.env["crm.shipment.package"].browse(scanned["package_id"]).with_user(self.storeman)
        carton.line_ids.quantity = 500
        carton.write({"carton_length": 40, "carton_width": 30, "carton_height": 25, "gross_weight": 6})
        self.refused(request.with_user(self.storeman).pack_scanned, "XT-26", carton.id, message="packed completely")
        request.action_packed()
        for kind in ("packing_list", "commercial_invoice"):
            self.assertTrue(request._export_document(kind).rows)
        self.assertEqual(request._export_document("commercial_invoice").totals[-1], order.amount_total)
        self.assertEqual(order._export_document("sales_contract").totals[-1], order.amount_total)
        request.action_make_declaration()
        request.action_ship()
        self.assertEqual((request.state, order.order_line.qty_delivered), ("shipped", 500))
        self.assertEqual(order.order_line.crm_open_qty, 0)
