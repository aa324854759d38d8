import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { formatCurrency } from "@web/core/currency";
import { user } from "@web/core/user";

/**
 * Bars of amounts, or of what `format` writes. A click on a bar calls `onClick(label index, dataset index)`.
 */
export class AnalysisChart extends Component {
    static template = "crm_customer.AnalysisChart";
    static props = {
        title: String,
        labels: Array,
        // [{ label, data: amounts }], the latest first: it gets the strongest colour
        datasets: Array,
        currencyId: Number,
        format: { type: Function, optional: true },
        onClick: Function,
    };

    setup() {
        this.canvasRef = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.renderChart(),
            () => [this.props.datasets],
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    renderChart() {
        this.chart?.destroy();
        this.chart = new Chart(this.canvasRef.el, this.config);
    }

    get config() {
        const scheme = cookie.get("color_scheme");
        const textColor = getCustomColor(scheme, "#374151", "#E4E4E4");
        const gridColor = getCustomColor(scheme, "rgba(0,0,0,.08)", "rgba(255,255,255,.12)");
        const faded = getCustomColor(scheme, "#C9CCD3", "#5D616D");
        const compact = new Intl.NumberFormat(user.lang, { notation: "compact" });
        const { labels, currencyId } = this.props;
        const format = this.props.format || ((amount) => formatCurrency(amount, currencyId));
        const datasets = this.props.datasets.map((dataset, index) => ({
            ...dataset,
            backgroundColor: index ? faded : getColor(0, scheme, "sm"),
            borderRadius: 3,
            maxBarThickness: 48,
            order: -index, // the older one stands to the left
        }));
        return {
            type: "bar",
            data: { labels, datasets },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                onClick: (ev, _elements, chart) => {
                    // wherever in its column, since a small bar is hard to hit
                    const [bar] = chart.getElementsAtEventForMode(
                        ev,
                        "nearest",
                        { axis: "x", intersect: false },
                        false,
                    );
                    if (bar && this.props.datasets[bar.datasetIndex].data[bar.index]) {
                        this.props.onClick(bar.index, bar.datasetIndex);
                    }
                },
                onHover: (ev, elements) => {
                    ev.native.target.style.cursor = elements.length ? "pointer" : "";
                },
                plugins: {
                    legend: {
                        display: datasets.length > 1,
                        position: "bottom",
                        labels: { color: textColor, boxWidth: 12, boxHeight: 12 },
                    },
                    tooltip: {
                        callbacks: {
                            label: (item) => `${item.dataset.label}  ${format(item.raw)}`,
                        },
                    },
                },
                scales: {
                    x: { ticks: { color: textColor }, grid: { display: false } },
                    y: {
                        ticks: {
                            color: textColor,
                            maxTicksLimit: 6,
                            precision: 0,
                            callback: (value) => compact.format(value),
                        },
                        grid: { color: gridColor },
                        border: { display: false },
                    },
                },
            },
        };
    }
}
