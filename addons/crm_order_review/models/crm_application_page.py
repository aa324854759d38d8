from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

OPEN_STATES = ("new", "rejected", "recalled")
SHOWN = 5


class CrmApplicationPage(models.AbstractModel):
    """The page “New Application”: what a user may apply for, his drafts, and what he has sent to copy from."""

    _name = "crm.application.page"
    _description = "New Application"

    @api.model
    def _application_kinds(self):
        """Hook: the kinds of application, in their order.

        Their models inherit `crm.review.mixin`; only those are shown that the user may create.

        :return: list of dicts: ``key`` unique, ``model``, ``name``, ``text`` one line of explanation, ``icon`` (of Font
            Awesome), ``action`` xml-id of the list that all of them are in; if wanted ``domain`` of what belongs to
            this kind, ``drafts`` domain of what is a draft still and ``context`` that a new one starts with
        """
        return [
            *self._order_kinds(),
            {
                "key": "sample",
                "model": "crm.sample.request",
                "name": self.env._("Sample Request"),
                "text": self.env._("Samples for a customer, free or charged, with his feedback"),
                "icon": "fa-flask",
                "action": "crm_order_review.crm_sample_request_action",
            },
            {
                "key": "stockup",
                "model": "crm.stockup.request",
                "name": self.env._("Stock-up Request"),
                "text": self.env._("Stock to be made or bought before its orders come"),
                "icon": "fa-cubes",
                "action": "crm_order_review.crm_stockup_request_action",
            },
            {
                "key": "inquiry",
                "model": "crm.inquiry",
                "name": self.env._("Internal Inquiry"),
                "text": self.env._("Ask engineers and buyers for price, lead time and feasibility"),
                "icon": "fa-question-circle",
                "action": "crm_order_review.crm_inquiry_action",
            },
            {
                "key": "approval",
                "model": "crm.approval",
                "name": self.env._("General Approval"),
                "text": self.env._("Whatever needs a decision and has no document of its own"),
                "icon": "fa-check-square-o",
                "action": "crm_review.crm_approval_action",
            },
        ]

    def _order_kinds(self):
        """A sales application of each type, and a quotation."""
        company = self.env.company
        applications = [
            {
                "key": f"application_{order_type.id}",
                "model": "sale.order",
                "name": order_type.name,
                "text": self.env._("An order of a customer, confirmed by its review")
                if order_type.needs_review
                else self.env._("An order of a customer"),
                "icon": "fa-globe" if order_type.is_overseas else "fa-shopping-cart",
                "action": "crm_order_review.sale_order_action_application",
                "domain": [("crm_order_type_id", "=", order_type.id)],
                "drafts": [("state", "=", "draft")],
                "context": {"default_crm_order_type_id": order_type.id},
            }
            for order_type in self.env["crm.order.type"].search([("company_id", "in", (False, company.id))])
        ]
        return [
            *applications,
            {
                "key": "quotation",
                "model": "sale.order",
                "name": self.env._("Quotation"),
                "text": self.env._("An offer to a customer, which becomes a sales application once accepted"),
                "icon": "fa-file-text-o",
                "action": "crm_order_review.sale_order_action_quotation",
                "domain": [("crm_order_type_id", "=", False), ("crm_is_history", "=", False)],
                "drafts": [("state", "=", "draft")],
            },
        ]

    @api.model
    @api.readonly
    def get_page(self):
        """What the page shows.

        :return: list of the kinds that the user may create, each with ``drafts`` and ``recent`` documents of his own
            ({id, name, partner, date}), the latest first, and ``draft_count``
        """
        return [
            {
                **{name: kind[name] for name in ("key", "model", "name", "text", "icon", "action")},
                "context": kind.get("context", {}),
                **self._documents(kind),
            }
            for kind in self._application_kinds()
            if self.env[kind["model"]].has_access("create")
        ]

    def _documents(self, kind):
        documents = self.env[kind["model"]]
        mine = Domain(kind.get("domain", [])) & Domain("user_id", "=", self.env.uid)
        is_open = Domain("review_state", "in", OPEN_STATES) & Domain(kind.get("drafts", []))
        drafts = documents.search(mine & is_open, limit=SHOWN, order="id desc")
        recent = documents.search(mine & ~is_open, limit=SHOWN, order="id desc")
        return {
            "drafts": [self._card(document) for document in drafts],
            "draft_count": documents.search_count(mine & is_open) if len(drafts) == SHOWN else len(drafts),
            "recent": [self._card(document) for document in recent],
        }

    def _card(self, document):
        # sudo: the customer's name goes with the document, as in its list
        partner = document.sudo().partner_id if "partner_id" in document._fields else self.env["res.partner"]
        date = document["date"] if "date" in document._fields else document.create_date
        return {
            "id": document.id,
            "name": document.display_name,
            "partner": partner.name or "",
            "date": fields.Date.to_string(date) or "",
            "state": document.review_state,
        }

    @api.model
    def copy_document(self, key, res_id):
        """A new draft from one of the user's own documents.

        :param str key: of its kind
        :param int res_id: its id
        :return: id of the copy
        :raise AccessError: it is none of the user's own documents of this kind
        """
        kind = next((kind for kind in self._application_kinds() if kind["key"] == key), None)
        document = self.env[kind["model"]].browse(res_id) if kind else None
        if not document or not document.exists() or document.user_id != self.env.user:
            raise AccessError(self.env._("Only one's own documents are copied here."))
        return document.copy().id
