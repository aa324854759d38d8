from odoo import Command
from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.crm_base.tests.common import CrmCase

# the default data scopes of the roles; all of them work in the department Sales, above North
OWN = ("salesperson", "sales_assistant", "engineer", "rd_manager", "buyer", "platform_developer")
DEPARTMENT_BELOW = ("sales_manager",)
ALL = ("general_manager", "cashier", "receivables_accountant", "aftersales", "crm_admin")
ROLES = OWN + DEPARTMENT_BELOW + ALL
SELLING = ("salesperson", "sales_assistant", "sales_manager", "general_manager", "crm_admin")  # write customers
EXPORTING = ("sales_manager", "general_manager", "crm_admin")

# what a user is to a customer: the roles that read it, the roles in whose scope for changes it is
RELATIONS = {
    "own": (ROLES, ROLES),
    "colleague": (ALL, ALL),  # of another department
    "department": (DEPARTMENT_BELOW + ALL, DEPARTMENT_BELOW + ALL),  # of the department below
    "shared_read": (ROLES, ALL),
    "shared_edit": (ROLES, ROLES),
    "shared_department": (ROLES, ALL),
    "expired": (ALL, ALL),
    "revoked": (ALL, ALL),
    "assistant": (ROLES, ROLES),
    "pool": (ALL, ALL),  # a pool's members see its board, not the customer
    "unassigned": (ALL, ALL),
}


class Undo(Exception):
    """Takes back what a probe has changed."""


