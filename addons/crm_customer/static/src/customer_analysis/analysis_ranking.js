import { Component } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";

/**
 * Rows with their amounts and a bar each, the largest first.
 * A click on an amount calls `onClick(row)`, one on a name `onClickName(row)`, by default the same.
 */
export class AnalysisRanking extends Component {
    static template = "crm_customer.AnalysisRanking";
    static props = {
        title: String,
        // [{ id, name, amount, note }]
        rows: Array,
        currencyId: Number,
        format: { type: Function, optional: true },
        onClick: Function,
        onClickName: { type: Function, optional: true },
    };

    get onClickName() {
        return this.props.onClickName || this.props.onClick;
    }

    /** @returns {number} length of the row's bar in percent of the longest one */
    width(row) {
        const longest = Math.max(...this.props.rows.map(({ amount }) => amount));
        return longest > 0 ? Math.max((100 * row.amount) / longest, 0) : 0;
    }

    formatAmount(amount) {
        return this.props.format ? this.props.format(amount) : formatCurrency(amount, this.props.currencyId);
    }
}
