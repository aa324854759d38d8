from . import (
    test_browser_isolation,
    test_browser_life,
    test_ir_actions_report_assets,
    test_ir_actions_report_engine,
    test_ir_actions_report_layout,
    test_res_config_settings,
)
