import { animationFrame, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    makeMockEnv,
    mockService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { ApplicationPage } from "@crm_order_review/application_page/application_page";
import { getDefaultConfig } from "@web/views/view";

class ApplicationPageModel extends models.ServerModel {
    _name = "crm.application.page";
}

defineMailModels();
defineModels([ApplicationPageModel]);

const KIND = {
    key: "inquiry",
    model: "crm.inquiry",
    name: "Internal Inquiry",
    text: "Ask engineers",
    icon: "fa-question-circle",
    action: "crm_order_review.crm_inquiry_action",
    context: { default_title: "x" },
    drafts: [{ id: 5, name: "Draft", partner: "A", date: "2026-11-02", state: "rejected" }],
    draft_count: 7,
    recent: [{ id: 4, name: "XJ202611-0001", partner: "A", date: "2026-11-01", state: "approved" }],
};

/** Mounts the page; the forms it opens become steps. */
async function mountPage(kinds) {
    onRpc("crm.application.page", "get_page", () => kinds);
    onRpc("crm.application.page", "copy_document", ({ args }) => {
        expect.step(["copy", ...args]);
        return 9;
    });
    mockService("action", {
        doAction(action) {
            expect.step(action.res_model ? [action.res_model, action.res_id, action.context] : action);
        },
    });
    await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(ApplicationPage, { props: { action: {}, actionId: 1 } });
}

test("cards with drafts and recent ones", async () => {
    await mountPage([KIND]);
    expect("[data-key=inquiry] h2").toHaveText("Internal Inquiry");
    expect(".o_crm_application_draft").toHaveText(/Draft\s+Rejected/);
    expect("[data-key=inquiry] h3:first").toHaveText("My Drafts (7)");
    await contains(".o_crm_application_new").click();
    await contains(".o_crm_application_draft").click();
    await contains("[data-key=inquiry] footer .btn").click();
    expect.verifySteps([
        ["crm.inquiry", false, { default_title: "x" }],
        ["crm.inquiry", 5, { default_title: "x" }],
        "crm_order_review.crm_inquiry_action",
    ]);
});

test("a recent one is copied and opened", async () => {
    await mountPage([KIND]);
    await contains(".o_crm_application_copy").click();
    await animationFrame();
    expect.verifySteps([
        ["copy", "inquiry", 4],
        ["crm.inquiry", 9, { default_title: "x" }],
    ]);
});

test("nothing to apply for", async () => {
    await mountPage([]);
    expect(".o_crm_application_cards").toHaveText(/nothing that you may apply for/);
});
