from . import quotation_lost
