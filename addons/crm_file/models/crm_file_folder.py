from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmFileFolder(models.Model):
    """A folder of the file centre. It opens nothing: files follow their document, or their owner.

    Only a company folder opens files, those without a document, for everybody to read.
    """

    _name = "crm.file.folder"
    _description = "Folder"
    _parent_store = True
    _order = "parent_path"
    _rec_name = "complete_name"
    _rec_names_search = ["name"]

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(string="Folder", compute="_compute_complete_name", recursive=True)
    parent_id = fields.Many2one("crm.file.folder", string="Parent Folder", ondelete="restrict", index=True)
    parent_path = fields.Char(index=True)
    active = fields.Boolean(default=True)
    is_company = fields.Boolean(
        string="Company Folder",
        help="Everybody reads the files in this folder that belong to no document, such as price lists and forms.",
    )

    @api.depends("name", "parent_id.complete_name")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        for folder in self:
            folder.complete_name = " / ".join(filter(None, (folder.parent_id.complete_name, folder.name)))

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A folder cannot lie in itself. Choose another parent folder."))
