from odoo import Command
from odoo.tests import TransactionCase


class CrmCase(TransactionCase):
    """Users by role in a small tree of departments: Sales (head: the manager) > North, South."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Department = cls.env["hr.department"]
        cls.sales = Department.create({"name": "Sales"})
        cls.north = Department.create({"name": "North", "parent_id": cls.sales.id})
        cls.south = Department.create({"name": "South", "parent_id": cls.sales.id})
        cls.finance = Department.create({"name": "Finance"})

    @classmethod
    def new_user(cls, role, login=None, department=None, **values):
        """A user with a role, and his employee if he works in a department.

        :param role: technical name of the role, as in ``crm_base.group_<role>``
        """
        login = login or role
        user = (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": login.title(),
                    "login": login,
                    "email": f"{login}@example.com",
                    "role_line_ids": [Command.create({"role_id": cls.env.ref(f"crm_base.res_users_role_{role}").id})],
                    **values,
                }
            )
        )
        if department:
            cls.env["hr.employee"].create(
                {
                    "name": user.name,
                    "user_id": user.id,
                    "department_id": department.id,
                    "company_id": user.company_id.id,
                }
            )
        return user
