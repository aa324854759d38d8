"""Prepares this folder to run the suite: Odoo's source, Python packages, fonts, browser. Run by tools/setup.sh.

    setup.py [dev] [quiet]      dev adds what tests and lint need, quiet says nothing of what is ready

Each part is made once and stamped when complete, so that a second run is instant and an interrupted one goes on.
STEPS=7 in the environment (from `make run`) makes the parts the first steps of a longer run.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from project import (
    CACHE,
    FONTS,
    ROOT,
    VENV,
    Problem,
    Steps,
    apt_install,
    check_http_port,
    command_line,
    free_gigabytes,
    logged,
    settings,
)

ODOO = ROOT / ".odoo"
LOCK = ROOT / "lock"
NEEDED_GIGABYTES = 4
FONT_PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
FONT_FILES = {  # TrueType: Chromium embeds the CFF ones of Debian's fonts-noto-cjk as Type 3
    "400Regular": "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16",
    "700Bold": "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
}
CHINESE_FAMILIES = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">.</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer>{families}</prefer></alias>
</fontconfig>
"""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def digest(*parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def odoo_source(steps):
    """`.odoo/`: see tools/get_odoo.sh."""
    wanted = os.environ.get("ODOO_SRC")
    complete = (ODOO / "VERSION").exists() and (ODOO / "SITE").exists()
    if complete and (not wanted or Path(wanted).resolve() == Path((ODOO / "SITE").read_text().strip()).resolve()):
        return steps.ready("Odoo 19.0 source", f"ready ({(ODOO / 'VERSION').read_text().strip()})")
    with steps.step("Odoo 19.0 source, 130 MB", "about 1 min"):
        log = logged(["bash", ROOT / "tools" / "get_odoo.sh"], "odoo-source.log", "Odoo's source is missing")
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("warning:"):
            print(f"      {line}")


def lock_digest(*names):
    return digest(sys.version, (ODOO / "SITE").read_text(), *((LOCK / name).read_text() for name in names))


def virtual_environment(steps, dev):
    """`.venv/`: the locked packages, each checked against its hash, and Odoo on the path."""
    locks = {"ready": ["requirements.txt", "oca.txt"]} | ({"ready-dev": ["dev.txt", "data.txt"]} if dev else {})
    wanted = {VENV / f".{stamp}": lock_digest(*names) for stamp, names in locks.items()}
    if all(stamp.exists() and stamp.read_text() == value for stamp, value in wanted.items()):
        return steps.ready("Python packages", f"ready (Python {sys.version.split()[0]})")
    with steps.step(f"Python packages for {sys.version.split()[0]}", "about 1 min"):
        python = VENV / "bin" / "python"
        if not python.exists() or venv_version() != sys.version_info[:2]:
            venv = [sys.executable, "-m", "venv", "--clear", VENV]
            logged(venv, "venv.log", "the virtual environment cannot be made")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        failure = "Python packages cannot be installed"
        logged([*pip, "-r", LOCK / "requirements.txt"], "pip.log", failure)
        # their metadata ask for `odoo`, which no index has
        logged([*pip, "--no-deps", "-r", LOCK / "oca.txt"], "pip-oca.log", failure)
        if dev:
            logged([*pip, "-r", LOCK / "dev.txt"], "pip-dev.log", failure)
            logged([*pip, "--no-deps", "-r", LOCK / "data.txt"], "pip-data.log", failure)  # only files are read
        install_odoo()
        for stamp, value in wanted.items():
            stamp.write_text(value)


def venv_version():
    """(3, 11) of a `.venv` made by another Python, (0, 0) of a broken one."""
    try:
        question = [VENV / "bin" / "python", "-c", "import sys, pip; print(*sys.version_info[:2])"]
        answer = subprocess.run(question, capture_output=True, text=True)
    except OSError:
        return (0, 0)
    return tuple(int(part) for part in answer.stdout.split()) if answer.returncode == 0 else (0, 0)


def install_odoo():
    """Put the source tree on the virtual environment's path, as `pip install --editable` would without a download."""
    packages = VENV / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"
    (packages / "odoo.pth").write_text((ODOO / "SITE").read_text())
    about = packages / "odoo-19.0.dist-info"
    about.mkdir(exist_ok=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
    (about / "INSTALLER").write_text("tools/setup.py\n")
    (about / "RECORD").write_text("odoo.pth,,\nodoo-19.0.dist-info/METADATA,,\nodoo-19.0.dist-info/RECORD,,\n")
    script = VENV / "bin" / "odoo"
    script.write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m odoo "$@"\n')
    script.chmod(0o755)


def fonts(steps):
    """`.fonts/`: Noto Sans SC for the PDFs, and the fontconfig file that prefers it."""
    title = "Chinese font"
    if (FONTS / "fonts.conf").exists():
        return steps.ready(title)
    with steps.step(title, "a few seconds"):
        part = CACHE / "fonts"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        found = font_from_npm(part) or system_font() or (apt_install("fontconfig", "fonts-noto-cjk") and system_font())
        if found:
            families = "".join(f"<family>{name}</family>" for name in CHINESE_FAMILIES)
            (part / "fonts.conf").write_text(FONTS_CONF.format(families=families))
            shutil.rmtree(FONTS, ignore_errors=True)
            part.rename(FONTS)
    if not found:
        remedy = "sudo apt-get install fonts-noto-cjk, then `make setup`"
        print(f"      warning: no Chinese font, PDFs will show boxes: {remedy}")


def font_from_npm(folder):
    if not shutil.which("npm"):
        return False
    work = CACHE / "npm"
    work.mkdir(parents=True, exist_ok=True)
    try:
        pack = ["npm", "pack", "--silent", "--pack-destination", work, FONT_PACKAGE]
        archive = work / logged(pack, "npm-font.log", "npm pack").read_text().split()[-1]
        for style, sha in FONT_FILES.items():
            member = f"package/{style}/NotoSansSC_{style}.ttf"
            logged(["tar", "xzf", archive, "-C", folder, "--strip-components=2", member], "tar-font.log", "tar")
            if hashlib.sha256((folder / Path(member).name).read_bytes()).hexdigest() != sha:
                return False
    except Problem:
        return False
    archive.unlink()
    return True


def system_font():
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True).stdout
    return any(family in listed for family in CHINESE_FAMILIES)


def browser(steps):
    """Chromium, which prints the PDFs. The suite runs without it and says so on its settings page."""
    title = "Chromium"
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return steps.ready(title, f"ready ({found})")
    tried = CACHE / "chromium-tried"  # once: a package that is not to be had would cost every start a minute
    if not tried.exists():
        with steps.step(title, "about 1 min"):
            CACHE.mkdir(exist_ok=True)
            tried.touch()
            if apt_install("chromium"):
                return None
    else:
        steps.ready(title, "missing")
    remedy = "sudo snap install chromium" if "ubuntu" in os_release() else "sudo apt-get install chromium"
    print(f"      warning: no Chromium, PDFs are not printed as designed: {remedy}")


def os_release():
    try:
        return Path("/etc/os-release").read_text().lower()
    except OSError:
        return ""


def main(arguments):
    os.chdir(ROOT)
    if "STEPS" in os.environ:
        check_http_port(settings())
    elif "quiet" not in arguments:
        (CACHE / "chromium-tried").unlink(missing_ok=True)
    steps = Steps(int(os.environ.get("STEPS", 4)), quiet="quiet" in arguments)
    if not (VENV / ".ready").exists() and free_gigabytes() < NEEDED_GIGABYTES:
        raise Problem(
            f"only {free_gigabytes():.1f} GB free on the disk of {ROOT}: {NEEDED_GIGABYTES} GB are needed "
            "(Odoo 1.5, Python packages 0.7, database and files 1.5)"
        )
    odoo_source(steps)
    virtual_environment(steps, "dev" in arguments)
    fonts(steps)
    browser(steps)


if __name__ == "__main__":
    command_line(main)
