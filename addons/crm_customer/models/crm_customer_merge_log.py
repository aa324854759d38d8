from odoo import fields, models


class CrmCustomerMergeLog(models.Model):
    """What was merged into what, by whom and when, with all values as they were. Nobody writes it by hand."""

    _name = "crm.customer.merge.log"
    _description = "Merged Customer"
    _order = "id desc"
    _rec_name = "merged_name"

    partner_id = fields.Many2one(
        "res.partner", string="Merged Into", required=True, readonly=True, index=True, ondelete="cascade"
    )
    merged_name = fields.Char(string="Merged Customer", required=True, readonly=True)
    merged_code = fields.Char(string="Its Code", readonly=True)
    merged_id = fields.Integer(string="Its Database ID", readonly=True)
    user_id = fields.Many2one("res.users", string="Merged By", required=True, readonly=True)
    date = fields.Datetime(string="Merged On", required=True, readonly=True, default=fields.Datetime.now)
    reason = fields.Char(readonly=True)
    moved = fields.Json(string="Moved Records", readonly=True, help="Number of records by table and column.")
    old_values = fields.Json(
        string="Values Before", readonly=True, help="The values of both customers before they were merged."
    )
    moved_text = fields.Text(string="Moved", compute="_compute_moved_text")
    old_values_text = fields.Text(string="Its Values Before", compute="_compute_old_values_text")

    def _compute_moved_text(self):
        tables = {model._table: model._name for model in map(self.env.get, self.env.registry) if model._auto}
        models_sudo = self.env["ir.model"].sudo()  # sudo: only the translated names of models are read
        for log in self:
            counts = {}
            for key, count in (log.moved or {}).items():
                table = key.partition(".")[0]
                if table in tables:
                    counts[table] = max(count, counts.get(table, 0))
            log.moved_text = "\n".join(
                f"{models_sudo._get(tables[table]).name}: {count}" for table, count in sorted(counts.items())
            )

    def _compute_old_values_text(self):
        partner_fields = self.env["res.partner"].fields_get(attributes=["string"])
        for log in self:
            values = (log.old_values or {}).get("merged", {})
            log.old_values_text = "\n".join(
                f"{partner_fields[fname]['string']}: {value}"
                for fname, value in values.items()
                if fname in partner_fields and value not in (False, None, "")
            )
