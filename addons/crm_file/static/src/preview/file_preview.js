import { _t } from "@web/core/l10n/translation";
import { FileModel } from "@web/core/file_viewer/file_model";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component } from "@odoo/owl";

/** Shows a file, or one of its versions, in Odoo's viewer; the server says which content that is. */
export class FilePreview extends Component {
    static template = "crm_file.FilePreview";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.viewer = useFileViewer();
    }

    get title() {
        return _t("Preview");
    }

    async open() {
        const { resModel, resId } = this.props.record;
        const file = await this.orm.call(resModel, "preview", [resId]);
        this.viewer.open(Object.assign(new FileModel(), file, { type: "binary" }));
    }
}

registry.category("view_widgets").add("crm_file_preview", { component: FilePreview });
