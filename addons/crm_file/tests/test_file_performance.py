from odoo.tests import tagged

from .common import FileCase

LIST = {
    "name": {},
    "document_name": {},
    "folder_id": {"fields": {"display_name": {}}},
    "tag_ids": {"fields": {"display_name": {}, "color": {}}},
    "version_number": {},
    "human_size": {},
    "upload_user_id": {"fields": {"display_name": {}}},
    "upload_date": {},
    "checked_out_uid": {"fields": {"display_name": {}}},
}


@tagged("post_install", "-at_install")
class TestFilePerformance(FileCase):
    def test_list(self):
        """A list costs as many queries with 80 rows as with 8."""

        def queries(rows):
            self.env.invalidate_all()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            found = self.env["crm.file"].with_user(self.seller).web_search_read([], LIST, limit=rows)
            self.assertEqual(len(found["records"]), rows)
            return self.env.cr.sql_log_count - before

        tag = self.env["crm.file.tag"].create({"name": "T"})
        folder = self.env["crm.file.folder"].create({"name": "F"})
        for number in range(40):
            file = self.file_of(self.attach(f"{number}.txt"))
            file.write({"tag_ids": [(4, tag.id)], "folder_id": folder.id})
            self.attach(f"{number}.txt", document=self.order)
        queries(8)
        few = queries(8)
        self.assertEqual(queries(80), few)
        self.assertLessEqual(few, 30)
