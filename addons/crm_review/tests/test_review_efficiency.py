from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import ReviewCase


@tagged("post_install", "-at_install")
class TestReviewEfficiency(ReviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new_flow(
            {"users": cls.anna, "name": "First", "deadline_hours": 5, "deadline_type": "natural"},
            {"users": cls.ben, "name": "Second"},
        )
        start = fields.Datetime.now() - timedelta(days=20)
        # decided after 1 to 9 hours and 21 hours; the last ones wait for Ben
        for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 21):
            with freeze_time(start):
                approval = cls.new_approval()
            with freeze_time(start + timedelta(hours=hours)):
                line = approval.sudo().review_id.line_ids
                line.with_user(cls.anna).action_approve()

    def page(self, user=None, **filters):
        return self.env["crm.review.efficiency"].with_user(user or self.admin).get_page(step="First", **filters)

    def test_figures(self):
        page = self.page(user_id=self.anna.id)
        self.assertFalse(page["own_only"])
        (step,) = page["by_step"]
        self.assertEqual((step["name"], step["kind_id"], step["decisions"]), ("First", self.kind.id, 10))
        self.assertAlmostEqual(step["average"], 6.6, 2)
        self.assertAlmostEqual(step["percentile"], 10.2, 2)  # between the 9th and the 10th
        self.assertEqual((step["timed"], step["late"]), (10, 5))
        self.assertEqual((step["open"], step["open_oldest"]), (0, None))
        self.assertAlmostEqual(step["waiting"], 66, 2)
        self.assertEqual([row["id"] for row in page["by_person"]], [self.anna.id])
        self.assertEqual([row["id"] for row in page["by_kind"]], [self.kind.id])
        self.assertEqual(page["total"]["decisions"], 10)

    def test_open_tasks_and_bottleneck(self):
        page = self.env["crm.review.efficiency"].with_user(self.admin).get_page(kind_id=self.kind.id)
        second = next(row for row in page["by_step"] if row["name"] == "Second")
        self.assertEqual((second["decisions"], second["average"], second["percentile"]), (0, None, None))
        self.assertEqual(second["open"], 10)
        self.assertAlmostEqual(second["open_oldest"], 479, 0)
        self.assertEqual([row["is_bottleneck"] for row in page["by_step"]].count(True), 1)
        self.assertTrue(page["by_step"][0]["is_bottleneck"])
        self.assertGreater(second["waiting"], 4000)

    def test_period(self):
        Board = self.env["crm.review.efficiency"].with_user(self.admin)
        with freeze_time("2027-03-15 04:00:00"):
            self.assertEqual(
                [str(moment)[:10] for moment in Board.with_context(tz="UTC")._period("last_month")],
                ["2027-02-01", "2027-03-01"],
            )
            with freeze_time(fields.Datetime.now() + timedelta(days=200)):
                self.assertEqual(self.page()["total"]["decisions"], 0)
        with freeze_time(fields.Datetime.now() + timedelta(days=95)):
            page = self.page()
            self.assertEqual(page["total"]["decisions"], 0)
            self.assertEqual(page["by_step"], [])

    def test_everybody_sees_himself_only(self):
        page = self.page(self.anna, user_id=self.ben.id)
        self.assertTrue(page["own_only"])
        self.assertEqual([row["id"] for row in page["by_person"]], [self.anna.id])
        page = self.env["crm.review.efficiency"].with_user(self.stranger).get_page()
        self.assertEqual((page["total"]["decisions"], page["by_person"]), (0, []))
        page = self.env["crm.review.efficiency"].with_user(self.seller).get_page()
        self.assertEqual((page["total"]["decisions"], page["by_person"]), (0, []))

    def test_manager_sees_the_reviews_of_documents_in_his_scope(self):
        page = self.page(self.head)
        self.assertFalse(page["own_only"])
        self.assertEqual(page["total"]["decisions"], 10)
        outsider = self.new_user("sales_manager", "outsider", self.finance)
        self.assertEqual(self.page(outsider)["total"]["decisions"], 0)

    def test_companies(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.admin.company_ids += company
        Board = self.env["crm.review.efficiency"].with_user(self.admin)
        self.assertEqual(Board.with_context(allowed_company_ids=company.ids).get_page(step="First")["total"]["open"], 0)
        self.assertEqual(
            Board.with_context(allowed_company_ids=company.ids).get_page(step="First")["total"]["decisions"], 0
        )


@tagged("post_install", "-at_install")
class TestReviewEfficiencyPage(HttpCase, ReviewCase):
    def test_page(self):
        self.new_flow({"users": self.anna, "name": "Engineer"}, {"users": self.ben, "name": "Buyer"})
        approval = self.new_approval()
        self.task(approval, self.anna).action_approve()
        self.head.password = "head"
        self.browser_js(
            "/odoo/review-efficiency",
            """(async () => {
                const rows = (name) => document.querySelectorAll(`.o_crm_efficiency_table[name=${name}] tbody tr`);
                if (rows("steps").length !== 2 || rows("people").length !== 2) {
                    throw new Error("two steps and two people are expected");
                }
                rows("people")[0].querySelector("button").click();
                while (rows("steps").length !== 1 || !document.querySelector(".o_crm_efficiency_chip")) {
                    await new Promise((done) => setTimeout(done, 100)); // one person's step
                }
                console.log("test successful");
            })()""",
            ready="!!document.querySelector('.o_crm_efficiency_table')",
            login="head",
        )
