from . import chatter, preview, share, upload
