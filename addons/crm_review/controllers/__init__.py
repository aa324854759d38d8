from . import mail_link
