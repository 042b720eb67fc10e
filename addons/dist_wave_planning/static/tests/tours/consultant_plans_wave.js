import {registry} from "@web/core/registry";

/** A consultant plans a wave, opens its gates and follows a red line to its stock. */
registry.category("web_tour.tours").add("dist_consultant_plans_wave", {
    steps: () => [
        {
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Tour Wave",
        },
        {
            trigger: ".o_field_widget[name=program_id] input",
            run: "edit Test Program",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Test Program')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=template_id] input",
            run: "edit Tour Template",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Tour Template')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=site_ids] input",
            run: "edit Site A",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Site A')",
            run: "click",
        },
        {
            content: "planning says what is missing",
            trigger: "button[name=action_plan]",
            run: "click",
        },
        {
            trigger: ".modal:contains('Set the planned go-live')",
        },
        {
            trigger: ".modal-footer button.btn-primary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_field_widget[name=planned_go_live]",
        },
        {
            trigger:
                ".o_field_widget[name=planned_go_live] input, .o_field_widget[name=planned_go_live] button",
            run: "click",
        },
        {
            trigger: ".o_datetime_picker .o_today",
            run: "click",
        },
        {
            trigger: ".o_notebook a[name=plan]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=fallback] textarea",
            run: "edit The old system goes on.",
        },
        {
            trigger: "button[name=action_plan]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Planned')",
        },
        {
            trigger: "button[name=action_open_gates]",
            run: "click",
        },
        {
            trigger:
                ".o_statusbar_status .o_arrow_button_current:contains('Preparing')",
        },
        {
            trigger: "button[name=action_open_gate_list]",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains('Tour Wave')",
            run: "click",
        },
        {
            content: "the red line opens the records behind it",
            trigger:
                ".o_field_widget[name=line_ids] tr:contains('No negative') button[name=action_open_records]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Tour Bolt')",
        },
    ],
});
