import contextlib
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.addons.crm_customer.models import crm_customer_transfer

from .common import CustomerCase


class TransferCase(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.new_customer("青岛城阳电缆有限公司", child_ids=[Command.create({"name": "吕工"})])
        cls.second = cls.new_customer("烟台福山电机厂")
        cls.customers = cls.first | cls.second
        cls.heir = cls.new_user("salesperson", "heir", cls.south)

    def new_transfer(self, user=None, customers=None, **values):
        customers = self.customers if customers is None else customers
        lines = [Command.create({"partner_id": customer.id}) for customer in customers]
        Transfer = self.env["crm.customer.transfer"].with_user(user or self.seller)
        values = {"to_user_id": self.heir.id, "reason": "new region", "line_ids": lines, **values}
        return Transfer.create(values)


@tagged("post_install", "-at_install")
class TestCrmCustomerTransfer(TransferCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Order = cls.env["sale.order"].with_user(cls.seller)
        cls.quotation = Order.create({"partner_id": cls.first.id}).with_env(cls.env)
        cls.confirmed = Order.create({"partner_id": cls.first.id}).with_env(cls.env)
        cls.confirmed.action_confirm()
        cls.foreign = cls.env["sale.order"].create({"partner_id": cls.first.id, "user_id": cls.other.id})
        cls.on_customer = cls.first.activity_schedule(user_id=cls.seller.id, summary="call")
        cls.on_quotation = cls.quotation.activity_schedule(user_id=cls.seller.id, summary="ask")
        cls.on_confirmed = cls.confirmed.activity_schedule(user_id=cls.seller.id, summary="deliver")

    def notifications(self, user):
        return self.env["mail.notification"].search_count([("res_partner_id", "=", user.partner_id.id)])

    def test_with_everything(self):
        before = self.notifications(self.heir)
        transfer = self.new_transfer()
        transfer.action_hand_over()
        self.assertEqual((transfer.state, transfer.total_count, transfer.skipped_count), ("done", 2, 0))
        self.assertTrue(transfer.name)
        self.assertEqual(self.customers.user_id, self.heir)
        self.assertEqual(self.first.child_ids.user_id, self.heir)
        line = self.first.owner_history_ids.sorted("id")[-1]
        self.assertEqual((line.user_id, line.how, line.changed_by_id), (self.heir, "transferred", self.seller))
        self.assertIn("new region", line.reason)
        self.assertEqual(self.quotation.user_id, self.heir)
        self.assertEqual((self.confirmed.user_id, self.foreign.user_id), (self.seller, self.other))
        self.assertEqual((self.on_customer | self.on_quotation).user_id, self.heir)
        self.assertEqual(self.on_confirmed.user_id, self.seller)
        self.assertNotIn(self.seller.partner_id, (self.first | self.second).message_partner_ids)
        self.assertNotIn(self.seller.partner_id, self.quotation.message_partner_ids)
        self.assertEqual(self.notifications(self.heir), before + 1)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.first.with_user(self.seller).has_access("read"))
        self.assertTrue(self.first.with_user(self.heir).has_access("write"))

    def test_without_documents(self):
        self.new_transfer(with_quotations=False, with_activities=False).action_hand_over()
        self.assertEqual(self.first.user_id, self.heir)
        self.assertEqual(self.quotation.user_id, self.seller)
        self.assertEqual(self.on_customer.user_id, self.seller)

    def test_opportunities_where_there_are_any(self):
        if "crm.lead" not in self.env:
            return  # nothing to hand over; the suite does not bring the app
        lead, lost = self.env["crm.lead"].create(
            [{"name": name, "partner_id": self.first.id, "user_id": self.seller.id} for name in ("a", "b")]
        )
        lost.action_set_lost()
        self.new_transfer().action_hand_over()
        self.assertEqual((lead.user_id, lost.user_id), (self.heir, self.seller))

    def test_planned_visits(self):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        plan = self.env["crm.visit.plan"].with_user(self.seller).create({"partner_id": self.first.id, "date": tomorrow})
        self.new_transfer().action_hand_over()
        self.assertEqual(plan.with_env(self.env).user_id, self.heir)

    def test_into_a_pool(self):
        pool, closed = self.env["crm.customer.pool"].create(
            [{"name": "P", "user_ids": [Command.set(self.seller.ids)]}, {"name": "Q"}]
        )
        with self.assertRaises(AccessError):
            self.new_transfer(to_user_id=False, to_pool_id=closed.id).action_hand_over()
        with self.assertRaises(UserError):
            self.new_transfer(to_pool_id=pool.id).action_hand_over()
        transfer = self.new_transfer(to_user_id=False, to_pool_id=pool.id, keep_read_days=3)
        transfer.action_hand_over()
        self.assertEqual(transfer.state, "done")
        self.assertEqual((self.customers.user_id.ids, self.customers.crm_pool_id), ([], pool))
        self.assertEqual(self.quotation.user_id, self.seller)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.first.with_user(self.seller).has_access("read"))
        self.assertEqual(self.first.owner_history_ids.sorted("id")[-1].pool_id, pool)

    def test_former_salesperson_reads_on(self):
        self.new_transfer(keep_read_days=7).action_hand_over()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(self.first.with_user(self.seller).has_access("read"))
        self.assertFalse(self.first.with_user(self.seller).has_access("write"))
        share = self.first.share_ids
        self.assertEqual(share.date_to, fields.Date.context_today(share) + timedelta(days=7))

    def test_who_may(self):
        for user in (self.other, self.assistant):
            with self.assertRaises(AccessError):
                self.new_transfer(user)
        self.first.crm_assistant_ids = self.assistant
        with self.assertRaisesRegex(AccessError, self.first.name):
            self.new_transfer(self.assistant, self.first)
        transfer = self.new_transfer(self.manager)
        transfer.action_hand_over()
        self.assertEqual(self.customers.user_id, self.heir)

    def test_owner_lost_before_submitting(self):
        transfer = self.new_transfer()
        self.first._crm_change_owner("reclaimed")
        with self.assertRaises(AccessError):
            transfer.action_hand_over()

    def test_refused(self):
        with self.assertRaises(UserError):
            self.new_transfer(to_user_id=False).action_hand_over()
        with self.assertRaises(UserError):
            self.new_transfer(reason=" ").action_hand_over()
        with self.assertRaises(UserError):
            self.new_transfer(customers=[]).action_hand_over()
        with self.assertRaisesRegex(UserError, "吕工"):
            self.new_transfer(self.admin, self.first.child_ids).action_hand_over()
        self.heir.active = False
        with self.assertRaisesRegex(UserError, self.heir.name):
            self.new_transfer().action_hand_over()
        self.assertEqual(self.customers.user_id, self.seller)

    def test_left_out(self):
        self.second._crm_change_owner("assigned", user=self.heir)
        third = self.new_customer("威海环翠渔具厂")
        transfer = self.new_transfer(self.admin, self.customers | third)
        third._crm_change_owner("assigned", user=self.other)
        transfer.action_hand_over()
        self.assertEqual(transfer.line_ids.mapped("state"), ["done", "skipped", "skipped"])
        self.assertIn(self.heir.name, transfer.line_ids[1].message)
        self.assertIn(self.seller.name, transfer.line_ids[2].message)
        self.assertEqual((transfer.skipped_count, third.user_id), (2, self.other))

    def test_done_stays_as_it_is(self):
        transfer = self.new_transfer()
        for values in ({"state": "done"}, {"user_id": self.other.id}, {"name": "x"}, {"leaver_id": self.other.id}):
            with self.assertRaises(AccessError):
                transfer.write(values)
            with self.assertRaises(AccessError):
                self.new_transfer(**values)
        with self.assertRaises(AccessError):
            transfer.line_ids.from_user_id = self.other
        transfer.action_hand_over()
        for change in (
            lambda: transfer.write({"to_user_id": self.other.id}),
            lambda: transfer.line_ids.unlink(),
            lambda: transfer.line_ids[0].write({"partner_id": self.second.id}),
            lambda: transfer.line_ids.create({"transfer_id": transfer.id, "partner_id": self.first.id}),
            transfer.unlink,
            transfer.action_hand_over,
        ):
            with self.assertRaises(UserError):  # an AccessError is one, too
                change()
        transfer.message_post(body="thank you")

    def test_receiver_reads_only(self):
        transfer = self.new_transfer()
        self.env.flush_all()
        self.env.invalidate_all()
        received = transfer.with_user(self.heir)
        self.assertEqual(received.read(["reason"])[0]["reason"], "new region")
        self.assertEqual(received.line_ids.mapped("state"), ["waiting", "waiting"])
        with self.assertRaises(AccessError):
            received.reason = "x"
        with self.assertRaises(AccessError):
            received.line_ids.unlink()
        with self.assertRaises(AccessError):
            received.action_hand_over()
        self.assertFalse(transfer.with_user(self.other).has_access("read"))

    def test_add_customers_of_a_salesperson_and_a_region(self):
        zhejiang = self.env.ref("base.state_cn_ZJ")
        self.second.state_id = zhejiang
        self.new_customer("杭州西湖", self.other, state_id=zhejiang.id)
        with Form(self.env["crm.customer.transfer"].with_user(self.manager)) as form:
            form.to_user_id = self.heir
            form.reason = "region split"
            form.state_ids.add(zhejiang)
        transfer = form.record
        transfer.action_add_customers()
        self.assertEqual(transfer.line_ids.partner_id, self.second)
        transfer.write({"state_ids": [Command.clear()], "from_user_id": self.seller.id})
        transfer.action_add_customers()
        self.assertEqual(transfer.line_ids.partner_id, self.customers)
        with self.assertRaises(UserError):
            transfer.action_add_customers()

    def test_from_the_list(self):
        action = self.customers.with_user(self.seller).action_crm_hand_over()
        transfer = self.env["crm.customer.transfer"].browse(action["res_id"])
        self.assertEqual(transfer.line_ids.partner_id, self.customers)
        with self.assertRaises(AccessError):
            self.customers.with_user(self.other).action_crm_hand_over()

    def test_review(self):
        flow = self.env["crm.review.flow"].create(
            {
                "name": "Hand-overs",
                "kind_id": self.env.ref("crm_customer.crm_review_kind_customer_transfer").id,
                "step_ids": [
                    Command.create(
                        {"name": "Boss", "rank": 1, "who": "users", "user_ids": [Command.set(self.boss.ids)]}
                    )
                ],
            }
        )
        flow.action_publish()
        transfer = self.new_transfer()
        self.assertTrue(transfer.needs_review)
        transfer.action_hand_over()
        self.assertEqual((transfer.state, transfer.review_state), ("draft", "pending"))
        self.assertEqual(self.customers.user_id, self.seller)
        with self.assertRaises(UserError):
            transfer.to_user_id = self.other
        with self.assertRaises(UserError):
            transfer.line_ids[0].unlink()
        task = self.env["crm.review.line"].search(
            [("res_model", "=", transfer._name), ("res_id", "=", transfer.id), ("user_id", "=", self.boss.id)]
        )
        task.with_user(self.boss).action_approve()
        self.assertEqual((transfer.state, transfer.review_state), ("done", "approved"))
        self.assertEqual(self.customers.user_id, self.heir)
        self.assertEqual(self.first.owner_history_ids.sorted("id")[-1].changed_by_id, self.seller)


