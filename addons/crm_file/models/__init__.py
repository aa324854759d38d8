from . import (
    crm_file_folder,
    crm_file_tag,
    crm_file,
    crm_file_version,
    crm_file_share,
    crm_file_mixin,
    ir_attachment,
    res_config_settings,
    res_partner,
    sale_order,
)
