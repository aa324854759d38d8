from . import controllers, models


def _post_init_hook(env):
    """Files that were there before the file centre come into it."""
    env["crm.file"]._file_existing()
