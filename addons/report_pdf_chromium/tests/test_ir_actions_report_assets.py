import base64
import io

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .common import PdfCase

PLACEHOLDER = (256, 256)
BROKEN = (14, 16)  # the picture Chromium shows where one is missing


class TestAssets(PdfCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        picture = io.BytesIO()
        Image.effect_noise((64, 48), 50).convert("RGB").save(picture, "PNG")
        cls.picture = picture.getvalue()

    def attach(self, **values):
        return self.env["ir.attachment"].create(
            {"name": "picture.png", "raw": self.picture, "mimetype": "image/png", **values}
        )

    def printed_images(self, source):
        return self.images(self.print_html(f'<img src="{source}"/>'))

    # -- stylesheets --------------------------------------------------------------------------------------------------

    def bundles(self):
        return self.env["ir.attachment"].search([("url", "=like", "/web/assets/%report_assets%css")])

    def test_cold_bundles_are_generated(self):
        self.bundles().unlink()
        pdf = self.print_records('<div class="row"><div class="col-6">left</div><div class="col-6">right</div></div>')
        self.assertTrue(self.bundles())
        places = self.places(pdf)
        self.assertAlmostEqual(places["left"][1], places["right"][1], delta=1)

    def test_bundles_without_their_file_are_generated(self):
        self.print_records("warm")
        bundles = self.bundles()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = '00/missing', db_datas = NULL WHERE id IN %s", [tuple(bundles.ids)]
        )
        bundles.invalidate_recordset()
        urls = bundles.mapped("url")
        self.print_records("again")
        generated = self.bundles() - bundles
        self.assertTrue(generated)
        self.assertTrue(all(bundle.raw and bundle.url in urls for bundle in generated))

    def test_missing_stylesheet_is_an_error(self):
        for path in ("/web/assets/1234567/no.such_bundle.min.css", "/web/static/no.css", "/nothing"):
            with self.assertRaisesRegex(UserError, "stylesheet"), self.assertLogs(level="WARNING"):
                self.print_html(f'<link rel="stylesheet" href="{path}"/>')

    def test_broken_stylesheet_is_an_error(self):
        self.print_records("fine")
        self.bundles()[:1].raw = b"/* ## CSS error message ##*/ body::before {}"
        with self.assertRaisesRegex(UserError, "has an error"):
            self.print_records("broken")

    # -- images -------------------------------------------------------------------------------------------------------

    def test_image_of_a_record(self):
        self.partners[0].image_1920 = base64.b64encode(self.picture)
        path = f"/web/image/res.partner/{self.partners[0].id}/image_128"
        self.assertEqual(self.printed_images(path), [(64, 48)])
        self.assertEqual(self.printed_images(f"{path}/20x20"), [(20, 15)])
        self.assertEqual(
            self.printed_images(f"/web/image?model=res.partner&id={self.partners[0].id}&field=image_128"), [(64, 48)]
        )
        address = self.env["ir.actions.report"]._get_report_url()
        self.assertEqual(self.printed_images(address + path), [(64, 48)])

    def test_other_images(self):
        data = base64.b64encode(self.picture).decode()
        self.assertEqual(self.printed_images(f"data:image/png;base64,{data}"), [(64, 48)])
        self.assertTrue(self.printed_images("/web/static/img/placeholder.png"))
        self.env.company.logo = base64.b64encode(self.picture)
        self.assertEqual(self.printed_images(f"/web/binary/company_logo?company={self.env.company.id}"), [(64, 48)])
        self.attach(url="/unsplash/picture", public=True)
        self.assertEqual(self.printed_images("/unsplash/picture"), [(64, 48)])

    def test_lazy_image_at_the_end(self):
        image = self.attach(public=True)
        html = f'<p style="height:3000mm">far</p><img loading="lazy" src="/web/image/{image.id}"/>'
        pdf = self.print_html(html)
        self.assertEqual(self.images(pdf, -1), [(64, 48)])

    def test_logo_is_embedded_once(self):
        data = base64.b64encode(self.picture).decode()
        header = f'<img src="data:image/png;base64,{data}"/> <t t-out="o.name"/>'
        one = self.print_records("content", self.partners[:1], header=header)
        many = self.reports._run_wkhtmltopdf(
            ["<html><head></head><body>content</body></html>"] * 10,
            header=f'<html><head></head><body><img src="data:image/png;base64,{data}"/></body></html>',
        )
        self.assertLess(len(many) - len(one), 5 * len(self.picture))
        self.assertEqual(self.images(many, 9), [(64, 48)])

    def test_barcode(self):
        self.assertEqual(self.printed_images("/report/barcode/Code128/SO-1?width=300&amp;height=50"), [(300, 50)])
        self.assertEqual(
            self.printed_images("/report/barcode/?barcode_type=QR&amp;value=%E4%BB%A4&amp;width=90&amp;height=90"),
            [(90, 90)],
        )
        self.assertEqual(self.printed_images("/report/barcode/Code128/big?width=99999"), [BROKEN])

    # -- rights -------------------------------------------------------------------------------------------------------

    def test_image_the_user_may_not_see(self):
        secret = self.attach(
            res_model="ir.config_parameter", res_id=self.env["ir.config_parameter"].search([], limit=1).id
        )
        for path in (f"/web/image/{secret.id}", "/web/image/999999999999999999", "/web/image/no.xmlid"):
            self.assertEqual(self.printed_images(path), [PLACEHOLDER], path)
        self.assertEqual(self.printed_images(f"/web/content/{secret.id}"), [BROKEN])
        self.assertEqual(self.printed_images(f"/web/image/{secret.id}?access_token=guess"), [PLACEHOLDER])
        token = secret.generate_access_token()[0]
        self.assertEqual(self.printed_images(f"/web/image/{secret.id}?access_token={token}"), [(64, 48)])

    def test_sudo_opens_no_image(self):
        secret = self.attach(
            res_model="ir.config_parameter", res_id=self.env["ir.config_parameter"].search([], limit=1).id
        )
        portal = new_test_user(self.env, "portal printer", groups="base.group_portal")
        for reports in (
            self.reports.sudo(),
            self.reports.with_user(portal).sudo(),
            self.env["ir.actions.report"].with_user(self.env.ref("base.user_root")),
        ):
            pdf = reports._run_wkhtmltopdf([f'<html><body><img src="/web/image/{secret.id}"/></body></html>'])
            self.assertEqual(self.images(pdf), [PLACEHOLDER])

    def test_no_file_outside_static_folders(self):
        for path in ("/web/static/../__manifest__.py", "/web/static/..%2f__manifest__.py", "/web/__manifest__.py"):
            self.assertIsNone(self.reports._pdf_resolve(path))
        self.assertEqual(self.reports._pdf_resolve("/web/static/img/placeholder.png")[0], "image/png")

    def test_failing_query_does_not_break_the_transaction(self):
        self.print_html('<img src="/web/image/res.partner/99999999999999/image_128"/>')
        self.assertTrue(self.partners.exists())
