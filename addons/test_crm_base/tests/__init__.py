from . import test_excel_export
from . import test_import_wizard
