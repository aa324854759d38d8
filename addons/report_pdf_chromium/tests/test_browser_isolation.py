import os
import tempfile
import time

from ..tools.browser import Browser, BrowserError, Page
from .common import Listener, PdfCase

DOCUMENT = """
<link rel="dns-prefetch" href="%(url)s"/><link rel="preconnect" href="%(url)s"/><link rel="prefetch" href="%(url)s/a"/>
<link rel="preload" as="image" href="%(url)s/b"/><link rel="icon" href="%(url)s/c"/>
<link rel="stylesheet" href="%(url)s/d.css"/>
<style>@import "%(url)s/e.css"; @font-face {font-family: x; src: url(%(url)s/f.woff)}
p {font-family: x; background: url(%(url)s/g.png)}</style>
<img src="%(url)s/h.png" srcset="%(url)s/i.png 2x"/>
<iframe src="%(url)s/j"></iframe><iframe srcdoc="&lt;img src=%(url)s/k&gt;"></iframe>
<object data="%(url)s/l"></object><embed src="%(url)s/m"/>
<video src="%(url)s/n" poster="%(url)s/o"></video><audio src="%(url)s/p" autoplay="1"></audio>
<svg><image href="%(url)s/q"/><use href="%(url)s/r#s"/></svg>
<form action="%(url)s/t"><input type="image" src="%(url)s/u"/></form><body background="%(url)s/v">
<script>fetch("%(url)s/w"); new WebSocket("ws://127.0.0.1:%(port)s/x"); navigator.sendBeacon("%(url)s/y");
document.write("SCRIPT"); location = "%(url)s/z";</script>
<img src="x" onerror="location='%(url)s/error'"/><p>the document</p>
"""


class TestIsolation(PdfCase):
    def assertPrinted(self, html):
        text = "".join(self.texts(self.print_html(html)))
        self.assertIn("the document", text)
        self.assertNotIn("SECRET", text)
        self.assertNotIn("SCRIPT", text)

    def test_nothing_reaches_another_host_or_port(self):
        with Listener() as listener:
            self.assertPrinted(DOCUMENT % {"url": listener.url, "port": listener.port})
            time.sleep(0.5)  # for what the browser would do behind the document's back
            self.assertEqual(listener.connections, 0)

    def test_refresh_keeps_the_document(self):
        with Listener() as listener:
            for url in (listener.url, "file:///etc/passwd", "/web/login", "data:text/html,SECRET"):
                text = "".join(
                    self.texts(
                        self.print_html(f'<meta http-equiv="refresh" content="0;url={url}"/><p>the document</p>')
                    )
                )
                self.assertIn("the document", text)
                self.assertNotIn("SECRET", text)
            self.assertEqual(listener.connections, 0)

    def test_base_cannot_lead_elsewhere(self):
        with Listener() as listener:
            self.assertPrinted(f'<base href="{listener.url}"/><img src="/web/static/img/logo.png"/><p>the document</p>')
            self.assertEqual(listener.connections, 0)

    def test_no_file_of_the_server(self):
        with tempfile.NamedTemporaryFile("w", suffix=".css") as file:
            file.write('p::after {content: "SECRET"}')
            file.flush()
            url = f"file://{file.name}"
            self.assertPrinted(f'<link rel="stylesheet" href="{url}"/><iframe src="{url}"></iframe><p>the document</p>')
            self.assertPrinted(
                f'<object data="{url}"></object><embed src="{url}"/><img src="{url}"/><p>the document</p>'
            )

    def test_redirect_is_not_followed(self):
        with Listener() as listener:
            link = self.env["ir.attachment"].create(
                {"name": "link", "type": "url", "url": f"{listener.url}/a.png", "public": True}
            )
            for path in (f"/web/image/{link.id}", f"/web/content/{link.id}"):
                pdf = self.print_html(f'<p>the document</p><img src="{path}"/>')
                self.assertIn("the document", self.texts(pdf)[0])
            self.assertEqual(listener.connections, 0)

    def test_browser_itself_reaches_nobody(self):
        """What slips through the interception of requests finds no host."""
        with Listener() as listener, Browser.page(lambda url, kind: None, 20) as page:
            page._call("Fetch.disable")
            for url in (listener.url, f"http://localhost:{listener.port}", "http://example.com"):
                self.assertIn("ERR_NAME_NOT_RESOLVED", page._call("Page.navigate", url=url)["errorText"])
            self.assertEqual(listener.connections, 0)

    def test_no_port_is_open(self):
        with Browser.page(lambda url, kind: None, 20):
            group = Browser._current._process.pid
            listening = set()
            with open("/proc/net/tcp") as table:
                for line in list(table)[1:]:
                    fields = line.split()
                    if fields[3] == "0A":
                        listening.add(f"socket:[{fields[9]}]")
            for process in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if os.getpgid(int(process)) != group:
                        continue
                    sockets = {os.readlink(f"/proc/{process}/fd/{fd}") for fd in os.listdir(f"/proc/{process}/fd")}
                except OSError:
                    continue
                self.assertFalse(sockets & listening)

    def test_only_what_a_document_needs_is_answered(self):
        asked = []

        def resolve(url, kind):
            asked.append(kind)
            return "image/png", b""

        with Browser.page(resolve, 20) as page:
            page.pdf("http://odoo.test/", '<link rel="prefetch" href="/a"/><img src="/b"/><iframe src="/c"></iframe>')
            self.assertEqual(asked, ["Image"])
            with self.assertRaises(BrowserError):
                page._call("No.suchCommand")

    def test_prints_share_no_storage(self):
        with Browser.page(lambda url, kind: None, 20) as one, Browser.page(lambda url, kind: None, 20) as two:
            self.assertIsInstance(one, Page)
            self.assertNotEqual(one._context, two._context)
