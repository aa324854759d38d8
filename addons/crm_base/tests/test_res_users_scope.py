from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CrmCase


@tagged("post_install", "-at_install")
class TestResUsersScope(CrmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("sales_manager", department=cls.sales)
        cls.northerner = cls.new_user("salesperson", "northerner", cls.north)
        cls.colleague = cls.new_user("salesperson", "colleague", cls.north)
        cls.southerner = cls.new_user("salesperson", "southerner", cls.south)
        cls.boss = cls.new_user("general_manager")

    def owners(self, user):
        ids = user._crm_scope_owner_ids()
        return None if ids is None else self.env["res.users"].browse(ids)

    def test_defaults_of_the_roles(self):
        self.assertEqual(self.northerner.crm_effective_scope, "own")
        self.assertEqual(self.manager.crm_effective_scope, "department_below")
        self.assertEqual(self.boss.crm_effective_scope, "all")
        self.assertEqual(self.owners(self.northerner), self.northerner)
        self.assertEqual(self.owners(self.manager), self.manager | self.northerner | self.colleague | self.southerner)
        self.assertIsNone(self.owners(self.boss))

    def test_own_department(self):
        self.northerner.crm_scope = "department"
        self.assertEqual(self.owners(self.northerner), self.northerner | self.colleague)

    def test_users_own_scope_goes_before_his_roles(self):
        self.manager.crm_scope = "own"
        self.assertEqual(self.owners(self.manager), self.manager)
        self.manager.crm_scope = False
        self.assertIn(self.southerner, self.owners(self.manager))

    def test_scope_of_a_role_can_be_set(self):
        self.env.ref("crm_base.group_salesperson").crm_scope = "department"
        self.assertEqual(self.owners(self.northerner), self.northerner | self.colleague)

    def test_widest_of_several_roles(self):
        role = self.env.ref("crm_base.res_users_role_receivables_accountant")
        self.northerner.role_line_ids = [(0, 0, {"role_id": role.id})]
        self.assertIsNone(self.owners(self.northerner))

    def test_moving_to_another_department_counts_at_once(self):
        self.northerner.crm_scope = "department"
        self.assertNotIn(self.southerner, self.owners(self.northerner))
        self.southerner.employee_id.department_id = self.north
        self.assertIn(self.southerner, self.owners(self.northerner))

    def test_moving_a_department_counts_at_once(self):
        self.south.parent_id = self.finance
        self.assertNotIn(self.southerner, self.owners(self.manager))

    def test_head_of_a_department_he_does_not_work_in(self):
        self.colleague.crm_scope = "department"
        self.south.manager_id = self.colleague.employee_id
        self.assertEqual(self.owners(self.colleague), self.northerner | self.colleague | self.southerner)

    def test_who_left_still_counts(self):
        self.southerner.employee_id.active = False
        self.southerner.active = False
        self.assertIn(self.southerner.id, self.manager._crm_scope_owner_ids())

    def test_nobody_widens_his_own_scope(self):
        with self.assertRaises(AccessError):
            self.northerner.with_user(self.northerner).crm_scope = "all"
        with self.assertRaises(AccessError):
            self.env.ref("crm_base.group_salesperson").with_user(self.manager).crm_scope = "all"
