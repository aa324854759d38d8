import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { formatCurrency } from "@web/core/currency";
import { deserializeDate, deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
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
const MODEL = "crm.customer.analysis";
const BY_PRODUCT = { search_default_group_product: 1 };

/**
 * What customers ordered: a year beside the year before, the best products and customers, shares.
 * Shows all customers in the reader's scope or, opened from a customer, that one.
 */
export class CustomerAnalysis extends Component {
    static template = "crm_customer.CustomerAnalysis";
    static components = { AnalysisChart, AnalysisRanking, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        const { params, context } = this.props.action;
        this.partnerId = (params?.one_customer && context.active_id) || false;
        this.keepLastDetails = new KeepLast();
        this.state = useState({ page: undefined, details: undefined });
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({ year: this.page.year }),
        });
        onWillStart(async () => {
            this.mayExport = await user.hasGroup("base.group_allow_export");
            // the year looked at before, when coming back by the breadcrumb or the browser
            await this.load(this.props.state?.year || router.current.year);
        });
    }

    get page() {
        return this.state.page;
    }

    async load(year = false) {
        const pageArgs = { year, partner_id: this.partnerId };
        this.state.page = await this.keepLast.add(this.orm.call(MODEL, "get_page", [], pageArgs));
        this.props.updateActionState?.({ year: this.page.year });
        this.state.details = undefined;
        if (this.page.years.length && !this.partnerId) {
            this.loadDetails(this.page.year);
        }
    }

    /** The lower part, which comes after the upper one is there. */
    async loadDetails(year) {
        this.state.details = await this.keepLastDetails.add(this.orm.silent.call(MODEL, "get_details", [], { year }));
    }

    onChangeYear(ev) {
        return this.load(Number(ev.target.value));
    }

    // DISPLAY

    get title() {
        return this.page.partner ? this.page.partner.name : _t("All customers you may see");
    }

    get years() {
        return this.page.years.toReversed();
    }

    get monthChart() {
        const { by_month, year } = this.page;
        return {
            labels: Info.months("short"),
            datasets: [
                { label: String(year), data: by_month.map((month) => month.amount) },
                { label: String(year - 1), data: by_month.map((month) => month.before.amount) },
            ],
        };
    }

    get yearChart() {
        const years = this.page.by_year;
        return {
            labels: years.map(({ year }) => String(year)),
            datasets: [{ label: _t("Amount"), data: years.map(({ amount }) => amount) }],
        };
    }

    get emptyHelp() {
        const partner = this.page.partner;
        return partner
            ? _t("As soon as an order of %s is confirmed, its figures stand here.", partner.name)
            : _t("As soon as an order of a customer you may see is confirmed, its figures stand here.");
    }

    get cards() {
        const { year, this_year, same_period, all_time, growth, partner } = this.page;
        const percent = formatPercentage(Math.abs(growth), { digits: [16, 1] });
        const compared = {
            note: growth < 0 ? _t("%s less than last year", percent) : _t("%s more than last year", percent),
            noteClass: growth < 0 ? "text-danger" : "text-success",
        };
        const average = this_year.orders ? this_year.amount / this_year.orders : 0;
        return [
            {
                name: "this_year",
                label: _t("Amount %s", year),
                value: this.formatAmount(this_year.amount),
                onClick: () => this.openLines(String(year), this_year.period),
                ...(growth === false ? { note: _t("Nothing to compare with") } : compared),
            },
            {
                name: "same_period",
                label: _t("Same period of last year"),
                value: this.formatAmount(same_period.amount),
                note: _t("%s orders", formatInteger(same_period.orders)),
                onClick: () => this.openLines(_t("Same period of last year"), same_period.period),
            },
            {
                name: "all_time",
                label: _t("All-time amount"),
                value: this.formatAmount(all_time.amount),
                note: _t("%s orders", formatInteger(all_time.orders)),
                onClick: () => this.openLines(_t("All-time amount"), all_time.period),
            },
            {
                name: "orders",
                label: _t("Orders %s", year),
                value: formatInteger(this_year.orders),
                note: _t("%s on average", this.formatAmount(average)),
                onClick: () => this.openOrders(_t("Orders %s", year), this_year.period),
            },
            {
                name: "quantity",
                label: _t("Quantity %s", year),
                value: this.formatQuantity(this.page.quantity),
                note: partner
                    ? _t("%s in all years", this.formatQuantity(this.page.quantity_all_time))
                    : _t("in the products' own units"),
                onClick: () => this.openLines(_t("Quantity %s", year), this_year.period, [], BY_PRODUCT),
            },
            ...(this.page.margin === undefined ? [] : [this.marginCard]),
            ...(partner ? this.rhythmCards : this.buyerCards),
        ];
    }

    get marginCard() {
        const { year, this_year, margin } = this.page;
        const percent = formatPercentage(this_year.amount ? margin / this_year.amount : 0, { digits: [16, 1] });
        return {
            name: "margin",
            label: _t("Margin %s", year),
            value: this.formatAmount(margin),
            note: _t("%s of the amount", percent),
            onClick: () => this.openOrders(_t("Margin %s", year), this_year.period),
        };
    }

    get rhythmCards() {
        const { first_order, last_order, all_time } = this.page;
        const [first, last] = [deserializeDateTime(first_order), deserializeDateTime(last_order)];
        const interval = Math.round(last.diff(first, "days").days / (all_time.orders - 1));
        return [
            {
                name: "last_order",
                label: _t("Last order"),
                value: formatDate(last),
                note: _t("First order %s", formatDate(first)),
            },
            {
                name: "interval",
                label: _t("Average interval"),
                value: all_time.orders > 1 ? _t("%s days", interval) : "—",
                note: _t("from one order to the next"),
            },
        ];
    }

    get buyerCards() {
        const { year, this_year, buyers, newcomers } = this.page;
        const byCustomer = { search_default_group_customer: 1 };
        const isNew = [["first_order_date", ">=", this_year.period[0]]];
        return [
            {
                name: "buyers",
                label: _t("Buying customers %s", year),
                value: formatInteger(buyers),
                note: _t("%s on average", this.formatAmount(buyers ? this_year.amount / buyers : 0)),
                onClick: () => this.openLines(_t("Buying customers %s", year), this_year.period, [], byCustomer),
            },
            {
                name: "newcomers",
                label: _t("New customers %s", year),
                value: formatInteger(newcomers),
                note: _t("who ordered for the first time"),
                onClick: () => this.openLines(_t("New customers %s", year), this_year.period, isNew, byCustomer),
            },
        ];
    }

    get products() {
        return this.page.products.map((product) => ({
            ...product,
            note: `${this.formatQuantity(product.quantity)} ${product.uom}`,
        }));
    }

    get customers() {
        return this.page.customers.map((customer) => ({
            ...customer,
            note: _t("%s orders", formatInteger(customer.orders)),
        }));
    }

    get categories() {
        const total = this.page.this_year.amount;
        return this.page.categories.rows.map((row) => ({ ...row, note: this.formatShare(row.amount, total) }));
    }

    get detailCards() {
        const { customers, repeat_buyers, interval, lost_after, months } = this.state.details;
        const lost = months.reduce((sum, month) => sum + month.lost, 0);
        return [
            {
                name: "average_interval",
                label: _t("Average interval"),
                value: repeat_buyers ? _t("%s days", Math.round(interval)) : "—",
                note: _t("%s customers came back", formatInteger(repeat_buyers)),
                onClick: () => this.openScores(_t("Came Back"), [["order_count", ">", 1]]),
            },
            {
                name: "scored",
                label: _t("Customers who ever ordered"),
                value: formatInteger(customers),
                note: _t("in your data scope"),
                onClick: () => this.openScores(_t("Customers who ever ordered"), []),
            },
            {
                name: "lost_customers",
                label: _t("Lost customers %s", this.page.year),
                value: formatInteger(lost),
                note: _t("%s days without an order", formatInteger(lost_after)),
            },
        ];
    }

    get customerChart() {
        const { months } = this.state.details;
        return {
            labels: Info.months("short"),
            datasets: [
                { label: _t("New customers"), data: months.map((month) => month.new) },
                { label: _t("Lost customers"), data: months.map((month) => month.lost) },
            ],
        };
    }

    get cells() {
        return this.state.details.rfm.map((cell) => ({
            ...cell,
            note: _t("%s customers", formatInteger(cell.customers)),
        }));
    }

    get sources() {
        return this.state.details.sources.map((source) => ({
            ...source,
            amount: source.customers ? source.won / source.customers : 0,
            note: _t("%(won)s of %(all)s ordered", {
                won: formatInteger(source.won),
                all: formatInteger(source.customers),
            }),
        }));
    }

    get computedOn() {
        return formatDate(deserializeDate(this.state.details.computed_on));
    }

    get shares() {
        const total = this.page.this_year.amount;
        // customers of one country, or of no industry, need no list of them
        const optional = ["country_id", "industry_id"];
        const shares = this.page.shares.filter(({ field, rows }) => !optional.includes(field) || rows.length > 1);
        return shares.map((share) => ({
            ...share,
            rows: share.rows.map((row) => ({
                ...row,
                note: this.formatShare(row.amount, total),
            })),
        }));
    }

    formatShare(amount, total) {
        return total ? formatPercentage(amount / total, { digits: [16, 1] }) : "";
    }

    formatQuantity(quantity) {
        return formatFloat(quantity, { trailingZeros: false });
    }

    formatCount(count) {
        return formatInteger(count);
    }

    formatRate(rate) {
        return formatPercentage(rate, { digits: [16, 1] });
    }

    formatAmount(amount) {
        return formatCurrency(amount, this.page.currency_id);
    }

    // DRILL DOWN

    /**
     * @param {string} name what the list shows
     * @param {[string, string]} period start (included) and end (excluded) in UTC
     * @param {Array} [domain]
     * @param {Object} [context]
     */
    openLines(name, [start, end], domain = [], context = {}) {
        const customer = this.partnerId ? [["partner_id", "=", this.partnerId]] : [];
        return this.open("crm_customer.crm_customer_analysis_action", name, context, [
            ["date", ">=", start],
            ["date", "<", end],
            ...customer,
            ...domain,
        ]);
    }

    openOrders(name, [start, end]) {
        return this.open("sale.action_orders", name, {}, [
            ["state", "=", "sale"],
            ["date_order", ">=", start],
            ["date_order", "<", end],
            ["crm_customer_id", this.partnerId ? "=" : "!=", this.partnerId],
        ]);
    }

    openDetails() {
        return this.openLines(this.title, this.page.all_time.period);
    }

    async open(xmlId, name, context, domain) {
        const action = await this.action.loadAction(xmlId, context);
        return this.action.doAction({ ...action, name, display_name: name, path: false, domain, context });
    }

    openYear(index) {
        const { year, period } = this.page.by_year[index];
        return this.openLines(String(year), period);
    }

    openMonth(index, dataset) {
        const month = this.page.by_month[index];
        const name = `${this.page.year - dataset}-${String(month.month).padStart(2, "0")}`;
        return this.openLines(name, (dataset ? month.before : month).period);
    }

    openProduct(product) {
        return this.openLines(product.name, this.page.this_year.period, [["product_id", "=", product.id]]);
    }

    openCategory(category) {
        const shown = this.page.categories.rows.map(({ id }) => id).filter((id) => id !== null);
        const condition = category.id === null ? ["not in", shown] : ["=", category.id];
        return this.openLines(category.name, this.page.this_year.period, [["product_categ_id", ...condition]]);
    }

    openScores(name, domain) {
        return this.open("crm_customer.crm_churn_score_action", name, {}, domain);
    }

    openCell(cell) {
        return this.openScores(cell.name, [["rfm_cell", "=", cell.id]]);
    }

    /** The customers of a month's bar: the new ones are the first dataset, the lost ones the second. */
    openCustomerMonth(index, dataset) {
        const { month, period, lost_period } = this.state.details.months[index];
        const [field, [start, end], kind] = dataset
            ? ["last_order_date", lost_period, _t("Lost customers")]
            : ["first_order_date", period, _t("New customers")];
        const name = `${kind} ${this.page.year}-${String(month).padStart(2, "0")}`;
        return this.openScores(name, [
            [field, ">=", start],
            [field, "<", end],
        ]);
    }

    openSource(source) {
        return this.open("crm_customer.res_partner_action_customers", source.name, {}, [
            ["is_crm_customer", "=", true],
            ["crm_source_id", "=", source.id],
        ]);
    }

    openCustomerLines(customer) {
        return this.openLines(customer.name, this.page.this_year.period, [["partner_id", "=", customer.id]]);
    }

    openCustomer(customer) {
        return this.action.doAction("crm_customer.crm_customer_analysis_action_customer", {
            additionalContext: { active_id: customer.id },
        });
    }

    openShare(share, row) {
        // all others: whatever has no row of its own
        const shown = share.rows.map(({ id }) => id).filter((id) => id !== null);
        const condition = row.id === null ? [share.field, "not in", shown] : [share.field, "=", row.id];
        return this.openLines(row.name, this.page.this_year.period, [condition]);
    }

    async export() {
        const pageArgs = { year: this.page.year, partner_id: this.partnerId };
        this.action.doAction(await this.orm.call(MODEL, "action_export_page", [], pageArgs));
    }
}

registry.category("actions").add("crm_customer_analysis", CustomerAnalysis);
