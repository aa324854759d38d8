from odoo import models
from odoo.tools import formatLang

from ..tools.contract_diff import SECTIONS, diff
from .crm_contract_clause_mixin import CLAUSE_TERMS
from .crm_contract_milestone_mixin import MILESTONE_TERMS

# the columns that are compared side by side, and which of a row's texts names it
COLUMNS = {
    "lines": ("quantity", "product_uom_id", "price_unit", "discount", "tax_ids", "delivery_date"),
    "milestones": MILESTONE_TERMS[1:],
    "clauses": CLAUSE_TERMS[1:],
}
MODELS = {
    "lines": "crm.contract.line",
    "milestones": "crm.contract.milestone",
    "clauses": "crm.contract.clause",
}
AMOUNTS = {"lines": "price_subtotal", "milestones": "amount", "clauses": None}


class CrmContract(models.Model):
    """Two contents of a contract side by side."""

    _inherit = "crm.contract"

    def _render_diff(self, old, new):
        """
        :param old: content, see `_contract_content`
        :param new: content
        :return: Markup; empty if nothing differs
        """
        found = diff(old, new)
        sections = [self._diff_section(name, found[name]) for name in SECTIONS]
        values = {
            "terms": [(self._label(self, name), *texts) for name, *texts in found["terms"]],
            "sections": [section for section in sections if section["rows"]],
            "totals": self._diff_totals(old, new),
        }
        if not values["terms"] and not values["sections"]:
            return ""
        return self.env["ir.qweb"]._render("crm_contract.contract_diff", values)

    def _diff_section(self, name, rows):
        model = self.env[MODELS[name]]
        shown = [row for row in rows if row["state"] != "same"]
        columns = [column for column in COLUMNS[name] if any(self._is_told(row, column) for row in shown)]
        amount = AMOUNTS[name]
        return {
            "title": self._label(self, f"{name[:-1]}_ids"),
            "labels": [self._label(model, column) for column in [*columns, *([amount] if amount else [])]],
            "rows": [self._diff_row(name, columns, row, amount) for row in shown],
        }

    @staticmethod
    def _is_told(row, column):
        """Whether a column tells something of a row: what changes in it, or what comes or goes with it."""
        if row["state"] == "changed":
            return column in row["changed"]
        return (row["old"] or row["new"]).get(column, ["", ""])[1] not in ("", "0")

    def _diff_row(self, name, columns, row, amount):
        def texts(side):
            if not side:
                return None
            values = [side.get(column, ["", ""])[1] for column in columns]
            return values + ([self._money(side["amounts"].get(amount))] if amount else [])

        side = row["new"] or row["old"]
        titles = {"lines": ("name", "product_id"), "milestones": ("name",), "clauses": ("title",)}[name]
        old, new = texts(row["old"]), texts(row["new"])
        changed = [column in row["changed"] for column in columns]
        if amount:
            changed.append(bool(old and new and old[-1] != new[-1]))
        return {
            "state": row["state"],
            "title": next((side[one][1] for one in titles if side.get(one, ["", ""])[1]), ""),
            "old": old,
            "new": new,
            "changed": changed,
        }

    def _diff_totals(self, old, new):
        amounts = [content.get("amounts", {}).get("amount_total") for content in (old, new)]
        return [self._money(amount) for amount in amounts] if amounts[0] != amounts[1] else None

    def _money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id) if amount is not None else ""

    @staticmethod
    def _label(model, name):
        return model._fields[name]._description_string(model.env)
