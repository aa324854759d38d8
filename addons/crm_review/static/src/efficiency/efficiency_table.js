import { Component, useState } from "@odoo/owl";
import { formatWaiting } from "./waiting";
import { formatInteger, formatPercentage } from "@web/views/fields/formatters";

const SIZE = 30;

/** Steps, people or kinds of documents with what they made reviews wait. A click on one calls `onClick(row)`. */
export class EfficiencyTable extends Component {
    static template = "crm_review.EfficiencyTable";
    static props = {
        name: String,
        title: String,
        rows: Array,
        onClick: { type: Function, optional: true },
    };

    setup() {
        this.state = useState({ size: SIZE });
        this.formatWaiting = formatWaiting;
        this.formatInteger = formatInteger;
    }

    width(row) {
        const most = Math.max(...this.props.rows.map(({ waiting }) => waiting));
        return most > 0 ? (100 * row.waiting) / most : 0;
    }

    formatLate({ late, timed }) {
        return timed ? formatPercentage(late / timed, { digits: [16, 0] }) : "—";
    }

    isMostlyLate({ late, timed }) {
        return timed && late / timed >= 0.2;
    }

    showMore() {
        this.state.size += 5 * SIZE;
    }
}
