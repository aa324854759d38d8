import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatFloat, formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { AnalysisChart } from "./analysis_chart";
import { AnalysisRanking } from "./analysis_ranking";

const { Info } = luxon;

/**
 * A page of the figures of a year by month, and of the top of a month: what `crm.analysis.page.mixin` gives for them.
 * A page has a template, and names its model and the action that lists the records behind a figure.
 */
export class MonthAnalysis extends Component {
    static components = { AnalysisChart, AnalysisRanking, Layout };
    static props = { ...standardActionServiceProps };
    static model;
    static linesAction;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ page: undefined });
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({ year: this.page.year, month: this.page.month }),
        });
        onWillStart(async () => {
            this.mayExport = await user.hasGroup("base.group_allow_export");
            await this.load(this.props.state?.year, this.props.state?.month);
        });
    }

    get page() {
        return this.state.page;
    }

    async load(year = false, month = false) {
        this.state.page = await this.keepLast.add(
            this.orm.call(this.constructor.model, "get_page", [], { year, month }),
        );
    }

    // DISPLAY

    get years() {
        return this.page.years.toReversed();
    }

    get months() {
        return Info.months("long").map((name, index) => ({ number: index + 1, name }));
    }

    get monthNames() {
        return Info.months("short");
    }

    get monthName() {
        return `${this.page.year}-${String(this.page.month).padStart(2, "0")}`;
    }

    get shares() {
        const shares = this.page.shares.filter(({ rows }) => rows.length > 1 || rows[0]?.id);
        return [this.page.series, ...shares].map((share) => ({
            ...share,
            rows: share.rows.map((row) => ({ ...row, note: this.formatShare(row.amount) })),
        }));
    }

    formatShare(amount) {
        const total = this.page.total.amount;
        return total ? formatPercentage(amount / total, { digits: [16, 1] }) : "";
    }

    formatAmount(amount, currencyId = this.page.currency_id) {
        return formatCurrency(amount, currencyId);
    }

    formatCount(count) {
        return formatInteger(count);
    }

    formatQuantity(quantity) {
        return formatFloat(quantity, { trailingZeros: false });
    }

    formatDay(day) {
        return formatDate(deserializeDate(day));
    }

    // DRILL DOWN

    onChangeYear(ev) {
        return this.load(Number(ev.target.value));
    }

    onChangeMonth(ev) {
        return this.load(this.page.year, Number(ev.target.value));
    }

    openMonth(index) {
        return this.load(this.page.year, index + 1);
    }

    async openLines(name, [start, end], domain = []) {
        const action = await this.action.loadAction(this.constructor.linesAction);
        return this.action.doAction({
            ...action,
            name,
            display_name: name,
            path: false,
            domain: [["date", ">=", start], ["date", "<", end], ...domain],
        });
    }

    openDocument(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openCustomer(customer) {
        return this.openLines(customer.name, this.page.month_period, [["partner_id", "=", customer.id]]);
    }

    openShare(share, row) {
        const shown = share.rows.map(({ id }) => id).filter((id) => id !== null);
        const condition = row.id === null ? [share.field, "not in", shown] : [share.field, "=", row.id];
        return this.openLines(row.name, this.page.period, [condition]);
    }

    async export() {
        const pageArgs = { year: this.page.year, month: this.page.month };
        this.action.doAction(await this.orm.call(this.constructor.model, "action_export_page", [], pageArgs));
    }
}
