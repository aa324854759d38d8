from odoo import api, models


class ReportContract(models.AbstractModel):
    _name = "report.crm_contract.contract"
    _description = "Contract Print"

    _sealed = False

    @api.model
    def _get_report_values(self, docids, data=None):
        contracts = self.env["crm.contract"].browse(docids)
        contracts.check_access("read")
        return {
            "doc_ids": docids,
            "docs": contracts,
            "sheets": [contract._print_sheet(sealed=self._sealed) for contract in contracts],
        }


class ReportContractSealed(models.AbstractModel):
    _name = "report.crm_contract.contract_sealed"
    _description = "Contract Print with Seal"
    _inherit = ["report.crm_contract.contract"]

    _sealed = True


class ReportContractVersion(models.AbstractModel):
    _name = "report.crm_contract.contract_version"
    _description = "Print of a Contract's Version"

    @api.model
    def _get_report_values(self, docids, data=None):
        versions = self.env["crm.contract.version"].browse(docids)
        versions.check_access("read")
        return {
            "doc_ids": docids,
            "docs": versions,
            "sheets": [version.contract_id._print_sheet(version.content, version.number) for version in versions],
        }


class ReportContractChangeList(models.AbstractModel):
    """The chosen changes in one table, with their sum per currency."""

    _name = "report.crm_contract.change_list"
    _description = "Contract Change Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        changes = self.env["crm.contract.change"].browse(docids)
        changes.check_access("read")
        totals = {
            currency: sum(own.filtered("applied_on").mapped("amount_difference"))
            for currency, own in changes.grouped("currency_id").items()
        }
        return {"doc_ids": docids, "docs": changes, "totals": totals, "company": self.env.company}
