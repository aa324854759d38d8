import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What a version of a quotation changes: [{ line, kind, changes: [[label, before, after]] }]. */
export class OrderDiff extends Component {
    static template = "crm_order_review.OrderDiff";
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    kindLabel(kind) {
        return { added: _t("Added"), removed: _t("Removed"), changed: _t("Changed") }[kind];
    }
}

registry.category("fields").add("crm_order_diff", {
    component: OrderDiff,
    displayName: _t("Changes"),
    supportedTypes: ["json"],
});
