from . import review_handover
from . import review_simulation
