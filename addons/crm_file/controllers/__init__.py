from . import share, upload
