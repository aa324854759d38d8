import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools import browser, slots
from ..tools.browser import Browser

# what an Odoo worker does: limits its own memory and processor time, then prints, then is killed
WORKER = """
import importlib.util, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (1 << 31, resource.RLIM_INFINITY))
resource.setrlimit(resource.RLIMIT_CPU, (60, resource.RLIM_INFINITY))
spec = importlib.util.spec_from_file_location("browser", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
with module.Browser.page(lambda url, kind: None, 30) as page:
    assert page.pdf("http://odoo.test/", "<p>hello</p>").startswith(b"%PDF")
print(module.Browser._current._process.pid, module.Browser._current._profile, flush=True)
if sys.argv[2] == "wait":
    time.sleep(60)
"""


def print_page():
    with Browser.page(lambda url, kind: None, 20) as page:
        return page.pdf("http://odoo.test/", "<p>hello</p>")


def group_members(group):
    members = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{process}/stat") as stat:
            state, _parent, its_group = stat.read().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                members.append(int(process))
    return members


def eventually(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@tagged("post_install", "-at_install")
class TestBrowserLife(BaseCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(Browser.close)

    def current(self):
        return Browser._current._process.pid, Browser._current._profile

    def assertGone(self, group, profile):
        self.assertTrue(eventually(lambda: not group_members(group)), f"left: {group_members(group)}")
        self.assertTrue(eventually(lambda: not os.path.exists(profile)), "the profile is still there")

    def test_one_browser_for_many_prints(self):
        print_page()
        first = self.current()
        print_page()
        self.assertEqual(self.current(), first)
        Browser.close()
        self.assertGone(*first)

    def test_threads_print_side_by_side(self):
        results = []
        threads = [threading.Thread(target=lambda: results.append(print_page())) for _number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual([pdf[:4] for pdf in results], [b"%PDF"] * 4)

    def test_idle_browser_exits(self):
        with patch.object(browser, "IDLE", 0.5):
            print_page()
            first = self.current()
            self.assertGone(*first)
            self.assertIsNone(Browser._current)
            print_page()
            self.assertNotEqual(self.current(), first)

    def test_used_browser_does_not_exit(self):
        with patch.object(browser, "IDLE", 0.2), Browser.page(lambda url, kind: None, 20) as page:
            print_page()
            time.sleep(0.6)
            self.assertTrue(page.pdf("http://odoo.test/", "<p>still here</p>"))

    def test_killed_browser_is_replaced(self):
        print_page()
        group, profile = self.current()
        for process in group_members(group):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.assertTrue(eventually(lambda: not Browser._current.alive))
        self.assertGone(group, profile)
        self.assertTrue(print_page())

    def test_browser_that_dies_while_printing(self):
        with self.assertRaises(browser.BrowserGone), Browser.page(lambda url, kind: None, 20) as page:
            os.killpg(self.current()[0], signal.SIGKILL)
            page.pdf("http://odoo.test/", "<p>hello</p>")

    def test_hung_browser_is_noticed_and_killed(self):
        print_page()
        group, profile = self.current()
        os.killpg(group, signal.SIGSTOP)
        start = time.monotonic()
        with patch.object(browser, "HEARTBEAT", 0.5), self.assertRaises(browser.BrowserGone):
            print_page()
        self.assertLess(time.monotonic() - start, 5)
        self.assertGone(group, profile)

    def test_worker_with_limits_that_ends(self):
        self.check_worker("exit", lambda worker: worker.wait(20))

    def test_worker_with_limits_that_is_killed(self):
        self.check_worker("wait", lambda worker: worker.kill())

    def check_worker(self, mode, end):
        command = [sys.executable, "-c", WORKER, browser.__file__, mode]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            group, profile = worker.stdout.readline().split()
            end(worker)
        self.assertGone(int(group), profile)

    def test_forked_process_leaves_the_browser_alone(self):
        print_page()
        before = self.current()
        child = os.fork()
        if not child:
            os._exit(0 if Browser._current is None else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        print_page()
        self.assertEqual(self.current(), before)

    def test_secrets_of_the_server_are_not_handed_down(self):
        with patch.dict(os.environ, {"PGPASSWORD": "secret"}):
            print_page()
            for process in group_members(self.current()[0]):
                with suppress(ProcessLookupError), open(f"/proc/{process}/environ", "rb") as environment:
                    self.assertNotIn(b"PGPASSWORD", environment.read())

    def test_browser_that_does_not_start(self):
        with (
            patch.object(browser, "find", lambda: "/bin/false"),
            self.assertRaisesRegex(browser.BrowserUnavailable, "/bin/false does not start"),
        ):
            print_page()
        self.assertTrue(print_page())


@tagged("post_install", "-at_install")
class TestSlots(BaseCase):
    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.patch(slots, "_directory", lambda: folder)

    def test_never_more_than_the_limit(self):
        inside, most, lock = 0, 0, threading.Lock()

        def work():
            nonlocal inside, most
            with slots.slot(2, 10):
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.1)
                with lock:
                    inside -= 1

        threads = [threading.Thread(target=work) for _number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual((most, inside), (2, 0))

    def test_wait_in_vain(self):
        with slots.slot(1, 0), self.assertRaises(slots.NoFreeSlot), slots.slot(1, 0.2):
            self.fail("two in one slot")
        with slots.slot(1, 0):
            pass

    def test_slot_of_a_dead_process_is_free(self):
        child = os.fork()
        if not child:
            slots.slot(1, 0).__enter__()
            os._exit(0)
        os.waitpid(child, 0)
        with slots.slot(1, 0):
            pass
