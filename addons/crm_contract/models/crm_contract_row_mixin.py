from sys import maxsize

from odoo import api, fields, models

from .crm_contract_terms_mixin import content_value, refuse_computed


class CrmContractRowMixin(models.AbstractModel):
    """A row of what parties agree on: a line, a payment, a clause; of a contract, a change or a template."""

    _name = "crm.contract.row.mixin"
    _description = "Row of a Contract"
    _order = "sequence, id"

    _contract_document = "contract_id"  # the document that the row belongs to
    _contract_row = None  # in a change: the row of the contract that it is a copy of
    _contract_terms = ()  # what is agreed on
    _contract_amounts = ()  # what follows from it

    sequence = fields.Integer(default=10)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_computed(self, vals)
        rows = super().create(vals_list)
        rows._check_changer()
        return rows

    def write(self, vals):
        refuse_computed(self, vals)
        self._check_changer()
        return super().write(vals)

    def unlink(self):
        self._check_changer()
        return super().unlink()

    def _check_changer(self):
        """Hook: whether the user may change these rows' documents, beside rights and reviews."""
        self._document()._check_changer()

    # BUSINESS
    def _document(self):
        return self[self._contract_document]

    def _in_order(self):
        return self.sorted(lambda row: (row.sequence, row._origin.id or maxsize))

    def _row_key(self):
        """Which row of the contract this is; a row that a change adds has a key of its own."""
        if self._contract_row and not self[self._contract_row]:
            return f"new-{self._origin.id or self.id}"
        return (self[self._contract_row] if self._contract_row else self)._origin.id

    def _terms(self):
        """:return: what is agreed on in this row, to be compared with that of other rows"""
        return tuple(self[name] for name in self._contract_terms)

    def _content_rows(self):
        """:return: list of {"key": …, field: [value, text], "amounts": {field: number}}"""
        return [
            {
                "key": row._row_key(),
                **{name: content_value(row, name) for name in self._contract_terms},
                "amounts": {name: row[name] for name in self._contract_amounts},
            }
            for row in self._in_order()
        ]

    def _remove(self):
        """Hook: a change has removed these rows of its contract; with sudo, unlocked."""
        self.unlink()

    def _copy_values(self):
        """Values for a copy of this row in a change, a template or another contract."""
        self.ensure_one()
        values = self._convert_to_write({name: self[name] for name in self._contract_terms})
        return {"sequence": self.sequence, **values}
