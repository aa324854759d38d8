import { REVIEW_STATES } from "@crm_review/review_progress/states";
import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** What the user may apply for as cards, with his drafts and his last applications to copy. */
export class ApplicationPage extends Component {
    static template = "crm_order_review.ApplicationPage";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ kinds: [], busy: false });
        onWillStart(async () => {
            this.state.kinds = await this.orm.call("crm.application.page", "get_page", []);
        });
    }

    openForm(kind, resId = false) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: kind.name,
            res_model: kind.model,
            res_id: resId,
            views: [[false, "form"]],
            context: kind.context,
        });
    }

    openAll(kind) {
        return this.action.doAction(kind.action);
    }

    async copy(kind, document) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            const id = await this.orm.call("crm.application.page", "copy_document", [kind.key, document.id]);
            await this.openForm(kind, id);
        } finally {
            this.state.busy = false;
        }
    }

    formatDate(date) {
        return date ? formatDate(deserializeDate(date)) : "";
    }

    stateName(document) {
        return document.state === "new" ? "" : REVIEW_STATES[document.state].label;
    }
}

registry.category("actions").add("crm_application_page", ApplicationPage);
