import re

from rapidfuzz import fuzz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

SIMILAR = 85  # score from which two names are worth asking about, 0 to 100
TRIGRAM_SIMILARITY = 0.4  # what the index lets through to be scored
MOST_CANDIDATES = 50
# mail providers: a common domain there says nothing about the company
FREE_MAIL = frozenset(
    "qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com "
    "189.cn wo.cn 21cn.com tom.com gmail.com outlook.com hotmail.com live.com yahoo.com icloud.com me.com".split()
)


class ResPartner(models.Model):
    """Nobody enters a customer twice: the same credit code or phone is refused, a similar one wants a reason."""

    _inherit = "res.partner"

    phone_key = fields.Char(
        compute="_compute_phone_key",
        store=True,
        index="btree_not_null",
        export_string_translation=False,
        help="The digits of the phone number without the country's prefix 86.",
    )
    email_domain = fields.Char(
        compute="_compute_email_domain",
        store=True,
        index="btree_not_null",
        help="The company's own mail domain; empty for mail providers.",
    )
    duplicate_reason = fields.Char(
        string="Why It Is No Duplicate",
        copy=False,
        tracking=True,
        help="Why this customer was entered although there is a similar one.",
    )
    duplicate_warning = fields.Text(compute="_compute_duplicate_warning")

    @api.depends("phone")
    def _compute_phone_key(self):
        for partner in self:
            partner.phone_key = self._crm_phone_key(partner.phone)

    @api.model
    def _crm_phone_key(self, phone):
        digits = re.sub(r"\D", "", phone or "")
        digits = re.sub(r"^(0086|86)(?=\d{9,})", "", digits)
        return digits if len(digits) >= 7 else False

    @api.depends("email")
    def _compute_email_domain(self):
        for partner in self:
            domain = (partner.email or "").rpartition("@")[2].strip(" >").lower()
            partner.email_domain = domain if domain and domain not in FREE_MAIL else False

    @api.depends("name", "phone", "credit_code", "email", "is_crm_customer")
    def _compute_duplicate_warning(self):
        for partner in self:
            duplicates = partner._crm_duplicates() if partner.is_crm_customer else []
            partner.duplicate_warning = partner._crm_duplicate_text(duplicates) if duplicates else False

    @api.constrains("credit_code", "phone", "name", "email", "is_crm_customer", "duplicate_reason")
    def _check_duplicates(self):
        if self.env.context.get("crm_duplicates_checked"):
            return  # the import has looked for them, set-based
        for partner in self.filtered("is_crm_customer"):
            duplicates = partner._crm_duplicates()
            same = [duplicate for duplicate in duplicates if duplicate["exact"]]
            if same:
                raise ValidationError(
                    self.env._(
                        "%(name)s is entered already:\n%(duplicates)s\nAsk the salesperson named here.",
                        name=partner.name,
                        duplicates=partner._crm_duplicate_text(same),
                    )
                )
            if duplicates and not partner.duplicate_reason:
                raise ValidationError(
                    self.env._(
                        "%(name)s looks like a customer entered already:\n%(duplicates)s\n"
                        "If it is another one, say so in “%(field)s”.",
                        name=partner.name,
                        duplicates=partner._crm_duplicate_text(duplicates),
                        field=self._fields["duplicate_reason"]._description_string(self.env),
                    )
                )

    @api.model
    def _crm_duplicate_text(self, duplicates):
        """One line for each: what it is like, whose it is; nothing else of a customer that may be another's."""
        labels = {
            "credit_code": self.env._("same credit code"),
            "phone": self.env._("same phone"),
            "name": self.env._("similar name"),
            "pinyin": self.env._("name sounds the same"),
            "email": self.env._("same mail domain"),
        }
        return "\n".join(
            self.env._(
                "%(name)s — salesperson: %(owner)s (%(reason)s)",
                name=duplicate["name"],
                owner=duplicate["owner"] or self.env._("none"),
                reason=", ".join(labels[reason] for reason in duplicate["reasons"]),
            )
            for duplicate in duplicates
        )

    def _crm_duplicates(self, limit=5):
        """Customers that this one, saved or not, may be a second entry of.

        Looks at all companies' customers whoever's they are; the caller must show no more of them than the name
        and the salesperson.

        :return: list of dicts ``id, name, owner, score, reasons, exact``, the likeliest first
        """
        self.ensure_one()
        key = {
            "core": self.normalized_name or "",
            "pinyin": self.name_pinyin or None,
            "phone": self._crm_phone_key(self.phone) or None,
            "code": self.credit_code or None,
            "domain": self.email_domain or None,
        }
        if not any(key.values()):
            return []
        self.env["res.partner"].flush_model(
            ["normalized_name", "name_pinyin", "phone_key", "credit_code", "email_domain", "is_crm_customer", "active"]
        )
        sources = [SQL("SELECT id FROM res_partner WHERE %s = %s", SQL.identifier(column), key[name])
                   for column, name in (("name_pinyin", "pinyin"), ("phone_key", "phone"), ("credit_code", "code"),
                                        ("email_domain", "domain"))
                   if key[name]]
        if key["core"] and self.env.registry.has_trigram:
            self.env.cr.execute(SQL("SET LOCAL pg_trgm.similarity_threshold = %s", TRIGRAM_SIMILARITY))
            sources.append(
                SQL(
                    "(SELECT id FROM res_partner WHERE is_crm_customer AND normalized_name %% %(core)s"
                    " ORDER BY similarity(normalized_name, %(core)s) DESC LIMIT %(most)s)",
                    core=key["core"],
                    most=MOST_CANDIDATES,
                )
            )
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT p.id, p.name, p.normalized_name, p.name_pinyin, p.phone_key, p.credit_code, p.email_domain,"
                " up.name AS owner"
                " FROM (%s) candidate(id) JOIN res_partner p ON p.id = candidate.id"
                " LEFT JOIN res_users u ON u.id = p.user_id LEFT JOIN res_partner up ON up.id = u.partner_id"
                " WHERE p.is_crm_customer AND p.id <> %s LIMIT 500",
                SQL(" UNION ").join(sources),
                self._origin.id or 0,
            )
        )
        found = filter(None, (self._crm_duplicate(key, row) for row in rows))
        return sorted(found, key=lambda duplicate: (-duplicate["score"], duplicate["id"]))[:limit]

    @api.model
    def _crm_duplicate(self, key, row):
        """How like a stored customer is to the key of another one; ``None`` if not enough to ask about."""
        exact = [
            reason
            for reason, name, column in (("credit_code", "code", "credit_code"), ("phone", "phone", "phone_key"))
            if key[name] and key[name] == row[column]
        ]
        score = fuzz.ratio(key["core"], row["normalized_name"] or "")
        similar = []
        if score >= SIMILAR:
            similar.append("name")
        elif key["pinyin"] and key["pinyin"] == row["name_pinyin"]:
            similar.append("pinyin")
            score = SIMILAR
        if key["domain"] and key["domain"] == row["email_domain"]:
            similar.append("email")
            score = max(score, SIMILAR)
        if not exact and not similar:
            return None
        return {
            "id": row["id"],
            "name": row["name"],
            "owner": row["owner"],
            "score": 100 if exact else score,
            "reasons": exact + similar,
            "exact": bool(exact),
        }
