import {registry} from "@web/core/registry";

/** An agent triages a ticket: impact, urgency, and then takes it. */
registry.category("web_tour.tours").add("dist_hypercare_helpdesk_mgmt_triage", {
    url: "/odoo/rollout-tickets",
    steps: () => [
        {
            content: "The new ticket, with a severity in words",
            trigger:
                ".o_data_row:contains(Scanner is dead):contains(S3 Medium) td[name=name]",
            run: "click",
        },
        {
            content: "Open the page of the rollout",
            trigger: ".o_notebook a[name=dist_rollout]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=dist_impact] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains(A process stands still)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=dist_urgency] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains(At once)",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The severity follows",
            trigger: ".o_field_widget[name=dist_severity]:contains(S1 Critical)",
        },
        {
            trigger: "button[name=assign_to_me]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=user_id] input:value(triager)",
        },
    ],
});
