import {registry} from "@web/core/registry";

/** From the home screen to the decisions that wait, and to the drift of a site. */
registry.category("web_tour.tours").add("dist_home", {
    steps: () => [
        {
            trigger:
                ".o_dist_home_tiles button:contains('My Decisions to Take'):contains('1')",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains('My Decisions to Take')",
        },
        {
            trigger:
                ".o_kanban_record:contains('Two carriers'), .o_data_row:contains('Two carriers')",
        },
        {
            trigger: ".o_breadcrumb a:contains('Rollout'), .o_back_button a",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains('Site A') a:contains('drift')",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Deliver (1 step)')",
        },
    ],
});