@tagged("post_install", "-at_install")
class TestScopeMatrix(CrmCase):
    """Every role, everything it can be to a customer, every way to read and to change: by calls as a client sends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls.new_user(role, f"matrix_{role}", cls.sales) for role in ROLES}
        everybody = cls.env["res.users"].union(*cls.users.values())
        cls.near = cls.new_user("salesperson", "near", cls.north)
        cls.far = cls.new_user("salesperson", "far", cls.finance)
        cls.third = cls.new_user("engineer", "third", cls.finance)
        cls.product = cls.env["product.product"].create({"name": "x"})
        cls.pool = cls.env["crm.customer.pool"].create({"name": "Matrix", "user_ids": [Command.set(everybody.ids)]})
        cls.cases = {
            "colleague": cls.new_case("甲东方钟表厂", cls.far),
            "department": cls.new_case("乙西山陶瓷厂", cls.near),
            "shared_read": cls.new_case("丙南湖造纸厂", cls.far),
            "shared_edit": cls.new_case("丁北岭玻璃厂", cls.far),
            "shared_department": cls.new_case("戊中原皮革厂", cls.far),
            "expired": cls.new_case("己长河铸造厂", cls.far),
            "revoked": cls.new_case("庚青云印染厂", cls.far),
            "assistant": cls.new_case("辛白塔橡胶厂", cls.far),
            "pool": cls.new_case("壬黄土砖瓦厂", cls.far),
            "unassigned": cls.new_case("癸黑水木材厂", cls.far),
            **{("own", role): cls.new_case(f"子{role}机床厂", user) for role, user in cls.users.items()},
        }

        def share(case, **values):
            partner = cls.cases[case]["customer"]
            grantees = [{"user_id": user.id} for user in everybody]
            if "department_id" in values:
                grantees = [{}]
            Share = cls.env["crm.customer.share"]
            return Share.create([{"partner_id": partner.id, **grantee, **values} for grantee in grantees])

        share("shared_read")
        share("shared_edit", access="edit")
        share("shared_department", department_id=cls.sales.id)
        expired = share("expired", access="edit")
        share("revoked", access="edit").action_revoke()
        cls.cases["assistant"]["customer"].crm_assistant_ids = everybody
        cls.cases["pool"]["customer"]._crm_change_owner("released", pool=cls.pool)
        cls.cases["unassigned"]["customer"]._crm_change_owner("corrected")
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE crm_customer_share SET date_to = CURRENT_DATE - 2 WHERE id = ANY(%s)", [expired.ids])
        cls.env.invalidate_all()
        cls.env.cr.cache.clear()

    @classmethod
    def new_case(cls, name, owner):
        """A customer of an owner, with one of everything that hangs on it."""
        customer = cls.env["res.partner"].create(
            {
                "name": name,
                "is_crm_customer": True,
                "is_company": True,
                "user_id": owner.id,
                "duplicate_reason": "test",
                "child_ids": [Command.create({"name": f"{name}联系人"})],
            }
        )
        order = cls.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "user_id": cls.env.uid,  # what the owner made would stay his whatever becomes of the customer
                "order_line": [Command.create({"product_id": cls.product.id})],
            }
        )
        return {
            "customer": customer,
            "contact": customer.child_ids,
            "followup": cls.env["crm.followup"].create({"partner_id": customer.id, "content": name}),
            "order": order,
            "order line": order.order_line,
            "history": customer.owner_history_ids,
            "account": cls.env["res.partner.bank"].create(
                {"partner_id": customer.id, "acc_number": f"62{customer.id}"}
            ),
            "attachment": cls.env["ir.attachment"].create(
                {"name": name, "raw": b"x", "res_model": "res.partner", "res_id": customer.id}
            ),
            "message": customer.message_post(body=name),
            "activity": customer.activity_schedule(summary=name, user_id=cls.env.uid),
        }

    # CALLS

    def rpc(self, user, model, method, *args, **kwargs):
        """A call of the web client in a user's name."""
        return call_kw(self.env(user=user)[model], method, list(args), kwargs)

    def may(self, call, *args, **kwargs):
        """Whether a call is allowed; what it changes is taken back."""
        try:
            with self.env.cr.savepoint():
                call(*args, **kwargs)
                self.env.flush_all()
                raise Undo
        except Undo:
            return True
        except UserError:  # an AccessError is one
            return False

    def case(self, relation, role):
        return self.cases[(relation, role) if relation == "own" else relation]

    # PROBES: name → whether the user gets at it

    def reading(self, user, role, case):
        customer = case["customer"]
        this = [("id", "=", customer.id)]

        def call(method, *args, **kwargs):
            return self.rpc(user, "res.partner", method, *args, **kwargs)

        yield "search", bool(call("search", [("name", "=", customer.name)]))
        yield "search by pinyin and the like", bool(call("search", [("crm_search", "ilike", customer.name[:4])]))
        yield "search_count", bool(call("search_count", this))
        yield "search_read", bool(call("search_read", this, ["phone"]))
        yield "web_search_read", bool(call("web_search_read", this, {"name": {}})["length"])
        yield "name_search", bool(call("name_search", customer.name))
        yield "group", bool(call("formatted_read_group", this, ["user_id"], ["__count"]))
        yield "list's groups", bool(call("web_read_group", this, ["crm_status"], ["__count"])["length"])
        yield "read", self.may(call, "read", customer.ids, ["phone"])
        yield "web_read", self.may(call, "web_read", customer.ids, {"phone": {}})
        if role in EXPORTING:
            yield "export_data", self.may(call, "export_data", customer.ids, ["name"])
        for name, record in case.items():
            if name in ("customer", "activity") or not record.with_user(user).browse().has_access("read"):
                continue  # what a role does not read at all
            found = self.rpc(user, record._name, "search", [("id", "=", record.id)])
            yield f"search of {name}", bool(found)
            yield f"read of {name}", self.may(self.rpc, user, record._name, "read", record.ids, ["display_name"])
        messages = [("model", "=", "res.partner"), ("res_id", "=", customer.id)]
        yield "messages", bool(self.rpc(user, "mail.message", "search", messages))
        yield "message", self.may(self.rpc, user, "mail.message", "read", case["message"].ids, ["body"])
        if self.rpc(user, "mail.activity", "search", [("id", "=", case["activity"].id)]):
            yield "activities", True  # a colleague's task takes more than reading the customer
        yield "attachment's content", self.may(self.rpc, user, "ir.attachment", "read", case["attachment"].ids, ["raw"])

    def changing(self, user, role, case):
        customer, contact = case["customer"], case["contact"]
        ids = {"partner_id": customer.id}
        place = {"res_model": "res.partner", "res_id": customer.id}
        yield "write", self.may(self.rpc, user, "res.partner", "write", customer.ids, {"street": "x"})
        yield "web_save", self.may(self.rpc, user, "res.partner", "web_save", customer.ids, {"street": "x"}, {})
        yield "contact", self.may(self.rpc, user, "res.partner", "write", contact.ids, {"function": "x"})
        yield (
            "new contact",
            self.may(self.rpc, user, "res.partner", "create", [{"name": "x", "parent_id": customer.id}]),
        )
        if role in SELLING or customer.user_id != user:  # whoever follows a customer may comment on it
            yield "message_post", self.may(self.rpc, user, "res.partner", "message_post", customer.ids, body="x")
        yield "attachment", self.may(self.rpc, user, "ir.attachment", "create", [{"name": "x", "raw": "eA==", **place}])
        yield (
            "attachment's change",
            self.may(self.rpc, user, "ir.attachment", "write", case["attachment"].ids, {"name": "x"}),
        )
        yield "new follow-up", self.may(self.rpc, user, "crm.followup", "create", [{**ids, "content": "x"}])
        yield "new order", self.may(self.rpc, user, "sale.order", "create", [ids])
        yield "order", self.may(self.rpc, user, "sale.order", "write", case["order"].ids, {"client_order_ref": "x"})

    def giving_away(self, user, role, case):
        """What only the owner, his managers and administrators do."""
        customer = case["customer"]
        share = {"partner_id": customer.id, "user_id": self.third.id}
        yield "share", self.may(self.rpc, user, "crm.customer.share", "create", [share])
        hand_over = {"line_ids": [Command.create({"partner_id": customer.id})]}
        yield "hand-over", self.may(self.rpc, user, "crm.customer.transfer", "create", [hand_over])

    def cells(self):
        for relation, (readers, writers) in RELATIONS.items():
            for role, user in self.users.items():
                self.env.flush_all()
                self.env.invalidate_all()
                self.env.cr.cache.clear()  # as in a request of its own
                yield role, user, relation, self.case(relation, role), role in readers, role in writers

    def assert_probes(self, probes, expected):
        """
        :param probes: function of (user, role, case) that yields (name, whether the user gets at it)
        :param expected: function of (role, relation, whether he reads it, whether it is in his scope for changes)
        """
        wrong = []
        for role, user, relation, case, reads, writes in self.cells():
            wanted = expected(role, relation, reads, writes)
            for name, seen in probes(user, role, case):
                if seen != wanted:
                    wrong.append(f"{role}, {relation}, {name}: {'allowed' if seen else 'refused'}")
        self.assertFalse(wrong, "\n".join([f"{len(wrong)} wrong", *wrong]))

    # TESTS

    def test_reading(self):
        self.assert_probes(self.reading, lambda _role, _relation, reads, _writes: reads)

    def test_changing(self):
        self.assert_probes(self.changing, lambda role, _relation, _reads, writes: writes and role in SELLING)

    def test_giving_away(self):
        """Only by the owner, by his managers, and by who sees all."""
        through_scope = {"own": ROLES, "department": DEPARTMENT_BELOW + ALL}
        self.assert_probes(
            self.giving_away,
            lambda role, relation, _reads, _writes: role in SELLING and role in through_scope.get(relation, ALL),
        )

    def test_deleting(self):
        """Only by the administrator."""
        for role, user, relation, case, _reads, _writes in self.cells():
            for name in ("customer", "contact", "order", "account"):
                deleted = self.may(self.rpc, user, case[name]._name, "unlink", case[name].ids)
                self.assertFalse(deleted and role != "crm_admin", f"{role} deletes {name}, {relation}")
