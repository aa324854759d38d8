from . import ir_actions_report, ir_actions_report_assets, res_config_settings
