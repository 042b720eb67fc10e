import {registry} from "@web/core/registry";

/**
 * From the board to the records behind a red criterion.
 *
 * @param {String} criteria selector of the rows or cards of the exit criteria
 * @returns {Array} the steps
 */
function stepsToTheRecords(criteria) {
    const red = `${criteria}:contains(Order fill rate)`;
    return [
        {
            content: "The card says what is red, with an icon and a figure",
            trigger:
                ".o_kanban_record:contains(Site NYC) li:contains(Order fill rate):contains(0 %):has(.fa-times-circle[aria-label=Failed])",
        },
        {
            content: "and how many clean days there are",
            trigger:
                ".o_kanban_record:contains(Site NYC) [role=progressbar][aria-label='Clean days']",
        },
        {
            content: "Open the site",
            trigger: ".o_kanban_record:contains(Site NYC)",
            run: "click",
        },
        {
            content: "The form says what is missing for the exit",
            trigger: ".o_field_widget[name=exit_obstacles]:contains(clean days)",
        },
        {
            content: "Open the records of the red criterion",
            trigger: `${red}:contains(Failed) button[name=action_open_records]`,
            run: "click",
        },
        {
            content: "The one order that shipped short",
            trigger: ".o_breadcrumb:contains(Order fill rate)",
        },
        {
            trigger: ".o_data_row:contains(Corner Shop)",
        },
    ];
}

registry.category("web_tour.tours").add("dist_hypercare_board", {
    url: "/odoo/hypercare",
    steps: () => stepsToTheRecords(".o_field_widget[name=criterion_ids] .o_data_row"),
});

registry.category("web_tour.tours").add("dist_hypercare_board_phone", {
    url: "/odoo/hypercare",
    steps: () =>
        stepsToTheRecords(".o_field_widget[name=criterion_ids] .o_kanban_record"),
});
