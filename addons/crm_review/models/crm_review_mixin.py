from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

REVIEW_STATES = [
    ("new", "Not Submitted"),
    ("pending", "Under Review"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("recalled", "Recalled"),
]


class CrmReviewMixin(models.AbstractModel):
    """A kind of document that is reviewed.

    A model joins by inheriting this mixin, a `crm.review.kind` record, and ``<widget name="crm_review"/>`` before the
    sheet of its form. The attributes name its fields; while the document is under review it and its lines change only
    where the open step allows it (see `base.write` in this add-on). The hooks are called in the transaction of the
    decision, with sudo, in an environment in which the document is not locked.
    """

    _name = "crm.review.mixin"
    _description = "Reviewed Document"
    _inherit = ["crm.scope.mixin"]

    _review_number = "display_name"
    _review_amount = None
    _review_partner = None
    _review_lines = ()  # one2many fields whose lines are locked with the document
    _review_open_fields = frozenset()  # what may always change
    _review_lock_approved = False  # whether it stays locked once approved

    review_id = fields.Many2one("crm.review", readonly=True, copy=False, index="btree_not_null")
    review_state = fields.Selection(REVIEW_STATES, default="new", required=True, readonly=True, copy=False, index=True)

    def action_review_submit(self):
        """Submit the documents; asks for reviewers first where a step leaves their choice to the requester."""
        return self.env["crm.review"].action_submit(self._name, self.ids)

    # HOOKS

    def _review_check(self):
        """Hook: raise a UserError if this document is not ready to be submitted."""

    def _review_refuse(self, problems):
        """Keep this document from being submitted while there are problems; for `_review_check`.

        :param problems: sentences, any iterable
        :raise UserError: there are problems; names all of them
        """
        if problems := list(problems):
            raise UserError(
                self.env._(
                    "%(document)s cannot be submitted yet:\n%(problems)s",
                    document=self.display_name,
                    problems="\n".join(problems),
                )
            )

    def _review_on_submitted(self):
        """Hook: this document has just come under review."""

    def _review_on_approved(self):
        """Hook: the last step has approved this document."""

    def _review_on_rejected(self):
        """Hook: this document went back to its requester, rejected or recalled by himself."""

    def _review_summary(self):
        """Hook: what reviewers see of this document in their lists.

        :return: dict with ``number``, ``partner`` (res.partner or empty), ``amount`` (None: it has none) and
            ``currency``
        """
        self.ensure_one()
        return self.env["crm.review"]._summary_of(self)

    # a reviewer sees what he is asked to review, wherever its owner stands

    @api.model
    def _crm_scope_grants(self):
        return [*super()._crm_scope_grants(), self._crm_scope_subquery("id", self._reviewed_sql())]

    @api.model
    def _reviewed_sql(self, fname=None):
        """Which documents of this model the user reviews, for grants.

        :param fname: stored many2one to what is granted with them, by default the documents themselves
        :return: ``odoo.tools.SQL`` selecting ids; what it reads is flushed
        """
        self.env["crm.review.line"].flush_model(["user_id", "res_model", "res_id"])
        mine = SQL("line.user_id = %s AND line.res_model = %s", self.env.uid, self._name)
        if not fname:
            return SQL("SELECT line.res_id FROM crm_review_line line WHERE %s", mine)
        self.flush_model([fname])
        return SQL(
            "SELECT document.%s FROM crm_review_line line JOIN %s document ON document.id = line.res_id WHERE %s",
            SQL.identifier(fname),
            SQL.identifier(self._table),
            mine,
        )
