import { _t } from "@web/core/l10n/translation";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { registry } from "@web/core/registry";
import { checkFileSize } from "@web/core/utils/files";
import { useBus, useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, useRef, useState } from "@odoo/owl";

const ROUTE = "/crm_file/upload";

/**
 * Uploads to the file centre, each file by a request of its own: one that is refused keeps no other back.
 *
 * @param {() => Object} getPlace where the files go: res_model and res_id, folder_id, or file_id
 * @param {() => Promise} reload what shows them
 */
function useUpload(getPlace, reload) {
    const service = useService("file_upload");
    const notification = useService("notification");
    const own = new Set();
    useBus(service.bus, "FILE_UPLOAD_LOADED", ({ detail: { upload } }) => onDone(upload));
    useBus(service.bus, "FILE_UPLOAD_ERROR", ({ detail: { upload } }) => onDone(upload));

    async function onDone({ xhr }) {
        if (!own.delete(xhr)) {
            return;
        }
        let files = [];
        try {
            files = JSON.parse(xhr.responseText).files || [];
        } catch {
            // an answer of the web server; the upload service shows it
        }
        for (const { name, version } of files.filter((file) => file.version > 1)) {
            notification.add(_t("%(name)s is now version %(version)s.", { name, version }), { type: "info" });
        }
        if (!own.size) {
            await reload();
        }
    }

    return async (files) => {
        const place = Object.entries(getPlace()).filter(([_key, value]) => value);
        const buildFormData = (data) => place.forEach(([key, value]) => data.append(key, value));
        for (const file of [...files].filter((one) => checkFileSize(one.size, notification))) {
            const { xhr } = await service.upload(ROUTE, [file], { buildFormData });
            own.add(xhr);
        }
    };
}

const withUpload = (Controller) =>
    class extends Controller {
        setup() {
            super.setup();
            this.fileInput = useRef("fileInput");
            this.upload = useUpload(
                () => this.place,
                () => this.model.load(),
            );
            this.uploads = useState(useService("file_upload").uploads);
            useDropzone(this.rootRef, (ev) => this.upload(ev.dataTransfer.files));
        }

        /** The document whose files are shown; the folder that is chosen at the side. */
        get place() {
            const { default_res_model: res_model, default_res_id: res_id } = this.props.context;
            const [folder] = this.env.searchModel.getSections((section) => section.fieldName === "folder_id");
            return { res_model, res_id, folder_id: folder?.activeValueId };
        }

        /** Per cent of what is on its way; undefined if nothing is. */
        get uploadProgress() {
            const uploads = Object.values(this.uploads);
            const sum = (fname) => uploads.reduce((total, upload) => total + upload[fname], 0);
            return uploads.length ? Math.floor((100 * sum("loaded")) / (sum("total") || 1)) : undefined;
        }

        onFilesChosen(ev) {
            this.upload(ev.target.files);
            ev.target.value = ""; // so that the same file can be chosen again
        }
    };

registry.category("views").add("crm_file_list", {
    ...listView,
    Controller: withUpload(ListController),
    buttonTemplate: "crm_file.ListButtons",
});
registry.category("views").add("crm_file_kanban", {
    ...kanbanView,
    Controller: withUpload(KanbanController),
    buttonTemplate: "crm_file.KanbanButtons",
});

/** The form's button that uploads a new version. */
export class FileNewVersion extends Component {
    static template = "crm_file.NewVersion";
    static props = { ...standardWidgetProps };

    setup() {
        this.fileInput = useRef("fileInput");
        this.upload = useUpload(
            () => ({ file_id: this.props.record.resId }),
            () => this.props.record.load(),
        );
    }

    get shown() {
        const { crm_in_write_scope, is_checked_out, is_mine } = this.props.record.data;
        return crm_in_write_scope && (!is_checked_out || is_mine);
    }

    onFilesChosen(ev) {
        this.upload(ev.target.files);
        ev.target.value = "";
    }
}

registry.category("view_widgets").add("crm_file_new_version", { component: FileNewVersion });
