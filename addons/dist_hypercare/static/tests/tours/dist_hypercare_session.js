import {registry} from "@web/core/registry";

/** The command center looks at the wave and holds its daily session. */
registry.category("web_tour.tours").add("dist_hypercare_session", {
    url: "/odoo/command-center",
    steps: () => [
        {
            content: "The screen shows how far the site is",
            trigger: ".o_dist_command_center .o_dist_exit:contains(Site NYC)",
        },
        {
            content: "and what blocks the work, with its severity in words",
            trigger: "[data-section=blockers] .o_dist_entry:contains(Critical)",
        },
        {
            content: "Show one site only",
            trigger: ".o_dist_command_center select[name=site]",
            run: "selectByLabel NYC Site NYC",
        },
        {
            content: "The red tile says so in words and with an icon; open its records",
            trigger:
                ".o_dist_tile:contains(Order fill rate):contains(Off Target):has(.fa-times-circle)",
            run: "click",
        },
        {
            content: "The one order that shipped short",
            trigger: ".o_list_view .o_data_row:contains(Corner Shop)",
        },
        {
            content: "Back to the screen",
            trigger: ".o_back_button, .breadcrumb-item:first a",
            run: "click",
        },
        {
            content: "Look at the blocker",
            trigger: "[data-section=blockers] .o_dist_entry:contains(No labels)",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=severity]:contains(Critical)",
        },
        {
            content: "Go to the sessions",
            trigger: "body",
            run() {
                window.location = "/odoo/hypercare-sessions/new";
            },
            expectUnloadPage: true,
        },
        {
            content: "The wave is proposed",
            trigger: ".o_form_view .o_field_widget[name=wave_id] input:value(Pilot)",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: "button[name=action_open]",
            run: "click",
        },
        {
            content: "The blocker stands on the agenda",
            trigger:
                ".o_field_widget[name=item_ids] .o_data_row:contains(No labels) td[name=decision]",
            run: "click",
        },
        {
            content: "Decide",
            trigger:
                ".o_field_widget[name=item_ids] .o_selected_row div[name=decision] textarea",
            run: "edit Print on the second floor",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: "button[name=action_close]:enabled",
            run: "click",
        },
        {
            content: "The session is closed",
            trigger: "button[name=action_send_minutes]",
        },
    ],
});
