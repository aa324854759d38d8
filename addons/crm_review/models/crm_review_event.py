from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request

from ..tools.guard import texts_of

ACTIONS = [
    ("submit", "Submitted"),
    ("open", "Step Opened"),
    ("skip", "Passed Over"),
    ("approve", "Approved"),
    ("reject", "Rejected"),
    ("forward", "Forwarded"),
    ("delegate", "Delegated"),
    ("return", "Came Back to the Principal"),
    ("add_signer", "Signer Added"),
    ("cc", "Copied"),
    ("urge", "Urged"),
    ("withdraw", "Decision Withdrawn"),
    ("recall", "Recalled"),
    ("reassign", "Reassigned"),
    ("change", "Document Changed"),
    ("overdue", "Overdue"),
    ("finish", "Review Ended"),
]


class CrmReviewEvent(models.Model):
    """What has happened in a review. Lines are added and never changed or deleted, by nobody."""

    _name = "crm.review.event"
    _description = "Review Event"
    _order = "id"
    _rec_name = "action"
    _log_access = False

    review_id = fields.Many2one("crm.review", required=True, index=True, ondelete="restrict", readonly=True)
    line_id = fields.Many2one("crm.review.line", ondelete="restrict", readonly=True, index="btree_not_null")
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True, ondelete="restrict")
    for_user_id = fields.Many2one("res.users", string="In the Name Of", readonly=True, ondelete="restrict")
    step_name = fields.Char(string="Step", readonly=True)
    comment = fields.Text(readonly=True)
    before = fields.Json(readonly=True)
    after = fields.Json(readonly=True)
    part_model = fields.Char(readonly=True, export_string_translation=False)
    part_name = fields.Char(readonly=True, export_string_translation=False)  # the line that has changed; empty: none
    change = fields.Text(compute="_compute_change")
    address = fields.Char(string="Client Address", readonly=True, groups="crm_base.group_crm_admin")

    @api.depends("before", "after", "part_model", "part_name")
    @api.depends_context("lang", "tz")
    def _compute_change(self):
        for event in self:
            model = self.env.get(event.part_model or event.review_id.res_model)
            before, after = texts_of(model, event.before or {}), texts_of(model, event.after or {})
            line = f"{event.part_name}: " if event.part_name else ""
            event.change = "\n".join(
                f"{line}{name}: {before.get(name, '')} → {after.get(name, '')}" for name in {**before, **after}
            )

    @api.model
    def _log(self, vals_list):
        """Add events; who acts and from where is found out here.

        :param vals_list: field values, without ``user_id``, ``date`` and ``address``
        """
        address = request.httprequest.remote_addr if request else False
        # sudo: nobody has the right to write events, only the engine does
        return self.sudo().create([{"user_id": self.env.uid, "address": address, **vals} for vals in vals_list])

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The history of a review does not change."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of a review is not deleted."))
