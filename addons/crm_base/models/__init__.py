from . import crm_scope_mixin
from . import crm_search_mixin
from . import excel_export_mixin
from . import analysis_page_mixin  # noqa: I001 - builds on the one above
from . import hr_department
from . import hr_employee
from . import hr_version
from . import import_job
from . import ir_http
from . import ir_module_module
from . import numbering_rule
from . import res_currency
from . import res_groups
from . import res_users
