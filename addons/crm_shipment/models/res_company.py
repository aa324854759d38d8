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
        if not self.crm_english_address:
            return self.partner_id._export_lines()
        phone = self.partner_id.phone
        lines = [self._export_name(), *self.crm_english_address.splitlines(), phone and f"Tel: {phone}"]
        return [line.strip() for line in lines if line]

    def _export_bank(self, orders):
        """The bank account that orders are paid to, line by line.

        :param orders: ``sale.order``; one of them may name an account, else it is our first one in their currency, or
            our first one
        """
        accounts = self.partner_id.bank_ids
        ours = accounts.filtered(lambda one: one.currency_id == orders[:1].currency_id)
        account = (orders.crm_bank_account_id | ours | accounts)[:1]
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
