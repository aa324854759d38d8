from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL


class CrmScopeMixin(models.AbstractModel):
    """Records with an owner, visible by the reader's data scope.

    A model joins by inheriting this mixin and by one global record rule ``[("crm_in_scope", "=", True)]``.
    ``_crm_scope_grants`` adds what opens a record besides its owner, ``_crm_scope_read_grants`` what opens it for
    reading only: `_check_access` of this mixin refuses to change such records, no second rule is needed.
    """

    _name = "crm.scope.mixin"
    _description = "Data Scope"

    _crm_scope_owner = "user_id"

    crm_in_scope = fields.Boolean(
        string="In My Data Scope",
        compute="_compute_crm_in_scope",
        search="_search_crm_in_scope",
        export_string_translation=False,
    )
    crm_in_write_scope = fields.Boolean(
        string="In My Data Scope for Changes",
        compute="_compute_crm_in_write_scope",
        search="_search_crm_in_write_scope",
        export_string_translation=False,
    )

    @api.depends_context("uid")
    @api.depends(lambda self: self._crm_scope_depends())
    def _compute_crm_in_scope(self):
        self._crm_compute_scope("crm_in_scope")

    @api.depends_context("uid")
    @api.depends(lambda self: self._crm_scope_depends())
    def _compute_crm_in_write_scope(self):
        self._crm_compute_scope("crm_in_write_scope")

    def _crm_compute_scope(self, fname):
        # the rule asks for this in the reader's name, so only the flag is told, never a value of the record
        records = self.sudo().with_context(active_test=False)
        found = set(records.search([("id", "in", self._origin.ids), (fname, "=", True)])._ids)
        for record in self:
            record[fname] = record._origin.id in found

    def _search_crm_in_scope(self, operator, value):
        return self._crm_search_scope(operator, value, lambda: self._crm_scope_grants() + self._crm_scope_read_grants())

    def _search_crm_in_write_scope(self, operator, value):
        return self._crm_search_scope(operator, value, self._crm_scope_grants)

    @api.model
    def _crm_search_scope(self, operator, value, grants):
        if operator != "in" or True not in value:
            return NotImplemented
        if False in value:
            return Domain.TRUE
        user = self.env["res.users"].browse(self.env.uid)
        if not user._is_internal():
            # portal and public readers are held by the rules of their own groups
            return Domain.TRUE
        owner_ids = user._crm_scope_owner_ids()
        if owner_ids is None:
            return Domain.TRUE
        return Domain.OR([Domain(self._crm_scope_owner, "in", owner_ids), *grants()])

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation == "read" or not any(self._ids):
            return result
        forbidden, make_error = result or (self.browse(), None)
        # sudo: only the flag is asked, as by a record rule
        locked = (self - forbidden).sudo().filtered(lambda record: record.id and not record.crm_in_write_scope)
        if not locked:
            return result
        return forbidden | self.browse(locked._ids), make_error or partial(self._crm_make_read_only_error, locked[:1])

    @api.model
    def _crm_make_read_only_error(self, record):
        return AccessError(
            self.env._(
                "You may read %(record)s but not change it. Ask whose it is to do it, or to let you.",
                record=record.display_name,
            )
        )

    @api.model
    def _crm_scope_depends(self):
        """Names of the fields that decide on ``crm_in_scope``; extended beside ``_crm_scope_grants``."""
        return [self._crm_scope_owner] if self._crm_scope_owner in self._fields else []

    @api.model
    def _crm_scope_grants(self):
        """What opens a record whose owner is outside the user's scope (``self.env.uid``), for reading and changing.

        Each domain must be answered by an index: use :meth:`_crm_scope_subquery` rather than a condition on
        an x2many field, which PostgreSQL answers by reading the whole table once it stands beside another
        alternative.

        :return: list of domains, any of which is enough
        """
        return []

    @api.model
    def _crm_scope_read_grants(self):
        """What opens a record for reading only, beside :meth:`_crm_scope_grants` and of the same kind.

        :return: list of domains, any of which is enough
        """
        return []

    @api.model
    def _crm_scope_subquery(self, fname, subquery):
        """The records whose ``fname`` is among the ids that ``subquery`` selects, index-backed also under OR.

        :param fname: ``id`` or a stored many2one field
        :param subquery: ``odoo.tools.SQL`` selecting one column of ids; its tables must be flushed by the caller
        :return: ``odoo.fields.Domain``
        """
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(ARRAY(%s))", model._field_to_sql(alias, fname, query), subquery
            )
        )
