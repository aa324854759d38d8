import re

from rapidfuzz import fuzz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.crm_base.tools.company_name import normalize_company_name
from odoo.addons.crm_base.tools.search_text import pinyin

SIMILAR = 85  # score from which two names are worth asking about, 0 to 100
TRIGRAM_SIMILARITY = 0.4  # what the index lets through to be scored
MOST_CANDIDATES = 50
# context value by which the import says that it has looked: an object, which no request from outside can send
CHECKED = object()
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

    # no fastupdate: every search would read a list of what is not in the index yet, which an import keeps long
    _normalized_name_trigrams = models.Index(
        lambda registry: registry.has_trigram and "USING gin (normalized_name gin_trgm_ops) WITH (fastupdate = off)"
    )

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
            partner.email_domain = self._crm_email_domain(partner.email)

    @api.model
    def _crm_email_domain(self, email):
        domain = (email or "").rpartition("@")[2].strip(" >").lower()
        return domain if domain and domain not in FREE_MAIL else False

    @api.depends("name", "phone", "credit_code", "email", "is_crm_customer")
    def _compute_duplicate_warning(self):
        for partner in self:
            edited = not isinstance(partner.id, int)  # looking at a customer costs no search
            duplicates = partner._crm_duplicates() if edited and partner.is_crm_customer else []
            partner.duplicate_warning = self._crm_duplicate_text(duplicates) if duplicates else False

    @api.constrains("credit_code", "phone", "name", "email", "is_crm_customer", "duplicate_reason")
    def _check_duplicates(self):
        if self.env.context.get("crm_duplicates_checked") is CHECKED:
            return  # the import has looked for them, a batch at a time
        customers = self.filtered("is_crm_customer")
        keys = [customer._crm_duplicate_key() for customer in customers]
        for customer, duplicates in zip(customers, self._crm_find_duplicates(keys), strict=True):
            if problem := self._crm_duplicate_problem(customer.name, customer.duplicate_reason, duplicates):
                raise ValidationError(problem)

    @api.model
    def _crm_duplicate_problem(self, name, reason, duplicates):
        """Why a customer must not be saved beside its duplicates.

        :param name: the customer's name
        :param reason: why it is none, as the user said
        :param duplicates: as :meth:`_crm_find_duplicates` gives them for one key
        :return: a translated sentence, ``None`` if it may be saved
        """
        if same := [duplicate for duplicate in duplicates if duplicate["exact"]]:
            return self.env._(
                "%(name)s is entered already:\n%(duplicates)s\nAsk the salesperson named here.",
                name=name,
                duplicates=self._crm_duplicate_text(same),
            )
        if duplicates and not reason:
            return self.env._(
                "%(name)s looks like a customer entered already:\n%(duplicates)s\n"
                "If it is another one, say so in “%(field)s”.",
                name=name,
                duplicates=self._crm_duplicate_text(duplicates),
                field=self._fields["duplicate_reason"]._description_string(self.env),
            )
        return None

    @api.model
    def _crm_duplicate_text(self, duplicates):
        """A line for each: what it is like and whose it is, no data of a customer that may be another's."""
        labels = {
            "credit_code": self.env._("same credit code"),
            "phone": self.env._("same phone"),
            "name": self.env._("similar name"),
            "pinyin": self.env._("name sounds the same"),
            "email": self.env._("same mail domain"),
        }
        # constraints run as superuser: what counts is what the user sees
        visible = set(self.sudo(False).search([("id", "in", [duplicate["id"] for duplicate in duplicates])])._ids)
        lines = []
        for duplicate in duplicates:
            names = {"name", "pinyin"} & set(duplicate["reasons"])
            shown = names or duplicate["id"] in visible
            lines.append(
                self.env._(
                    "%(name)s — salesperson: %(owner)s (%(reason)s)",
                    name=duplicate["name"] if shown else self.env._("A customer you do not look after"),
                    owner=duplicate["owner"] or self.env._("none"),
                    reason=", ".join(labels[reason] for reason in duplicate["reasons"]),
                )
            )
        return "\n".join(lines)

    def _crm_duplicates(self):
        """Customers that this one, saved or not, may be a second entry of; see :meth:`_crm_find_duplicates`."""
        self.ensure_one()
        return self._crm_find_duplicates([self._crm_duplicate_key()])[0]

    def _crm_duplicate_key(self):
        return self._crm_make_duplicate_key(self._origin.id, self.name, self.phone, self.credit_code, self.email)

    @api.model
    def _crm_make_duplicate_key(self, partner_id, name, phone, credit_code, email):
        """What :meth:`_crm_find_duplicates` compares; all but the name may be empty."""
        core = normalize_company_name(name)
        return {
            "id": partner_id or 0,
            "core": core,
            "pinyin": "".join(pinyin(core)) or None,
            "phone": self._crm_phone_key(phone) or None,
            "code": credit_code or None,
            "domain": self._crm_email_domain(email) or None,
        }

    @api.model
    def _crm_find_duplicates(self, keys, limit=5):
        """Customers that others may be second entries of, with one query for all.

        Looks at all customers whoever's they are, archived ones too; the caller must show no more of them than
        :meth:`_crm_duplicate_text` does.

        :param keys: list of dicts as :meth:`_crm_duplicate_key` gives them; ``id`` is the customer to pass over
        :return: for each key a list of dicts ``id, name, owner, score, reasons, exact``, the likeliest first
        """
        found = [[] for _key in keys]
        if not any(any(value for name, value in key.items() if name != "id") for key in keys):
            return found
        self.env["res.partner"].flush_model(
            ["name", "normalized_name", "name_pinyin", "phone_key", "credit_code", "email_domain", "is_crm_customer"]
        )
        # hidden from the planner: before the first statistics it thinks there are no customers, and reads them all
        customer = "COALESCE(is_crm_customer, FALSE)"
        same = " UNION ALL ".join(
            f"(SELECT id FROM res_partner WHERE {column} = key.{name} AND {customer} LIMIT {MOST_CANDIDATES})"
            for column, name in (
                ("name_pinyin", "pinyin"),
                ("phone_key", "phone"),
                ("credit_code", "code"),
                ("email_domain", "domain"),
            )
        )
        alike = SQL()
        if self.env.registry.has_trigram:
            self.env.cr.execute(
                SQL("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", str(TRIGRAM_SIMILARITY))
            )
            alike = SQL(
                " UNION ALL (SELECT id FROM res_partner WHERE normalized_name %% key.core AND %s"
                " ORDER BY similarity(normalized_name, key.core) DESC LIMIT %s)",
                SQL(customer),
                MOST_CANDIDATES,
            )
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT DISTINCT key.number, p.id, p.name, p.normalized_name, p.name_pinyin, p.phone_key,"
                " p.credit_code, p.email_domain, owner.name AS owner"
                " FROM unnest(%(number)s, %(id)s, %(core)s, %(pinyin)s, %(phone)s, %(code)s, %(domain)s)"
                " AS key(number, id, core, pinyin, phone, code, domain)"
                " CROSS JOIN LATERAL (%(same)s%(alike)s) AS candidate"
                " JOIN res_partner p ON p.id = candidate.id AND p.id <> key.id"
                " LEFT JOIN res_users u ON u.id = p.user_id LEFT JOIN res_partner owner ON owner.id = u.partner_id",
                number=SQL("%s::int[]", list(range(len(keys)))),
                id=SQL("%s::int[]", [key["id"] for key in keys]),
                same=SQL(same),
                alike=alike,
                **{
                    name: SQL("%s::text[]", [key[name] for key in keys])
                    for name in ("core", "pinyin", "phone", "code", "domain")
                },
            )
        )
        for row in rows:
            if duplicate := self._crm_duplicate(keys[row["number"]], row):
                found[row["number"]].append(duplicate)
        return [sorted(some, key=lambda duplicate: (-duplicate["score"], duplicate["id"]))[:limit] for some in found]

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
