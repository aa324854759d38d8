import re

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.crm_cost_mixin import SEE_COST
from .common import ProductCase

# what a cost may hide behind
SUSPECT = re.compile(r"cost|standard_price|margin|valuation|purchase_price|total_value|avg_|inventory_value|justif")
# fields of such names that tell no cost
HARMLESS = {
    # how costs are computed, not what they are
    "cost_method",
    "cost_currency_id",
    "cost_mode",
    "cost_share",
    "property_cost_method",
    "property_valuation",
    "show_valuation",
    "valuation",
    "lot_valuated",
    "is_valued",
    # of prices, of paper
    "price_min_margin",
    "price_max_margin",
    "kpi_all_sale_total_value",
    *(f"margin_{side}" for side in ("top", "bottom", "left", "right")),
}


@tagged("post_install", "-at_install")
class TestCostVisibility(ProductCase):
    """What everybody who may not see costs tries over RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.new_product("Secret", default_code="SECRET", standard_price=12.34)
        cls.component = cls.new_product("Component", standard_price=7.65)
        cls.bom = cls.new_bom(cls.product, {cls.component: 1})
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor"})
        cls.supplierinfo = cls.env["product.supplierinfo"].create(
            {"partner_id": cls.vendor.id, "product_tmpl_id": cls.product.product_tmpl_id.id, "price": 9.87}
        )
        cls.put_in_stock(cls.product, 10)
        cls.customer = cls.new_customer("Acme")
        cls.order = cls.new_order(cls.customer, cls.product, 2)
        cls.order.action_confirm()
        cls.users = {"salesperson": cls.seller, "sales manager": cls.manager, "worker": cls.worker}

    def closed_fields(self):
        return [
            (model, field.name)
            for model in self.env.registry.values()
            if not model._abstract
            for field in model._fields.values()
            if field.groups == SEE_COST
        ]

    def test_roles(self):
        for role, sees in {
            "salesperson": False,
            "sales_assistant": False,
            "sales_manager": False,
            "engineer": False,
            "aftersales": False,
            "cashier": False,
            "general_manager": True,
            "buyer": True,
            "receivables_accountant": True,
            "rd_manager": True,
            "crm_admin": True,
        }.items():
            group = self.env.ref(f"crm_base.group_{role}")
            with self.subTest(role=role):
                self.assertEqual(self.env.ref(SEE_COST) in group.all_implied_ids, sees)

    @mute_logger("odoo.models", "odoo.orm.models", "odoo.addons.base.models.ir_model")
    def test_closed_fields_are_closed_to_every_call(self):
        closed = self.closed_fields()
        self.assertIn(("product.product", "standard_price"), [(model._name, name) for model, name in closed])
        for who, user in self.users.items():
            for model, name in closed:
                Model = self.env[model._name].with_user(user)
                field = Model._fields[name]
                calls = {
                    "read": lambda M=Model, n=name: M.browse(1).read([n]),
                    "web_read": lambda M=Model, n=name: M.browse(1).web_read({n: {}}),
                    "search_read": lambda M=Model, n=name: M.search_read([], [n], limit=1),
                    "order": lambda M=Model, n=name: M.search([], order=f"{n} desc", limit=1),
                    "domain": lambda M=Model, n=name: M.search([(n, ">", 5)], limit=1),
                    "groupby": lambda M=Model, n=name: M.formatted_read_group([], [n], ["__count"]),
                    "aggregate": lambda M=Model, n=name: M.formatted_read_group([], [], [f"{n}:sum"]),
                }
                if not field.store:
                    for call in ("order", "domain", "groupby", "aggregate"):
                        calls.pop(call)
                for call, run in calls.items():
                    with self.subTest(who=who, model=model._name, field=name, call=call):
                        with self.assertRaises(AccessError):
                            run()
                self.assertNotIn(name, Model.fields_get([name]) if Model.has_access("read") else {})

    @mute_logger("odoo.models", "odoo.orm.models", "odoo.addons.base.models.ir_model")
    def test_by_other_ways(self):
        for who, user in self.users.items():
            product = self.product.with_user(user)
            template = product.product_tmpl_id
            # a client cannot send the server's own mark
            forged = product.with_context(crm_costs=True)
            attempts = {
                "forged": lambda p=forged: p.read(["standard_price"]),
                "template": lambda t=template: t.read(["standard_price"]),
                "path in a domain": lambda t=template: t.search([("product_variant_ids.standard_price", ">", 5)]),
                "path of a quant": lambda u=user: (
                    self.env["stock.quant"].with_user(u).search([("product_id.standard_price", ">", 5)])
                ),
                "path of an order": lambda u=user: (
                    self.env["sale.order.line"].with_user(u).search([("product_id.standard_price", ">", 5)])
                ),
                "group by a path": lambda u=user: (
                    self.env["stock.quant"]
                    .with_user(u)
                    .formatted_read_group([], ["product_id.standard_price"], ["__count"])
                ),
                "export": lambda u=user: (
                    self.env["stock.quant"]
                    .with_user(u)
                    .search([("product_id", "=", self.product.id)], limit=1)
                    ._export_rows([["product_id", "standard_price"]])
                ),
                "vendor price": lambda u=user: self.supplierinfo.with_user(u).read(["price"]),
                "vendor price by the product": lambda t=template: t.web_read({"seller_ids": {"fields": {"price": {}}}}),
                "write": lambda p=product: p.sudo().with_user(p.env.user).write({"standard_price": 1}),
                "manufacturing": lambda u=user: (
                    self.env["report.mrp.report_mo_overview"].with_user(u).get_report_values(1)
                ),
                "valuation": lambda u=user: (
                    self.env["stock_account.stock.valuation.report"].with_user(u).get_report_values()
                ),
                "cost lines": lambda u=user: (
                    self.env["crm.product.cost.line"]
                    .with_user(u)
                    .with_context(crm_cost_product=self.product.id)
                    .search_read([], ["cost"])
                ),
            }
            for attempt, run in attempts.items():
                with self.subTest(who=who, attempt=attempt), self.assertRaises(AccessError):
                    run()

    def test_nothing_told_in_passing(self):
        for who, user in self.users.items():
            product = self.product.with_user(user)
            with self.subTest(who=who):
                self.assertNotIn("price", self.supplierinfo.with_user(user).copy_data()[0])
                self.assertNotIn("standard_price", product.copy_data()[0])
                self.assertNotIn("standard_price", product.product_tmpl_id.copy_data()[0])
                self.assertNotIn("9.87", self.supplierinfo.with_user(user).display_name)
                if user == self.worker:  # others do not read operations
                    structure = str(self.env["report.mrp.report_bom_structure"].with_user(user).get_html(self.bom.id))
                    self.assertNotIn("7.65", structure)
                    self.assertIn("Component", structure)
                forecast = self.env["stock.forecasted_product_product"].with_user(user)
                if user == self.worker:
                    self.assertNotIn("value", forecast.get_report_values(self.product.ids)["docs"])
                form = self.env["product.template"].with_user(user).get_view(view_type="form")["arch"]
                self.assertNotIn('"standard_price"', form)

    def test_no_price_from_the_cost(self):
        values = {
            "pricelist_id": self.env["product.pricelist"].create({"name": "Test"}).id,
            "compute_price": "formula",
            "base": "standard_price",
        }
        Item = self.env["product.pricelist.item"]
        with self.assertRaises(AccessError):
            Item.with_user(self.manager).create(values)
        item = Item.with_user(self.manager).create(values | {"base": "list_price"})
        with self.assertRaises(AccessError):
            item.base = "standard_price"
        self.assertTrue(Item.with_user(self.rd_manager).create(values))

    def test_costs_of_invoiced_goods(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.env.company.id)], limit=1
        )
        account = self.env["account.account"].search([("account_type", "=", "expense")], limit=1)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "journal_id": journal.id,
                "invoice_user_id": self.seller.id,
                "invoice_line_ids": [Command.create({"name": "Sold", "quantity": 1, "price_unit": 100})],
            }
        )
        invoice.line_ids = [
            Command.create({"name": name, "display_type": "cogs", "account_id": account.id, "balance": balance})
            for name, balance in (("Cost", 12.34), ("Cost", -12.34))
        ]
        Line = self.env["account.move.line"]
        domain = [("move_id", "=", invoice.id), ("display_type", "=", "cogs")]
        self.assertEqual(Line.search_count(domain), 2)
        self.assertFalse(Line.with_user(self.seller).search(domain))
        self.assertTrue(Line.with_user(self.seller).search([("move_id", "=", invoice.id)]))

    def test_buyer_sees_them(self):
        product = self.product.with_user(self.buyer)
        self.assertEqual(product.read(["standard_price"])[0]["standard_price"], 12.34)
        self.assertEqual(self.supplierinfo.with_user(self.buyer).price, 9.87)
        self.assertIn("standard_price", self.env["product.template"].with_user(self.buyer).fields_get())
        structure = str(self.env["report.mrp.report_bom_structure"].with_user(self.buyer).get_html(self.bom.id))
        self.assertIn("7.65", structure)

    def test_no_other_field_of_that_kind_is_open(self):
        """Whatever app is installed: a field named like a cost must be closed, or be known to tell none."""
        open_fields = []
        for model in self.env.registry.values():
            Model = self.env[model._name].with_user(self.seller)
            if model._abstract or model._transient or not Model.has_access("read"):
                continue
            open_fields += [
                f"{model._name}.{field.name}"
                for field in model._fields.values()
                if field.type in ("float", "monetary", "char", "text", "json")
                and SUSPECT.search(field.name)
                and field.name not in HARMLESS
                and Model._has_field_access(field, "read")
            ]
        self.assertEqual(open_fields, [])
