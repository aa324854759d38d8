from . import crm_order_revision, sale_order, sale_order_line
