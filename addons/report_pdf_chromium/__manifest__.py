{
    "name": "PDF Reports by Chromium",
    "summary": "Prints Odoo's PDF documents with headless Chromium instead of wkhtmltopdf",
    "version": "19.0.1.0.0",
    "category": "Technical",
    "license": "AGPL-3",
    "author": "CRM Suite Contributors",
    "depends": ["web", "base_setup"],
    "external_dependencies": {"python": ["pikepdf"]},
    "data": [
        "report/test_page_report.xml",
        "views/res_config_settings_views.xml",
    ],
}
