from odoo import fields, models

from ..models.crm_cost_mixin import SEE_COST
from ..models.product_template import FLOOR_GROUP, HS_CODE, HS_CODE_SEPARATORS

CUSTOMER_COLUMNS = ("customer", "customer_code", "customer_name")


class CrmProductImport(models.TransientModel):
    """Products from a sheet, each with at most one customer part number per row.

    A product with several customer part numbers stands in several rows: the later ones update the product.
    """

    _name = "crm.product.import"
    _inherit = ["crm.import.wizard"]
    _description = "Product Import"
    _import_model = "product.template"
    _import_group_column = "default_code"

    update_existing = fields.Boolean(
        string="Update Existing Products",
        help="A row with the part number of a product completes that product. Otherwise the row is refused.",
    )

    # HOOKS
    def _import_columns(self):
        column = self._import_column
        columns = [
            column("default_code", label=self.env._("Part Number"), help=self.env._("Empty: by the numbering rule.")),
            column("name", label=self.env._("Product Name"), required=True, example=self.env._("Example Oscillator")),
            column("crm_series_id", match=("code", "name")),
            column("crm_package_id", match="code"),
            column("categ_id", label=self.env._("Category"), match="complete_name"),
            column("uom_id", label=self.env._("Unit")),
            column("list_price", label=self.env._("List Price"), example="12.50"),
        ]
        if self.env.user.has_group(FLOOR_GROUP):
            columns.append(column("crm_floor_price"))
        if self.env.user.has_group(SEE_COST):
            columns.append(column("standard_price", label=self.env._("Cost")))
        columns += [
            column("barcode"),
            column("crm_hs_code", example="8541600000"),
            column("crm_declaration_elements"),
            column("crm_origin_id", match=("code", "name")),
            column("weight", label=self.env._("Net Weight (kg)")),
            column("crm_gross_weight"),
            column("crm_second_uom_id"),
            column("crm_second_uom_factor"),
            column("crm_carton_qty"),
            column("crm_carton_length"),
            column("crm_carton_width"),
            column("crm_carton_height"),
            column("crm_carton_gross_weight"),
            column("description_sale"),
            column(
                "customer",
                label=self.env._("Customer"),
                type="many2one",
                comodel="res.partner",
                match=("customer_code", "name"),
                domain=[("is_crm_customer", "=", True)],
                help=self.env._("Whose part number follows: customer code or name."),
            ),
            column("customer_code", label=self.env._("Customer's Part Number"), type="char"),
            column("customer_name", label=self.env._("Customer's Product Name"), type="char"),
        ]
        return columns

    def _import_export_names(self):
        """What the export of products holds, so that it can be loaded again: {field: heading}."""
        return {column.name: column.label for column in self._import_columns() if column.name not in CUSTOMER_COLUMNS}

    def _import_keys(self, row):
        return {"default_code": not row.values.get("customer") and row.values.get("default_code")}

    def _import_match(self, rows):
        codes = [row.values["default_code"] for row in rows if row.values.get("default_code")]
        found = self.env["product.template"].search([("default_code", "in", codes)])
        by_code = {product.default_code: product for product in found}
        for row in rows:
            row.record = by_code.get(row.values.get("default_code"))

    def _import_check_rows(self, rows):
        for row in rows:
            if row.record and not self.update_existing:
                row.add_error(self.env._("There is already a product with this part number."), "default_code")
            code = HS_CODE_SEPARATORS.sub("", row.values.get("crm_hs_code") or "")
            if code and not HS_CODE.fullmatch(code):
                row.add_error(self.env._("The HS code must be 6 to 10 digits."), "crm_hs_code")
            if bool(row.values.get("customer")) != bool(row.values.get("customer_code")):
                row.add_error(self.env._("Fill in both the customer and its part number, or neither."), "customer_code")

    def _import_rows(self, rows):
        first = {}
        for row in rows:
            first.setdefault(row.values.get("default_code") or row.number, row)
        result = super()._import_rows([*first.values()])
        for row in rows:
            if not row.outcome:
                row.record, row.outcome = first[row.values["default_code"]].record, "updated"
                row.record.write(self._import_field_values(row))
        Code = self.env["crm.product.customer.code"]
        products = self.env["product.template"].union(*(row.record for row in rows if row.values.get("customer")))
        known = {
            (line.crm_customer_id.id, line.product_tmpl_id.id): line
            for line in Code.search([("product_tmpl_id", "in", products.ids)])
        }
        for row in rows:
            if not row.values.get("customer"):
                continue
            values = {"code": row.values["customer_code"], "name": row.values.get("customer_name")}
            if line := known.get((row.values["customer"], row.record.id)):
                line.write(values)
            else:
                product = row.record.product_variant_id
                Code.create(values | {"crm_customer_id": row.values["customer"], "product_id": product.id})
        return result

    def _import_field_values(self, row):
        values = super()._import_field_values(row)
        if not row.record:
            return values | {"is_storable": True}
        if values.get("uom_id") == row.record.uom_id.id:
            del values["uom_id"]  # Odoo would look for purchases in the former unit, which takes rights on them
        return values
