"""Office documents as PDF, by LibreOffice where it is installed."""

import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

EXTENSIONS = ("doc", "docx", "odt", "rtf", "wps", "xls", "xlsx", "ods", "et", "ppt", "pptx", "odp", "dps")
TIMEOUT = 60  # seconds


def program():
    """The path of LibreOffice, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def to_pdf(raw, extension):
    """The document as PDF.

    :param raw: bytes of the document
    :param extension: one of EXTENSIONS
    :return: bytes, or None if LibreOffice cannot read the document or needs too long
    """
    with tempfile.TemporaryDirectory(prefix="crm_file_") as folder:
        source = Path(folder, f"document.{extension}")
        source.write_bytes(raw)
        command = [program(), "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile"]
        command += ["--convert-to", "pdf", "--outdir", folder, str(source)]
        try:
            subprocess.run(
                command,
                cwd=folder,
                env={"HOME": folder, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                preexec_fn=_free_address_space,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=TIMEOUT,
                check=True,
            )
        except (subprocess.SubprocessError, OSError):
            return None
        result = source.with_suffix(".pdf")
        return result.read_bytes() if result.exists() else None


def _free_address_space():
    """Odoo limits the address space of its workers, in which LibreOffice does not start."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
