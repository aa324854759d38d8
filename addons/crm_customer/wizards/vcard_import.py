import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.vcard import read_cards

MAX_CARDS = 1000


class CrmVcardImport(models.TransientModel):
    """Contacts from cards: read the file, look at what it holds, say whose contacts they are, create them."""

    _name = "crm.vcard.import"
    _description = "Import of Contact Cards"

    file = fields.Binary(string="Card File", attachment=False)
    filename = fields.Char()
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        domain="[('is_crm_customer', '=', True)]",
        help="Whose contacts they are. Empty: the customer of the card's company name.",
    )
    line_ids = fields.One2many(
        "crm.vcard.import.line", "import_id", compute="_compute_line_ids", store=True, readonly=False
    )

    @api.depends("file", "partner_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [Command.clear(), *map(Command.create, wizard._crm_lines())]

    def _crm_lines(self):
        if not self.file:
            return []
        try:
            cards = read_cards(base64.b64decode(self.file))
        except ValueError:
            raise UserError(
                self.env._("%(file)s holds no contact cards. Choose a vCard file (.vcf).", file=self.filename or "")
            ) from None
        if len(cards) > MAX_CARDS:
            raise UserError(
                self.env._(
                    "The file holds %(count)s cards, and at most %(most)s are taken at once. Split it.",
                    count=len(cards),
                    most=MAX_CARDS,
                )
            )
        Partner = self.env["res.partner"]
        names = {card["company"] for card in cards} - {""}
        customers = {}
        if names and not self.partner_id:
            found = Partner.search([("is_crm_customer", "=", True), ("name", "in", list(names))])
            customers = {customer.name: customer.id for customer in found}
        phones = [card["phone"] for card in cards if card["phone"]]
        known = set(Partner.search([("phone", "in", phones), ("crm_customer_id", "!=", False)]).mapped("phone"))
        return [
            {
                **card,
                "partner_id": self.partner_id.id or customers.get(card["company"], False),
                "is_known": card["phone"] in known,
                "is_wanted": bool(card["name"]) and card["phone"] not in known,
            }
            for card in cards
        ]

    def action_import(self):
        self.ensure_one()
        wanted = self.line_ids.filtered("is_wanted")
        if not wanted:
            raise UserError(self.env._("Choose a file and mark the cards to take over."))
        for number, line in enumerate(self.line_ids, 1):
            if line.is_wanted and not (line.partner_id and line.name):
                raise UserError(
                    self.env._(
                        "Card %(number)s (%(name)s) lacks its name or customer. Enter them, or leave the card out.",
                        number=number,
                        name=line.name or line.phone or "",
                    )
                )
        contacts = self.env["res.partner"].create([line._crm_contact_values() for line in wanted])
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.res_partner_action_contacts")
        return {**action, "domain": [("id", "in", contacts.ids)]}


class CrmVcardImportLine(models.TransientModel):
    _name = "crm.vcard.import.line"
    _description = "Contact Card"

    import_id = fields.Many2one("crm.vcard.import", required=True, ondelete="cascade")
    is_wanted = fields.Boolean(string="Take Over")
    is_known = fields.Boolean(string="Known Already", readonly=True)
    name = fields.Char()
    partner_id = fields.Many2one("res.partner", string="Customer", domain="[('is_crm_customer', '=', True)]")
    company = fields.Char(string="Company on the Card", readonly=True)
    department = fields.Char()
    function = fields.Char(string="Job Position")
    phone = fields.Char()
    office_phone = fields.Char()
    email = fields.Char()
    nickname = fields.Char()
    wechat = fields.Char(string="WeChat")

    def _crm_contact_values(self):
        same = ("name", "function", "phone", "office_phone", "email", "nickname", "wechat")
        return {
            **{fname: self[fname] for fname in same},
            "parent_id": self.partner_id.id,
            "contact_department": self.department,
            "type": "contact",
        }
