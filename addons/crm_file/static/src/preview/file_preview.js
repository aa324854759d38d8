import { _t } from "@web/core/l10n/translation";
import { FileModel } from "@web/core/file_viewer/file_model";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { url } from "@web/core/utils/urls";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component } from "@odoo/owl";

/** What the viewer shows of a version may be another attachment than the one that is downloaded. */
class PreviewedFile extends FileModel {
    type = "binary";

    get urlRoute() {
        return this.isText ? `/crm_file/text/${this.version_id}` : super.urlRoute;
    }

    get downloadUrl() {
        return url(`/web/content/${this.original_id}`, { download: true });
    }
}

/** Shows a file, or one of its versions, in Odoo's viewer; the server says which content that is. */
export class FilePreview extends Component {
    static template = "crm_file.FilePreview";
    static props = { ...standardWidgetProps, isLabelled: { type: Boolean, optional: true } };

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
        this.viewer.open(Object.assign(new PreviewedFile(), file));
    }
}

registry.category("view_widgets").add("crm_file_preview", {
    component: FilePreview,
    extractProps: ({ attrs }) => ({ isLabelled: Boolean(attrs.labelled) }),
});
