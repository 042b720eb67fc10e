import {registry} from "@web/core/registry";

/** A site manager walks through the site and taps what works and what does not. */
registry.category("web_tour.tours").add("dist_site_manager_tests_devices", {
    steps: () => [
        {
            content: "the card says how to test it",
            trigger:
                ".o_kanban_record:contains('Tour Scanner'):contains('Scan a label')",
        },
        {
            trigger:
                ".o_kanban_record:contains('Tour Scanner') button[name=action_pass]",
            run: "click",
        },
        {
            content: "what has passed leaves the list",
            trigger: ".o_kanban_view:not(:contains('Tour Scanner'))",
        },
        {
            trigger:
                ".o_kanban_record:contains('Tour Printer') button[name=action_fail]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=finding] textarea",
            run: "edit No paper",
        },
        {
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains('Tour Printer'):contains('No paper')",
        },
    ],
});
