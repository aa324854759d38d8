from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..tools.lunar import FIRST_DAY, lunar_month_and_day, next_lunar_birthday, next_solar_birthday

BATCH = 1000


class ResPartner(models.Model):
    """The people at a customer: birthdays, who reports to whom, one primary contact, cards, moves."""

    _inherit = "res.partner"

    # FIELDS
    nickname = fields.Char()
    hobbies = fields.Char()
    birthday_is_lunar = fields.Boolean(
        string="Lunar Birthday", help="The birthday is celebrated by the Chinese lunar calendar."
    )
    lunar_month = fields.Selection(
        [(str(month), f"Lunar Month {month}") for month in range(1, 13)],
        compute="_compute_lunar_birthday",
        store=True,
        readonly=False,
    )
    lunar_day = fields.Selection(
        [(str(day), f"Lunar Day {day}") for day in range(1, 31)],
        compute="_compute_lunar_birthday",
        store=True,
        readonly=False,
    )
    next_birthday = fields.Date(compute="_compute_next_birthday", store=True, index="btree_not_null")
    birthday_reminded = fields.Date(copy=False, export_string_translation=False)
    superior_id = fields.Many2one(
        "res.partner",
        string="Reports To",
        index="btree_not_null",
        ondelete="set null",
        domain="[('crm_customer_id', '=', crm_customer_id), ('is_crm_customer', '=', False), ('id', '!=', id)]",
        help="Another contact of the same customer.",
    )
    subordinate_ids = fields.One2many("res.partner", "superior_id", string="Subordinates")
    relation_note = fields.Char(string="Relations", help="Whom the contact is close to, related to, or at odds with.")
    contact_history_ids = fields.One2many("crm.contact.history", "contact_id", string="Former Positions")

    # COMPUTE
    @api.depends("birthday", "birthday_is_lunar")
    def _compute_lunar_birthday(self):
        for partner in self:
            if not partner.birthday_is_lunar:
                partner.lunar_month = partner.lunar_day = False
            elif partner.birthday and partner.birthday >= FIRST_DAY:
                partner.lunar_month, partner.lunar_day = map(str, lunar_month_and_day(partner.birthday))

    @api.depends("birthday", "birthday_is_lunar", "lunar_month", "lunar_day")
    def _compute_next_birthday(self):
        today = fields.Date.context_today(self)
        for partner in self:
            if partner.birthday_is_lunar:
                known = partner.lunar_month and partner.lunar_day
                partner.next_birthday = known and next_lunar_birthday(
                    int(partner.lunar_month), int(partner.lunar_day), today
                )
            else:
                partner.next_birthday = partner.birthday and next_solar_birthday(partner.birthday, today)

    # CONSTRAINTS
    @api.constrains("birthday", "birthday_is_lunar", "lunar_month", "lunar_day")
    def _check_birthday(self):
        for partner in self:
            if partner.birthday and not FIRST_DAY <= partner.birthday <= fields.Date.context_today(self):
                raise ValidationError(
                    self.env._(
                        "Birthday: %(date)s is no day on which a contact was born. Enter one from %(first)s to today.",
                        date=partner.birthday,
                        first=FIRST_DAY,
                    )
                )
            if not partner.birthday_is_lunar:
                continue
            if not (partner.lunar_month and partner.lunar_day):
                raise ValidationError(
                    self.env._("Lunar birthday: enter its lunar month and day, or the solar date of birth.")
                )
            if partner.birthday:
                month, day = lunar_month_and_day(partner.birthday)
                if (str(month), str(day)) != (partner.lunar_month, partner.lunar_day):
                    raise ValidationError(
                        self.env._(
                            "Lunar birthday: %(date)s is day %(day)s of lunar month %(month)s. Correct one of the two.",
                            date=partner.birthday,
                            day=day,
                            month=month,
                        )
                    )

    @api.constrains("superior_id", "parent_id")
    def _check_superior_id(self):
        for partner in self.filtered("superior_id"):
            if partner.superior_id.crm_customer_id != partner.crm_customer_id:
                raise ValidationError(
                    self.env._(
                        "%(superior)s is not of the same customer. Choose another contact of it.",
                        superior=partner.superior_id.name,
                    )
                )
        if self._has_cycle("superior_id"):
            raise ValidationError(
                self.env._("Nobody reports to himself, not by way of others either. Choose another superior.")
            )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if any(vals.get("parent_id") for vals in vals_list):
            partners.parent_id._crm_settle_primary()
        return partners

    def write(self, vals):
        moving = self.browse()
        if "parent_id" in vals:
            moving = self._crm_begin_move(self.browse(vals["parent_id"] or ()))
            if moving:
                vals = {**vals, "is_primary_contact": False, "superior_id": False}
        if vals.get("active"):
            self._crm_yield_own_primary()
        settled = (
            not self.env.context.get("crm_yields_primary")
            and {"parent_id", "active", "is_primary_contact", "type", "is_crm_customer"} & vals.keys()
        )
        customers = self.parent_id if settled else self.browse()
        result = super().write(vals)
        if settled:
            (customers | self.parent_id)._crm_settle_primary()
        if moving:
            moving.subordinate_ids.filtered(
                lambda one: one.crm_customer_id != one.superior_id.crm_customer_id
            ).superior_id = False
        return result

    def unlink(self):
        customers = self.parent_id - self
        result = super().unlink()
        customers.exists()._crm_settle_primary()
        return result

    # BUSINESS
    def _crm_begin_move(self, customer):
        """Before contacts move to another customer: may the user do it, and where have they been until now?

        :param customer: ``res.partner`` they move to
        :return: the contacts of ours that leave their customer
        :raise AccessError: the user may not write the customer
        """
        moving = self.filtered(
            lambda one: (
                one.crm_customer_id
                and not one.is_crm_customer
                and one.type == "contact"
                and one.parent_id not in (customer, self.browse())
            )
        )
        if not moving:
            return moving
        customer.check_access("write")
        # sudo: nobody has the right to write the history
        History = self.env["crm.contact.history"].sudo()
        last = dict(History._read_group([("contact_id", "in", moving.ids)], ["contact_id"], ["date_to:max"]))
        today = fields.Date.context_today(self)
        History.create([
            {
                "contact_id": contact.id,
                "customer_id": contact.parent_id.id,
                "contact_department": contact.contact_department,
                "function": contact.function,
                "date_from": last.get(contact.sudo()) or fields.Date.to_date(contact.create_date),
                "date_to": today,
                "moved_by_id": self.env.uid,
            }
            for contact in moving
        ])  # fmt: skip
        for contact in moving if customer else ():
            contact.parent_id._message_log(
                body=self.env._("%(contact)s has moved to %(customer)s.", contact=contact.name, customer=customer.name)
            )
        return moving

    @api.model
    def _crm_yield_primary(self, customers):
        # another one is about to take over, so nobody else is chosen
        return super(ResPartner, self.with_context(crm_yields_primary=True))._crm_yield_primary(customers)

    def _crm_yield_own_primary(self):
        """Before archived contacts come back: another one may have become the primary contact meanwhile."""
        returning = self.filtered(lambda one: one.is_primary_contact and not one.active)
        if returning:
            primary = self.search([("parent_id", "in", returning.parent_id.ids), ("is_primary_contact", "=", True)])
            returning.filtered(lambda one: one.parent_id in primary.parent_id).is_primary_contact = False

    def _crm_settle_primary(self):
        """Each of these customers that has contacts has exactly one primary contact: the oldest, if none is chosen."""
        if not self:
            return
        self.env["res.partner"].flush_model(["parent_id", "active", "type", "is_crm_customer", "is_primary_contact"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT min(contact.id)
                  FROM res_partner AS contact
                  JOIN res_partner AS customer ON customer.id = contact.parent_id
                 WHERE contact.parent_id = ANY(%s) AND customer.is_crm_customer AND contact.active
                   AND contact.type = 'contact' AND contact.is_crm_customer IS NOT TRUE
                 GROUP BY contact.parent_id
                HAVING NOT bool_or(COALESCE(contact.is_primary_contact, FALSE))
                """,
                self.ids,
            )
        )
        # sudo: that there is a primary contact does not depend on who sees which
        self.browse(row[0] for row in rows).sudo().with_context(tracking_disable=True).is_primary_contact = True

    @api.model
    def _cron_birthdays(self):
        """At night, move passed birthdays to the next year and remind salespeople of those that come."""
        today = fields.Date.context_today(self.with_context(tz="Asia/Shanghai"))
        passed = self.search([("next_birthday", "<", today)])
        for ids in split_every(BATCH, passed.ids):
            batch = self.browse(ids)
            batch.modified(["birthday"])
            batch.flush_recordset(["next_birthday"])
            self.env["ir.cron"]._commit_progress(len(ids))
        until = today + timedelta(days=self.env["res.config.settings"]._crm_setting("birthday_days"))
        coming = self.search(
            Domain("next_birthday", ">=", today)
            & Domain("next_birthday", "<=", until)
            & Domain("crm_customer_id.user_id", "!=", False)
        ).filtered(lambda one: one.birthday_reminded != one.next_birthday)
        reminder = self.env.ref("crm_customer.mail_activity_type_birthday")
        model_id = self.env["ir.model"]._get_id("res.partner")
        for ids in split_every(BATCH, coming.ids):
            batch = self.browse(ids)
            self.env["mail.activity"].with_context(mail_activity_quick_update=True).create([
                {
                    "res_model_id": model_id,
                    "res_id": contact.id,
                    "activity_type_id": reminder.id,
                    "summary": contact._crm_birthday_text(),
                    "date_deadline": contact.next_birthday,
                    "user_id": contact.crm_customer_id.user_id.id,
                    "automated": True,
                }
                for contact in batch
            ])  # fmt: skip
            for contact in batch:
                contact.birthday_reminded = contact.next_birthday
            self.env["ir.cron"]._commit_progress(len(ids))

    def _crm_birthday_text(self):
        env = self.with_context(lang=self.crm_customer_id.user_id.lang).env
        if self.birthday_is_lunar:
            return env._("Lunar birthday of %(contact)s", contact=self.name)
        return env._("Birthday of %(contact)s", contact=self.name)

    def _crm_card(self):
        """What the contact's card says, as ``tools.vcard.write_card`` takes it."""
        self.ensure_one()
        company = self if self.is_crm_customer else self.crm_customer_id
        return {
            "name": self.name,
            "company": company.name or self.company_name,
            "department": self.contact_department,
            "function": self.function,
            "phone": self.phone,
            "office_phone": self.office_phone or company.phone,
            "email": self.email,
            "nickname": self.nickname,
            "wechat": self.wechat,
            "birthday": self.birthday and not self.birthday_is_lunar and str(self.birthday),
        }

    # ACTION
    def action_crm_vcard(self):
        """Download the cards of these contacts as one file, as phones take it."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_customer/vcard?ids={','.join(map(str, self.ids))}",
            "target": "download",
        }

    def action_crm_relation_map(self):
        """Who reports to whom at this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.res_partner_action_relation_map")
        return {
            **action,
            "domain": [("crm_customer_id", "=", self.crm_customer_id.id), ("is_crm_customer", "=", False)],
            "context": {"default_parent_id": self.crm_customer_id.id, "default_type": "contact"},
        }
