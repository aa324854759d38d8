import contextlib
import threading
from datetime import date, datetime
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import api
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import BaseCase, Form, TransactionCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

TYPES = {
    "test_order": ("Test Order", {}),
    "test_customer": ("Test Customer", {"region": "HZ"}),
}


def patch_document_types(test, registry):
    """Give the numbering rules documents to number, which the add-on alone has none of."""
    patcher = patch.object(registry["crm.numbering.rule"], "_document_types", lambda self: TYPES)
    patcher.start()
    test.addClassCleanup(patcher.stop)


@tagged("post_install", "-at_install")
class TestNumberingRule(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        patch_document_types(cls, cls.registry)
        cls.admin = new_test_user(cls.env, "numbering_admin", "base.group_user,crm_base.group_crm_admin")
        cls.user = new_test_user(cls.env, "numbering_user", "base.group_user")
        cls.rules = cls.env["crm.numbering.rule"].with_user(cls.admin)

    def _rule(self, **vals):
        return self.rules.create({"code": "test_order", **vals})

    def _draw(self, code="test_order", **kwargs):
        return self.rules.with_user(self.user)._next_number(code, **kwargs)

    def test_draw_in_a_row(self):
        self._rule(prefix="A-", suffix="/X", digits=3)
        self.assertEqual([self._draw() for _draw in range(3)], ["A-001/X", "A-002/X", "A-003/X"])
        self.assertEqual(self.rules._next_numbers("test_order", 3), ["A-004/X", "A-005/X", "A-006/X"])
        self.assertEqual(self.rules._next_numbers("test_order", 0), [])
        self.assertEqual(self._draw(), "A-007/X")

    def test_number_outgrows_digits(self):
        self._rule(digits=1, next_number=9)
        self.assertEqual([self._draw(), self._draw()], ["9", "10"])

    def test_date_parts_and_periods(self):
        rule = self._rule(prefix="{YYYY}{YY}{MM}{DD}-", digits=2, reset="daily")
        self.assertEqual(self._draw(date=date(2026, 1, 31)), "2026260131-01")
        self.assertEqual(self._draw(date=date(2026, 2, 1)), "2026260201-01")
        self.assertEqual(self._draw(date=date(2026, 1, 31)), "2026260131-02")
        rule.reset = "monthly"
        self.assertEqual(self._draw(date=date(2027, 1, 5))[-2:], "01")
        self.assertEqual(self._draw(date=date(2027, 1, 6))[-2:], "02")
        rule.reset = "yearly"
        self.assertEqual(self._draw(date=date(2028, 1, 5))[-2:], "01")
        self.assertEqual(self._draw(date=date(2028, 12, 5))[-2:], "02")
        self.assertEqual(self._draw(date=date(2029, 1, 1))[-2:], "01")

    def test_moment_is_taken_in_the_companys_zone(self):
        self._rule(prefix="{YYYY}-", digits=1, reset="yearly")
        company = self.env.company
        company.partner_id.tz = "Asia/Shanghai"
        self.assertEqual(self._draw(date=datetime(2026, 12, 31, 15, 59)), "2026-1")
        self.assertEqual(self._draw(date=datetime(2026, 12, 31, 16, 0)), "2027-1", "in Shanghai it is New Year")
        with freeze_time("2027-12-31 16:30:00"):
            self.assertEqual(self._draw(), "2028-1")
        company.partner_id.tz = "America/New_York"
        self.assertEqual(self._draw(date=datetime(2027, 1, 1, 4, 59)), "2026-2")
        company.partner_id.tz = False
        self.user.tz = False
        self.assertEqual(self._draw(date=datetime(2028, 12, 31, 16, 0)), "2029-1", "Shanghai by default")

    def test_each_value_counts_by_itself(self):
        self._rule(code="test_customer", prefix="{region}{YY}-", digits=3, reset="yearly")
        draw = lambda region, day=date(2026, 5, 1): self._draw("test_customer", date=day, values={"region": region})  # noqa: E731
        self.assertEqual([draw("HZ"), draw("SH"), draw("HZ")], ["HZ26-001", "SH26-001", "HZ26-002"])
        self.assertEqual(draw("HZ", date(2027, 5, 1)), "HZ27-001")
        with self.assertRaisesRegex(UserError, "region"):
            self._draw("test_customer", values={"region": ""})
        self.assertEqual(draw("HZ"), "HZ26-003", "the refused draw has used no number")

    def test_company_rule_before_common_rule(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._rule(prefix="ALL-", digits=1)
        self.rules.sudo().create({"code": "test_order", "company_id": other.id, "prefix": "OTHER-", "digits": 1})
        self.assertEqual(self._draw(company=other), "OTHER-1")
        self.assertEqual(self._draw(), "ALL-1")
        self.assertEqual(self._draw(company=self.env["res.company"].create({"name": "Third"})), "ALL-2")

    def test_no_rule(self):
        rule = self._rule()
        rule.active = False
        with self.assertRaisesRegex(UserError, "Test Order"):
            self._draw()

    def test_one_active_rule_per_document_and_company(self):
        rule = self._rule()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self._rule()
        rule.active = False
        rule.flush_recordset()
        self._rule()

    def test_savepoint_rollback_gives_number_back(self):
        self._rule(digits=1)
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            self.assertEqual(self._draw(), "1")
            raise ZeroDivisionError
        self.assertEqual(self._draw(), "1")

    def test_repeating_pattern_refused(self):
        for reset, prefix in (("yearly", "A"), ("monthly", "{YYYY}"), ("daily", "{YY}{MM}"), ("monthly", "{MM}")):
            with self.subTest(reset=reset), self.assertRaises(ValidationError), self.cr.savepoint():
                self._rule(reset=reset, prefix=prefix)

    def test_unknown_placeholder_refused(self):
        for prefix in ("{region}", "{yyyy}", "{YYYY", "}{", "{user.password}"):
            with self.subTest(prefix=prefix), self.assertRaises(ValidationError), self.cr.savepoint():
                self._rule(prefix=prefix)

    @freeze_time("2026-03-01")
    def test_form_previews_and_sets_next_number(self):
        self.admin.company_id.partner_id.tz = "Asia/Shanghai"
        form = Form(self.rules)
        form.code = "test_order"
        form.prefix = "Q{YY}{MM}-"
        form.digits = 3
        self.assertEqual(form.preview, "Q2603-001, Q2603-002, Q2603-003")
        form.next_number = 41
        self.assertEqual(form.preview, "Q2603-041, Q2603-042, Q2603-043")
        rule = form.save()
        self.assertEqual(rule.preview, "Q2603-041, Q2603-042, Q2603-043")
        self.assertEqual(self._draw(), "Q2603-041")
        self.assertEqual(rule.next_number, 42)
        self.assertEqual(rule.preview, "Q2603-042, Q2603-043, Q2603-044")

    def test_preview_takes_samples(self):
        with freeze_time("2026-03-01"):
            rule = self._rule(code="test_customer", prefix="{region}{YYYY}", digits=1, reset="yearly")
            self.assertEqual(rule.preview, "HZ20261, HZ20262, HZ20263")
            self.assertIn("{region}", rule.placeholders)
            with self.assertRaisesRegex(ValidationError, "region"):
                rule.next_number = 5
            rule.counter_ids.create({"rule_id": rule.id, "key": "2026/HZ", "number": 7})
            self.assertEqual(self._draw("test_customer", values={"region": "HZ"}), "HZ20268")

    def test_next_number_cannot_go_back(self):
        rule = self._rule(digits=1)
        self.rules._next_numbers("test_order", 5)
        for number in (5, 1, 0, -1):
            with self.subTest(number=number), self.assertRaises(ValidationError), self.cr.savepoint():
                rule.next_number = number
            with self.subTest(number=number), self.assertRaises(ValidationError), self.cr.savepoint():
                rule.counter_ids.next_number = number
        rule.next_number = 6
        rule.counter_ids.next_number = 100
        self.assertEqual(self._draw(), "100")

    def test_reset_starts_again(self):
        rule = self._rule(digits=1)
        self.rules._next_numbers("test_order", 5)
        with self.assertRaises(AccessError):
            rule.counter_ids.with_user(self.user).action_reset()
        rule.counter_ids.action_reset()
        self.assertEqual(self._draw(), "1")

    def test_new_period_length_repeats_no_number(self):
        rule = self._rule(prefix="{YYYY}{MM}-", digits=1)
        today = rule._local_date(self.env.company)
        drawn = self.rules._next_numbers("test_order", 3)
        for reset in ("yearly", "monthly", "never", "yearly"):
            rule.reset = reset
            drawn += [self._draw(date=today), self._draw(date=today)]
        self.assertEqual(len(set(drawn)), len(drawn), drawn)

    def test_counter_key_must_fit(self):
        rule = self._rule(prefix="{YYYY}{MM}", reset="monthly")
        for key in ("2026", "*", "2026-13", "2026-3", "March"):
            with self.subTest(key=key), self.assertRaises(ValidationError), self.cr.savepoint():
                rule.counter_ids.create({"rule_id": rule.id, "key": key})
        rule.counter_ids.create({"rule_id": rule.id, "key": "2026-03", "number": 4})
        self.assertEqual(self._draw(date=date(2026, 3, 1)), "2026030005")

    def test_used_rule_is_not_deleted(self):
        rule = self._rule()
        rule.copy({"active": False}).unlink()
        self._draw()
        with self.assertRaises(UserError):
            rule.unlink()

    def test_users_read_only(self):
        rule = self._rule().with_user(self.user)
        self.assertTrue(rule.preview)
        for change in (
            lambda: rule.write({"prefix": "X"}),
            lambda: rule.write({"next_number": 9}),
            lambda: rule.create({"code": "test_customer"}),
            lambda: rule.counter_ids.create({"rule_id": rule.id, "key": "*"}),
            rule.unlink,
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                change()

    def test_other_companys_rule_is_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        rule = self.env["crm.numbering.rule"].create({"code": "test_order", "company_id": other.id})
        with self.assertRaises(AccessError):
            rule.with_user(self.admin).read(["prefix"])


@tagged("post_install", "-at_install")
class TestNumberingConcurrency(BaseCase):
    """Real transactions in parallel threads: each number goes to exactly one document, and none is left out."""

    THREADS = 4
    ROUNDS = 25

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's own test runner holds this lock while tests run; the threads would wait for it for ever.
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())
        patch_document_types(cls, cls.registry)
        with cls.registry.cursor() as cr:
            rules = cls._rules(cr)
            cls.rule_id = rules.create({"code": "test_order", "digits": 1}).id
        cls.addClassCleanup(cls._drop_rule)

    @classmethod
    def _rules(cls, cr):
        return api.Environment(cr, api.SUPERUSER_ID, {})["crm.numbering.rule"]

    @classmethod
    def _drop_rule(cls):
        with cls.registry.cursor() as cr:
            rule = cls._rules(cr).browse(cls.rule_id)
            rule.counter_ids.unlink()
            rule.unlink()

    def _transaction(self, work):
        """Run `work(rules)` in a transaction of its own until it commits, as `retrying` does for requests."""
        failures = 0
        while True:
            try:
                with self.registry.cursor() as cr:
                    result = work(self._rules(cr))
                return result, failures
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                failures += 1

    def test_parallel_drawers(self):
        # without a counter, so that the threads meet at its first number, too
        self._transaction(lambda rules: rules.browse(self.rule_id).counter_ids.unlink())
        drawn, problems, failures = [], [], []
        lock = threading.Lock()
        start = threading.Barrier(self.THREADS)

        def drawer(index):
            try:
                start.wait()
                for turn in range(self.ROUNDS):
                    self._draw_and_drop(turn)
                    count = 1 + (turn + index) % 2
                    numbers, failed = self._transaction(lambda rules, n=count: rules._next_numbers("test_order", n))
                    with lock:
                        drawn.extend(numbers)
                        failures.append(failed)
            except Exception as error:
                problems.append(error)

        threads = [threading.Thread(target=drawer, args=(index,)) for index in range(self.THREADS)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertFalse(problems)
        expected = sum(1 + (turn + index) % 2 for turn in range(self.ROUNDS) for index in range(self.THREADS))
        self.assertEqual(sorted(map(int, drawn)), list(range(1, expected + 1)), "each number once, none left out")
        self.assertTrue(sum(failures), "the threads never met: the test has shown nothing")

    def _draw_and_drop(self, turn):
        """Draw in a transaction that is given up: its number must come again."""
        if turn % 3:
            return
        with self.registry.cursor() as cr:
            with contextlib.suppress(*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                self._rules(cr)._next_number("test_order")
            cr.rollback()

    def test_loser_gets_a_serialization_failure_and_rollback_lets_the_other_on(self):
        key_before = self._transaction(lambda rules: int(rules._next_number("test_order")))[0]
        with self.registry.cursor() as first, self.registry.cursor() as second:
            first_rules, second_rules = self._rules(first), self._rules(second)
            second.execute("SELECT 1")  # its snapshot is older than what the first commits
            self.assertEqual(int(first_rules._next_number("test_order")), key_before + 1)
            first.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.SerializationFailure):
                second_rules._next_number("test_order")
            second.rollback()
            self.assertEqual(int(second_rules._next_number("test_order")), key_before + 2)
            second.rollback()
            self.assertEqual(int(first_rules._next_number("test_order")), key_before + 2, "given back, drawn again")
            first.rollback()
