from odoo import api, fields, models


class CrmFileMixin(models.AbstractModel):
    """A document whose form has a button to its files in the file centre.

    Every document with a data scope and a chatter has its files there; this adds the button only.
    """

    _name = "crm.file.mixin"
    _description = "Document with a Button to its Files"

    crm_file_count = fields.Integer(string="Files", compute="_compute_crm_file_count", exportable=False)

    @api.depends_context("uid")
    def _compute_crm_file_count(self):
        counts = dict(
            self.env["crm.file"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)], ["res_id"], ["__count"]
            )
        )
        for document in self:
            document.crm_file_count = counts.get(document.id, 0)

    def action_crm_files(self):
        """The files of one document, in the file centre."""
        self.ensure_one()
        return self.env["crm.file"]._action_of_document(self)
