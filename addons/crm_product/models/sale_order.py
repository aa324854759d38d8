from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.sql import column_exists, create_column


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self.order_line._crm_stopped_message()

    def _action_cancel(self):
        self.check_access("write")
        # sudo: the transfers that are cancelled with it look at purchases, which a salesperson does not read
        return super(SaleOrder, self.sudo())._action_cancel()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    crm_shipped_date = fields.Datetime(string="Last Shipped On", compute="_compute_crm_shipped_date", store=True)

    _crm_shipped_product = models.Index("(product_id, crm_shipped_date DESC) WHERE crm_shipped_date IS NOT NULL")
    _crm_shipped_customer = models.Index(
        "(crm_customer_id, product_id, crm_shipped_date DESC) WHERE crm_shipped_date IS NOT NULL"
    )

    def _auto_init(self):
        """Fill the new column by one statement, as the ORM would read every order and its moves."""
        cr = self.env.cr
        if not column_exists(cr, self._table, "crm_shipped_date"):
            create_column(cr, self._table, "crm_shipped_date", "timestamp")
            cr.execute(
                """
                UPDATE sale_order_line AS line
                   SET crm_shipped_date = COALESCE(
                       (SELECT MAX(move.date) FROM stock_move AS move
                         WHERE move.sale_line_id = line.id AND move.state = 'done'),
                       sale.date_order)
                  FROM sale_order AS sale
                 WHERE sale.id = line.order_id AND line.qty_delivered > 0 AND line.product_id IS NOT NULL
                """
            )
        return super()._auto_init()

    # HISTORY
    @api.depends("order_id.crm_is_history")
    def _compute_qty_delivered_method(self):
        # delivered by another system, so no transfer tells how much
        history = self.filtered("order_id.crm_is_history")
        history.qty_delivered_method = "manual"
        return super(SaleOrderLine, self - history)._compute_qty_delivered_method()

    def _action_launch_stock_rule(self, **kwargs):
        lines = self.filtered(lambda line: not line.order_id.crm_is_history)
        return super(SaleOrderLine, lines)._action_launch_stock_rule(**kwargs)

    # SHIPPED
    @api.depends("qty_delivered", "move_ids.state", "move_ids.date", "order_id.date_order")
    def _compute_crm_shipped_date(self):
        for line in self:
            moves = line.move_ids.filtered(
                lambda move: move.state == "done" and move.location_dest_id.usage == "customer"
            )
            shipped = max(moves.mapped("date"), default=line.order_id.date_order)
            line.crm_shipped_date = line.product_id and line.qty_delivered > 0 and shipped

    # STOPPED PRODUCTS
    @api.constrains("product_id")
    def _check_crm_product_life(self):
        lines = self.filtered(lambda line: not line.order_id.crm_is_history and line.order_id.state != "cancel")
        if message := lines._crm_stopped_message():
            raise ValidationError(message)

    def _crm_stopped_message(self):
        """Say which of these lines hold a product that is no longer sold.

        :return: translated sentences, or False
        """
        stopped = self.filtered(lambda line: line.product_id.crm_life_state == "stopped")
        return stopped and "\n".join(
            self.env._(
                "Line %(number)s: %(problem)s",
                number=line._crm_number(),
                problem=line.product_id.product_tmpl_id._crm_stopped_message(),
            )
            for line in stopped
        )

    def _crm_number(self):
        """The number of the line as users count: products only, from 1."""
        self.ensure_one()
        lines = self.order_id.order_line.filtered(lambda line: not line.display_type)
        return lines._ids.index(self.id) + 1 if self.id in lines._ids else len(lines)
