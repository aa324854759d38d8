from contextlib import contextmanager
from itertools import count as counting

from odoo import Command
from odoo.tests import tagged

from .common import DocumentCase


@tagged("post_install", "-at_install")
class TestQueries(DocumentCase):
    """What the engine costs does not grow with the documents, nor with what has been reviewed before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.position = cls.env["crm.review.position"].create(
            {"name": "Post", "member_ids": [Command.create({"user_id": cls.anna.id})]}
        )
        cls.flow = cls.new_flow({"who": "position", "position_id": cls.position.id}, {"users": cls.ben})

    values = counting(1000)  # never the same one twice, so that each is written

    def documents(self, count, **values):
        vals_list = [{"name": f"D{index}", "amount": index, **values} for index in range(count)]
        return self.env["test.crm.document"].with_user(self.seller).create(vals_list)

    @contextmanager
    def counted(self):
        """How many queries a block of code makes, everything that it needs read anew but nothing that is known of
        definitions and rights."""
        self.env.flush_all()
        self.env.invalidate_all()
        before, counter = self.cr.sql_log_count, []
        yield counter
        self.env.flush_all()
        counter.append(self.cr.sql_log_count - before)

    def queries(self, work):
        """Queries of `work()` when it is done again."""
        counts = []
        for _turn in range(3):  # the first ones also read definitions
            with self.counted() as counter:
                work()
            counts.append(counter[0])
        return counts[-1]

    def test_write_on_many_documents(self):
        documents = self.documents(500)

        def write():
            documents.with_env(self.env(user=self.seller)).write({"name": "x", "amount": next(self.values)})

        guarded = self.queries(write)
        kinds = self.registry["crm.review.kind"]
        self.patch(kinds, "_guarded", lambda model: {})
        self.assertLessEqual(guarded - self.queries(write), 2)

    def test_write_on_many_lines(self):
        document = self.documents(1, line_ids=[Command.create({"name": f"L{index}"}) for index in range(500)])

        def write():
            document.line_ids.write({"price": next(self.values)})

        guarded = self.queries(write)
        self.patch(self.registry["crm.review.kind"], "_guarded", lambda model: {})
        self.assertLessEqual(guarded - self.queries(write), 2)

    def test_create_many_documents(self):
        def create():
            self.documents(100)

        guarded = self.queries(create)
        self.patch(self.registry["crm.review.kind"], "_guarded", lambda model: {})
        self.assertLessEqual(guarded - self.queries(create), 2)

    def submitted(self, count):
        documents = self.documents(count)
        self.env["crm.review"].with_user(self.seller).submit(documents._name, documents.ids)
        return documents

    def test_lists(self):
        documents = self.submitted(80)
        Document = documents.browse().with_user(self.anna)
        Line = self.env["crm.review.line"].with_user(self.anna)
        domain = [("id", "in", documents.ids)]
        plain = {"name": {}, "amount": {}}
        without = self.queries(lambda: Document.web_search_read(domain, plain, limit=80))
        self.assertEqual(
            self.queries(lambda: Document.web_search_read(domain, plain | {"review_state": {}}, limit=80)), without
        )
        named = {"fields": {"display_name": {}}}
        todo = {
            name: {} for name in ("doc_name", "partner_name", "amount", "step_name", "since", "deadline", "is_overdue")
        }
        todo |= {"kind_id": named, "currency_id": named, "requester_name": {}}
        rows = Line.web_search_read([("user_id", "=", self.anna.id), ("state", "=", "pending")], todo, limit=80)
        self.assertEqual(len(rows["records"]), 80)
        queries = self.queries(
            lambda: Line.web_search_read([("user_id", "=", self.anna.id), ("state", "=", "pending")], todo, limit=80)
        )
        self.assertLessEqual(queries, 5)

    def test_panel(self):
        document = self.submitted(1)
        Review = self.env["crm.review"].with_user(self.anna)
        self.assertLessEqual(self.queries(lambda: Review.panel(document._name, document.id)), 3)

    def test_definitions_cost_nothing_of_the_past(self):
        self.submitted(60)
        step = self.flow.step_ids[0]

        def rename():
            step.with_env(self.env(user=self.admin)).write({"name": "New name"})

        def join():
            Member = self.env["crm.review.position.member"].with_user(self.admin)
            Member.create({"position_id": self.position.id, "user_id": self.carl.id})

        self.assertLessEqual(self.queries(rename), 5)
        self.assertLessEqual(self.queries(join), 5)

    def test_decisions_are_constant(self):
        def decide(documents):
            task = self.task(documents[:1], self.anna)
            with self.counted() as counter:
                task.action_approve("fine")
            return counter[0]

        few = self.submitted(2)
        decide(few[1])
        first = decide(few[0])
        many = self.submitted(60)
        self.assertLessEqual(decide(many), first + 3)
