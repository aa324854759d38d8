import { registry } from "@web/core/registry";

/** From a new general approval to its review. */
registry.category("web_tour.tours").add("crm_review_tour", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=title] input", run: "edit 巡演：差旅申请" },
        { trigger: ".o_field_widget[name=amount] input", run: "edit 800" },
        { trigger: ".o_crm_review_panel button[name=submit]", run: "click" },
        { trigger: ".o_crm_review_dialog textarea", run: "edit 请审批" },
        { trigger: ".o_crm_review_dialog button[name=confirm]", run: "click" },
        { trigger: ".o_crm_review_pending .o_crm_review_waiting:contains(anna)" },
        { trigger: ".o_form_readonly" },
        { trigger: ".o_crm_review_panel button[name=progress]", run: "click" },
        { trigger: ".o_crm_review_progress .o_crm_review_current:contains(anna)" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
