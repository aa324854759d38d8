from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmScopeMixin(models.AbstractModel):
    """Records with an owner, visible by the reader's data scope.

    A model joins by inheriting this mixin and by one global record rule ``[("crm_in_scope", "=", True)]``.
    ``_crm_scope_grants`` adds what makes a record visible besides its owner.
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

    @api.depends_context("uid")
    @api.depends(lambda self: self._crm_scope_depends())
    def _compute_crm_in_scope(self):
        # the rule asks for this in the reader's name, so only the flag is told, never a value of the record
        records = self.sudo().with_context(active_test=False)
        visible = set(records.search([("id", "in", self._origin.ids), ("crm_in_scope", "=", True)])._ids)
        for record in self:
            record.crm_in_scope = record._origin.id in visible

    def _search_crm_in_scope(self, operator, value):
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
        return Domain.OR([Domain(self._crm_scope_owner, "in", owner_ids), *self._crm_scope_grants()])

    @api.model
    def _crm_scope_depends(self):
        """Names of the fields that decide on ``crm_in_scope``; extended beside ``_crm_scope_grants``."""
        return [self._crm_scope_owner] if self._crm_scope_owner in self._fields else []

    @api.model
    def _crm_scope_grants(self):
        """What lets the reader (``self.env.uid``) see a record whose owner is outside his scope.

        Each domain must be answered by an index: use :meth:`_crm_scope_subquery` rather than a condition on
        an x2many field, which PostgreSQL answers by reading the whole table once it stands beside another
        alternative.

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
