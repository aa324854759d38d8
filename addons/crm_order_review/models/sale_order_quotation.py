from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount
from odoo.tools.sql import column_exists, create_column

from odoo.addons.crm_review.tools.guard import unlocked

QUOTATION_STATES = [
    ("open", "Under Negotiation"),
    ("superseded", "Replaced"),
    ("won", "Accepted"),
    ("lost", "Lost"),
]


class SaleOrder(models.Model):
    """Quotations: orders without a type, which the customer accepts or not.

    A quotation that is approved or has been sent is kept as it is; it changes by a new version. Accepted, it becomes a
    sales application of its own, so that what was offered stays on record.
    """

    _inherit = "sale.order"

    # FIELDS
    crm_version = fields.Integer(string="Version", default=1, readonly=True, copy=False)
    crm_version_of_id = fields.Many2one(
        "sale.order", string="First Version", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    crm_version_ids = fields.Many2many("sale.order", compute="_compute_crm_version_ids", string="Versions")
    crm_version_diff = fields.Json(string="Changes against the Version Before", compute="_compute_crm_version_diff")
    crm_quotation_state = fields.Selection(
        QUOTATION_STATES, string="Quotation State", default="open", readonly=True, copy=False, tracking=True
    )
    crm_decided_on = fields.Date(string="Decided On", readonly=True, copy=False)
    crm_lost_reason_id = fields.Many2one(
        "crm.quotation.lost.reason", string="Lost Reason", readonly=True, copy=False, index="btree_not_null"
    )
    crm_lost_note = fields.Char(string="Lost to", readonly=True, copy=False)
    crm_quotation_id = fields.Many2one(
        "sale.order", string="Quotation", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    crm_application_ids = fields.One2many("sale.order", "crm_quotation_id", string="Sales Applications", readonly=True)
    crm_print_language = fields.Selection(
        [("zh", "Chinese"), ("en", "English"), ("both", "Chinese and English")],
        string="Print In",
        compute="_compute_crm_print_language",
        store=True,
        readonly=False,
        precompute=True,
    )
    crm_bank_account_id = fields.Many2one(
        "res.partner.bank",
        string="Our Bank Account",
        domain="[('partner_id.ref_company_ids', 'in', company_id)]",
        help="Printed on the quotation.",
    )

    def _auto_init(self):
        """Quotations of before keep the language they were printed in: the ORM would read every order there is."""
        if not column_exists(self.env.cr, self._table, "crm_print_language"):
            create_column(self.env.cr, self._table, "crm_print_language", "varchar")
        return super()._auto_init()

    # COMPUTE
    @api.depends("partner_id")
    def _compute_crm_print_language(self):
        for order in self:
            chinese = order.partner_id.lang == "zh_CN" if order.partner_id.lang else True
            order.crm_print_language = "zh" if chinese and not order._crm_is_abroad() else "en"

    def _crm_is_abroad(self):
        """Whether the customer is in another country than the company."""
        country, home = self.partner_id.country_id, self.company_id.country_id
        return bool(country and home and country != home)

    def _crm_is_export(self):
        """Whether its goods leave the country: as its type says, or of a quotation where its customer is."""
        if self.crm_order_type_id:
            return self.crm_order_type_id.is_overseas
        return not self.crm_is_history and self._crm_is_abroad()

    def _compute_crm_version_ids(self):
        for order in self:
            first = order.crm_version_of_id or order
            order.crm_version_ids = (first | self.search([("crm_version_of_id", "in", first.ids)])).sorted(
                "crm_version"
            )

    @api.depends("order_line.price_unit", "order_line.product_uom_qty", "order_line.discount", "crm_version_of_id")
    def _compute_crm_version_diff(self):
        for order in self:
            before = order._crm_version_before()
            order.crm_version_diff = order._crm_diff(before) if before else False

    def _crm_version_before(self):
        if not self.crm_version_of_id:
            return self.browse()
        domain = Domain("crm_version", "=", self.crm_version - 1) & (
            Domain("crm_version_of_id", "=", self.crm_version_of_id.id) | Domain("id", "=", self.crm_version_of_id.id)
        )
        return self.search(domain, limit=1)

    @api.model
    def _crm_line_facts(self, line):
        """What a reader compares of a line: {label: text}."""
        order = line.order_id
        breaks = [
            f"{one.quantity:g}: {format_amount(self.env, one.price_unit, order.currency_id)}"
            for one in line.crm_break_ids
        ]
        return {
            self.env._("Quantity"): f"{line.product_uom_qty:g} {line.product_uom_id.name or ''}".strip(),
            self.env._("Unit Price"): format_amount(self.env, line.price_unit, order.currency_id),
            self.env._("Discount"): f"{line.discount:g} %" if line.discount else "",
            self.env._("Requested Date"): str(line.crm_requested_date or ""),
            self.env._("Promised Date"): str(line.crm_promised_date or ""),
            self.env._("Quantity Breaks"): ", ".join(breaks),
        }

    def _crm_diff(self, before):
        """What this version changes against another one, matched by product in the order of the lines.

        :return: list of {"line", "kind": added | removed | changed, "changes": [[label, old text, new text]]}
        """
        self.ensure_one()

        def keyed(order):
            rows, seen = {}, {}
            for line in order._crm_product_lines():
                nth = seen[line.product_id.id] = seen.get(line.product_id.id, 0) + 1
                rows[line.product_id.id, nth] = line
            return rows

        old, new = keyed(before), keyed(self)
        result = []
        for key in [*new, *(key for key in old if key not in new)]:
            one, other = (self._crm_line_facts(rows[key]) if key in rows else {} for rows in (old, new))
            changes = [
                [label, one.get(label, ""), other.get(label, "")]
                for label in {**one, **other}
                if one.get(label, "") != other.get(label, "")
            ]
            if changes:
                kind = "added" if key not in old else "removed" if key not in new else "changed"
                line = new.get(key) or old[key]
                result.append({"line": line.product_id.sudo().display_name, "kind": kind, "changes": changes})
        total = [format_amount(self.env, order.amount_total, order.currency_id) for order in (before, self)]
        if total[0] != total[1]:
            result.append({"line": self.env._("Total"), "kind": "changed", "changes": [[self.env._("Amount"), *total]]})
        return result

    # ACTION
    def _crm_check_open_quotation(self):
        for order in self:
            if order.crm_order_type_id or order.state not in ("draft", "sent") or order.crm_quotation_state != "open":
                raise UserError(self.env._("%(order)s is no open quotation.", order=order.display_name))
            if order.review_state == "pending":
                raise UserError(
                    self.env._("%(order)s is under review. Wait for the decision, or recall it.", order=order.name)
                )

    def action_crm_new_version(self):
        """Copy the quotation into its next version; this one is kept as it is."""
        self.ensure_one()
        self.check_access("write")
        self._crm_check_open_quotation()
        if self.state == "draft" and self.review_state in ("new", "rejected", "recalled") and not self.crm_number:
            raise UserError(
                self.env._("%(order)s has not been sent or submitted yet. Change it directly.", order=self.display_name)
            )
        self._crm_draw_number()
        first = self.crm_version_of_id or self
        # sudo: number, version and state are written by methods alone; the copy itself is the user's
        copied = self.copy({"validity_date": self.validity_date, "client_order_ref": self.client_order_ref})
        unlocked(copied.sudo()).write(
            {
                "crm_version_of_id": first.id,
                "crm_version": self.crm_version + 1,
                "crm_number": first.crm_number,
                "name": f"{first.crm_number}-V{self.crm_version + 1}",
            }
        )
        unlocked(self.sudo()).crm_quotation_state = "superseded"
        return copied.get_formview_action()

    def action_crm_versions(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions"),
            "res_model": "sale.order",
            "views": [[self.env.ref("crm_order_review.sale_order_view_list_quotation").id, "list"], [False, "form"]],
            "domain": [("id", "in", self.crm_version_ids.ids)],
        }

    def action_crm_make_application(self):
        """Accept the quotation: a sales application of what the customer has chosen.

        :raise UserError: the quotation is not approved, or there is an application of it already
        """
        self.ensure_one()
        self.check_access("write")
        if self.crm_quotation_state == "won":
            alive = self.crm_application_ids.filtered(lambda order: order.state != "cancel")
            if alive:
                raise UserError(
                    self.env._(
                        "%(order)s has become %(application)s already.",
                        order=self.display_name,
                        application=alive[0].name,
                    )
                )
        else:
            self._crm_check_open_quotation()
        self._crm_check_gate("sent")
        if not self._crm_product_lines():
            raise UserError(self.env._("%(order)s has no lines. Add at least one product.", order=self.display_name))
        application = self.copy(self._crm_prepare_application_values())
        application._crm_apply_choices(self)
        # sudo: written by methods alone
        unlocked(application.sudo()).crm_quotation_id = self
        self._crm_decide("won")
        return application.get_formview_action()

    def _crm_prepare_application_values(self):
        """Hook: the values that an application does not simply copy from its quotation."""
        self.ensure_one()
        order_type = self.env["crm.order.type"]._default_for(self.partner_id, self.company_id)
        if not order_type:
            raise UserError(self.env._("There is no order type yet. Ask the administrator to make one."))
        return {
            "crm_order_type_id": order_type.id,
            "client_order_ref": self.client_order_ref,
            "incoterm": self.incoterm.id or order_type.incoterm_id.id,
            "validity_date": False,
            "origin": self.name,
        }

    def _crm_apply_choices(self, quotation):
        """Take over the quantity breaks that the customer has chosen on a quotation."""
        for line, source in zip(self._crm_product_lines(), quotation._crm_product_lines(), strict=True):
            chosen = source.crm_break_ids.filtered("is_chosen")
            if chosen:
                agreed = {"price_unit": chosen.price_unit, "technical_price_unit": 0, "discount": 0}
                line.write({"product_uom_qty": chosen.quantity, **agreed})
        self._crm_product_lines().crm_break_ids.unlink()

    def _crm_decide(self, state, **values):
        """Note how the customer has decided; with sudo, as the fields are written by methods alone."""
        values |= {"crm_quotation_state": state, "crm_decided_on": fields.Date.context_today(self)}
        unlocked(self.sudo()).write(values)

    def action_crm_lost(self):
        """Ask why the customer has not taken the quotation."""
        self._crm_check_open_quotation()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quotation Lost"),
            "res_model": "crm.quotation.lost",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_order_ids": [Command.set(self.ids)]},
        }

    def action_crm_reopen(self):
        """The customer thinks of it again."""
        for order in self:
            order.check_access("write")
            if order.crm_quotation_state != "lost":
                raise UserError(self.env._("%(order)s is not lost.", order=order.display_name))
        unlocked(self.sudo()).write(  # sudo: written by methods alone
            {
                "crm_quotation_state": "open",
                "crm_decided_on": False,
                "crm_lost_reason_id": False,
                "crm_lost_note": False,
            }
        )
        return True
