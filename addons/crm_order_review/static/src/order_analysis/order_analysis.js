import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { AnalysisChart } from "@crm_customer/customer_analysis/analysis_chart";
import { AnalysisRanking } from "@crm_customer/customer_analysis/analysis_ranking";
import { formatCurrency } from "@web/core/currency";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatFloat, formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const { Info } = luxon;
const MODEL = "crm.order.analysis";

/** A year of orders by month, the top of a month, shares, promised deliveries and the steps of the reviews. */
export class OrderAnalysis extends Component {
    static template = "crm_order_review.OrderAnalysis";
    static components = { AnalysisChart, AnalysisRanking, Layout };
    static props = { ...standardActionServiceProps };

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
        this.state.page = await this.keepLast.add(this.orm.call(MODEL, "get_page", [], { year, month }));
    }

    // DISPLAY

    get years() {
        return this.page.years.toReversed();
    }

    get months() {
        return Info.months("long").map((name, index) => ({ number: index + 1, name }));
    }

    get monthName() {
        return `${this.page.year}-${String(this.page.month).padStart(2, "0")}`;
    }

    get cards() {
        const { total, quantities, on_time_rate, delivered, late_count, year } = this.page;
        return [
            { name: "amount", label: _t("Amount %s", year), value: this.formatAmount(total.amount) },
            { name: "orders", label: _t("Orders %s", year), value: formatInteger(total.orders) },
            {
                name: "quantity",
                label: _t("Quantity %s", year),
                value: formatFloat(
                    quantities.reduce((sum, quantity) => sum + quantity, 0),
                    { trailingZeros: false },
                ),
            },
            {
                name: "on_time",
                label: _t("Delivered as promised %s", year),
                value: on_time_rate === false ? "—" : formatPercentage(on_time_rate, { digits: [16, 1] }),
                note: _t("of %s promised lines", formatInteger(delivered)),
                onClick: () => this.action.doAction("crm_order_review.crm_order_delivery_action"),
            },
            {
                name: "late",
                label: _t("Late now"),
                value: formatInteger(late_count),
                onClick: () => this.action.doAction("crm_order_review.crm_order_delivery_action_late"),
            },
        ];
    }

    get amountChart() {
        return this.chart(_t("Amount"), (month) => month.amount);
    }

    get orderChart() {
        return this.chart(_t("Orders"), (month) => month.orders);
    }

    get quantityChart() {
        return this.chart(_t("Quantity"), (month, index) => this.page.quantities[index]);
    }

    chart(label, value) {
        return { labels: Info.months("short"), datasets: [{ label, data: this.page.by_month.map(value) }] };
    }

    get topCustomers() {
        return this.page.top_customers.map((row) => ({ ...row, note: _t("%s orders", formatInteger(row.orders)) }));
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

    formatAmount(amount) {
        return formatCurrency(amount, this.page.currency_id);
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

    formatHours(hours) {
        return formatFloat(hours, { digits: [16, 1] });
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
        const action = await this.action.loadAction("crm_order_review.crm_order_analysis_action");
        return this.action.doAction({
            ...action,
            name,
            display_name: name,
            path: false,
            domain: [["date", ">=", start], ["date", "<", end], ...domain],
        });
    }

    openOrder(order) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            res_id: order.order_id || order.id,
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
        this.action.doAction(await this.orm.call(MODEL, "action_export_page", [], pageArgs));
    }
}

registry.category("actions").add("crm_order_analysis", OrderAnalysis);
