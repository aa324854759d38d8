from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    crm_shipment_review = fields.Boolean(
        string="Review All Shipments", help="Also of orders without a type. Orders of a type follow their type."
    )
    crm_shipment_quality = fields.Boolean(
        string="Quality Release of Shipments",
        help="A shipment request is approved once an engineer has released the quality of all its lines.",
    )

    # EXPORT DOCUMENTS
    def _export_name(self):
        return self.partner_id.english_name or self.name

    def _export_issuer(self):
        """The head of an export document, line by line."""
        return self.partner_id._export_lines()

    def _export_bank(self):
        """The company's first bank account, line by line."""
        account = self.partner_id.bank_ids[:1]
        bank = account.bank_id
        return "\n".join(
            filter(
                None,
                [
                    account and f"Beneficiary: {self._export_name()}",
                    bank.name and f"Bank: {bank.name}",
                    bank.bic and f"SWIFT: {bank.bic}",
                    account.acc_number and f"A/C No.: {account.acc_number}",
                ],
            )
        )
