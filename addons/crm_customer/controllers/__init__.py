from . import vcard
