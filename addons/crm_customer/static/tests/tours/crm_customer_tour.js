import { registry } from "@web/core/registry";

/** From the app to a customer entered and found again by initials. */
registry.category("web_tour.tours").add("crm_customer_tour", {
    steps: () => [
        { trigger: ".o_navbar_apps_menu button", run: "click" },
        { trigger: ".o_app[data-menu-xmlid='crm_base.crm_root_menu']", run: "click" },
        { trigger: ".o_list_view" },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=name] input", run: "edit 义乌巡演饰品有限公司" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
        { trigger: ".o_breadcrumb .o_back_button", run: "click" },
        { trigger: ".o_searchview_input", run: "edit ywxysp" },
        { trigger: ".o_searchview_autocomplete .focus:contains(ywxysp)" },
        { trigger: ".o_searchview_input", run: "press Enter" },
        { trigger: ".o_facet_value:contains(ywxysp)" },
        { trigger: ".o_data_cell[name=name]:contains(义乌巡演饰品有限公司)" },
    ],
});
