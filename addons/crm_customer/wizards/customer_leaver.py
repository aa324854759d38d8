from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmCustomerLeaver(models.TransientModel):
    """Hands over everything of a user who leaves, and freezes his account; says before how much it is."""

    _name = "crm.customer.leaver"
    _description = "Hand-over of a Leaver"

    user_id = fields.Many2one(
        "res.users",
        string="Who Leaves",
        required=True,
        domain="[('share', '=', False), ('id', '!=', uid)]",
        context={"active_test": False},
    )
    heir_id = fields.Many2one(
        "res.users", string="Hand Over To", required=True, domain="[('share', '=', False), ('id', '!=', user_id)]"
    )
    reason = fields.Text(required=True)
    count_ids = fields.One2many("crm.customer.leaver.count", "leaver_id", compute="_compute_count_ids")

    @api.depends("user_id")
    def _compute_count_ids(self):
        for wizard in self:
            counts = wizard._counts() if wizard.user_id else []
            wizard.count_ids = [fields.Command.clear()] + [
                fields.Command.create({"name": name, "count": count}) for name, count in counts
            ]

    def _customers(self):
        return (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search([("is_crm_customer", "=", True), ("user_id", "=", self.user_id.id)], order="id")
        )

    def _counts(self):
        """What would be handed over.

        :return: list of (label, number of records)
        """
        user = self.user_id._origin or self.user_id
        reviews = self.env["crm.review.handover"].new({"user_id": user.id})
        counts = [(self.env._("Customers"), len(self._customers()))]
        for along in self.env["crm.customer.transfer"]._documents_along():
            label = self.env["crm.customer.transfer"]._fields[along.option]._description_string(self.env)
            domain = [(along.owner, "=", user.id), *along.domain]
            counts.append((label, self.env[along.model].search_count(domain)))
        counts += [
            (self.env._("Planned Activities"), self.env["mail.activity"].search_count([("user_id", "=", user.id)])),
            (
                self.env._("Customers shared with him"),
                self.env["crm.customer.share"].search_count([("user_id", "=", user.id)]),
            ),
            (
                self.env._("Customers that he assists"),
                self.env["res.partner"].search_count([("crm_assistant_ids", "in", user.ids)]),
            ),
            (self.env._("Review tasks"), reviews.task_count),
            (self.env._("Review positions"), len(reviews.position_ids)),
        ]
        return counts

    def action_hand_over(self):
        """Start the hand-over.

        :return: action that opens it
        """
        self.ensure_one()
        if self.user_id in (self.env.user, self.heir_id):
            raise UserError(self.env._("Choose two different people, neither of whom leaves while doing this himself."))
        self.env["res.partner"]._crm_check_receiver(self.heir_id)
        if open_transfer := self.env["crm.customer.transfer"].search(
            [("leaver_id", "=", self.user_id.id), ("state", "in", ("waiting", "running"))], limit=1
        ):
            raise UserError(
                self.env._(
                    "%(user)s is being handed over already by %(name)s.",
                    user=self.user_id.name,
                    name=open_transfer.name,
                )
            )
        # sudo: only the administrator gets here, and only a hand-over made here has a leaver
        transfer = (
            self.env["crm.customer.transfer"]
            .sudo()
            .create({"to_user_id": self.heir_id.id, "reason": self.reason, "leaver_id": self.user_id.id})
        )
        transfer._add_customers(self._customers())
        transfer._start()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer Hand-over"),
            "res_model": transfer._name,
            "res_id": transfer.id,
            "views": [(False, "form")],
        }


class CrmCustomerLeaverCount(models.TransientModel):
    _name = "crm.customer.leaver.count"
    _description = "What a Leaver Hands Over"

    leaver_id = fields.Many2one("crm.customer.leaver", ondelete="cascade")
    name = fields.Char(string="What", readonly=True)
    count = fields.Integer(readonly=True)
