from odoo import Command

from .money_common import MoneyCase


class ContractCase(MoneyCase):
    """Contracts and changes that an engineer and the general manager review."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for kind in ("contract", "contract_change"):
            cls.env.ref(f"crm_contract.crm_review_kind_{kind}").without_flow = "refuse"
        cls.new_flow("contract", cls.engineer, cls.boss)
        cls.new_flow("contract_change", cls.boss)

    @classmethod
    def new_flow(cls, kind, *people):
        """A flow in which these people decide one after the other."""
        steps = [
            {"name": user.login, "rank": rank, "who": "users", "user_ids": [Command.set(user.ids)]}
            for rank, user in enumerate(people, start=1)
        ]
        cls.env["crm.review.flow"].create(
            {
                "name": f"Flow of {kind}",
                "kind_id": cls.env.ref(f"crm_contract.crm_review_kind_{kind}").id,
                "step_ids": [Command.create(step) for step in steps],
            }
        ).action_publish()

    def task(self, document, user):
        # sudo: to find it; it is acted on in the user's name
        domain = [("res_model", "=", document._name), ("res_id", "=", document.id), ("user_id", "=", user.id)]
        line = self.env["crm.review.line"].sudo().search([*domain, ("state", "=", "pending")])
        self.assertEqual(len(line), 1, f"{user.login} has {len(line)} open tasks")
        return line.with_user(user).sudo(False)

    def approve(self, document, *users):
        for user in users:
            self.task(document, user).action_approve()

    def new_approved(self, *lines, **values):
        contract = self.new_contract(*lines, **values)
        contract.action_review_submit()
        self.approve(contract, self.engineer, self.boss)
        self.assertEqual(contract.state, "approved")
        return contract

    def begin(self, contract, kind="terms", user=None, **values):
        """A change of a contract, begun as with its button."""
        action = contract.with_user(user or self.seller)._begin_change(kind)
        change = self.env["crm.contract.change"].with_user(user or self.seller).browse(action["res_id"])
        change.write(values)
        return change
