from . import test_lock
from . import test_joined
from . import test_queries
