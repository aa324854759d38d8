import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

DAYS = 7  # a link lives, unless its maker says otherwise
WRONG_PASSWORDS = 10  # after which a link is dead
PASSWORD_LENGTH = 200  # characters that count; hashing more would only cost time
EDITABLE = {"date_to", "is_revoked", "password", "max_downloads", "note"}


class CrmFileShare(models.Model):
    """A link by which somebody without a login downloads the newest version of one file, for a while.

    It works only as long as its maker may read the file himself. Links that work no longer and links that never were
    answer alike.
    """

    _name = "crm.file.share"
    _description = "Share Link"
    _order = "id desc"
    _rec_name = "file_id"

    file_id = fields.Many2one("crm.file", required=True, ondelete="cascade", index=True)
    note = fields.Char(string="For Whom")
    token = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    url = fields.Char(string="Link", compute="_compute_url", compute_sudo=True, exportable=False)
    date_to = fields.Datetime(
        string="Works until", required=True, default=lambda self: fields.Datetime.now() + timedelta(days=DAYS)
    )
    password = fields.Char(
        compute="_compute_password",
        inverse="_inverse_password",
        exportable=False,
        help="Asked before the download, if it is given. It is kept as a hash: write it down.",
    )
    has_password = fields.Boolean(compute="_compute_has_password", compute_sudo=True)
    password_hash = fields.Char(copy=False, readonly=True, groups=fields.NO_ACCESS)
    max_downloads = fields.Integer(string="Downloads at most", help="0: any number.")
    download_count = fields.Integer(string="Downloads", readonly=True, copy=False)
    last_date = fields.Datetime(string="Last Download", readonly=True, copy=False)
    wrong_count = fields.Integer(string="Wrong Passwords", readonly=True, copy=False)
    is_revoked = fields.Boolean(string="Revoked", copy=False)
    state = fields.Selection(
        [("works", "Works"), ("expired", "Expired"), ("used", "Used Up"), ("revoked", "Revoked")],
        compute="_compute_state",
    )

    _token_unique = models.UniqueIndex("(token)")
    _max_downloads_positive = models.Constraint(
        "CHECK (max_downloads >= 0)", "The number of downloads cannot be negative. Use 0 for any number."
    )

    @api.depends("file_id")
    def _compute_display_name(self):
        for share in self:
            # sudo: who shared a file knows its name, and finds his link when he may read the file no longer
            share.display_name = share.sudo().file_id.name

    @api.depends("token")
    def _compute_url(self):
        for share in self:
            share.url = f"{share.get_base_url()}/crm_file/share/{share.token}" if share.token else False

    def _compute_password(self):
        self.password = False

    def _inverse_password(self):
        for share in self:
            # sudo: nobody reads the hash, its maker writes it
            share.sudo().password_hash = (
                self.env["res.users"]._crypt_context().hash(share.password[:PASSWORD_LENGTH])
                if share.password
                else False
            )

    @api.depends("password_hash")
    def _compute_has_password(self):
        for share in self:
            share.has_password = bool(share.password_hash)

    @api.depends("is_revoked", "date_to", "max_downloads", "download_count")
    def _compute_state(self):
        now = fields.Datetime.now()
        for share in self:
            if share.is_revoked:
                share.state = "revoked"
            elif not share.date_to or share.date_to <= now:
                share.state = "expired"
            elif share.max_downloads and share.download_count >= share.max_downloads:
                share.state = "used"
            else:
                share.state = "works"

    @api.constrains("date_to")
    def _check_date_to(self):
        now, days = fields.Datetime.now(), self.env["crm.file"]._setting("share_days")
        for share in self:
            if not now < share.date_to <= now + timedelta(days=days, minutes=1):
                raise ValidationError(
                    self.env._("A share link works for %(days)g days at most, from now on. Choose a date.", days=days)
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su and vals.keys() - EDITABLE - {"file_id"}:
                raise UserError(
                    self.env._("Of a share link only date, password, number of downloads and note are set.")
                )
        shares = super().create(vals_list)
        for share in shares.sudo():  # sudo: nobody writes or reads tokens
            share.token = secrets.token_urlsafe(32)
        shares.file_id.check_access("write")
        return shares

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - EDITABLE:
                raise UserError(
                    self.env._("Of a share link only date, password, number of downloads and note are set.")
                )
            if vals.keys() - {"is_revoked", "note"} or not vals.get("is_revoked", True):
                self.file_id.check_access("write")
        return super().write(vals)

    def action_open(self):
        """The client's action that shows this link, to be copied."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_revoke(self):
        self.write({"is_revoked": True})

    @api.model
    def _find(self, token):
        """The link of a token that works now, as the system; empty in all other cases.

        :param str token: what somebody without a login asks for
        """
        # sudo: the token is the right; what it opens is asked in its maker's name
        share = self.sudo().search([("token", "=", token or " ")], limit=1)
        if not share or share.state != "works" or not share.file_id.active:
            return share.browse()
        maker = share.create_uid
        file = share.file_id.with_user(maker).sudo(False)
        return share if maker.active and file.has_access("read") else share.browse()

    def _open(self, password):
        """Count a download.

        :return: the attachment, or None if the password is wrong
        """
        self.ensure_one()
        # guesses come one after the other, also those at the same time
        self.env.cr.execute("SELECT FROM crm_file_share WHERE id = %s FOR UPDATE", [self.id])
        verify = self.env["res.users"]._crypt_context().verify
        if self.password_hash and not verify(password[:PASSWORD_LENGTH], self.password_hash):
            wrong = self.wrong_count + 1
            self.write({"wrong_count": wrong, "is_revoked": wrong >= WRONG_PASSWORDS})
            return None
        self.write({"download_count": self.download_count + 1, "last_date": fields.Datetime.now()})
        return self.file_id.attachment_id
