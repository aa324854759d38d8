from odoo.addons.crm_base.tests.common import CrmCase


class CustomerCase(CrmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("sales_manager", department=cls.sales)
        cls.seller = cls.new_user("salesperson", "seller", cls.north)
        cls.other = cls.new_user("salesperson", "other", cls.finance)
        cls.assistant = cls.new_user("sales_assistant", department=cls.finance)
        cls.boss = cls.new_user("general_manager")
        cls.admin = cls.new_user("crm_admin")

    @classmethod
    def new_customer(cls, name, user=None, **values):
        """A customer entered by one of the users, the seller by default."""
        Partner = cls.env["res.partner"].with_user(user or cls.seller)
        return Partner.create({"name": name, "is_crm_customer": True, "is_company": True, **values}).with_env(cls.env)
