from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

MOST_LABELS = 2000


class CrmCustomerLabel(models.TransientModel):
    """Prints address labels of customers."""

    _name = "crm.customer.label"
    _description = "Print Address Labels"

    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        required=True,
        context={"active_test": False},
        default=lambda self: self.env.context.get("active_ids"),
    )
    format_id = fields.Many2one(
        "crm.customer.label.format",
        string="Label Sheet",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["crm.customer.label.format"].search([], limit=1),
    )
    first_label = fields.Integer(
        string="Begin at Label", default=1, required=True, help="On a sheet of which some labels are used already."
    )
    with_contact = fields.Boolean(string="To the Primary Contact", default=True)
    with_phone = fields.Boolean(default=True)

    def action_print(self):
        """Print the labels.

        :return: action that downloads the PDF
        """
        self.ensure_one()
        if len(self.partner_ids) > MOST_LABELS:
            raise UserError(
                self.env._("At most %(limit)s labels are printed at once. Select fewer.", limit=MOST_LABELS)
            )
        per_sheet = self.format_id.rows * self.format_id.columns
        if not 1 <= self.first_label <= per_sheet:
            raise UserError(
                self.env._("Begin at Label: the sheet has the labels 1 to %(count)s. Choose one.", count=per_sheet)
            )
        return self.env.ref("crm_customer.customer_label_report").report_action(self, config=False)

    def _sheets(self):
        """The labels of each sheet: list of lists of dicts ``left, top`` (mm) and ``lines``."""
        self.ensure_one()
        sheet = self.format_id
        places = [None] * (self.first_label - 1) + [self._lines(partner) for partner in self.partner_ids]
        sheets = []
        for texts in split_every(sheet.rows * sheet.columns, places, list):
            labels = [(sheet._position(number), lines) for number, lines in enumerate(texts) if lines]
            sheets.append([{"left": left, "top": top, "lines": lines} for (left, top), lines in labels])
        return sheets

    def _lines(self, partner):
        """What stands on the label of a customer, line by line; the address as it is written in its country."""
        contact = partner.child_ids.filtered("is_primary_contact")[:1] if self.with_contact else partner.browse()
        if partner.country_id.code in ("CN", False):
            parts = (partner.state_id.name, partner.city, partner.district, partner.street, partner.street2)
            # municipalities are state and city alike
            address = ["".join(dict.fromkeys(part for part in parts if part))]
            lines = [partner.zip, *address, partner.name]
        else:
            lines = [partner.name, *partner._display_address(without_company=True).splitlines()]
        if contact:
            lines.append(self.env._("Attn. %(name)s", name=contact.name))
        if self.with_phone:
            lines.append(contact.phone or partner.phone)
        return [line.strip() for line in lines if line and line.strip()]
