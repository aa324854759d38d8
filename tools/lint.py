"""Every static check, all of them even when one fails; green means zero findings. FIX=1 lets the formatters write.

Settings: pyproject.toml (ruff, pylint), tools/prettier/ (views and scripts), here (OCA's checks).
"""

import os
import shutil
import subprocess
import time

import i18n
from project import ADDONS, ROOT, VENV, Problem, command_line, logged, suite_addons

PRETTIER = ROOT / "tools" / "prettier"
PYTHON = ["addons", "tools", "tests", "bench", "conftest.py"]
NOT_OURS = [  # of OCA's checks
    "prefer-readme-rst",  # our READMEs are Markdown, as the rest of the repository
    "xml-header-wrong",  # utf-8 in small letters is as good
    "xml-field-numeric-without-eval",  # "10" is read as 10
    "po-pretty-format",  # would empty a translation equal to its term (Excel, CRM), which i18n.py counts as missing
]


def program(*command, env=None):
    """A check that runs a program; its output is the finding."""

    def check():
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        lines = [line for line in done.stdout.splitlines() if line.strip() and not line.startswith("*****")]
        return lines or ["failed"] if done.returncode else []

    return check


def prettier():
    """Views and scripts; needs npm, whose absence only CI minds."""
    if not shutil.which("npm"):
        if os.environ.get("CI"):
            return ["npm is not installed, so views and scripts are not checked: apt-get install npm"]
        print("      npm is not installed: views and scripts are not checked", flush=True)
        return []
    if not (PRETTIER / "node_modules" / ".package-lock.json").exists():
        logged(
            ["npm", "ci", "--prefix", PRETTIER, "--no-audit", "--no-fund"], "npm.log", "prettier cannot be installed"
        )
    command = [PRETTIER / "node_modules" / ".bin" / "prettier", "--config", PRETTIER / ".prettierrc.json"]
    plugin = f"--plugin={PRETTIER}/node_modules/@prettier/plugin-xml/src/plugin.js"
    action = "--write" if os.environ.get("FIX") else "--check"
    files = ["addons/**/*.{xml,js,css,scss}", "!addons/*/static/lib/**"]
    return program(
        *command, plugin, "--no-color", "--log-level=warn", "--no-error-on-unmatched-pattern", action, *files
    )()


def main(_arguments):
    binaries, fix = VENV / "bin", bool(os.environ.get("FIX"))
    python = [path for path in PYTHON if (ROOT / path).exists()]
    addons = [ADDONS / name for name in suite_addons()]
    translations = sorted(ADDONS.glob("*/i18n/*.po*"))
    # manifestoo asks the first `python` of PATH where Odoo's add-ons are
    in_venv = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    manifestoo = [binaries / "manifestoo", "--select-addons-dir", ADDONS, "--odoo-series", "19.0"]
    disabled = ",".join(NOT_OURS)
    checks = {
        "ruff": program(
            binaries / "ruff", "check", "--quiet", "--output-format=concise", *(["--fix"] if fix else []), *python
        ),
        "ruff format": program(
            binaries / "ruff", "format", "--output-format=concise", *([] if fix else ["--check"]), *python
        ),
        "prettier": prettier,
        "pylint-odoo": program(binaries / "pylint", "--rcfile=pyproject.toml", *addons),
        "OCA's add-on checks": program(binaries / "oca-checks-odoo-module", f"--disable={disabled}", *addons),
        "OCA's translation checks": program(binaries / "oca-checks-po", f"--disable={disabled}", *translations)
        if translations
        else list,
        "licences": program(*manifestoo, "check-licenses", env=in_venv),
        "translations": i18n.findings,
    }
    if not addons:
        raise Problem("there is no add-on under addons/")
    total = 0
    for title, check in checks.items():
        begin = time.monotonic()
        found = check()
        total += len(found)
        print(f"{title} … {f'{len(found)} lines' if found else 'ok'} ({time.monotonic() - begin:.0f} s)", flush=True)
        for line in found:
            print(f"      {line}")
    print(f"lint: {total} findings" if total else "lint: no findings")
    return 1 if total else 0


if __name__ == "__main__":
    command_line(main)
