import os

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request


class UploadController(http.Controller):
    @http.route("/crm_file/upload", type="http", auth="user", methods=["POST"])
    def upload(self, res_model=None, res_id=None, folder_id=None, file_id=None, **kwargs):
        """Take the files that are dropped on the file centre; those that are refused say why, the others stay.

        :return: JSON with the names of the files and their new versions, and an error of those refused
        """
        place = {"res_model": res_model or None}
        place |= {
            name: int(value) if value and value.isdecimal() else None
            for name, value in {"res_id": res_id, "folder_id": folder_id, "file_id": file_id}.items()
        }
        taken, refused = [], []
        for upload in request.httprequest.files.getlist("ufile"):
            try:
                # before it is read into memory
                upload.seek(0, os.SEEK_END)
                request.env["crm.file"]._check_size(upload.filename, upload.tell())
                upload.seek(0)
                with request.env.cr.savepoint():
                    file = request.env["crm.file"]._upload(upload.filename, upload.read(), **place)
                    taken.append({"id": file.id, "name": file.name, "version": file.version_number})
            except UserError as error:
                refused.append(str(error))
        answer = {"files": taken}
        if refused:
            answer["error"] = {"message": "\n".join(refused)}
        return request.make_json_response(answer)
