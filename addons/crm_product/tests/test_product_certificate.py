from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import mute_logger

from .common import ProductCase


@freeze_time("2026-03-10")
class TestCertificate(ProductCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rohs = cls.env.ref("crm_product.certificate_type_rohs")
        cls.product = cls.new_product("Crystal", responsible_id=cls.rd_manager.id)

    def new_certificate(self, number, expiry_date, **values):
        return self.env["crm.product.certificate"].create(
            {
                "number": number,
                "type_id": self.rohs.id,
                "product_tmpl_ids": [Command.set(self.product.product_tmpl_id.ids)],
                "expiry_date": expiry_date,
                **values,
            }
        )

    def test_reminded_once_before_the_expiry(self):
        soon = self.new_certificate("S", "2026-04-01")
        late = self.new_certificate("L", "2026-12-01")
        expired = self.new_certificate("E", "2026-03-01")
        endless = self.new_certificate("N", False)
        self.assertEqual(
            [certificate.state for certificate in (soon, late, expired, endless)],
            ["expiring", "valid", "expired", "valid"],
        )
        Certificate = self.env["crm.product.certificate"]
        Certificate._cron_notices()
        Certificate._cron_notices()
        self.assertEqual(soon.activity_ids.user_id, self.rd_manager)
        self.assertEqual(len(soon.activity_ids), 1)
        self.assertEqual(len(expired.activity_ids), 1)
        self.assertFalse(late.activity_ids | endless.activity_ids)
        soon.expiry_date = "2026-04-05"  # renewed for a few days only
        Certificate._cron_notices()
        self.assertEqual(len(soon.activity_ids), 2)

    def test_many_notices_cost_no_more_statements_each(self):
        self.new_certificate("0", "2026-04-01")
        Certificate = self.env["crm.product.certificate"]
        Certificate._cron_notices()
        for number in range(1, 21):
            self.new_certificate(str(number), "2026-04-01", user_id=self.manager.id)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            Certificate._cron_notices()
        self.assertEqual(Certificate.search_count([("activity_ids", "!=", False)]), 21)

    def test_checks(self):
        with self.assertRaises(ValidationError):
            self.new_certificate("D", "2026-04-01", issue_date="2026-05-01")
        self.new_certificate("U", "2026-04-01")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.new_certificate("U", "2027-04-01")

    def test_rights(self):
        certificate = self.new_certificate("R", "2026-04-01")
        self.assertEqual(certificate.with_user(self.seller).number, "R")
        with self.assertRaises(AccessError):
            certificate.with_user(self.seller).number = "X"
