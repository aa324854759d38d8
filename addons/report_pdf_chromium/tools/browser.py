"""One headless Chromium per Odoo process, driven over a socket pair (no TCP port anybody else could open).

The browser lives until it was idle for ``IDLE`` seconds or the Odoo process ends, however it ends: Chromium exits when
its end of the socket closes. Threads print side by side, each in a browser context of its own.
"""

import atexit
import base64
import contextlib
import functools
import json
import logging
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

_logger = logging.getLogger(__name__)

IDLE = 120  # seconds without a print after which the browser exits
START = 30  # seconds a browser may take to start
HEARTBEAT = 5  # seconds of silence after which the browser is asked for a sign of life, and has to give it

BINARIES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome-headless-shell")
ENVIRONMENT = re.compile(r"PATH|HOME|USER|TMPDIR|TZ|LANG|LC_.*|XDG_.*|FONTCONFIG_.*|DBUS_.*|CHROME_.*|SNAP.*")
# Odoo's own limits of memory and processor time would end the browser: Chromium reserves terabytes of address space.
# The shell lifts them where no Python code has to run between fork and exec, and removes the profile at the end.
LAUNCHER = """
exec 3<&0 4>&1 </dev/null >/dev/null
ulimit -S -v "$(ulimit -H -v)"; ulimit -S -t "$(ulimit -H -t)"
profile=$1; shift
"$@"
rm -rf "$profile"
"""
VERSION = 'ulimit -S -v "$(ulimit -H -v)"; exec "$@"'
ANSWERED = {"Stylesheet", "Image", "Font"}  # kinds of requests a printed document needs
FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-client-side-phishing-detection",
    "--disable-sync",
    "--log-level=3",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--password-store=basic",
    "--font-render-hinting=none",
    "--disable-features=HttpsUpgrades,MediaRouter,OptimizationHints,Translate",
    # no name and no address resolves: whatever slips through the interception of requests reaches nobody
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--dns-prefetch-disable",
    "about:blank",
)


class BrowserError(Exception):
    """A document could not be printed; the text says why."""


class BrowserUnavailable(BrowserError):
    """There is no browser, or it does not start."""


class BrowserGone(BrowserError):
    """The browser died or hung: a new one may do better."""


class DocumentTimeout(BrowserError):
    """The browser lives, but this document takes longer than allowed."""


def find():
    """:return: path of the Chromium to use (environment variable ``ODOO_CHROMIUM`` first), or None"""
    chosen = os.environ.get("ODOO_CHROMIUM")
    return shutil.which(chosen) if chosen else next(filter(None, map(shutil.which, BINARIES)), None)


@functools.lru_cache(4)
def version(binary):
    """:return: what the binary calls itself, e.g. ``Chromium 140.0.7339.127``; empty when it does not run"""
    command = ["/bin/sh", "-c", VERSION, "sh", binary, "--version"]
    try:
        shown = subprocess.run(command, capture_output=True, text=True, timeout=START, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"\S+( Headless Shell)? [\d.]+", shown)
    return found.group() if found else ""


def has_font(language):
    """:return: whether there is a font for a language (fontconfig's code); True where fontconfig cannot be asked"""
    try:
        shown = subprocess.run(["fc-list", f":lang={language}", "family"], capture_output=True, timeout=START)
    except (OSError, subprocess.SubprocessError):
        return True
    return shown.returncode != 0 or bool(shown.stdout.strip())


