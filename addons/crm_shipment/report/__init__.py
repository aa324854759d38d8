from . import carton_label_report, export_document_report, shipment_request_report
