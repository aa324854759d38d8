from . import review_handover
