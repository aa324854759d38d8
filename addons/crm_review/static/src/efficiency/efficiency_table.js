import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { formatWaiting } from "./waiting";

const SIZE = 30;
// share of late decisions that is shown in red
export const MANY_LATE = 0.2;

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
        const late = ({ late, timed }) => (timed ? late / timed : null);
        this.columns = [
            { name: "decisions", label: _t("Decisions"), text: (row) => formatInteger(row.decisions) },
            { name: "average", label: _t("Average"), text: (row) => formatWaiting(row.average) },
            {
                name: "percentile",
                label: _t("90 % within"),
                help: _t("Nine of ten decisions were made within this time"),
                text: (row) => formatWaiting(row.percentile),
            },
            {
                name: "late",
                label: _t("Overdue"),
                text: (row) => (late(row) === null ? "—" : formatPercentage(late(row), { digits: [16, 0] })),
                isBad: (row) => late(row) >= MANY_LATE,
            },
            {
                name: "open",
                label: _t("Open Now"),
                help: _t("In brackets: overdue"),
                text: (row) => formatInteger(row.open),
                note: (row) => row.open_late && `(${formatInteger(row.open_late)})`,
            },
            { name: "oldest", label: _t("Oldest"), text: (row) => formatWaiting(row.open_oldest) },
        ];
    }

    width(row) {
        const most = Math.max(...this.props.rows.map(({ waiting }) => waiting));
        return most > 0 ? (100 * row.waiting) / most : 0;
    }

    showMore() {
        this.state.size += 5 * SIZE;
    }
}
