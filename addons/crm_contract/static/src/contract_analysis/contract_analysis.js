import { MonthAnalysis } from "@crm_customer/customer_analysis/month_analysis";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat, formatInteger, formatPercentage } from "@web/views/fields/formatters";

/** A year of contracts by month beside the year before, the top customers of a month, shares, and what is overdue. */
export class ContractAnalysis extends MonthAnalysis {
    static template = "crm_contract.ContractAnalysis";
    static model = "crm.contract.analysis";
    static linesAction = "crm_contract.crm_contract_analysis_action";

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
        return { labels: this.monthNames, datasets: [{ label: String(year), data: quantities }] };
    }

    chart(now, before) {
        const { by_month, year } = this.page;
        return {
            labels: this.monthNames,
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

    openContract(row) {
        return this.openDocument("crm.contract", row.contract_id);
    }
}

registry.category("actions").add("crm_contract_analysis", ContractAnalysis);
