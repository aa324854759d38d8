from psycopg2 import IntegrityError

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

from ..models.res_partner_merge import MERGING


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo's merge moves what refers to a partner; here it loses nothing, keeps our rules and notes what it did."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        if self.env.context.get("crm_merging") is not MERGING:
            partners = self.env["res.partner"].browse(partner_ids).exists()
            if len(customers := partners.filtered("is_crm_customer")) > 1:
                raise UserError(
                    self.env._(
                        "%(names)s are CRM customers. Merge them by Customer Management > Possible Duplicates.",
                        names=", ".join(customers.mapped("name")),
                    )
                )
        return super()._merge(partner_ids, dst_partner, extra_checks)

    def _update_foreign_keys(self, src_partners, dst_partner):
        if self.env.context.get("crm_merging") is MERGING:
            self._crm_prepare(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _crm_prepare(self, src, dst):
        """Note the merge, and move what Odoo would drop because there is one of it for each partner."""
        Log = self.env["crm.customer.merge.log"]
        log = Log.create(
            {
                "partner_id": dst.id,
                "merged_name": src.name,
                "merged_code": src.customer_code,
                "merged_id": src.id,
                "user_id": self.env.uid,
                "reason": self.env.context.get("crm_merge_reason"),
                "old_values": {"kept": self._crm_values(dst), "merged": self._crm_values(src)},
            }
        )
        dst.message_subscribe(src.message_partner_ids.ids)
        self.env.flush_all()
        cr = self.env.cr
        # one customer has one primary contact and one owner at a time, and belongs to no group of its own
        cr.execute(
            SQL(
                """
                UPDATE res_partner SET is_primary_contact = FALSE
                 WHERE parent_id = %(src)s AND is_primary_contact
                   AND EXISTS (SELECT FROM res_partner WHERE parent_id = %(dst)s AND is_primary_contact AND active)
                """,
                src=src.id,
                dst=dst.id,
            )
        )
        cr.execute(
            SQL(
                "UPDATE res_partner SET crm_group_id = NULL WHERE id IN %s AND crm_group_id IN %s",
                (src.id, dst.id),
                (src.id, dst.id),
            )
        )
        self.env["crm.customer.owner.history"]._end(src)
        moved = {}
        for table, column in self._get_fk_on("res_partner"):
            if table == "res_partner" or "_merge" in table:
                continue
            count = self._crm_count(table, column, src)
            if count:
                moved[f"{table}.{column}"] = count
                if self._crm_is_unique(table, column):
                    self._crm_move_apart(table, column, src, dst)
        cr.execute(SQL("UPDATE crm_customer_merge_log SET partner_id = %s WHERE partner_id = %s", dst.id, src.id))
        log.moved = moved
        log.flush_recordset()

    def _crm_values(self, partner):
        """All that is stored of a partner itself, as JSON takes it."""
        [values] = partner.read(
            [
                field.name
                for field in partner._fields.values()
                if field.store
                and field.type not in ("binary", "one2many", "many2many")
                and field.name not in partner._crm_keys()
            ],
            load=None,
        )
        return {
            fname: value if isinstance(value, bool | int | float | str | list | dict) else str(value)
            for fname, value in values.items()
            if value not in (False, None, "", [])
        }

    def _crm_count(self, table, column, src):
        return self.env.execute_query(
            SQL("SELECT count(*) FROM %s WHERE %s = %s", SQL.identifier(table), SQL.identifier(column), src.id)
        )[0][0]

    def _crm_is_unique(self, table, column):
        """Whether the table holds records of which a partner has one in some sense."""
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    SELECT 1 FROM pg_index
                      JOIN pg_class ON pg_class.oid = indrelid AND relnamespace = current_schema::regnamespace
                      JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
                     WHERE indisunique AND relname = %s AND attname = %s
                       AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = indrelid AND attname = 'id')
                     LIMIT 1
                    """,
                    table,
                    column,
                )
            )
        )

    def _crm_move_apart(self, table, column, src, dst):
        """Move records one by one; of what both customers have one, that of the kept one stays."""
        names = {"table": SQL.identifier(table), "column": SQL.identifier(column)}
        cr = self.env.cr
        for [record_id] in self.env.execute_query(
            SQL("SELECT id FROM %(table)s WHERE %(column)s = %(src)s ORDER BY id", **names, src=src.id)
        ):
            try:
                with mute_logger("odoo.sql_db"), cr.savepoint(flush=False):
                    cr.execute(
                        SQL(
                            "UPDATE %(table)s SET %(column)s = %(dst)s WHERE id = %(id)s",
                            **names,
                            dst=dst.id,
                            id=record_id,
                        )
                    )
            except IntegrityError:
                cr.execute(SQL("DELETE FROM %(table)s WHERE id = %(id)s", **names, id=record_id))

    def _update_reference_fields(self, src_partners, dst_partner):
        super()._update_reference_fields(src_partners, dst_partner)
        if self.env.context.get("crm_merging") is not MERGING:
            return
        # what says its model in another field: reviews, ratings and the like
        for model in map(self.env.get, self.env.registry):
            if model._abstract or not model._auto or model._transient:
                continue
            for field in model._fields.values():
                model_field = (
                    field.type == "many2one_reference" and field.store and model._fields.get(field.model_field)
                )
                if model_field and model_field.store:
                    self._crm_move_references(model, field, model_field, src_partners, dst_partner)
        self.env.invalidate_all(flush=False)

    def _crm_move_references(self, model, field, model_field, src, dst):
        names = {
            "table": SQL.identifier(model._table),
            "res_id": SQL.identifier(field.name),
            "res_model": SQL.identifier(model_field.name),
        }
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(res_id)s = %(dst)s"
                " WHERE %(res_model)s = 'res.partner' AND %(res_id)s = %(src)s",
                **names,
                src=src.id,
                dst=dst.id,
            )
        )

    def _update_values(self, src_partners, dst_partner):
        if self.env.context.get("crm_merging") is MERGING:
            return None  # they are chosen one by one
        return super()._update_values(src_partners, dst_partner)
