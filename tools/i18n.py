"""Translations: i18n.py writes every add-on's .pot and brings its zh_CN.po up to it; A=crm_base for one add-on.

lint calls `findings()`: files missing or incomplete, and Chinese in the source. tests/test_i18n.py compares the .pot
files with a fresh export of the installed add-ons, `stale()`.
"""

import os
import re
from pathlib import Path

import databases
import polib
import server
from project import ADDONS, ROOT, Problem, Steps, command_line, suite_addons

LANGUAGE = "zh_CN"
# what a test_… add-on makes of our abstract models is exported with the add-on that wrote the field
ONLY_IN_TESTS = re.compile(r"\.(selection__|field_|model_)test_")
CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
SOURCE = {".py", ".xml", ".js", ".csv", ".scss", ".css"}
TRANSLATED_ELSEWHERE = {"demo", "tests", "i18n", "docs"}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\$\{[^}]*\}|\{\w*\}")
# a file that is about Chinese itself (capital numerals, surnames) says so, and why, near its top
ALLOWED = re.compile(r"^(#|//|<!--) Chinese data: \S", re.MULTILINE)


def translated_addons():
    """The add-ons that users see; those named test_… only serve tests."""
    return [name for name in suite_addons() if not name.startswith("test_")]


def pot_path(name):
    return ADDONS / name / "i18n" / f"{name}.pot"


def po_path(name):
    return ADDONS / name / "i18n" / f"{LANGUAGE}.po"


def terms(catalogue):
    """The (term, place) pairs: Odoo finds a record's translation by its place."""
    pairs = {(entry.msgid, place) for entry in catalogue if not entry.obsolete for place, _line in entry.occurrences}
    return {(term, place) for term, place in pairs if not ONLY_IN_TESTS.search(place)}


def compare(name, what, have, want):
    """Lines for the terms that `have` lacks or has beyond `want`."""
    lines = [f"{what} lacks {term!r} ({place})" for term, place in sorted(want - have)]
    lines += [f"{what} has {term!r} ({place}), which is no longer in the source" for term, place in sorted(have - want)]
    return [f"addons/{name}/i18n/{line}" for line in lines]


def findings():
    """What a look at the files alone can tell."""
    found = []
    for name in translated_addons():
        found += chinese_source(name)
        if not pot_path(name).exists() or not po_path(name).exists():
            found.append(f"addons/{name}/i18n: {name}.pot and {LANGUAGE}.po are wanted, `make i18n` writes them")
            continue
        po = polib.pofile(str(po_path(name)))
        found += compare(name, f"{LANGUAGE}.po", terms(po), terms(polib.pofile(str(pot_path(name)))))
        for entry in po:
            place = f"addons/{name}/i18n/{LANGUAGE}.po:{entry.linenum}: {entry.msgid!r}"
            if entry.obsolete:
                found.append(f"{place} is obsolete")
            elif entry.fuzzy:
                found.append(f"{place} is fuzzy (Odoo loads fuzzy ones as they are)")
            elif not entry.msgstr:
                found.append(f"{place} is not translated")
            elif sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(PLACEHOLDER.findall(entry.msgstr)):
                found.append(f"{place} has other placeholders than its translation {entry.msgstr!r}")
    return found


def chinese_source(name):
    found = []
    for file in sorted((ADDONS / name).rglob("*")):
        inner = file.relative_to(ADDONS / name)
        if file.suffix not in SOURCE or TRANSLATED_ELSEWHERE & set(inner.parts) or "static/lib" in str(inner):
            continue
        text = file.read_text()
        if not ALLOWED.search(text[:2000]):
            what = f"Chinese in the source: write English, translate it in {LANGUAGE}.po"
            found += [
                f"{file.relative_to(ROOT)}:{number}: {what}"
                for number, line in enumerate(text.splitlines(), 1)
                if CHINESE.search(line)
            ]
    return found


def stale(folder):
    """Where the .pot files differ from a fresh export in `folder`."""
    found = []
    for name in translated_addons():
        fresh = Path(folder) / f"{name}.pot"
        if fresh.exists():
            have = terms(polib.pofile(str(pot_path(name)))) if pot_path(name).exists() else set()
            found += compare(name, f"{name}.pot", have, terms(polib.pofile(str(fresh))))
    return found


def write(name, folder):
    """Write the add-on's .pot from the export and merge it into zh_CN.po; returns how many terms lack Chinese."""
    pot = polib.pofile(str(Path(folder) / f"{name}.pot"), wrapwidth=0)
    header = {"Project-Id-Version": f"{name} 19.0", "MIME-Version": "1.0"}
    header |= {"Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit"}
    pot.header, pot.metadata = f"Terms of {name}; `make i18n` writes this file.", header
    pot_path(name).parent.mkdir(exist_ok=True)
    pot.save(str(pot_path(name)))
    known = {}
    if po_path(name).exists():
        known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(po_path(name))) if not entry.fuzzy}
    po = polib.POFile(wrapwidth=0)
    po.header, po.metadata = (
        f"Chinese of {name}",
        header | {"Language": LANGUAGE, "Plural-Forms": "nplurals=1; plural=0;"},
    )
    for entry in pot:
        entry.msgstr = known.get(entry.msgid, "")
        po.append(entry)
    po.save(str(po_path(name)))
    return sum(not entry.msgstr for entry in po)


def main(_arguments):
    names = os.environ.get("A", "").split() or translated_addons()
    manifests = suite_addons()
    unknown = set(names) - manifests.keys()
    if unknown:
        raise Problem(f"A={' '.join(sorted(unknown))}: there is no such add-on")
    folder = databases.TEST / "terms" / "new"
    with databases.session() as where:
        steps = Steps(3)
        copies = databases.Databases(where, databases.closure(names, manifests), steps)
        copies.suite()
        with steps.step("Terms"):
            script = server.export_terms(names, folder)
            server.run_script(
                where, copies.suite_name, script, "i18n.log", "the terms cannot be exported", append=False
            )
    for name in names:
        missing = write(name, folder)
        print(f"addons/{name}/i18n: {f'{missing} terms to translate in {LANGUAGE}.po' if missing else 'complete'}")
    return 0


if __name__ == "__main__":
    command_line(main)
