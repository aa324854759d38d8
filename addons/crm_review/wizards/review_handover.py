from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError


class CrmReviewHandover(models.TransientModel):
    """Hands all that somebody has to review, now and later, to somebody else."""

    _name = "crm.review.handover"
    _description = "Hand-over of Review Tasks"

    user_id = fields.Many2one("res.users", string="From", required=True, domain="[('share', '=', False)]")
    heir_id = fields.Many2one(
        "res.users", string="To", required=True, domain="[('share', '=', False), ('id', '!=', user_id)]"
    )
    comment = fields.Text(string="Reason", required=True)
    with_positions = fields.Boolean(string="His Positions, Too", default=True)
    task_count = fields.Integer(string="Open Tasks", compute="_compute_counts")
    position_ids = fields.Many2many("crm.review.position", string="Positions", compute="_compute_counts")

    @api.depends("user_id")
    def _compute_counts(self):
        Line = self.env["crm.review.line"].with_context(active_test=False)
        for wizard in self:
            wizard.task_count = Line.search_count(wizard._task_domain())
            wizard.position_ids = (
                self.env["crm.review.position.member"].search([("user_id", "=", wizard.user_id.id)]).position_id
            )

    def _task_domain(self):
        return [("user_id", "=", self.user_id.id), ("state", "in", ("waiting", "pending"))]

    def action_hand_over(self):
        """Move the open tasks, and the positions if wanted."""
        self.ensure_one()
        if not self.env.user.has_group("crm_base.group_crm_admin"):
            raise AccessError(self.env._("Only the administrator hands over reviews."))
        if self.user_id == self.heir_id:
            raise UserError(self.env._("Choose two different people."))
        lines = self.env["crm.review.line"].search(self._task_domain())
        # sudo: nobody has the right to write tasks; that the user is the administrator is checked above
        lines.sudo()._hand_over(self.comment, self.heir_id)
        if self.with_positions:
            members = self.env["crm.review.position.member"].search([("user_id", "=", self.user_id.id)])
            for position, own in members.grouped("position_id").items():
                taken = position.member_ids.filtered(lambda member: member.user_id == self.heir_id).department_id
                twins = own.filtered(lambda member, taken=taken: member.department_id and member.department_id in taken)
                (own - twins).user_id = self.heir_id
                position.member_ids = [Command.delete(member.id) for member in twins]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s tasks handed to %(user)s.", count=len(lines), user=self.heir_id.name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