class Browser:
    _current = None
    _lock = threading.Lock()

    # -- life ---------------------------------------------------------------------------------------------------------

    @classmethod
    @contextlib.contextmanager
    def page(cls, resolve, timeout):
        """A blank page in a context of its own (no cookies, cache and storage of other prints).

        :param resolve: ``resolve(url, kind)`` answers a request of the document with (MIME type, bytes), or None.
            ``kind`` is DevTools' ResourceType. It is called in the calling thread; nothing else is ever answered.
        :param float timeout: seconds one document may take
        :raise BrowserError: see its subclasses
        """
        with cls._lock:
            browser = cls._current
            if browser is None or not browser.alive:
                browser = cls._current = cls()
            browser._users += 1
        try:
            with contextlib.closing(Page(browser, resolve, timeout)) as page:
                yield page
        except (BrowserGone, DocumentTimeout):
            browser.kill()
            raise
        finally:
            with cls._lock:
                browser._users -= 1
                browser._idle_since = time.monotonic()
                browser._watch_idle()

    @classmethod
    def close(cls):
        """End this process' browser, if there is one."""
        with cls._lock:
            browser, cls._current = cls._current, None
        if browser:
            browser.kill()

    @classmethod
    def _after_fork(cls):
        # the browser belongs to the parent: forget it, and drop our copy of its socket
        browser, cls._current, cls._lock = cls._current, None, threading.Lock()
        if browser:
            browser._socket.close()

    def __init__(self):
        binary = find()
        if not binary:
            raise BrowserUnavailable("no Chromium found")
        self.alive = True
        self._users = 0
        self._idle_since = time.monotonic()
        self._timer = None
        self._last_id = 0
        self._inboxes = {}  # id of a request, or of a session -> queue of the page that waits for it
        self._send_lock = threading.Lock()
        self._profile = tempfile.mkdtemp(prefix="odoo-chromium-")
        self._socket, theirs = socket.socketpair()
        # a browser that has not taken a command by then hangs; reading just starts over, see _receive()
        self._socket.settimeout(3 * HEARTBEAT)
        command = [binary, *FLAGS, f"--user-data-dir={self._profile}"]
        if os.geteuid() == 0 or os.environ.get("ODOO_CHROMIUM_NO_SANDBOX"):
            command.append("--no-sandbox")
        environment = {name: value for name, value in os.environ.items() if ENVIRONMENT.fullmatch(name)}
        with theirs, tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", LAUNCHER, "sh", self._profile, *command],
                stdin=theirs,
                stdout=theirs,
                stderr=errors,
                env=environment,
                start_new_session=True,
            )
            theirs.close()
            threading.Thread(target=self._receive, name="chromium-reader", daemon=True).start()
            inbox = queue.SimpleQueue()
            try:
                self.send(inbox, "Browser.getVersion")
                answer = inbox.get(timeout=START)
            except (BrowserGone, queue.Empty):
                answer = None
            if not answer:
                self.kill()
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip()[-1000:]
                raise BrowserUnavailable(f"{binary} does not start. {said}")

    def kill(self):
        """End the browser and all its children at once, and remove its profile. Whoever waits for it is told."""
        self.alive = False
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        # the shell is not reaped yet as long as poll() says None, so that its id is still its own
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    def _watch_idle(self):
        # one timer at a time; it looks again when the browser was used meanwhile
        if self._timer or not self.alive:
            return
        rest = self._idle_since + IDLE - time.monotonic()
        self._timer = threading.Timer(max(rest, 0.01), self._exit_if_idle)
        self._timer.daemon = True
        self._timer.start()

    def _exit_if_idle(self):
        cls = type(self)
        with cls._lock:
            self._timer = None
            if self._users or time.monotonic() < self._idle_since + IDLE:
                if not self._users:
                    self._watch_idle()
                return
            self.alive = False
            if cls._current is self:
                cls._current = None
        self.kill()

    # -- messages -----------------------------------------------------------------------------------------------------

    def send(self, inbox, method, session=None, **params):
        """Send a DevTools command whose answer goes to ``inbox``, if there is one. :return: its id"""
        with self._send_lock:
            self._last_id += 1
            message = {"id": self._last_id, "method": method, "params": params}
            if session:
                message["sessionId"] = session
            if inbox:
                self._inboxes[self._last_id] = inbox
            try:
                self._socket.sendall(json.dumps(message).encode() + b"\0")
            except OSError as error:  # a TimeoutError too
                raise BrowserGone("the browser does not take any command") from error
            if not self.alive:
                raise BrowserGone("the browser has ended")
            return self._last_id

    def listen(self, session, inbox):
        """Put the events of a session into ``inbox``."""
        self._inboxes[session] = inbox

    def forget(self, session):
        """Drop the events of a session."""
        self._inboxes.pop(session, None)

    def _receive(self):
        buffer = bytearray()
        while True:
            try:
                data = self._socket.recv(1 << 20)
            except TimeoutError:
                continue
            except OSError:
                break
            if not data:
                break
            buffer += data
            if b"\0" in data:
                *messages, buffer = buffer.split(b"\0")
                for text in messages:
                    message = json.loads(text)
                    inbox = (
                        self._inboxes.pop(message["id"], None)
                        if "id" in message
                        else self._inboxes.get(message.get("sessionId"))
                    )
                    if inbox:
                        inbox.put(message)
        self.alive = False
        for inbox in set(list(self._inboxes.values())):  # list(): a copy no other thread changes
            inbox.put(None)
        self.kill()
        self._socket.close()


