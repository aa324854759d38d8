import { MonthAnalysis } from "@crm_customer/customer_analysis/month_analysis";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat, formatInteger, formatPercentage } from "@web/views/fields/formatters";

/** A year of orders by month, the top of a month, shares, promised deliveries and the steps of the reviews. */
export class OrderAnalysis extends MonthAnalysis {
    static template = "crm_order_review.OrderAnalysis";
    static model = "crm.order.analysis";
    static linesAction = "crm_order_review.crm_order_analysis_action";

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
        return { labels: this.monthNames, datasets: [{ label, data: this.page.by_month.map(value) }] };
    }

    get topCustomers() {
        return this.page.top_customers.map((row) => ({ ...row, note: _t("%s orders", formatInteger(row.orders)) }));
    }

    formatHours(hours) {
        return formatFloat(hours, { digits: [16, 1] });
    }

    openOrder(order) {
        return this.openDocument("sale.order", order.order_id || order.id);
    }
}

registry.category("actions").add("crm_order_analysis", OrderAnalysis);
