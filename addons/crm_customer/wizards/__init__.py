from . import customer_assign
from . import customer_import
from . import customer_leaver
from . import customer_release
from . import customer_share
from . import sale_order_import
from . import vcard_import