class Page:
    """A tab that prints one HTML document after another."""

    def __init__(self, browser, resolve, timeout):
        self._browser = browser
        self._resolve = resolve
        self._timeout = timeout
        self._inbox = queue.SimpleQueue()
        self._session = None
        self._url = self._html = None
        self._loaded = False
        self._begin()
        self._context = self._call("Target.createBrowserContext", disposeOnDetach=True)["browserContextId"]
        target = self._call("Target.createTarget", url="about:blank", browserContextId=self._context)["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.listen(self._session, self._inbox)
        self._call("Page.enable")
        self._call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        # documents need no script; without them nothing is read, computed or sent behind the printing user's back
        self._call("Emulation.setScriptExecutionDisabled", value=True)
        self._call("Emulation.setEmulatedMedia", media="print")

    def close(self):
        self._browser.forget(self._session)
        with contextlib.suppress(BrowserGone):
            self._browser.send(None, "Target.disposeBrowserContext", browserContextId=self._context)

    def pdf(self, url, html, **options):
        """Print a document.

        :param str url: the address the document takes itself for; nothing is fetched from there
        :param str html: the document
        :param options: of DevTools' Page.printToPDF
        :return: the PDF's bytes
        :raise BrowserError: see its subclasses
        """
        self._begin()
        self._url, self._html, self._loaded = url, html, False
        failed = self._call("Page.navigate", url=url).get("errorText")
        if failed:
            raise BrowserError(failed)
        while not self._loaded:
            self._handle(self._next())
        # fonts are asked for by the layout, that is after the load event
        self._call("Runtime.evaluate", expression="document.fonts.ready.then(() => 0)", awaitPromise=True)
        return base64.b64decode(self._call("Page.printToPDF", **options)["data"])

    def _begin(self):
        self._deadline = time.monotonic() + self._timeout

    def _call(self, method, **params):
        number = self._browser.send(self._inbox, method, self._session, **params)
        while True:
            message = self._next()
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error'].get('message')}")
                return message["result"]
            self._handle(message)

    def _next(self):
        ping = None
        while True:
            rest = self._deadline - time.monotonic()
            if rest <= 0:
                raise DocumentTimeout(f"not printed within {self._timeout:g} s")
            try:
                message = self._inbox.get(timeout=min(rest, HEARTBEAT))
            except queue.Empty:
                if ping:
                    raise BrowserGone("the browser hangs") from None
                ping = self._browser.send(self._inbox, "Browser.getVersion")
                continue
            if message is None:
                raise BrowserGone("the browser has ended")
            if ping and message.get("id") == ping:
                ping = None
                continue
            return message

    def _handle(self, message):
        if message.get("method") == "Page.loadEventFired":
            self._loaded = True
        elif message.get("method") == "Fetch.requestPaused":
            self._answer(**message["params"])
        elif message.get("method") == "Inspector.targetCrashed":
            raise BrowserError("the page crashed: the document may need more memory than there is")

    def _answer(self, requestId, request, resourceType, **_details):
        answer = None
        if resourceType == "Document":
            if request["url"] == self._url and self._html is not None:
                # once only: a document that asks for its own address again (refresh, frame) gets nothing
                answer, self._html = ("text/html; charset=utf-8", self._html.encode()), None
            else:
                # "Aborted" leaves the present document in place, any other reason shows an error page instead
                self._send("Fetch.failRequest", requestId=requestId, errorReason="Aborted")
                return
        elif resourceType in ANSWERED and request["method"] == "GET":
            answer = self._resolve(request["url"], resourceType)
        if not answer:
            self._send("Fetch.failRequest", requestId=requestId, errorReason="BlockedByClient")
            return
        mimetype, body = answer
        headers = {
            "Content-Type": mimetype,
            "Access-Control-Allow-Origin": "*",  # fonts, when the document names this server by its other address
            "Cache-Control": "max-age=600",
            "Content-Security-Policy": (
                "default-src 'none'; img-src http: https: data:; font-src http: https: data:; "
                "style-src http: https: 'unsafe-inline'"
            ),
        }
        self._send(
            "Fetch.fulfillRequest",
            requestId=requestId,
            responseCode=200,
            responseHeaders=[{"name": name, "value": value} for name, value in headers.items()],
            body=base64.b64encode(body).decode(),
        )

    def _send(self, method, **params):
        self._browser.send(None, method, self._session, **params)


atexit.register(Browser.close)
os.register_at_fork(after_in_child=Browser._after_fork)
