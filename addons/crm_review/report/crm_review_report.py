from odoo import models


class CrmReview(models.Model):
    _inherit = "crm.review"

    def _print_signatures(self):
        """:return: {id of a task: drawn signature, base64} for the printed progress"""
        self.ensure_one()
        self.check_access("read")
        # sudo: as in progress, who may read the review may see its whole way
        signed = self.sudo().line_ids.filtered("signature")
        return {line.id: line.signature for line in signed}

    def _print_changes(self):
        """:return: the events of permitted changes while the document was under review"""
        self.ensure_one()
        return self.event_ids.filtered(lambda event: event.action == "change")
