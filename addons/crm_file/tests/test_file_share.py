from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import FileCase


@tagged("post_install", "-at_install")
class TestFileShare(FileCase, HttpCase):
    """A link gives one file, for a while, and nothing else; what does not work answers as what never was."""

    def setUp(self):
        super().setUp()
        self.file = self.file_of(self.attach("报价.html", b"<script>one</script>"))

        self.authenticate(None, None)

    def share(self, **values):
        return self.env["crm.file.share"].with_user(self.seller).create({"file_id": self.file.id, **values})

    def path(self, share):
        return share.url[share.url.index("/crm_file/") :]

    def get(self, share):
        return self.url_open(self.path(share))

    def download(self, share, **data):
        page = self.get(share)
        if page.status_code != 200:
            return page
        return self.url_open(self.path(share), data={"csrf_token": Request.csrf_token(self), **data})

    def assertGone(self, share):
        with mute_logger("odoo.http"):
            self.assertEqual(self.get(share).status_code, 404)
            answer = self.url_open(self.path(share), data={"csrf_token": Request.csrf_token(self)})
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn(b"<script>one", answer.content)

    def test_download(self):
        share = self.share()
        page = self.get(share)
        self.assertEqual((page.status_code, page.headers["Referrer-Policy"]), (200, "no-referrer"))
        self.assertNotIn(b"<script>one", page.content)
        self.assertEqual(share.download_count, 0)  # looking is no download
        answer = self.download(share)
        self.assertEqual(answer.content, b"<script>one</script>")
        # a stranger's page is never shown under our address
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(share.download_count, 1)
        self.attach("报价.html", b"two")
        self.assertEqual(self.download(share).content, b"two")

    def test_token(self):
        tokens = {self.share().url for _number in range(20)}
        self.assertEqual(len(tokens), 20)
        self.assertGreaterEqual(min(len(url.rpartition("/")[2]) for url in tokens), 43)
        with mute_logger("odoo.http"):
            for guess in ("x" * 43, "1", "%25", str(self.file.id)):
                self.assertEqual(self.url_open(f"/crm_file/share/{guess}").status_code, 404)
        share = self.share()
        with self.assertRaises(AccessError):
            share.read(["token"])
        with self.assertRaises(AccessError):
            share.read(["password_hash"])

    def test_others_see_no_links(self):
        share = self.share()
        with self.assertRaises(AccessError):
            share.with_user(self.manager).read(["url"])
        self.assertEqual(share.with_user(self.admin).url, share.url)

    def test_expiry(self):
        share = self.share(date_to=datetime.now() + timedelta(days=2))
        with freeze_time(datetime.now() + timedelta(days=3)):
            self.assertFalse(self.env["crm.file.share"]._find(share.sudo().token))
        share.invalidate_recordset()
        self.assertEqual(self.env["crm.file.share"]._find(share.sudo().token), share)
        self.env.cr.execute("UPDATE crm_file_share SET date_to = now() at time zone 'UTC' WHERE id = %s", [share.id])
        share.invalidate_recordset()
        self.assertGone(share)
        self.assertEqual(share.state, "expired")
        for days in (-1, 91):
            with self.assertRaises(ValidationError):
                self.share(date_to=datetime.now() + timedelta(days=days))

    def test_revoked(self):
        share = self.share()
        share.action_revoke()
        self.assertGone(share)

    def test_archived(self):
        share = self.share()
        self.file.active = False
        self.assertGone(share)

    def test_rights_of_its_maker(self):
        share = self.share()
        self.customer.user_id = self.other
        self.assertGone(share)
        self.customer.user_id = self.seller
        self.assertEqual(self.download(share).status_code, 200)
        self.seller.active = False
        self.assertGone(share)

    def test_list_of_links(self):
        """Whoever may no longer read a file still sees that he has shared it, and can revoke the link."""
        share = self.share(note="Buyer")
        self.customer.user_id = self.other
        self.env.invalidate_all()
        wanted = {"display_name": {}, "file_id": {"fields": {"display_name": {}}}, "note": {}, "state": {}}
        found = self.env["crm.file.share"].with_user(self.seller).web_search_read([("id", "=", share.id)], wanted)
        self.assertEqual([row["note"] for row in found["records"]], ["Buyer"])

    def test_used_up(self):
        share = self.share(max_downloads=1)
        self.assertEqual(self.download(share).content, b"<script>one</script>")
        self.assertGone(share)

    def test_password(self):
        share = self.share(password="open sesame")
        share.invalidate_recordset()
        self.assertTrue(share.has_password)
        self.assertNotIn("sesame", share.sudo().password_hash)
        self.assertFalse(share.password)
        for number, guess in enumerate(("guess", "x" * 10_000, ""), start=1):
            answer = self.download(share, password=guess)
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn(b"<script>one", answer.content)
            self.assertEqual((share.wrong_count, share.download_count), (number, 0))
        self.assertEqual(self.download(share, password="open sesame").content, b"<script>one</script>")

    def test_guessing_kills_the_link(self):
        share = self.share(password="open sesame")
        for _number in range(10):
            share.sudo()._open("guess")
        self.assertTrue(share.is_revoked)
        self.assertGone(share)

    def test_written_by_its_maker_only(self):
        share = self.share()
        for values in ({"token": "x"}, {"download_count": 0}, {"file_id": self.file.id}, {"wrong_count": 0}):
            with self.subTest(values), self.assertRaises(UserError):
                share.write(values)
        with self.assertRaises(UserError):
            self.share(token="x")
        with self.assertRaises(AccessError):
            share.with_user(self.other).action_revoke()
        # what was taken from him he can still close, but not prolong
        self.customer.user_id = self.other
        with self.assertRaises(AccessError):
            share.write({"date_to": datetime.now() + timedelta(days=20)})
        share.action_revoke()
        with self.assertRaises(AccessError):
            share.is_revoked = False
