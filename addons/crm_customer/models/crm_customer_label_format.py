from odoo import api, fields, models
from odoo.exceptions import ValidationError

PAGE_WIDTH, PAGE_HEIGHT = 210, 297  # A4, mm


class CrmCustomerLabelFormat(models.Model):
    """A sheet of address labels, as the maker of the labels states its measures; all in millimetres on A4."""

    _name = "crm.customer.label.format"
    _description = "Label Sheet"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    columns = fields.Integer(required=True, default=3)
    rows = fields.Integer(required=True, default=8)
    width = fields.Float(string="Label Width (mm)", required=True, default=70)
    height = fields.Float(string="Label Height (mm)", required=True, default=37)
    margin_top = fields.Float(string="Top Margin (mm)")
    margin_left = fields.Float(string="Left Margin (mm)")
    gap_horizontal = fields.Float(string="Gap between Columns (mm)")
    gap_vertical = fields.Float(string="Gap between Rows (mm)")
    padding = fields.Float(string="Inner Margin (mm)", default=4)
    font_size = fields.Float(string="Font Size (pt)", required=True, default=10)

    _positive = models.Constraint(
        "CHECK (columns > 0 AND rows > 0 AND width > 0 AND height > 0 AND font_size > 0 AND margin_top >= 0"
        " AND margin_left >= 0 AND gap_horizontal >= 0 AND gap_vertical >= 0 AND padding >= 0)",
        "Numbers and sizes of labels are above zero, margins and gaps not below.",
    )

    @api.constrains("columns", "rows", "width", "height", "margin_top", "margin_left", "gap_horizontal", "gap_vertical")
    def _check_fits(self):
        for sheet in self:
            right = sheet.margin_left + sheet.columns * sheet.width + (sheet.columns - 1) * sheet.gap_horizontal
            bottom = sheet.margin_top + sheet.rows * sheet.height + (sheet.rows - 1) * sheet.gap_vertical
            if right > PAGE_WIDTH or bottom > PAGE_HEIGHT:
                raise ValidationError(
                    self.env._(
                        "The labels take %(width)s × %(height)s mm, the sheet has 210 × 297 mm. "
                        "Make them smaller or fewer.",
                        width=round(right, 1),
                        height=round(bottom, 1),
                    )
                )

    def _position(self, number):
        """Where a label begins on its sheet.

        :param number: from 0, row by row
        :return: (left, top) in mm
        """
        self.ensure_one()
        row, column = divmod(number, self.columns)
        return (
            self.margin_left + column * (self.width + self.gap_horizontal),
            self.margin_top + row * (self.height + self.gap_vertical),
        )
