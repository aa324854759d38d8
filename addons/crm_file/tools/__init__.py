from . import content, names, office
