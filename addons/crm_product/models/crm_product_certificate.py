from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CrmProductCertificateType(models.Model):
    _name = "crm.product.certificate.type"
    _description = "Certificate Type"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    notice_days = fields.Integer(
        string="Remind Before (Days)",
        default=30,
        required=True,
        help="So long before the expiry who looks after it is told.",
    )
    active = fields.Boolean(default=True)

    _name_unique = models.Constraint("UNIQUE (name)", "There is already a certificate type of this name.")
    _notice_days_positive = models.Constraint("CHECK (notice_days >= 0)", "The days of notice cannot be negative.")


class CrmProductCertificate(models.Model):
    _name = "crm.product.certificate"
    _description = "Product Certificate"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "expiry_date, id"
    _rec_name = "number"

    # FIELDS
    number = fields.Char(required=True, tracking=True)
    type_id = fields.Many2one("crm.product.certificate.type", required=True, ondelete="restrict", index=True)
    product_tmpl_ids = fields.Many2many("product.template", string="Products", required=True)
    issuer = fields.Char(string="Issued By")
    issue_date = fields.Date(string="Issued On")
    expiry_date = fields.Date(string="Expires On", tracking=True, index="btree_not_null", help="Empty: never.")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        domain=[("share", "=", False)],
        help="Is told before the certificate expires.",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files", bypass_search_access=True)
    note = fields.Text()
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("valid", "Valid"), ("expiring", "Expiring"), ("expired", "Expired")], compute="_compute_state"
    )
    noticed_expiry = fields.Date(copy=False, readonly=True, export_string_translation=False)

    _number_unique = models.UniqueIndex(
        "(type_id, number) WHERE active", "There is already a certificate of this type with this number."
    )

    # COMPUTE
    @api.depends("product_tmpl_ids")
    def _compute_user_id(self):
        for certificate in self:
            if not certificate.user_id:
                responsible = certificate.product_tmpl_ids.mapped("responsible_id")[:1]
                certificate.user_id = responsible or self.env.user

    @api.depends("expiry_date", "type_id.notice_days")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for certificate in self:
            days = certificate.expiry_date and (certificate.expiry_date - today).days
            if certificate.expiry_date and days < 0:
                certificate.state = "expired"
            elif certificate.expiry_date and days <= certificate.type_id.notice_days:
                certificate.state = "expiring"
            else:
                certificate.state = "valid"

    # CONSTRAINT
    @api.constrains("issue_date", "expiry_date")
    def _check_dates(self):
        for certificate in self:
            if certificate.issue_date and certificate.expiry_date and certificate.expiry_date < certificate.issue_date:
                raise ValidationError(
                    self.env._(
                        "Certificate %(number)s expires before it was issued. Correct one of the dates.",
                        number=certificate.number,
                    )
                )

    # NIGHTLY
    @api.model
    def _cron_notices(self):
        """Remind who looks after a certificate once before each expiry date."""
        self.env.flush_all()
        today = fields.Date.context_today(self)
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_product_certificate AS certificate SET noticed_expiry = certificate.expiry_date
                  FROM crm_product_certificate_type AS type, res_users AS responsible
                 WHERE type.id = certificate.type_id AND responsible.id = certificate.user_id AND responsible.active
                   AND certificate.active AND certificate.expiry_date <= %s + type.notice_days
                   AND certificate.noticed_expiry IS DISTINCT FROM certificate.expiry_date
             RETURNING certificate.id
                """,
                today,
            )
        )
        certificates = self.browse([certificate_id for (certificate_id,) in rows])
        certificates.invalidate_recordset(["noticed_expiry"], flush=False)
        activity_type = self.env.ref("mail.mail_activity_data_todo")
        model_id = self.env["ir.model"]._get_id(self._name)
        # the activity itself tells; a mail for each would take as many statements
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": model_id,
                    "res_id": certificate.id,
                    "user_id": certificate.user_id.id,
                    "date_deadline": max(today, certificate.expiry_date - timedelta(days=1)),
                    "summary": certificate.with_context(lang=certificate.user_id.lang).env._(
                        "Renew certificate %(type)s %(number)s",
                        type=certificate.with_context(lang=certificate.user_id.lang).type_id.name,
                        number=certificate.number,
                    ),
                }
                for certificate in certificates
            ]
        )
