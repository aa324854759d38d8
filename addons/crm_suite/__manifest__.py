{
    "name": "CRM Suite",
    "version": "19.0.1.0.0",
    "summary": "Installs the whole CRM suite, with a demo company",
    "category": "Sales/CRM",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": [
        "crm_shipment",
        "report_pdf_chromium",
        "l10n_cn",
        "l10n_cn_city",
        "partner_autocomplete",
    ],
    "data": ["views/res_config_settings_views.xml"],
    "icon": "/crm_base/static/description/icon.png",
    "post_init_hook": "_post_init_hook",
    "application": True,
}
