import { _t } from "@web/core/l10n/translation";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, useRef } from "@odoo/owl";

const ROUTE = "/crm_file/upload";

/**
 * Uploads to the file centre.
 *
 * @param {() => Object} getPlace where the files go: res_model and res_id, folder_id, or file_id
 * @param {() => Promise} reload what shows them
 */
function useUpload(getPlace, reload) {
    const service = useService("file_upload");
    const notification = useService("notification");
    let own = [];
    useBus(service.bus, "FILE_UPLOAD_LOADED", ({ detail: { upload } }) => onDone(upload));
    useBus(service.bus, "FILE_UPLOAD_ERROR", ({ detail: { upload } }) => onDone(upload));

    async function onDone(upload) {
        if (!own.includes(upload.xhr)) {
            return;
        }
        own = own.filter((xhr) => xhr !== upload.xhr);
        let files = [];
        try {
            files = JSON.parse(upload.xhr.responseText).files || [];
        } catch {
            // an answer of the web server; the upload service shows it
        }
        for (const { name, version } of files.filter((file) => file.version > 1)) {
            notification.add(_t("%(name)s is now version %(version)s.", { name, version }), { type: "info" });
        }
        await reload();
    }

    return async (files) => {
        if (!files.length) {
            return;
        }
        const { xhr } = await service.upload(ROUTE, [...files], {
            buildFormData: (data) => {
                for (const [key, value] of Object.entries(getPlace())) {
                    if (value) {
                        data.append(key, value);
                    }
                }
            },
        });
        own.push(xhr);
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
            useDropzone(this.rootRef, (ev) => this.upload(ev.dataTransfer.files));
        }

        /** The document whose files are shown; the folder that is chosen at the side. */
        get place() {
            const { default_res_model: res_model, default_res_id: res_id } = this.props.context;
            const [folder] = this.env.searchModel.getSections((section) => section.fieldName === "folder_id");
            return { res_model, res_id, folder_id: folder?.activeValueId };
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
