from odoo import fields, models

KINDS = "abcde"


class BenchDocument(models.AbstractModel):
    _name = "bench.document"
    _description = "Bench Document"

    name = fields.Char()
    note = fields.Char()
    amount = fields.Float()
    user_id = fields.Many2one("res.users")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    state = fields.Selection([("draft", "Draft"), ("confirmed", "Confirmed"), ("cancel", "Cancelled")], default="draft")


class TierDefinition(models.Model):
    _inherit = "tier.definition"

    def _get_tier_validation_model_names(self):
        return super()._get_tier_validation_model_names() + [f"bench.tier.{letter}" for letter in KINDS]


for letter in KINDS:
    # the same document twice: reviewed by this suite, and by OCA's add-on
    type(
        f"BenchReviewed{letter.upper()}",
        (models.Model,),
        {
            "__module__": __name__,
            "_name": f"bench.reviewed.{letter}",
            "_description": f"Reviewed {letter}",
            "_inherit": ["bench.document", "crm.review.mixin"],
            "_review_number": "name",
            "_review_amount": "amount",
        },
    )
    type(
        f"BenchTier{letter.upper()}",
        (models.Model,),
        {
            "__module__": __name__,
            "_name": f"bench.tier.{letter}",
            "_description": f"Tier {letter}",
            "_inherit": ["bench.document", "tier.validation"],
            "_tier_validation_manual_config": False,
        },
    )
