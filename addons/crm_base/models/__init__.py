from . import crm_scope_mixin
from . import crm_search_mixin
from . import hr_department
from . import hr_employee
from . import hr_version
from . import res_groups
from . import res_users
