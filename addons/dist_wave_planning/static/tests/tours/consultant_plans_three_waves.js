import {registry} from "@web/core/registry";

/** A consultant has three waves proposed, reads why, and creates them. */
registry.category("web_tour.tours").add("dist_consultant_plans_three_waves", {
    steps: () => [
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=program_id] input",
            run: "edit Planned Program",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Planned Program')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=capacity] input",
            run: "edit 2",
        },
        {
            trigger: ".o_field_widget[name=template_id] input",
            run: "edit Test Template",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Test Template')",
            run: "click",
        },
        {
            trigger: "button[name=action_propose]:visible",
            run: "click",
        },
        {
            content: "each site has a wave, and a reason",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains('Planned 4')",
        },
        {
            trigger: "button[name=action_apply]",
            run: "click",
        },
        {
            trigger: ".modal-footer button.btn-primary",
            run: "click",
        },
        {
            content: "the waves are there as drafts, the pilot first",
            trigger:
                ".o_kanban_group:contains('Draft') .o_kanban_record:contains('Wave 3')",
        },
    ],
});
