"""Office documents as PDF, by LibreOffice where it is installed."""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

EXTENSIONS = ("doc", "docx", "odt", "rtf", "wps", "xls", "xlsx", "ods", "et", "ppt", "pptx", "odp", "dps")
TIMEOUT = 45  # seconds; beyond it nobody waits for a preview
ENVIRONMENT = ("PATH", "LANG", "FONTCONFIG_FILE", "FONTCONFIG_PATH")  # that it is told
LARGEST = 200 * 2**20  # bytes of what it writes

# The documents are a stranger's: nothing that they name is run or fetched, from here or elsewhere.
_SETTINGS = {
    "Office.Common/Security/Scripting": {"DisableMacrosExecution": True, "BlockUntrustedRefererLinks": True},
    "Office.Writer/Content/Update": {"Link": 0},
    "Office.Calc/Content/Update": {"Link": 1},
    # by hand, and one that is not there
    "Inet/Settings": {
        "ooInetProxyType": 2,
        "ooInetNoProxy": "",
        "ooInetHTTPProxyName": "127.0.0.1",
        "ooInetHTTPProxyPort": 9,
        "ooInetHTTPSProxyName": "127.0.0.1",
        "ooInetHTTPSProxyPort": 9,
    },
}


def program():
    """The path of LibreOffice, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def to_pdf(raw, extension):
    """The document as PDF.

    :param raw: bytes of the document
    :param extension: one of EXTENSIONS
    :return: bytes, or None if LibreOffice cannot read the document or needs too long
    """
    with tempfile.TemporaryDirectory(prefix="crm_file_", ignore_cleanup_errors=True) as folder:
        source = Path(folder, f"document.{extension}")
        source.write_bytes(raw)
        # a profile of its own: LibreOffice runs once for each
        user = Path(folder, "profile", "user")
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_registry())
        command = [program(), "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile"]
        command += ["--convert-to", "pdf", "--outdir", folder, str(source)]
        with subprocess.Popen(
            command,
            cwd=folder,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | {"HOME": folder},
            preexec_fn=_limit,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(TIMEOUT)
            # what was started is a script: the program itself is among its children
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        result = source.with_suffix(".pdf")
        return result.read_bytes() if result.exists() and process.returncode == 0 else None


def _registry():
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{str(value).lower()}</value></prop></item>"
        for path, settings in _SETTINGS.items()
        for name, value in settings.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{items}</oor:items>"
    )


def _limit():
    # Odoo limits the address space of its workers, in which LibreOffice does not start
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
