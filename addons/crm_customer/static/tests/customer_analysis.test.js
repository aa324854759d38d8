import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    makeMockEnv,
    mockService,
    models,
    mountWithCleanup,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { CustomerAnalysis } from "@crm_customer/customer_analysis/customer_analysis";
import { getDefaultConfig } from "@web/views/view";

class CustomerAnalysisModel extends models.ServerModel {
    _name = "crm.customer.analysis";
}

defineMailModels();
defineModels([CustomerAnalysisModel]);
preloadBundle("web.chartjs_lib");

const row = (amount, orders = 1, period = ["2025-12-31 16:00:00", "2026-12-31 16:00:00"]) => ({
    amount,
    orders,
    period,
});

const PAGE = {
    partner: false,
    currency_id: 1,
    years: [2025, 2026],
    year: 2026,
    first_order: "2025-02-03 04:00:00",
    last_order: "2026-02-03 04:00:00",
    this_year: row(150, 2),
    same_period: row(200, 4, ["2024-12-31 16:00:00", "2025-12-31 16:00:00"]),
    growth: -0.25,
    all_time: row(350, 6),
    by_year: [
        { year: 2025, ...row(200, 4) },
        { year: 2026, ...row(150, 2) },
    ],
    by_month: Array.from({ length: 12 }, (_, month) => ({ month: month + 1, ...row(1), before: row(2) })),
    quantity: 15.5,
    categories: {
        field: "product_categ_id",
        name: "Product Category",
        rows: [
            { id: 3, name: "Textiles", amount: 120, quantity: 12.5 },
            { id: null, name: "All others", amount: 30, quantity: 3 },
        ],
    },
    products: [
        { id: 7, name: "Tie", amount: 100, quantity: 12.5, uom: "kg" },
        { id: 8, name: "Bearing", amount: 50, quantity: 3, uom: "Units" },
    ],
    buyers: 2,
    newcomers: 1,
    customers: [{ id: 41, name: "Silk", amount: 150, orders: 2 }],
    shares: [
        {
            field: "state_id",
            name: "Region",
            rows: [
                { id: 5, name: "Hunan", amount: 75, customers: 1 },
                { id: false, name: "Not set", amount: 45, customers: 1 },
                { id: null, name: "All others", amount: 30, customers: 3 },
            ],
        },
        { field: "country_id", name: "Country", rows: [{ id: 1, name: "China", amount: 150, customers: 5 }] },
    ],
};

const DETAILS = {
    computed_on: "2026-06-01",
    currency_id: 1,
    customers: 9,
    repeat_buyers: 4,
    interval: 30.4,
    lost_after: 365,
    rfm: [
        { id: "111", name: "Important: keep", customers: 2, amount: 1234 },
        { id: "000", name: "General: win back", customers: 0, amount: 0 },
    ],
    months: Array.from({ length: 12 }, (_, month) => ({
        month: month + 1,
        new: 2,
        lost: 1,
        period: [`2026-${month + 1}`, "end"],
        lost_period: ["2025", "2026"],
    })),
    sources: [
        { id: 6, name: "Fair", customers: 8, won: 2 },
        { id: false, name: "Not set", customers: 4, won: 0 },
    ],
};

/** Mounts the page; the actions it opens become steps. */
async function mountAnalysis({ page = PAGE, details = DETAILS, action = {} } = {}) {
    onRpc("has_group", () => true);
    onRpc("crm.customer.analysis", "get_details", () => details);
    onRpc("crm.customer.analysis", "get_page", ({ kwargs }) => {
        expect.step(["get_page", kwargs.year, kwargs.partner_id]);
        return { ...page, year: kwargs.year || page.year };
    });
    mockService("action", {
        loadAction: (xmlId) => ({ id: xmlId, type: "ir.actions.act_window" }),
        doAction: (request, options) =>
            expect.step(
                typeof request === "string" ? [request, options.additionalContext] : [request.id, request.domain],
            ),
    });
    await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(CustomerAnalysis, {
        props: { action: { params: {}, context: {}, ...action }, actionId: 1 },
    });
}

test("shows the figures of all customers", async () => {
    await mountAnalysis();
    expect.verifySteps([["get_page", false, false]]);
    expect(queryAllTexts(".o_crm_analysis_cards:eq(0) strong")).toEqual([
        "$ 150.00",
        "$ 200.00",
        "$ 350.00",
        "2",
        "15.5",
        "2",
        "1",
    ]);
    expect("[name=this_year] .text-danger").toHaveText("25% less than last year");
    expect("[name=orders] small").toHaveText("$ 75.00 on average");
    expect("canvas").toHaveCount(3);
    expect(queryAllTexts(".o_crm_analysis_ranking h2")).toEqual([
        "Top products",
        "Product series",
        "Top customers",
        "Region",
        "RFM cells, with the amount of all their orders",
        "Source conversion: customers who ordered",
    ]);
    expect(queryAllTexts(".o_crm_analysis_ranking:eq(0) small")).toEqual(["12.5 kg", "3 Units"]);
    expect(queryAllTexts(".o_crm_analysis_ranking:eq(1) small")).toEqual(["80%", "20%"]);
    expect(queryAllTexts(".o_crm_analysis_ranking:eq(3) small")).toEqual(["50%", "30%", "20%"]);
});

