"""Who leads whom: what the reviewers of a document are found by."""

from functools import cached_property


class Directory:
    """Employees, their managers and departments, each looked up once in the life of this object.

    :param env: environment; everything is read with sudo, as the way of a document does not depend on who asks
    :param company: ``res.company`` whose employees count
    """

    def __init__(self, env, company):
        self.env, self.company = env(su=True), company
        self._employees = {}

    def employee(self, user):
        """:return: the employee of this user in the company, else in any company, else an empty record"""
        if user not in self._employees:
            self.load(user)
        return self._employees[user]

    def load(self, users):
        """Look many users up at once.

        :return: this directory
        """
        found = self.env["hr.employee"].search_fetch(
            [("user_id", "in", users.ids)], ["user_id", "company_id", "parent_id", "department_id"]
        )
        by_user = found.grouped("user_id")
        for user in users:
            employees = by_user.get(user, found.browse())
            own = employees.filtered(lambda employee: employee.company_id == self.company)
            self._employees[user] = (own or employees)[:1].with_prefetch(found._ids)
        return self

    @cached_property
    def administrators(self):
        """``res.users`` who take what would otherwise wait for nobody, the first of them first"""
        return self.company._review_administrators()

    def department(self, user):
        return self.employee(user).department_id

    def superior(self, user, level=1):
        """The user of the manager `level` levels up (1: the direct manager); without one, of the department's head."""
        employee = self.employee(user)
        for _step in range(level):
            above = employee.parent_id or self._head_above(employee)
            if not above or above == employee:
                return self.env["res.users"]
            employee = above
        return employee.user_id

    def _head_above(self, employee):
        for department in self.ancestors(employee.department_id):
            if department.manager_id and department.manager_id != employee:
                return department.manager_id
        return self.env["hr.employee"]

    def head(self, department):
        """:return: the user who heads the department or the nearest one above it"""
        for one in self.ancestors(department):
            if one.manager_id.user_id:
                return one.manager_id.user_id
        return self.env["res.users"]

    def ancestors(self, department):
        """:return: the department and those above it, nearest first"""
        while department:
            yield department
            department = department.parent_id
