from odoo import fields, models


class TestCrmItemImport(models.TransientModel):
    _name = "test.crm.item.import"
    _inherit = ["crm.import.wizard"]
    _description = "Test Item Import"
    _import_model = "test.crm.item"

    update_existing = fields.Boolean()

    def _import_columns(self):
        column = self._import_column
        return [
            column("name", required=True, example="Example item"),
            column("code", example="X-1", aliases=["Item No."]),
            column("category_id"),
            column("kind", example="First Kind"),
            column("quantity"),
            column("price"),
            column("day"),
            column("moment"),
            column("checked"),
        ]

    def _import_keys(self, row):
        return {"code": row.values.get("code")}

    def _import_match(self, rows):
        codes = [row.values.get("code") for row in rows if row.values.get("code")]
        found = {item.code: item for item in self.env["test.crm.item"].search([("code", "in", codes)])}
        for row in rows:
            row.record = found.get(row.values.get("code"))

    def _import_check_rows(self, rows):
        for row in rows:
            if row.record and not self.update_existing:
                row.skip()
            elif row.values.get("price") and row.values["price"] > 1_000_000:
                row.add_error(self.env._("The price is too high."), "price")
