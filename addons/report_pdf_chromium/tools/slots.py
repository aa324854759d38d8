"""How many documents this machine prints at once, over all Odoo processes of one system user."""

import fcntl
import os
import tempfile
import time
from contextlib import contextmanager

POLL = 0.05  # seconds between two looks for a free slot


class NoFreeSlot(Exception):
    """Every slot stayed taken for the whole waiting time."""


@contextmanager
def slot(limit, timeout):
    """Hold one of ``limit`` slots. The kernel frees the slot of a process that dies.

    :param int limit: slots of this machine, at least 1
    :param float timeout: seconds to wait for a free one
    :raise NoFreeSlot: when the wait was in vain
    """
    directory = _directory()
    deadline = time.monotonic() + timeout
    while (descriptor := _take(directory, limit)) is None:
        if time.monotonic() >= deadline:
            raise NoFreeSlot
        time.sleep(POLL)
    try:
        yield
    finally:
        os.close(descriptor)


def _directory():
    path = os.path.join(tempfile.gettempdir(), f"odoo-chromium-slots-{os.getuid()}")
    os.makedirs(path, mode=0o700, exist_ok=True)
    status = os.lstat(path)
    if status.st_uid != os.getuid() or os.path.islink(path):
        raise PermissionError(f"{path} belongs to somebody else: remove it")
    return path


def _take(directory, limit):
    for number in range(limit):
        descriptor = os.open(os.path.join(directory, str(number)), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            os.close(descriptor)
    return None
