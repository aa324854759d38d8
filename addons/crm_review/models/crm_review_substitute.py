from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class CrmReviewSubstitute(models.Model):
    """Somebody who reviews for another one while he is out of office."""

    _name = "crm.review.substitute"
    _description = "Review Substitute"
    _order = "date_from desc, id desc"
    _rec_name = "substitute_id"

    user_id = fields.Many2one(
        "res.users", string="For", required=True, index=True, default=lambda self: self.env.user, ondelete="cascade"
    )
    substitute_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', False), ('id', '!=', user_id)]",
    )
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Until", required=True)
    kind_ids = fields.Many2many("crm.review.kind", string="Only These Documents", help="Empty: all kinds of documents.")
    active = fields.Boolean(default=True)

    @api.constrains("user_id", "substitute_id", "date_from", "date_to", "active")
    def _check_dates(self):
        for one in self.filtered("active"):
            if one.date_to < one.date_from:
                raise ValidationError(self.env._("“Until” lies before “From”. Correct one of the two dates."))
            if one.user_id == one.substitute_id:
                raise ValidationError(self.env._("Nobody is his own substitute. Choose somebody else."))
            # sudo: also those that the user may not read count
            others = self.sudo().search(
                Domain("user_id", "=", one.user_id.id)
                & Domain("id", "!=", one.id)
                & Domain("date_from", "<=", one.date_to)
                & Domain("date_to", ">=", one.date_from)
            )
            clash = others.filtered(
                lambda other, one=one: not (other.kind_ids and one.kind_ids) or other.kind_ids & one.kind_ids
            )
            if clash:
                raise ValidationError(
                    self.env._(
                        "%(user)s has a substitute from %(from)s to %(to)s already: %(substitute)s. Change the dates "
                        "of one.",
                        user=one.user_id.name,
                        substitute=clash[0].substitute_id.name,
                        **{"from": clash[0].date_from, "to": clash[0].date_to},
                    )
                )

    @api.model
    def _replace(self, user, kind_id, today):
        """Who reviews in the place of `user` today: his substitute, or that one's, until somebody is in office.

        :param user: ``res.users``
        :param int kind_id: id of the ``crm.review.kind``
        :param today: date
        :return: ``res.users``; `user` himself if he is in office or the substitutes go in a circle
        """
        found = self._in_force(today)
        seen = {user.id}
        current = user.id
        while True:
            options = found.get(current, ())
            current = next((sub for sub, kinds in options if not kinds or kind_id in kinds), None)
            if current is None:
                break
            if current in seen:
                return user
            seen.add(current)
            last = current
        if len(seen) == 1:
            return user
        substitute = self.env["res.users"].browse(last)
        return substitute if substitute.active else user

    @api.model
    def _in_force(self, today):
        """:return: {user id: [(substitute id, kind ids)]} of a day"""
        cache = self.env.cr.cache.setdefault("crm_review_substitutes", {})
        if today not in cache:
            cache[today] = {}
            # sudo: everybody's substitutes count
            for one in self.sudo().search([("date_from", "<=", today), ("date_to", ">=", today)]):
                cache[today].setdefault(one.user_id.id, []).append((one.substitute_id.id, set(one.kind_ids.ids)))
        return cache[today]

    @api.model_create_multi
    def create(self, vals_list):
        substitutes = super().create(vals_list)
        self._forget_in_force()
        return substitutes

    def write(self, vals):
        result = super().write(vals)
        self.check_access("write")  # he who named a substitute for himself must not make it one for somebody else
        self._forget_in_force()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_in_force()
        return result

    def _forget_in_force(self):
        self.env.cr.cache.pop("crm_review_substitutes", None)
