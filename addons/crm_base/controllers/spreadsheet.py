from tempfile import TemporaryFile

from werkzeug.exceptions import NotFound
from werkzeug.wsgi import wrap_file

from odoo import fields, http
from odoo.http import content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SpreadsheetController(http.Controller):
    """Downloads of workbooks: made in an unnamed temporary file, which is gone when the answer is sent."""

    @http.route("/crm/export/<int:export_id>", type="http", auth="user", methods=["GET"])
    def export(self, export_id):
        export = request.env["crm.excel.export"].search([("id", "=", export_id), ("create_uid", "=", request.env.uid)])
        if not export or not hasattr(request.env[export.res_model], "_excel_write"):
            raise NotFound()
        model = request.env[export.res_model]
        date = fields.Date.context_today(export)
        return self._download(f"{model._excel_title()} {date}", model._excel_select(export.selection)._excel_write)

    @http.route("/crm/import/<string:model>/template", type="http", auth="user", methods=["GET"])
    def import_template(self, model):
        wizard = request.env.get(model)
        if wizard is None or wizard._abstract or not hasattr(wizard, "_import_write_template"):
            raise NotFound()
        wizard.check_access("create")
        return self._download(wizard._import_title(), wizard._import_write_template)

    @http.route("/crm/import/<int:job_id>/errors", type="http", auth="user", methods=["GET"])
    def import_errors(self, job_id):
        job = request.env["crm.import.job"].search([("id", "=", job_id)])
        if not job:
            raise NotFound()
        name = request.env._("%(file)s - errors", file=job.file_name.rpartition(".")[0] or job.file_name)
        return self._download(name, job._write_error_file)

    def _download(self, name, write):
        file = TemporaryFile()
        try:
            write(file)
            size = file.tell()
            file.seek(0)
        except BaseException:
            file.close()
            raise
        headers = [
            ("Content-Type", XLSX),
            ("Content-Length", size),
            ("Content-Disposition", content_disposition(f"{name}.xlsx")),
            ("X-Content-Type-Options", "nosniff"),
        ]
        response = request.make_response(wrap_file(request.httprequest.environ, file), headers)
        response.direct_passthrough = True
        response.call_on_close(file.close)
        return response
