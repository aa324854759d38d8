import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { deserializeDate, deserializeDateTime, formatDate, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const TONES = { approved: "text-bg-success", rejected: "text-bg-danger", pending: "text-bg-warning" };

/** How far a contract has come: the decisions of its review, then a bar for each delivery, work order and payment. */
export class ContractProgress extends Component {
    static template = "crm_contract.ContractProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ progress: null });
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((props) => this.load(props));
    }

    async load({ record }) {
        this.state.progress = record.resId ? await this.orm.call("crm.contract", "get_progress", [record.resId]) : null;
    }

    day(text) {
        return text ? formatDate(deserializeDate(text)) : "—";
    }

    moment(text) {
        return text ? formatDateTime(deserializeDateTime(text)) : "—";
    }

    number(value) {
        return formatFloat(value, { trailingZeros: false });
    }

    amount(row) {
        if (row.unit === null) {
            const { currency_id } = this.state.progress;
            return `${formatCurrency(row.done, currency_id)} / ${formatCurrency(row.total, currency_id)}`;
        }
        return `${this.number(row.done)} / ${this.number(row.total)} ${row.unit || ""}`;
    }

    tone(state) {
        return TONES[state] || "text-bg-light";
    }

    bar(row) {
        if (row.days_late) {
            return "bg-danger";
        }
        return row.rate >= 1 ? "bg-success" : "bg-info";
    }
}

registry.category("view_widgets").add("crm_contract_progress", { component: ContractProgress });