@tagged("post_install", "-at_install")
class TestTransferBackground(TransferCase, CronMixinCase):
    """Many customers: the scheduled action's work, in the test's transaction (a commit is a savepoint here)."""

    def setUp(self):
        super().setUp()
        self.patch(crm_customer_transfer, "AT_ONCE", 3)
        self.patch(crm_customer_transfer, "BATCH_SIZE", 2)
        self.patch(self.registry["ir.cron"], "_commit_progress", lambda *_args, **_kwargs: self._commit())
        self.patch(self.env.cr, "commit", self._commit)
        self.patch(self.env.cr, "rollback", self._rollback)
        self.many = self.customers | self.env["res.partner"].browse(
            self.new_customer(f"第{n}实验厂", duplicate_reason="test").id for n in range(5)
        )
        self.quotations = self.env["sale.order"].create(
            [{"partner_id": customer.id, "user_id": self.seller.id} for customer in self.many]
        )
        self._commit()

    def _commit(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT transfer_test")

    def _rollback(self):
        self.env.cr.clear()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT transfer_test")

    def start(self, **values):
        transfer = self.new_transfer(customers=self.many, **values)
        with self.capture_triggers("crm_customer.customer_transfer_cron") as captured:
            transfer.action_hand_over()
        self.assertEqual((transfer.state, len(captured.records)), ("waiting", 1))
        self._commit()
        return transfer.with_env(self.env)

    def work(self):
        self.env["crm.customer.transfer"]._cron_process()

    def assert_none_half_moved(self):
        for customer, quotation in zip(self.many, self.quotations, strict=True):
            self.assertEqual(quotation.user_id, customer.user_id, customer.name)

    def test_whole_job(self):
        transfer = self.start()
        self.assertEqual(self.many.user_id, self.seller)
        self.work()
        self.assertEqual((transfer.state, transfer.processed_count, transfer.progress), ("done", 7, 100))
        self.assertEqual((self.many.user_id, self.quotations.user_id), (self.heir, self.heir))
        self.assertEqual(self.many.owner_history_ids.changed_by_id, self.seller)

    def test_killed_job_goes_on_where_it_was(self):
        class Kill(BaseException):
            """Like kill -9, this passes all handlers."""

        transfer = self.start()
        change_owner, batches = type(self.many)._crm_change_owner, []

        def killed(partners, *args, **kwargs):
            batches.append(partners)
            if len(batches) == 3:  # its quotations are moved, its customers are not
                raise Kill
            change_owner(partners, *args, **kwargs)

        # no assertRaises here: Odoo's would undo what was committed
        with patch.object(type(self.many), "_crm_change_owner", killed), contextlib.suppress(Kill):
            self.work()
        self._rollback()  # what the dying server had not committed
        self.assertEqual((transfer.state, transfer.processed_count), ("running", 4))
        self.assert_none_half_moved()
        self.assertEqual(len(self.many.filtered(lambda customer: customer.user_id == self.heir)), 4)
        self.work()
        self.assertEqual((transfer.state, transfer.processed_count), ("done", 7))
        self.assertEqual(self.quotations.user_id, self.heir)

    def test_stopped_and_continued(self):
        transfer = self.start()
        process_batch = type(transfer)._process_batch

        def stopped(job, lines):
            process_batch(job, lines)
            if job.processed_count == 4:
                job.with_user(self.seller).sudo(False).action_stop()

        with patch.object(type(transfer), "_process_batch", stopped):
            self.work()
        self.assertEqual((transfer.state, transfer.processed_count), ("stopped", 4))
        self.assert_none_half_moved()
        transfer.with_user(self.seller).action_continue()
        self.work()
        self.assertEqual((transfer.state, transfer.processed_count), ("done", 7))

    def test_failed_and_continued(self):
        transfer = self.start()
        self.heir.active = False
        self._commit()
        self.work()
        self.assertEqual((transfer.state, transfer.processed_count), ("failed", 0))
        self.assertIn(self.heir.name, transfer.message)
        self.assert_none_half_moved()
        self.heir.active = True
        transfer.with_user(self.seller).action_continue()
        self.work()
        self.assertEqual((transfer.state, self.many.user_id), ("done", self.heir))

    def test_turns_end_in_time(self):
        transfer = self.start()
        with patch.object(crm_customer_transfer, "TURN_SECONDS", 0):
            self.work()
            self.assertEqual((transfer.state, transfer.processed_count), ("running", 2))


@tagged("post_install", "-at_install")
class TestLeaver(TransferCase):
    def leave(self, user=None, **values):
        wizard = self.env["crm.customer.leaver"].with_user(user or self.admin)
        return wizard.create({"user_id": self.seller.id, "heir_id": self.heir.id, "reason": "left", **values})

    def test_everything_moves_and_the_account_is_frozen(self):
        archived = self.new_customer("老客户停业厂")
        archived.active = False
        foreign = self.new_customer("济南历下灯具厂", self.other)
        quotation = self.env["sale.order"].create({"partner_id": foreign.id, "user_id": self.seller.id})
        activity = foreign.activity_schedule(user_id=self.seller.id, summary="call")
        foreign.crm_assistant_ids = self.seller
        share = self.env["crm.customer.share"].create(
            {"partner_id": foreign.id, "user_id": self.seller.id, "access": "edit"}
        )
        position = self.env["crm.review.position"].create(
            {"name": "P", "member_ids": [Command.create({"user_id": self.seller.id})]}
        )
        wizard = self.leave()
        counts = dict(wizard.count_ids.mapped(lambda count: (count.name, count.count)))
        labels = ("Customers", "Open Quotations", "Planned Activities", "Customers shared with him")
        self.assertEqual([counts[self.env._(label)] for label in labels], [3, 1, 1, 1])
        self.assertTrue(self.seller.active, "so far nothing has happened")
        action = wizard.action_hand_over()
        transfer = self.env["crm.customer.transfer"].browse(action["res_id"])
        self.assertEqual((transfer.state, transfer.skipped_count), ("done", 0))
        self.assertEqual((self.customers | archived).user_id, self.heir)
        self.assertEqual((quotation.user_id, activity.user_id), (self.heir, self.heir))
        self.assertEqual(foreign.user_id, self.other)
        self.assertEqual(foreign.crm_assistant_ids, self.heir)
        self.assertFalse(share.active)
        self.assertEqual((foreign.share_ids.user_id, foreign.share_ids.access), (self.heir, "edit"))
        self.assertEqual(position.member_ids.user_id, self.heir)
        self.assertFalse(self.seller.active)

    def test_refused(self):
        for user in (self.manager, self.boss):
            with self.assertRaises(AccessError):
                self.leave(user)
        with self.assertRaises(UserError):
            self.leave(heir_id=self.seller.id).action_hand_over()
        with self.assertRaises(UserError):
            self.leave(user_id=self.admin.id).action_hand_over()
        self.heir.active = False
        with self.assertRaisesRegex(UserError, self.heir.name):
            self.leave().action_hand_over()
        self.assertTrue(self.seller.active)
