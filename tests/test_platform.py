"""The tools that set up, run and test the suite. No Odoo needed: `make test T=tests/test_platform.py`."""

import json
import os
import shutil
import socket
import subprocess
from contextlib import closing, contextmanager
from dataclasses import replace

import databases
import i18n
import pg
import project
import pytest
import run_tests
import server
from project import ROOT, Problem

CONF = """[options]
db_host = 127.0.0.1
db_port = 5435
db_user = odoo
db_name = crm
http_port = 8069
"""


@pytest.fixture
def conf(tmp_path):
    file = tmp_path / "odoo.conf"
    file.write_text(CONF)
    return file


@contextmanager
def listener():
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        yield one.getsockname()[1]


def command(*parts, **environ):
    """Run a tool as a user would; its output and exit code."""
    done = subprocess.run(
        [str(part) for part in parts],
        cwd=ROOT,
        env=os.environ | {"TERM": "dumb"} | environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def assert_one_line(output, *words):
    """The user sees one line that names these words, and no trace."""
    lines = [line for line in output.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, output
    assert all(word in lines[0] for word in words), lines[0]
    assert "Traceback" not in output


# settings ------------------------------------------------------------------------------------------------------------


def test_the_committed_configuration_is_complete():
    found = project.settings({})
    assert (found.host, found.database, found.http_port, found.embedded) == ("127.0.0.1", "crm", 8069, True)


def test_the_environment_overrides_the_configuration(conf):
    environ = {"PGPORT": "5999", "PGUSER": "me", "PGPASSWORD": "secret", "DB": "other", "PORT": "8170"}
    found = project.settings(environ, conf)
    assert (found.port, found.user, found.password, found.database, found.http_port) == (
        5999,
        "me",
        "secret",
        "other",
        8170,
    )
    assert found.environment()["PGPASSWORD"] == "secret"
    assert found.environment()["ODOO_HTTP_PORT"] == "8170"


@pytest.mark.parametrize("host", ["localhost", "db.example", "/var/run/postgresql"])
def test_a_named_server_is_not_ours_to_start(conf, host):
    assert project.settings({}, conf).embedded
    assert not project.settings({"PGHOST": host}, conf).embedded
    conf.write_text(CONF.replace("db_host = 127.0.0.1", f"db_host = {host}"))
    assert not project.settings({}, conf).embedded


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(conf, port):
    with pytest.raises(Problem, match=f"PORT={port} is not a port"):
        project.settings({"PORT": port}, conf)


def test_an_unreadable_configuration_is_named(tmp_path):
    with pytest.raises(Problem, match="odoo.conf cannot be read"):
        project.settings({}, tmp_path / "odoo.conf")


# errors in one line --------------------------------------------------------------------------------------------------


def test_a_taken_port_names_the_remedy():
    with listener() as port:
        code, output = command("make", "run", PORT=str(port))
    assert code
    assert_one_line(output, f"port {port} is taken", f"PORT={port + 1} make run")


@pytest.mark.parametrize("version", ["3.10.13", "3.14.0", "2.7.18"])
def test_a_wrong_python_is_refused(tmp_path, version):
    fake = tmp_path / "python"
    fake.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "Python {version}" && exit\nexit 1\n')
    fake.chmod(0o755)
    code, output = command("tools/setup.sh", PYTHON=str(fake))
    assert code
    assert_one_line(output, version, "3.11, 3.12 or 3.13")


def test_no_python_at_all_names_the_remedy(tmp_path):
    for name in ("bash", "dirname", "env", "mkdir"):
        (tmp_path / name).symlink_to(shutil.which(name))
    code, output = command("tools/setup.sh", PATH=str(tmp_path), PYTHON="")
    assert code
    assert_one_line(output, "Python 3.11, 3.12 or 3.13 is needed", "apt-get install python3 python3-venv")


def test_a_python_without_venv_names_the_remedy(tmp_path):
    """As on Debian without python3-venv, seen from a folder that has no `.venv` yet and may not install."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "setup.sh", tmp_path / "tools")
    for name in ("bash", "dirname", "env", "mkdir"):
        (tmp_path / name).symlink_to(shutil.which(name))
    fake = tmp_path / "python3"
    fake.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; *print*) echo 3.12;; esac\n')
    fake.chmod(0o755)
    code, output = command(tmp_path / "tools" / "setup.sh", PATH=str(tmp_path), PYTHON="")
    assert code
    assert_one_line(output, "venv module is missing", "python3.12-venv")


def test_an_old_postgresql_is_refused():
    with pytest.raises(Problem, match="PostgreSQL 12 is too old, Odoo 19 needs 13"):
        pg.check_version(120017)
    pg.check_version(130000)


def test_a_server_that_does_not_answer_is_named():
    with listener() as port:
        pass  # nobody listens there any more
    code, output = command("make", "shell", PGHOST="localhost", PGPORT=str(port))
    assert code
    assert_one_line(output, f"PostgreSQL at localhost:{port} refuses", "PGHOST")


@pytest.mark.parametrize(
    "log, expected",
    [
        ("Downloading…\nerror: Could not resolve host: pypi.example\n", "no network"),
        ("npm error code ENOTFOUND\nnpm error network\n", "no network"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n", "no space left"),
        ("fine\nERROR: hashes do not match\nnotice: a new release of pip\n", "hashes do not match"),
        ("", "no output"),
    ],
)
def test_the_telling_line_of_a_log(tmp_path, log, expected):
    file = tmp_path / "log"
    file.write_text(log)
    assert expected in project.telling_line(file)


def test_a_failing_program_becomes_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(project, "LOGS", tmp_path)
    with pytest.raises(Problem, match="it broke: error: the reason .*x.log"):
        project.logged(["sh", "-c", "echo error: the reason; exit 3"], "x.log", "it broke")
    with pytest.raises(Problem, match="no-such-program is not installed"):
        project.logged(["no-such-program"], "x.log", "it broke")


def test_a_full_disk_is_told_before_anything_is_made(monkeypatch):
    monkeypatch.setattr(databases, "free_gigabytes", lambda: 0.5)
    with pytest.raises(Problem, match="only 0.5 GB free"), databases.session():
        pass


# PostgreSQL ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    one = pg.Cluster(tmp_path_factory.mktemp("pg"), safe=False)
    one.home.parent.chmod(0o755)  # where root may not make user namespaces, nobody has to get in
    one.start()
    yield one
    one.stop()
    assert not one.running


@pytest.fixture
def where(cluster):
    return cluster.settings(project.settings({}))


def test_a_cluster_starts_once_and_answers(cluster, where):
    port = cluster.port
    cluster.start()
    assert cluster.running and cluster.port == port
    assert pg.sql(where, "SELECT 1") == [(1,)]
    assert pg.server(replace(where, embedded=False)).port == port


def test_a_cluster_wants_its_password(cluster, where):
    assert cluster.passfile.stat().st_mode & 0o077 == 0
    with pytest.raises(Problem, match="refuses"):
        pg.sql(replace(where, password="wrong"), "SELECT 1")


def test_databases_are_copied_renamed_and_dropped(where):
    pg.create_database(where, "one", "template1")
    pg.sql(where, "CREATE TABLE fruit AS SELECT 'pear' AS name", database="one")
    pg.create_database(where, "two", "one")
    pg.rename_database(where, "two", "three")
    assert pg.sql(where, "SELECT name FROM fruit", database="three") == [("pear",)]
    pg.drop_database(where, "three")
    assert {"one", "two", "three"} & pg.databases(where) == {"one"}


def test_a_cluster_whose_port_is_taken_names_the_remedy(cluster, tmp_path):
    other = pg.Cluster(cluster.home, cluster.port)
    other.start()  # it is this one: nothing to do
    stranger = pg.Cluster(tmp_path / "pg", cluster.port)
    stranger.data.mkdir(parents=True)
    (stranger.data / "PG_VERSION").touch()  # as if it were made
    with pytest.raises(Problem, match=f"port {cluster.port}, .* is taken .* PGPORT={cluster.port + 1}"):
        stranger.start()


def test_data_of_users_is_crash_safe_and_that_of_tests_is_not():
    assert "fsync = on" in pg.SAFE and "fsync = off" in pg.FAST
    assert pg.Cluster("x").safe


# what is tested ------------------------------------------------------------------------------------------------------


MANIFESTS = {
    "crm_base": {"depends": ["mail"]},
    "crm_customer": {"depends": ["crm_base", "sale"]},
    "crm_contract": {"depends": ["crm_customer"]},
    "crm_studio": {"depends": ["crm_base"]},
}


def test_closure_and_dependents():
    assert databases.closure(["crm_customer"], MANIFESTS) == {"crm_customer", "crm_base"}
    assert run_tests.dependents(["crm_customer"], MANIFESTS) == {"crm_customer", "crm_contract"}
    assert run_tests.dependents(["crm_base"], MANIFESTS) == set(MANIFESTS)


def test_a_part_installs_what_it_needs_and_tests_across_need_all():
    addons = run_tests.ADDONS
    assert run_tests.addons_of([addons / "crm_studio"], MANIFESTS) == {"crm_studio", "crm_base"}
    assert run_tests.addons_of([addons / "crm_studio" / "tests" / "test_x.py"], MANIFESTS) == {"crm_studio", "crm_base"}
    assert run_tests.addons_of([addons], MANIFESTS) == set(MANIFESTS)
    assert run_tests.addons_of([ROOT / "tests"], MANIFESTS) == set(MANIFESTS)


def test_a_part_that_is_not_there_is_refused():
    with pytest.raises(Problem, match="T=addons/nowhere: there is no such"):
        run_tests.selected_paths(MANIFESTS, {"T": "addons/nowhere"})


def test_python_tests_do_not_change_the_database_of_the_suite(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "ADDONS", tmp_path)
    (tmp_path / "a" / "tests").mkdir(parents=True)
    (tmp_path / "a" / "model.py").write_text("1")
    (tmp_path / "a" / "tests" / "test_x.py").write_text("1")
    before = databases.content({"a"})
    (tmp_path / "a" / "tests" / "test_x.py").write_text("2")
    assert databases.content({"a"}) == before
    (tmp_path / "a" / "model.py").write_text("2")
    assert databases.content({"a"}) != before


# what counts as a finding --------------------------------------------------------------------------------------------


def test_findings_of_a_log():
    log = (
        "2026-01-01 10:00:00,000 12 INFO crm odoo.modules.loading: fine\n"
        "2026-01-01 10:00:00,001 12 WARNING crm odoo.models: crm.x has no access rules\n"
        "Traceback (most recent call last):\n"
        "2026-01-01 10:00:00,002 12 ERROR crm odoo.sql_db: bad query\n"
        "2026-01-01 10:00:00,003 12 WARNING crm odoo.addons.base.models.ir_actions_report: You need Wkhtmltopdf\n"
        "2026-01-01 10:00:00,004 12 WARNING crm odoo.http: This number is taken.\n"
        "2026-01-01 10:00:00,005 12 ERROR crm odoo.http: Exception during request handling.\n"
    )
    assert [line.split()[3] for line in server.log_findings(log)] == ["WARNING", "ERROR", "ERROR"]


PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#. module: crm_x
#: code:addons/crm_x/models/x.py:0
msgid "Done by %(name)s"
msgstr "{done}"

#. module: crm_x
#: model:ir.model,name:crm_x.model_x
{fuzzy}msgid "Thing"
msgstr "{thing}"
"""


@pytest.mark.parametrize(
    "po, finding",
    [
        (PO.format(done="由%(name)s完成", thing="物", fuzzy=""), None),
        (PO.format(done="由%(name)s完成", thing="", fuzzy=""), "is not translated"),
        (PO.format(done="由%(name)s完成", thing="物", fuzzy="#, fuzzy\n"), "is fuzzy"),
        (PO.format(done="由%(user)s完成", thing="物", fuzzy=""), "other placeholders"),
        (PO.format(done="由%(name)s完成", thing="物", fuzzy="") + '\n#~ msgid "Old"\n#~ msgstr "旧"\n', "is obsolete"),
        (PO.format(done="由%(name)s完成", thing="物", fuzzy="").replace("model_x", "model_y"), "lacks 'Thing'"),
    ],
)
def test_findings_in_translations(tmp_path, monkeypatch, po, finding):
    folder = tmp_path / "crm_x"
    (folder / "i18n").mkdir(parents=True)
    (folder / "__manifest__.py").write_text("{'depends': []}")
    (folder / "i18n" / "crm_x.pot").write_text(PO.format(done="", thing="", fuzzy=""))
    (folder / "i18n" / "zh_CN.po").write_text(po)
    monkeypatch.setattr(i18n, "ADDONS", tmp_path)
    monkeypatch.setattr(project, "ADDONS", tmp_path)
    found = i18n.findings()
    assert (finding is None) == (not found), found
    assert finding is None or finding in found[0]


def test_chinese_in_the_source_is_found_unless_the_file_is_about_it(tmp_path, monkeypatch):
    monkeypatch.setattr(i18n, "ADDONS", tmp_path)
    monkeypatch.setattr(i18n, "ROOT", tmp_path)
    (tmp_path / "a" / "demo").mkdir(parents=True)
    (tmp_path / "a" / "demo" / "d.xml").write_text("<a>客户</a>")
    assert not i18n.chinese_source("a")
    (tmp_path / "a" / "m.py").write_text('name = "客户"\n')
    assert i18n.chinese_source("a")[0].startswith("a/m.py:1: ")
    (tmp_path / "a" / "m.py").write_text('# Chinese data: capital numerals\nname = "壹"\n')
    assert not i18n.chinese_source("a")


# the locks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements", "oca", "dev"])
def test_every_locked_package_is_pinned_and_hashed(name):
    wanted = [
        line.split("==")[0].strip().lower().replace("_", "-")
        for line in (ROOT / "lock" / f"{name}.in").read_text().splitlines()
        if "==" in line
    ]
    text = (ROOT / "lock" / f"{name}.txt").read_text()
    blocks = {block.split("==")[0]: block for block in text.split("\n") if "==" in block}
    assert wanted and not set(wanted) - blocks.keys()
    assert text.count("==") and "--hash=sha256:" in text
    assert "://" not in text, "the registry is the machine's own choice"


def test_the_formatter_is_locked_without_addresses():
    lock = json.loads((ROOT / "tools" / "prettier" / "package-lock.json").read_text())
    assert all(
        "integrity" in package and "resolved" not in package for path, package in lock["packages"].items() if path
    )
