from . import test_lock
from . import test_joined