test("shows the customers' rhythm", async () => {
    await mountAnalysis();
    expect(queryAllTexts(".o_crm_analysis_cards:eq(1) strong")).toEqual(["30 days", "9", "12"]);
    expect(queryAllTexts(".o_crm_analysis_ranking:eq(4) small")).toEqual(["2 customers", "0 customers"]);
    expect(queryAllTexts(".o_crm_analysis_ranking:eq(5) .o_crm_analysis_amount")).toEqual(["25%", "0%"]);
    expect.verifySteps([["get_page", false, false]]);
    await contains(".o_crm_analysis_amount:contains(1,234)").click();
    expect.verifySteps([["crm_customer.crm_churn_score_action", [["rfm_cell", "=", "111"]]]]);
    await contains("button:contains(Fair)").click();
    expect.verifySteps([
        [
            "crm_customer.res_partner_action_customers",
            [
                ["is_crm_customer", "=", true],
                ["crm_source_id", "=", 6],
            ],
        ],
    ]);
});

test("says when the rhythm is not computed yet", async () => {
    await mountAnalysis({ details: { ...DETAILS, computed_on: false } });
    expect.verifySteps([["get_page", false, false]]);
    expect(".o_crm_analysis_cards").toHaveCount(1);
    expect("p:contains(computed each night)").toHaveCount(1);
});

test("shows the margin to those who may see it", async () => {
    await mountAnalysis({ page: { ...PAGE, margin: 30 } });
    expect.verifySteps([["get_page", false, false]]);
    expect("[name=margin] strong").toHaveText("$ 30.00");
    expect("[name=margin] small").toHaveText("20% of the amount");
});

test("shows another year", async () => {
    await mountAnalysis();
    await contains("select").select("2025");
    expect.verifySteps([
        ["get_page", false, false],
        ["get_page", 2025, false],
    ]);
    expect("[name=orders] .text-muted:eq(0)").toHaveText("Orders 2025");
});

test("figures open the records behind them", async () => {
    await mountAnalysis();
    const [start, end] = PAGE.this_year.period;
    const lines = (...domain) => [
        "crm_customer.crm_customer_analysis_action",
        [["date", ">=", start], ["date", "<", end], ...domain],
    ];
    expect.verifySteps([["get_page", false, false]]);

    await contains("[name=this_year]").click();
    expect.verifySteps([lines()]);
    await contains("[name=orders]").click();
    expect.verifySteps([
        [
            "sale.action_orders",
            [
                ["state", "=", "sale"],
                ["date_order", ">=", start],
                ["date_order", "<", end],
                ["crm_customer_id", "!=", false],
            ],
        ],
    ]);
    await contains("[name=newcomers]").click();
    expect.verifySteps([lines(["first_order_date", ">=", start])]);
    await contains(".o_crm_analysis_amount:contains(100)").click();
    expect.verifySteps([lines(["product_id", "=", 7])]);
    await contains(".o_crm_analysis_amount:contains(45)").click();
    expect.verifySteps([lines(["state_id", "=", false])]);
    await contains(".o_crm_analysis_ranking:eq(3) .o_crm_analysis_amount:contains(30)").click();
    expect.verifySteps([lines(["state_id", "not in", [5, false]])]);
    await contains(".o_crm_analysis_ranking:eq(1) .o_crm_analysis_amount:contains(30)").click();
    expect.verifySteps([lines(["product_categ_id", "not in", [3]])]);
    await contains("button:contains(Silk)").click();
    expect.verifySteps([["crm_customer.crm_customer_analysis_action_customer", { active_id: 41 }]]);
});

test("shows one customer", async () => {
    const page = {
        ...PAGE,
        partner: { id: 41, name: "Silk" },
        quantity_all_time: 40,
        customers: undefined,
        shares: undefined,
    };
    await mountAnalysis({ page, action: { params: { one_customer: true }, context: { active_id: 41 } } });
    expect("h1").toHaveText("Silk");
    expect("[name=interval] strong").toHaveText("73 days");
    expect("[name=quantity] small").toHaveText("40 in all years");
    expect(".o_crm_analysis_ranking").toHaveCount(2);
    await contains("[name=all_time]").click();
    const [start, end] = PAGE.all_time.period;
    expect.verifySteps([
        ["get_page", false, 41],
        [
            "crm_customer.crm_customer_analysis_action",
            [
                ["date", ">=", start],
                ["date", "<", end],
                ["partner_id", "=", 41],
            ],
        ],
    ]);
});

test("says what to do when there are no orders", async () => {
    await mountAnalysis({ page: { partner: false, currency_id: 1, years: [] } });
    expect.verifySteps([["get_page", false, false]]);
    expect(".o_view_nocontent_smiling_face").toHaveText("No confirmed orders yet");
    expect(".o_crm_analysis_cards").toHaveCount(0);
});

test("exports the shown year", async () => {
    onRpc("crm.customer.analysis", "action_export_page", ({ kwargs }) => {
        expect.step(["export", kwargs.year, kwargs.partner_id]);
        return { id: "download" };
    });
    await mountAnalysis();
    await contains("button[title='Export Excel']").click();
    expect.verifySteps([
        ["get_page", false, false],
        ["export", 2026, false],
        ["download", undefined],
    ]);
});
