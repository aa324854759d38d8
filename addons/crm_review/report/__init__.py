from . import crm_review_report
