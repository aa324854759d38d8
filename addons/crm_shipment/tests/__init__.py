from . import (
    test_crm_customs_declaration,
    test_crm_shipment_package,
    test_crm_shipment_progress,
    test_crm_shipment_request,
    test_crm_shipment_request_release,
    test_export_documents,
    test_prints,
    test_races,
    test_sales_cycle,
    test_script,
)
