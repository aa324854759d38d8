from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.clause_text import VARIABLES, names_in


class CrmContractClauseLibrary(models.Model):
    """Clauses to choose from, in Chinese and English."""

    _name = "crm.contract.clause.library"
    _description = "Clause Library"
    _order = "category, sequence, id"
    _rec_name = "title"

    title = fields.Char(required=True)
    body = fields.Text(string="Text", required=True)
    title_en = fields.Char(string="English Title")
    body_en = fields.Text(string="English Text")
    category = fields.Selection(
        [
            ("quality", "Quality"),
            ("delivery", "Delivery"),
            ("payment", "Payment"),
            ("warranty", "Warranty"),
            ("liability", "Liability"),
            ("confidentiality", "Confidentiality"),
            ("dispute", "Disputes"),
            ("other", "Other"),
        ],
        default="other",
        required=True,
        index=True,
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")

    @api.constrains("body", "body_en", "title", "title_en")
    def _check_variables(self):
        for clause in self:
            check_variables(self.env, clause)


def check_variables(env, clause):
    """:raise ValidationError: a clause has a variable that nothing fills in"""
    texts = (clause.title, clause.body, clause.title_en, clause.body_en)
    unknown = sorted({name for text in texts for name in names_in(text or "")} - set(VARIABLES))
    if unknown:
        raise ValidationError(
            env._(
                "Clause “%(title)s” has variables that are not known: %(unknown)s. Known are: %(known)s",
                title=clause.title,
                unknown=", ".join(f"{{{name}}}" for name in unknown),
                known=", ".join(f"{{{name}}}" for name in VARIABLES),
            )
        )
