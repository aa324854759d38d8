from odoo import api, fields, models


class CrmContract(models.Model):
    """How far a contract has come: its review, deliveries, production, invoices and payments."""

    _inherit = "crm.contract"

    @api.readonly
    def get_progress(self):
        """What the progress page of this contract shows.

        :return: dict with ``review``: the decisions, and ``groups``: deliveries, production, invoices and payments as
            bars; ``rate`` is the part that is done, from 0 to 1. Dates are texts, ``days_late`` counts up to today or
            to the day it was done.
        """
        self.ensure_one()
        self.check_access("read")
        contract = self.sudo()  # sudo: who reads the contract may know how far it has come, though not its documents
        groups = [
            ("delivery", self.env._("Delivery"), contract._progress_deliveries()),
            ("production", self.env._("Production"), contract._progress_productions()),
            ("invoice", self.env._("Invoices"), contract._progress_invoices()),
            ("payment", self.env._("Payments"), contract._progress_payments()),
        ]
        return {
            "currency_id": contract.currency_id.id,
            "review": contract._progress_review(),
            "groups": [{"name": name, "label": label, "rows": rows} for name, label, rows in groups if rows],
        }

    def _progress_review(self):
        lines = self.review_id.line_ids.filtered(
            lambda line: line.kind != "cc" and line.state not in ("cancelled", "skipped")
        )
        states = dict(lines._fields["state"]._description_selection(self.env))
        return [
            {
                "id": line.id,
                "step": line.step_name or "",
                "user": (line.acted_by_id or line.user_id).name,
                "state": line.state,
                "label": states.get(line.state, ""),
                "since": fields.Datetime.to_string(line.since) if line.since else False,
                "acted_on": fields.Datetime.to_string(line.acted_on) if line.acted_on else False,
                "hours": self._progress_hours(line.since, line.acted_on),
            }
            for line in lines.sorted(lambda line: (line.lap, line.rank, line.id))
        ]

    @api.model
    def _progress_hours(self, start, end):
        end = end or fields.Datetime.now()
        return round((end - start).total_seconds() / 3600, 1) if start else False

    def _progress_deliveries(self):
        return [
            self._progress_bar(
                line,
                line.product_id.display_name or line.name,
                line.qty_delivered,
                line.quantity,
                line.delivery_date,
                False if line._is_open() else line.date_delivered,
                unit=line.product_uom_id.name,
            )
            for line in self.line_ids._in_order()
            if line.quantity
        ]

    def _progress_productions(self):
        if self.kind == "purchase":
            return []
        rows = self.env["crm.production.report"].search([("contract_id", "=", self.id)], order="date_start, id")
        return [
            self._progress_bar(
                row,
                f"{row.name} {row.product_id.display_name}",
                row.qty_done,
                row.quantity,
                row.date_deadline and fields.Datetime.context_timestamp(self, row.date_deadline).date(),
                row.state == "done" and row.date_end and fields.Datetime.context_timestamp(self, row.date_end).date(),
                unit=row.product_uom_id.name,
            )
            for row in rows
            if row.state != "cancel"
        ]

    def _progress_invoices(self):
        rows = []
        for milestone in self.milestone_ids._in_order():
            posted = milestone.move_ids.filtered(lambda move: move.state == "posted")
            done = not self.currency_id.compare_amounts(milestone.amount_to_invoice, 0)
            date = done and max(filter(None, posted.mapped("invoice_date")), default=False)
            rows.append(
                self._progress_bar(milestone, milestone.name, milestone.amount_invoiced, milestone.amount, False, date)
            )
        return rows

    def _progress_payments(self):
        rows = []
        for milestone in self.milestone_ids._in_order():
            paid = self.currency_id.compare_amounts(milestone.amount_open, 0) <= 0
            payments = milestone.move_ids._get_reconciled_payments() if paid else milestone.move_ids.browse()
            date = paid and max(filter(None, payments.mapped("date")), default=False)
            row = self._progress_bar(
                milestone, milestone.name, milestone.amount_received, milestone.amount, milestone.date_due, date
            )
            if paid and not date:
                row["days_late"] = 0
            rows.append(row)
        return rows

    @api.model
    def _progress_bar(self, record, label, done, total, planned, finished, unit=None):
        """One bar.

        :param done: how much of ``total`` is done: quantities in ``unit``, without one amounts of the contract
        :param planned: date when it should be done
        :param finished: date when it was, False if it is not
        """
        end = finished or fields.Date.context_today(self)
        return {
            "id": record.id,
            "label": label,
            "done": done,
            "total": total,
            "rate": min(max(done / total, 0), 1) if total else 0,
            "unit": unit,
            "planned": fields.Date.to_string(planned) if planned else False,
            "finished": fields.Date.to_string(finished) if finished else False,
            "days_late": max((end - planned).days, 0) if planned else 0,
        }

    def action_open_contract(self):
        """Open the contract from its progress page."""
        self.ensure_one()
        return self.get_formview_action()

    def action_open_progress(self):
        self.ensure_one()
        view = self.env.ref("crm_contract.crm_contract_view_form_progress")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contract Progress"),
            "res_model": "crm.contract",
            "res_id": self.id,
            "views": [(view.id, "form")],
        }
