{
    "name": "CRM Base",
    "version": "19.0.1.0.0",
    "summary": "Roles, data scope, numbering, pinyin search, amounts in words, Excel export and import",
    "category": "Sales/CRM",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": ["hr", "base_user_role"],
    "external_dependencies": {
        "python": ["pypinyin", "OpenCC", "cn2an", "num2words", "xlsxwriter", "python-calamine"],
    },
    "data": [
        "security/crm_base_groups.xml",
        "security/ir.model.access.csv",
        "data/res_users_role_data.xml",
        "views/res_groups_views.xml",
        "views/res_users_views.xml",
        "views/res_config_settings_views.xml",
        "views/crm_base_menus.xml",
    ],
    "application": True,
}
