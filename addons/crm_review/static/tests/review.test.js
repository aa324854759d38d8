import { animationFrame, expect, queryAllAttributes, queryAllTexts, runAllTimers, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    getMockEnv,
    makeServerError,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { askReview } from "@crm_review/review_dialog/review_dialog";

class Approval extends models.Model {
    _name = "crm.approval";

    title = fields.Char();

    _records = [
        { id: 1, title: "Journey" },
        { id: 2, title: "Seal" },
    ];
}

class Review extends models.ServerModel {
    _name = "crm.review";
}

class ReviewLine extends models.ServerModel {
    _name = "crm.review.line";
}

defineMailModels();
defineModels([Approval, Review, ReviewLine]);

/** An open task, as `crm.review.panel` tells of it. */
const TASK = {
    id: 7,
    step: "Finance",
    for_user: "",
    reason: "",
    since: "2026-01-05 01:00:00",
    deadline: false,
    comment_required: "reject",
    signature_required: false,
    attachment_required: false,
    can_forward: true,
    can_add_signer: true,
    after_reject: "choose",
    earlier: [{ rank: 1, name: "Head" }],
    editable: [],
};

/** What `crm.review.panel` tells of a document under review. */
const PANEL = {
    state: "pending",
    review_id: 3,
    readonly: true,
    can_submit: false,
    round: 1,
    requester: "Anna",
    comment: "",
    date_end: false,
    waiting_for: [{ step: "Finance", users: ["Ben", "Carl"], deadline: false }],
    task: null,
    withdraw_line_id: false,
    refusal: null,
    can_recall: false,
    can_urge: false,
    can_copy: true,
    reassignable: [],
};

// THE PANEL

const ARCH = `<form><widget name="crm_review"/><sheet><field name="title"/></sheet></form>`;

/** Mounts the form of an approval; what is asked of the engine becomes steps. */
async function mountForm(panels, options = {}) {
    onRpc("crm.review", "panel", ({ args: [, resId] }) => {
        expect.step(`panel ${resId}`);
        return panels[resId];
    });
    await mountView({ resModel: "crm.approval", type: "form", arch: ARCH, resId: 1, ...options });
}

test("tells whom the document waits for, and locks it", async () => {
    await mountForm({ 1: PANEL });
    expect(".o_crm_review_state").toHaveText("Under review");
    expect(".o_crm_review_waiting").toHaveText("waits forBen, CarlFinance");
    await animationFrame();
    expect(".o_form_readonly").toHaveCount(1);
    expect(queryAllAttributes(".o_crm_review_buttons > button", "name")).toEqual(["progress", "more"]);
    expect.verifySteps(["panel 1"]);
});

test("a reviewer decides; what is missing is not sent", async () => {
    const panels = { 1: { ...PANEL, task: TASK } };
    await mountForm(panels);
    onRpc("crm.review.line", "action_reject", ({ args, kwargs }) => {
        expect.step(["reject", args[0], kwargs.rank, kwargs.come_back, kwargs.comment]);
        panels[1] = PANEL;
        return true;
    });
    await contains("button[name=reject]").click();
    await contains(".modal button[name=confirm]").click();
    expect(".modal textarea").toHaveClass("is-invalid");
    await contains("#crm_review_rank_1").click();
    await contains("#crm_review_return_true").click();
    await contains(".modal textarea").edit("Too dear");
    await contains(".modal button[name=confirm]").click();
    expect(".modal").toHaveCount(0);
    expect("button[name=reject]").toHaveCount(0);
    expect.verifySteps(["panel 1", ["reject", [7], 1, true, "Too dear"], "panel 1"]);
});

test("a dialog that is closed changes nothing", async () => {
    await mountForm({ 1: { ...PANEL, task: TASK } });
    await contains("button[name=approve]").click();
    await contains(".modal .btn-secondary:contains(Cancel)").click();
    expect(".modal").toHaveCount(0);
    expect("button[name=approve]").toBeEnabled();
    expect.verifySteps(["panel 1"]);
});

test("a new document is saved, then submitted to chosen reviewers", async () => {
    onRpc("res.users", "name_search", () => [[12, "Dora"]]);
    onRpc("crm.review", "ask_submit", ({ args: [, resId] }) => {
        expect.step(`ask_submit ${resId}`);
        return { params: { steps: [{ id: 5, name: "Expert" }] } };
    });
    onRpc("crm.review", "submit", ({ args: [, ids, comment, chosen] }) => {
        expect.step(["submit", ids, comment, chosen]);
        return [1];
    });
    await mountForm({ 3: PANEL }, { resId: undefined });
    expect(".o_crm_review_state").toHaveText("Not submitted");
    await contains(".o_field_widget[name=title] input").edit("Fair");
    await contains("button[name=submit]").click();
    await contains(".modal button[name=confirm]").click();
    expect(".modal legend").toHaveClass("text-danger");
    await contains(".modal .o_multi_record_selector input").edit("Do", { confirm: false });
    await runAllTimers();
    await contains(".o-autocomplete--dropdown-item:contains(Dora)").click();
    await contains(".modal button[name=confirm]").click();
    expect(".o_crm_review_state").toHaveText("Under review");
    expect.verifySteps(["ask_submit 3", ["submit", [3], "", { 5: [12] }], "panel 3"]);
});

test("the panel follows the pager, and unlocks the form again", async () => {
    await mountForm(
        { 1: PANEL, 2: { state: "rejected", review_id: 4, readonly: false, can_submit: true } },
        {
            resIds: [1, 2],
        },
    );
    await contains(".o_pager_next").click();
    await animationFrame();
    expect(".o_crm_review_state").toHaveText("Rejected");
    expect(".o_form_editable").toHaveCount(1);
    expect("button[name=submit]").toHaveCount(1);
    expect.verifySteps(["panel 1", "panel 2"]);
});

test("more: only what the user may do", async () => {
    await mountForm({
        1: { ...PANEL, task: { ...TASK, can_forward: false }, withdraw_line_id: 9, can_recall: true },
    });
    await contains("button[name=more]").click();
    expect(queryAllAttributes(".o-dropdown-item", "name")).toEqual(["add_signer", "cc", "withdraw", "recall"]);
    expect.verifySteps(["panel 1"]);
});

test("the administrator gives one of the open tasks to somebody else, with a reason", async () => {
    onRpc("res.users", "name_search", () => [[12, "Dora"]]);
    onRpc("crm.review.line", "action_reassign", ({ args }) => {
        expect.step(args);
        return true;
    });
    const reassignable = [
        { id: 4, step: "Finance", user: "Ben" },
        { id: 5, step: "Finance", user: "Carl" },
    ];
    await mountForm({ 1: { ...PANEL, reassignable } });
    await contains("button[name=more]").click();
    await contains(".o-dropdown-item[name=reassign]").click();
    await contains("#crm_review_choice_5").click();
    await contains(".modal .o_record_selector input").edit("Do", { confirm: false });
    await runAllTimers();
    await contains(".o-autocomplete--dropdown-item:contains(Dora)").click();
    await contains(".modal button[name=confirm]").click();
    expect(".modal textarea").toHaveClass("is-invalid");
    await contains(".modal textarea").edit("On leave");
    await contains(".modal button[name=confirm]").click();
    expect.verifySteps(["panel 1", [[5], 12, "On leave"], "panel 1"]);
});

test("a later round unfolds what has changed", async () => {
    onRpc("crm.review", "changes_since_last_round", () => [{ field: "Amount", before: "3000", after: "2000" }]);
    await mountForm({ 1: { ...PANEL, round: 2 } });
    expect(".o_crm_review_state").toHaveText("Under review, round 2");
    await contains("button[name=changes]").click();
    expect(queryAllTexts(".o_crm_review_changes tr > *")).toEqual(["Amount", "30002000"]);
    expect.verifySteps(["panel 1"]);
});

// ITS DIALOG

/** Opens the dialog; what it comes to becomes a step. */
async function ask(props) {
    await mountWithCleanup(MainComponentsContainer);
    askReview(getMockEnv(), props).then((isDone) => expect.step(isDone));
}

test("several tasks are approved together", async () => {
    onRpc("crm.review.line", "action_approve", ({ args, kwargs }) => {
        expect.step([args[0], kwargs.comment, kwargs.attachment_ids]);
        return true;
    });
    await ask({ decision: "approve", lineIds: [7, 8], tasks: [TASK, { ...TASK, id: 8 }] });
    await contains(".modal textarea").edit("fine");
    expect(".modal-title").toHaveText("Approve (2)");
    await contains(".modal button[name=confirm]").click();
    expect.verifySteps([[[7, 8], "fine", []], true]);
});

test("one strict task of several makes the comment, the file and the signature needed", async () => {
    onRpc("/web/sign/get_fonts/", () => []);
    const strict = { ...TASK, comment_required: "always", attachment_required: true, signature_required: true };
    await ask({ decision: "approve", lineIds: [7, 8], tasks: [TASK, strict] });
    await contains(".modal button[name=confirm]").click();
    expect(".modal textarea").toHaveClass("is-invalid");
    expect("[name=files] .text-danger").toHaveCount(1);
    expect("[name=signature] .text-danger").toHaveCount(1);
    expect.verifySteps([]);
});

test("tasks are sent back only where all of them can be", async () => {
    const later = { ...TASK, earlier: [{ rank: 2, name: "Law" }] };
    await ask({ decision: "reject", lineIds: [7, 8], tasks: [TASK, later] });
    await animationFrame();
    expect("fieldset[name=target]").toHaveCount(0);
    expect("fieldset[name=return]").toHaveCount(1);
});

test("signers are added before, beside or after", async () => {
    onRpc("res.users", "name_search", () => [[12, "Dora"]]);
    onRpc("crm.review.line", "action_add_signer", ({ args }) => {
        expect.step(args);
        return true;
    });
    await ask({ decision: "add_signer", lineIds: [7], tasks: [TASK] });
    await contains(".modal .o_multi_record_selector input").edit("Do", { confirm: false });
    await runAllTimers();
    await contains(".o-autocomplete--dropdown-item:contains(Dora)").click();
    await contains("#crm_review_place_after").click();
    await contains(".modal button[name=confirm]").click();
    expect.verifySteps([[[7], [12], "after", ""], true]);
});

test("what the server refuses leaves the dialog open", async () => {
    expect.errors(1);
    onRpc("crm.review", "action_urge", () => {
        throw makeServerError({ type: "UserError", message: "Urged a short while ago." });
    });
    await ask({ decision: "urge", reviewId: 3 });
    await contains(".modal button[name=confirm]").click();
    expect.verifyErrors(["Urged a short while ago."]);
    expect(".o_crm_review_dialog").toHaveCount(1);
    expect(".o_crm_review_dialog button[name=confirm]").toBeEnabled();
});
