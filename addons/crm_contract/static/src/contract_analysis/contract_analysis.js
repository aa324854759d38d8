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
const MODEL = "crm.contract.analysis";

/** A year of contracts by month beside the year before, the top customers of a month, shares, and what is overdue. */
export class ContractAnalysis extends Component {
    static template = "crm_contract.ContractAnalysis";
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
        const { total, before, quantities, cycle_days, overdue, overdue_count, year } = this.page;
        const sum = quantities.reduce((part, quantity) => part + quantity, 0);
        return [
            {
                name: "amount",
                label: _t("Amount %s", year),
                value: this.formatAmount(total.amount),
                note: this.compare(total.amount, before.amount),
            },
            {
                name: "contracts",
                label: _t("Contracts %s", year),
                value: formatInteger(total.contracts),
                note: this.compare(total.contracts, before.contracts),
            },
            { name: "quantity", label: _t("Quantity %s", year), value: this.formatQuantity(sum) },
            {
                name: "cycle",
                label: _t("Days from draft to signing"),
                value: cycle_days === false ? "—" : formatFloat(cycle_days, { digits: [16, 1] }),
                note: _t("on average"),
            },
            {
                name: "overdue",
                label: _t("Overdue now"),
                value: this.formatAmount(overdue),
                note: _t("%s payments", formatInteger(overdue_count)),
            },
        ];
    }

    /** How a figure of this year stands beside the whole year before. */
    compare(value, before) {
        const { year } = this.page;
        if (!before) {
            return _t("nothing in %s", year - 1);
        }
        const change = formatPercentage((value - before) / before, { digits: [16, 1] });
        return _t("%(change)s against %(year)s", { change: value > before ? `+${change}` : change, year: year - 1 });
    }

    get amountChart() {
        return this.chart("amount", "before");
    }

    get countChart() {
        return this.chart("contracts", "contracts_before");
    }

    get quantityChart() {
        const { quantities, year } = this.page;
        return { labels: Info.months("short"), datasets: [{ label: String(year), data: quantities }] };
    }

    chart(now, before) {
        const { by_month, year } = this.page;
        return {
            labels: Info.months("short"),
            datasets: [
                { label: String(year), data: by_month.map((month) => month[now]) },
                { label: String(year - 1), data: by_month.map((month) => month[before]) },
            ],
        };
    }

    get topTitle() {
        return _t("Top %s customers of the month", this.page.top);
    }

    get topCustomers() {
        return this.page.top_customers.map((row) => ({
            ...row,
            note: _t("%s contracts", formatInteger(row.contracts)),
        }));
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
        const action = await this.action.loadAction("crm_contract.crm_contract_analysis_action");
        return this.action.doAction({
            ...action,
            name,
            display_name: name,
            path: false,
            domain: [["date", ">=", start], ["date", "<", end], ...domain],
        });
    }

    openContract(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.contract",
            res_id: row.contract_id,
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

registry.category("actions").add("crm_contract_analysis", ContractAnalysis);
