from . import product_import
from . import product_life
