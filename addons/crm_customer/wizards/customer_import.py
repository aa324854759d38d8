import re

from odoo import Command, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_bank import sanitize_account_number
from odoo.addons.crm_base.tools.company_name import normalize_company_name
from odoo.addons.crm_base.tools.search_text import normalize

from ..models.res_partner_duplicate import CHECKED

# province, municipality, autonomous region (of a people), special administrative region
PROVINCE_KIND = re.compile(
    "(\u7701|\u5e02|(\u58ee\u65cf|\u56de\u65cf|\u7ef4\u543e\u5c14)?\u81ea\u6cbb\u533a|\u7279\u522b\u884c\u653f\u533a)$"
)
BETWEEN_TAGS = re.compile("[,;\uff0c\uff1b\u3001\n]")
BANK_COLUMNS = ("bank_name", "bank_account")
CONTACT_COLUMNS = {
    "contact_name": "name",
    "contact_function": "function",
    "contact_phone": "phone",
    "contact_wechat": "wechat",
    "contact_email": "email",
}


class CrmCustomerImport(models.TransientModel):
    _name = "crm.customer.import"
    _inherit = ["crm.import.wizard"]
    _description = "Customer Import"
    _import_model = "res.partner"

    update_existing = fields.Boolean(
        string="Update Existing Customers",
        help="A row with the customer code or the credit code of a customer completes that customer. Otherwise the row "
        "is refused as a duplicate.",
    )

    # HOOKS
    def _import_columns(self):
        column = self._import_column
        label = self.env["res.partner"].fields_get(CONTACT_COLUMNS.values(), ["string"])
        contact = self.env._("Contact")
        columns = [
            column(
                "name", label=self.env._("Customer Name"), required=True, example=self.env._("Example Machinery Co.")
            ),
            column("customer_code", help=self.env._("Only CRM administrators set codes. May stay empty.")),
            column("credit_code", example="91110000600037341L"),
            column("short_name"),
            column("english_name"),
            column("crm_customer_type"),
            column("crm_status"),
            column("crm_level_id"),
            column("crm_category_id", match="complete_name"),
            column("crm_source_id"),
            column("industry_id"),
            column("company_nature"),
            column("company_size"),
            column("legal_representative"),
            column(
                "user_id",
                label=self.env._("Salesperson"),
                match=("login", "name"),
                domain=[("share", "=", False)],
                help=self.env._("Login or name. Empty: yourself."),
            ),
            column("country_id"),
            column("state_id", label=self.env._("Province"), type="char"),
            column("city"),
            column("district"),
            column("street", label=self.env._("Address")),
            column("zip"),
            column("phone", example="021-55550100"),
            column("office_phone"),
            column("fax"),
            column("email"),
            column("website"),
            column("vat", label=self.env._("Tax Number")),
            column("category_id", type="char", help=self.env._("Several tags with commas between them.")),
            column("comment", type="text"),
            column("contact_name", label=contact, type="char"),
        ]
        columns += [
            column(
                name,
                label=self.env._("Contact's %(field)s", field=label[fname]["string"]),
                type="char",
            )
            for name, fname in CONTACT_COLUMNS.items()
            if fname != "name"
        ]
        if self.env["res.partner.bank"].has_access("create"):
            columns += [
                column("bank_name", label=self.env._("Bank"), type="char"),
                column("bank_account", label=self.env._("Bank Account"), type="char"),
            ]
        return [*columns, column("duplicate_reason")]

    def _import_export_names(self):
        """What the export of customers holds, to be loaded again: {field: heading}, without contact and bank."""
        apart = {*CONTACT_COLUMNS, *BANK_COLUMNS}
        return {column.name: column.label for column in self._import_columns() if column.name not in apart}

    def _import_keys(self, row):
        Partner = self.env["res.partner"]
        values = Partner._crm_clean(dict(row.values))
        return {
            "name": normalize_company_name(values["name"]),
            "phone": Partner._crm_phone_key(values.get("phone")),
            "credit_code": values.get("credit_code"),
            "customer_code": values.get("customer_code"),
        }

    def _import_prepare_rows(self, rows):
        country = self.env.company.country_id or self.env.ref("base.cn")
        for row in rows:
            row.values["country_id"] = row.values.get("country_id") or country.id
        states = self._import_states(rows)
        tags = self._import_tags(rows)
        for row in rows:
            values = self.env["res.partner"]._crm_clean(row.values)
            self._import_look_up_state(row, states)
            self._import_look_up_tags(row, tags)
            if not values.get("user_id"):
                values.pop("user_id", None)  # the default, not "nobody"
            if any(values.get(name) for name in CONTACT_COLUMNS) and not values.get("contact_name"):
                row.add_error(
                    self.env._("Fill in the contact's name, or leave all of the contact empty."), "contact_name"
                )
            if values.get("bank_name") and not values.get("bank_account"):
                row.add_error(self.env._("Fill in the account, or leave the bank empty."), "bank_account")

    def _import_match(self, rows):
        if not self.update_existing:
            return
        for fname in ("customer_code", "credit_code"):
            codes = [row.values[fname] for row in rows if row.values.get(fname)]
            found = self.env["res.partner"].search([(fname, "in", codes), ("is_crm_customer", "=", True)])
            by_code = {partner[fname]: partner for partner in found}
            for row in rows:
                row.record = row.record or by_code.get(row.values.get(fname))

    def _import_check_rows(self, rows):
        for row in rows:
            self._import_check_values(row)
        self._import_check_duplicates([row for row in rows if row.is_pending])

    def _import_check_values(self, row):
        """Find what the constraints would refuse, as undoing a batch for one row costs more than the batch."""
        contact = self._import_contact_values(row)
        for values in (self._import_field_values(row), contact):
            partner = self.env["res.partner"].new({"is_crm_customer": True, **values})
            for check in (partner._check_credit_code, partner._check_phones, partner._check_email):
                try:
                    check()
                except ValidationError as error:
                    row.add_error(str(error))

    def _import_check_duplicates(self, rows):
        Partner = self.env["res.partner"]
        keys = [
            Partner._crm_make_duplicate_key(
                row.record and row.record.id, *map(row.values.get, ("name", "phone", "credit_code", "email"))
            )
            for row in rows
        ]
        for row, duplicates in zip(rows, Partner._crm_find_duplicates(keys), strict=True):
            if problem := Partner._crm_duplicate_problem(
                row.values["name"], row.values.get("duplicate_reason"), duplicates
            ):
                row.add_error(problem)

    def _import_rows(self, rows):
        # the duplicates have been looked for above; a log of every field would double the work
        checked = self.with_context(crm_duplicates_checked=CHECKED, tracking_disable=True)
        result = super(CrmCustomerImport, checked)._import_rows(rows)
        checked._import_contacts(rows)
        self._import_bank_accounts([row for row in rows if row.values.get("bank_account")])
        return result

    def _import_contacts(self, rows):
        """Create the rows' contacts, unless the customer has one of that name."""
        Partner = self.env["res.partner"]
        of_new, of_known = [], []
        for row in rows:
            contact, customer = self._import_contact_values(row), row.record
            names = {normalize_company_name(name) for name in customer.child_ids.mapped("name")}
            if not contact or normalize_company_name(contact["name"]) in names:
                continue
            contact |= {"parent_id": customer.id, "is_primary_contact": not names}
            if row.outcome == "created":
                taken_over = set(Partner._commercial_fields()) - set(Partner._company_dependent_commercial_fields())
                of_new.append(customer._convert_fields_to_values([*Partner._address_fields(), *taken_over]) | contact)
            else:
                of_known.append(contact)
        # what a contact takes over from its customer Odoo writes contact by contact; of a new one all of it is known
        Partner.with_context(_partners_skip_fields_sync=True).create(of_new)
        Partner.create(of_known)

    def _import_bank_accounts(self, rows):
        """Add the rows' bank accounts, unless the customer has that account."""
        if not rows:
            return
        names = {row.values["bank_name"] for row in rows if row.values.get("bank_name")}
        Bank = self.env["res.bank"]
        banks = {bank.name: bank.id for bank in Bank.search([("name", "in", list(names))])}
        missing = sorted(names - banks.keys())
        banks |= dict(zip(missing, Bank.create([{"name": name} for name in missing]).ids, strict=True))
        known = {
            (account.partner_id.id, account.sanitized_acc_number)
            for account in self.env["res.partner.bank"]
            .with_context(active_test=False)
            .search([("partner_id", "in", [row.record.id for row in rows])])
        }
        self.env["res.partner.bank"].create(
            [
                {
                    "partner_id": row.record.id,
                    "acc_number": row.values["bank_account"],
                    "bank_id": banks.get(row.values.get("bank_name")),
                }
                for row in rows
                if (row.record.id, sanitize_account_number(row.values["bank_account"])) not in known
            ]
        )

    def _import_field_values(self, row):
        values = super()._import_field_values(row)
        return values if row.record else values | {"is_crm_customer": True, "is_company": True}

    def _import_contact_values(self, row):
        return {fname: row.values[name] for name, fname in CONTACT_COLUMNS.items() if row.values.get(name)}

    # LOOK-UPS
    def _import_look_up_state(self, row, states):
        if name := row.values.get("state_id"):
            row.values["state_id"] = states.get((row.values["country_id"], "".join(normalize(name))))
            if not row.values["state_id"]:
                row.add_error(self.env._("“%(name)s” does not exist.", name=name), "state_id")

    def _import_look_up_tags(self, row, tags):
        names = _tag_names(row.values.get("category_id"))
        if unknown := [name for name in names if name not in tags]:
            row.add_error(self.env._("“%(name)s” does not exist.", name=", ".join(unknown)), "category_id")
        elif names:
            row.values["category_id"] = [Command.link(tags[name]) for name in names]

    def _import_tags(self, rows):
        """{name of a tag, alone or with those above it: id}"""
        if not any(row.values.get("category_id") for row in rows):
            return {}
        found = self.env["res.partner.category"].search([])  # pylint: disable=no-search-all
        return {name: tag.id for tag in found for name in (tag.display_name, tag.name)}

    def _import_states(self, rows):
        if not any(row.values.get("state_id") for row in rows):
            return {}
        countries = {row.values["country_id"] for row in rows}
        return {
            (state.country_id.id, "".join(normalize(text))): state.id
            for state in self.env["res.country.state"].search([("country_id", "in", list(countries))])
            for text in (state.code, state.name, PROVINCE_KIND.sub("", state.name))
        }


def _tag_names(text):
    return [name for part in BETWEEN_TAGS.split(text or "") if (name := part.strip())]
