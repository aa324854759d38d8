from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestOrderAttacks(OrderCase):
    """What somebody tries over RPC, by import and by copy."""

    def load_refused(self, model, fields, values, message):
        """Whether an import is refused as a whole, with a message."""
        with self.env.cr.savepoint() as savepoint:
            result = self.env[model].with_user(self.seller).load(fields, [values])
            savepoint.rollback()
        self.assertFalse(result["ids"])
        self.assertIn(message, str(result["messages"]))

    def test_import_changes_no_price(self):
        order = self.new_order()
        line = order.order_line
        ways = (
            ("sale.order", [".id", "order_line/.id", "order_line/price_unit"], [str(order.id), str(line.id), "1"]),
            ("sale.order", [".id", "order_line/product_id/.id"], [str(order.id), str(self.crystal.id)]),
            ("sale.order.line", [".id", "price_unit"], [str(line.id), "1"]),
            (
                "sale.order.line",
                ["order_id/.id", "product_id/.id", "price_unit"],
                [str(order.id), str(self.crystal.id), "1"],
            ),
        )
        order.action_review_submit()
        for way in ways:
            self.load_refused(*way, message="locked")
        self.approve(order, self.engineer, self.boss)
        for way in ways:
            self.load_refused(*way, message="Change Order")
        self.assertEqual((line.price_unit, len(order.order_line)), (10, 1))

    def test_lines_neither_come_nor_go(self):
        order, draft = self.new_approved(), self.new_order()
        line, foreign = order.order_line, draft.order_line
        for command in (
            Command.delete(line.id),
            Command.unlink(line.id),
            Command.clear(),
            Command.set([]),
            Command.set(foreign.ids),
            Command.link(foreign.id),
        ):
            with self.subTest(command=command):
                self.refused(order.write, {"order_line": [command]})
        self.refused(foreign.write, {"order_id": order.id}, message="Change Order")
        self.refused(line.write, {"order_id": draft.id}, message="Change Order")
        self.refused(line.copy, {"order_id": order.id}, message="Change Order")
        self.refused(line.unlink)
        self.assertEqual((order.order_line, draft.order_line), (line, foreign))

    def test_a_copy_begins_anew(self):
        order = self.new_approved()
        copy = order.copy()
        self.assertEqual((copy.state, copy.review_state, copy.crm_number), ("draft", "new", False))
        self.assertFalse(copy.crm_credit_date or copy.order_line.crm_facts_date)
        copy.order_line.price_unit = 1
        self.refused(copy.action_confirm, message="approved first")
        self.refused(order.copy, {"state": "sale"}, message="approved first")
        self.refused(order.copy, {"review_state": "approved"})

    @mute_logger("odoo.models", "odoo.orm.models", "odoo.addons.base.models.ir_rule")
    def test_orders_of_others(self):
        order = self.new_approved({"crm_promised_date": self.today})
        revision = self.env["crm.order.revision"].with_user(self.seller).browse(order.action_crm_change()["res_id"])
        own = order.with_user(self.other)
        self.env.invalidate_all()
        for name, call in {
            "read": lambda: own.read(["amount_total"]),
            "web_read": lambda: own.web_read({"order_line": {"fields": {"price_unit": {}}}}),
            "onchange": lambda: own.onchange({}, [], {"amount_total": {}, "order_line": {"fields": {"name": {}}}}),
            "write": lambda: own.write({"note": "x"}),
            "copy": own.copy,
            "cancel": own.action_cancel,
            "change": own.action_crm_change,
            "post": lambda: own.message_post(body="x"),
            "print": own.action_crm_print,
            "link": own.get_portal_url,
            "share": own.action_quotation_send,
            "lines": lambda: own.order_line.read(["price_unit"]),
            "revision": lambda: revision.with_user(self.other).read(["amount_after"]),
            "new revision": lambda: revision.with_user(self.other).create({"order_id": order.id}),
        }.items():
            with self.subTest(name):
                self.refused(call, error=AccessError)
        exporter = self.new_user("sales_manager", "exporter", self.finance)
        self.refused(order.with_user(exporter).export_data, ["name", "order_line/price_unit"], error=AccessError)
        env = self.env(user=self.other)
        for model, domain in (
            ("sale.order", [("id", "=", order.id)]),
            ("sale.order.line", [("order_id", "=", order.id)]),
            ("crm.order.revision", [("order_id", "=", order.id)]),
            ("crm.order.revision.line", [("revision_id", "=", revision.id)]),
            ("crm.review", [("res_model", "=", "sale.order"), ("res_id", "=", order.id)]),
            ("crm.order.delivery", [("order_id", "=", order.id)]),
            ("sale.report", [("order_reference", "=", f"sale.order,{order.id}")]),
            ("mail.message", [("model", "=", "sale.order"), ("res_id", "=", order.id)]),
        ):
            with self.subTest(model=model):
                self.assertTrue(self.env[model].with_user(self.seller).search_count(domain), "the owner finds it")
                self.assertFalse(env[model].search(domain))
                [found] = env[model].formatted_read_group(domain, [], ["__count"])
                self.assertFalse(found["__count"])
        self.assertFalse(env["sale.order"].name_search(order.name))
