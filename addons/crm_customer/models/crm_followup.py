from functools import partial

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools.geo import distance

CLOCKS_APART = 600  # seconds by which a phone's clock may be ahead of the server's
# written by the methods that are for it, whoever calls
BY_METHOD = {"remark", "liked_user_ids", "checkin_date"}
LINK = {"partner_id", "contact_id"}
CHECKIN = {"checkin_latitude", "checkin_longitude", "checkin_accuracy"}


class CrmFollowup(models.Model):
    """A contact with a customer. For some hours its author may change it, afterwards only add remarks."""

    _name = "crm.followup"
    _description = "Follow-up"
    _inherit = ["mail.thread", "crm.customer.scope.mixin"]
    _order = "date desc, id desc"
    _rec_name = "content"
    _mail_post_access = "read"  # who sees it comments it

    _crm_scope_customer = _crm_scope_partner = "partner_id"

    # FIELDS
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index=True,
        ondelete="restrict",
        domain="[('is_crm_customer', '=', True)]",
        help="Only a cold visit may be without: the company is then written below.",
    )
    prospect_name = fields.Char(string="Company Visited")
    prospect_contact = fields.Char(string="Person Met")
    prospect_phone = fields.Char(string="Phone of the Person Met")
    contact_id = fields.Many2one(
        "res.partner",
        domain="[('crm_customer_id', '=', partner_id), ('id', '!=', partner_id)]",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Followed Up By",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    customer_user_id = fields.Many2one(
        related="partner_id.user_id", string="Customer's Salesperson", store=True, index=True
    )
    method = fields.Selection(
        [
            ("call", "Call"),
            ("visit", "Visit"),
            ("cold_visit", "Cold Visit"),
            ("wechat", "WeChat"),
            ("mail", "E-mail"),
            ("meeting", "Meeting"),
        ],
        string="Way",
        required=True,
        default="call",
    )
    date = fields.Datetime(string="Time", required=True, default=fields.Datetime.now, index=True, tracking=True)
    content = fields.Text(tracking=True)
    outcome = fields.Char(string="Result", tracking=True)
    document_ref = fields.Reference("_selection_document_ref", string="About")
    attachment_ids = fields.Many2many("ir.attachment", string="Photos and Files")
    next_step = fields.Char()
    next_in = fields.Selection(
        [("1", "Tomorrow"), ("3", "3 Days"), ("7", "1 Week"), ("14", "2 Weeks"), ("30", "1 Month")],
        string="Next Contact in",
        store=False,
        help="Proposes a time within your working hours.",
    )
    next_date = fields.Datetime(string="Next Contact")
    visit_plan_id = fields.Many2one(
        "crm.visit.plan", string="Planned Visit", index="btree_not_null", ondelete="set null", copy=False
    )
    remark = fields.Text(string="Remarks", readonly=True, copy=False)
    new_remark = fields.Char(string="Add a Remark", store=False)
    liked_user_ids = fields.Many2many("res.users", string="Liked By", readonly=True, copy=False)
    is_liked = fields.Boolean(compute="_compute_likes")
    like_count = fields.Integer(string="Likes", compute="_compute_likes")
    can_edit = fields.Boolean(compute="_compute_can_edit")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True, required=True)
    # check-in
    checkin_date = fields.Datetime(string="Checked in", readonly=True, copy=False)
    checkin_latitude = fields.Float(string="Latitude", digits=(10, 7), copy=False)
    checkin_longitude = fields.Float(string="Longitude", digits=(10, 7), copy=False)
    checkin_accuracy = fields.Float(string="Accuracy (m)", digits=(10, 0), copy=False)
    checkin_place = fields.Char(string="Place")
    checkin_distance = fields.Integer(
        string="Metres from the Customer",
        compute="_compute_checkin_distance",
        store=True,
        aggregator="max",
    )
    checkin_text = fields.Char(string="Check-in", compute="_compute_checkin_text")

    _by_author = models.Index("(user_id, date)")

    # COMPUTE
    @api.model
    def _crm_document_models(self):
        """What a follow-up can be about; add-ons with documents of their own extend it.

        :return: {model: path from its record to the customer}
        """
        documents = {"sale.order": "crm_customer_id"}
        if "crm.lead" in self.env:
            documents["crm.lead"] = "partner_id.crm_customer_id"
        return documents

    @api.model
    def _selection_document_ref(self):
        return [(model, self.env["ir.model"]._get(model).name) for model in self._crm_document_models()]

    @api.depends("partner_id", "prospect_name", "content")
    def _compute_display_name(self):
        for followup in self:
            followup.display_name = followup.content or followup.partner_id.name or followup.prospect_name

    @api.depends("partner_id")
    def _compute_contact_id(self):
        for followup in self:
            if followup.contact_id.crm_customer_id != followup.partner_id:
                followup.contact_id = False

    @api.depends("liked_user_ids")
    @api.depends_context("uid")
    def _compute_likes(self):
        for followup in self:
            followup.like_count = len(followup.liked_user_ids)
            followup.is_liked = self.env.user in followup.liked_user_ids

    @api.depends("content", "create_date")
    @api.depends_context("uid")
    def _compute_can_edit(self):
        past = self._crm_past_window()
        for followup in self:
            followup.can_edit = followup not in past or not followup.content

    @api.depends("checkin_latitude", "checkin_longitude", "partner_id.partner_latitude", "partner_id.partner_longitude")
    def _compute_checkin_distance(self):
        for followup in self:
            here = (followup.checkin_latitude, followup.checkin_longitude)
            there = (followup.partner_id.partner_latitude, followup.partner_id.partner_longitude)
            followup.checkin_distance = any(here) and any(there) and round(distance(*here, *there))

    @api.depends("checkin_date", "checkin_distance", "checkin_accuracy", "partner_id.partner_latitude")
    def _compute_checkin_text(self):
        for followup in self:
            accuracy = max(1, round(followup.checkin_accuracy))
            if not any((followup.checkin_latitude, followup.checkin_longitude)):
                followup.checkin_text = False
            elif not any((followup.partner_id.partner_latitude, followup.partner_id.partner_longitude)):
                followup.checkin_text = self.env._(
                    "Exact to %(accuracy)s m; where the customer is has not been entered", accuracy=accuracy
                )
            else:
                followup.checkin_text = self.env._(
                    "%(distance)s m from the customer, exact to %(accuracy)s m",
                    distance=f"{followup.checkin_distance:,}",
                    accuracy=accuracy,
                )

    @api.onchange("next_in")
    def _onchange_next_in(self):
        if self.next_in:
            moment = fields.Datetime.add(fields.Datetime.now(), days=int(self.next_in))
            self.next_date = self._crm_propose_time(moment)

    @api.model
    def _crm_propose_time(self, moment):
        """The first moment within the user's working hours from then on, with China's holidays.

        :param datetime moment: naive, UTC
        :return: naive UTC datetime
        """
        # the end of the first second that is worked, without the second
        return self.env.company._review_working_time(moment, 1 / 3600, self.env.user).replace(second=0)

    # CONSTRAINTS
    @api.constrains("partner_id", "method", "prospect_name")
    def _check_partner_id(self):
        for followup in self.filtered(lambda followup: not followup.partner_id):
            if followup.method != "cold_visit" or not followup.prospect_name:
                raise ValidationError(
                    self.env._(
                        "Choose the customer. Only a cold visit may be without: write down the company visited then."
                    )
                )

    @api.constrains("content", "checkin_latitude", "checkin_longitude")
    def _check_content(self):
        for followup in self:
            if not (followup.content or "").strip() and not (followup.checkin_latitude or followup.checkin_longitude):
                raise ValidationError(
                    self.env._("Write what was talked about in Content, or check in first and write it afterwards.")
                )

    @api.constrains("date")
    def _check_date(self):
        latest = fields.Datetime.add(fields.Datetime.now(), seconds=CLOCKS_APART)
        for followup in self:
            if followup.date > latest:
                raise ValidationError(
                    self.env._(
                        "The follow-up's Time, %(time)s, is yet to come. Enter when it took place, and what is planned "
                        "as Next Contact.",
                        time=fields.Datetime.context_timestamp(followup, followup.date).strftime("%Y-%m-%d %H:%M"),
                    )
                )

    @api.constrains("next_date", "date")
    def _check_next_date(self):
        for followup in self:
            if followup.next_date and followup.next_date <= followup.date:
                raise ValidationError(
                    self.env._(
                        "Next Contact must lie after the follow-up's own time (%(time)s). Choose a later time.",
                        time=fields.Datetime.context_timestamp(followup, followup.date).strftime("%Y-%m-%d %H:%M"),
                    )
                )

    @api.constrains("partner_id", "contact_id")
    def _check_contact_id(self):
        for followup in self:
            if followup.contact_id and followup.contact_id.crm_customer_id != followup.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is not a contact of %(customer)s. Choose one of this customer's contacts.",
                        contact=followup.contact_id.name,
                        customer=followup.partner_id.name or followup.prospect_name,
                    )
                )

    @api.constrains("visit_plan_id", "partner_id")
    def _check_visit_plan_id(self):
        for followup in self.filtered("visit_plan_id"):
            if followup.visit_plan_id.partner_id != followup.partner_id:
                raise ValidationError(
                    self.env._(
                        "A visit of %(planned)s was planned. Choose this customer, or take the planned visit out.",
                        planned=followup.visit_plan_id.partner_id.name,
                    )
                )

    @api.constrains("document_ref", "partner_id")
    def _check_document_ref(self):
        paths = self._crm_document_models()
        for followup in self.filtered("document_ref"):
            document = followup.document_ref
            document.check_access("read")
            if document.mapped(paths[document._name]) != followup.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(document)s is not of %(customer)s. Choose a document of this customer.",
                        document=document.display_name,
                        customer=followup.partner_id.name or followup.prospect_name,
                    )
                )

    @api.model
    def _crm_check_place(self, latitude, longitude, accuracy):
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180 and 0 <= accuracy < 1e7):
            raise ValidationError(
                self.env._(
                    "The check-in's place is impossible: latitude %(latitude)s (-90 to 90), longitude %(longitude)s "
                    "(-180 to 180), accuracy %(accuracy)s m. Check in again.",
                    latitude=latitude,
                    longitude=longitude,
                    accuracy=accuracy,
                )
            )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        remarks = [vals.get("new_remark") for vals in vals_list]
        vals_list = [self._crm_stored(vals) for vals in vals_list]
        for vals in vals_list:
            if vals.get("checkin_latitude") or vals.get("checkin_longitude"):
                vals.setdefault("checkin_date", fields.Datetime.now())
        if not self.env.su:
            hidden = {f"default_{fname}" for fname in BY_METHOD}
            context = {key: value for key, value in self.env.context.items() if key not in hidden}
            self = self.with_context(context)  # pylint: disable=context-overridden
        followups = super().create(vals_list)
        followups._crm_keep_files()
        followups._crm_append_remarks(remarks)
        followups.partner_id._crm_sync_next_contact()
        return followups

    def write(self, vals):
        if vals.get("new_remark"):
            self._crm_append_remarks([vals["new_remark"]] * len(self))
        vals = self._crm_stored(vals)
        if not vals:
            return True
        if vals.keys() - LINK and not self.env.su and self._crm_past_window().filtered("content"):
            raise self._crm_make_locked_error()
        if any(vals.get(fname) for fname in CHECKIN) and not self.env.su:
            if any(followup.checkin_date for followup in self):
                raise UserError(self.env._("A check-in stays as it was made. Note a new follow-up to check in again."))
            vals["checkin_date"] = fields.Datetime.now()
        customers = self.partner_id
        result = super().write(vals)
        if "user_id" in vals:
            self.check_access("write")  # nobody passes his off as somebody else's
        if "attachment_ids" in vals:
            self._crm_keep_files()
        if {"partner_id", "date", "next_date", "next_step"} & vals.keys():
            (customers | self.partner_id)._crm_sync_next_contact()
        return result

    def unlink(self):
        customers = self.partner_id
        result = super().unlink()
        customers._crm_sync_next_contact()
        return result

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or operation not in ("write", "unlink"):
            return result
        forbidden, make_error = result or (self.browse(), None)
        locked = (self - forbidden)._crm_past_window()
        if operation == "write":
            # sudo: only whether it is locked is told; what waits to be written up or for its customer can be completed
            locked = locked.filtered(lambda followup: (known := followup.sudo()).content and known.partner_id)
        if not locked:
            return result
        return forbidden | locked, make_error or partial(self._crm_make_locked_error)

    def _crm_past_window(self):
        """Those that are too old to be changed by the user."""
        if self.env.su or self.env.user.has_group("crm_base.group_crm_admin"):
            return self.browse()
        oldest = fields.Datetime.subtract(fields.Datetime.now(), hours=self._crm_edit_hours())
        # sudo: only whether it is too old is told
        return self.filtered(
            lambda followup: followup.id and (created := followup.sudo().create_date) and created < oldest
        )

    @api.model
    def _crm_edit_hours(self):
        return self.env["res.config.settings"]._crm_setting("followup_edit_hours")

    @api.model
    def _crm_make_locked_error(self):
        return AccessError(
            self.env._(
                "A follow-up is changed or deleted within %(hours)s hours only. Add a remark instead, or ask a CRM "
                "administrator.",
                hours=self._crm_edit_hours(),
            )
        )

    @api.model
    def _crm_stored(self, vals):
        """What of the values is to be stored.

        :raise AccessError: values that only methods may set
        """
        if not self.env.su and BY_METHOD & vals.keys():
            raise AccessError(self.env._("Remarks, likes and the time of a check-in are not entered directly."))
        if CHECKIN & vals.keys():
            # at once, as what is no number at all could not even be stored
            self._crm_check_place(*(vals.get(f"checkin_{what}") or 0 for what in ("latitude", "longitude", "accuracy")))
        return {fname: value for fname, value in vals.items() if fname not in ("new_remark", "next_in")}

    def _crm_keep_files(self):
        """What was uploaded for a follow-up becomes its file, seen by who sees it."""
        for followup in self:
            uploaded = followup.attachment_ids.filtered(
                lambda file: file.res_model == self._name and not file.res_id and file.create_uid == self.env.user
            )
            if uploaded:
                uploaded.res_id = followup.id

    def _crm_append_remarks(self, texts):
        for followup, text in zip(self, texts, strict=True):
            if not (text or "").strip():
                continue
            if not self.env.su and followup.user_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "Remarks are added by %(author)s, who wrote the follow-up. Write a comment instead.",
                        author=followup.user_id.name,
                    )
                )
            now = fields.Datetime.context_timestamp(followup, fields.Datetime.now())
            line = f"[{now:%Y-%m-%d %H:%M}] {text.strip()}"
            # sudo: adding at the end is all the author may do, however old the follow-up is
            followup.sudo().remark = f"{followup.remark}\n{line}" if followup.remark else line

    # ACTION
    def action_like(self):
        """Like a follow-up, or take it back."""
        for followup in self:
            followup.check_access("read")
            if followup.user_id == self.env.user:
                raise UserError(self.env._("This is your own follow-up. Others like it."))
            # sudo: nothing but the user's own like changes
            change = Command.unlink if followup.is_liked else Command.link
            followup.sudo().liked_user_ids = [change(self.env.uid)]

    def action_create_customer(self):
        """A new customer's form, filled from a cold visit; saving it links the visit to it."""
        self.ensure_one()
        self.check_access("write")
        contact = {"name": self.prospect_contact, "phone": self.prospect_phone}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Customer"),
            "res_model": "res.partner",
            "view_mode": "form",
            "views": [(self.env.ref("crm_customer.res_partner_view_form").id, "form")],
            "context": {
                "default_is_crm_customer": True,
                "default_is_company": True,
                "default_name": self.prospect_name,
                "default_phone": False if self.prospect_contact else self.prospect_phone,
                "default_child_ids": [Command.create(contact)] if self.prospect_contact else [],
                "crm_cold_visit_id": self.id,
            },
        }

    def action_use_location(self):
        """The place of the check-in becomes that of the customer."""
        self.ensure_one()
        if not self.checkin_date or not self.partner_id:
            raise UserError(self.env._("Only after a check-in at a customer its place can be taken."))
        self.partner_id.write({
            "partner_latitude": self.checkin_latitude,
            "partner_longitude": self.checkin_longitude,
        })  # fmt: skip
