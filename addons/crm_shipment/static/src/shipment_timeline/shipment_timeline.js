import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The way of an order's goods, from the application to the signature, and an overseas order's milestones. */
export class ShipmentTimeline extends Component {
    static template = "crm_shipment.ShipmentTimeline";
    static props = { ...standardWidgetProps, orderField: { type: String, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ timeline: null });
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((props) => this.load(props));
    }

    async load({ record, orderField }) {
        const orderId = orderField ? record.data[orderField]?.id : record.resId;
        this.state.timeline = orderId ? await this.orm.call("sale.order", "get_crm_timeline", [orderId]) : null;
    }

    day(text) {
        return text ? formatDate(deserializeDate(text)) : "";
    }

    moment(text) {
        return text ? formatDate(deserializeDateTime(text)) : "";
    }
}

registry.category("view_widgets").add("crm_shipment_timeline", {
    component: ShipmentTimeline,
    extractProps: ({ attrs }) => ({ orderField: attrs.order_field }),
});
