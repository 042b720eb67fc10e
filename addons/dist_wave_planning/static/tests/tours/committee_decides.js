import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const openWave = {
    trigger: ".o_kanban_record:contains('Wave 1')",
    run: "click",
};

/** A member of the committee reads the board and decides no-go, with the reason. */
tours.add("dist_committee_decides_no_go", {
    steps: () => [
        openWave,
        {
            content: "what keeps the wave back is on the form",
            trigger: ".alert:contains('Stock: is 9')",
        },
        {
            trigger: ".o_notebook a[name=board]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=recommendation]:contains('No-Go')",
        },
        {
            trigger: "button[name=action_decide_no_go]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=statement] textarea",
            run: "edit The stock of Site A is not right.",
        },
        {
            trigger: ".modal-footer button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".modal-footer button:contains('Close')",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=signoff_state]:contains('Declared Not Ready')",
        },
    ],
});

/** The deciding vote for a waiver is cast from the list of the own decisions. */
tours.add("dist_committee_waives", {
    steps: () => [
        {
            trigger: ".o_kanban_record:contains('Waiver of a gate line')",
            run: "click",
        },
        {
            content: "the proposal says what is waived, and what is done instead",
            trigger: ".o_form_view:contains('No picking from row C until then')",
        },
        {
            trigger: ".o_form_view button[name=action_open_vote]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=choice] label:contains('For')",
            run: "click",
        },
        {
            trigger: ".modal-footer button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Approved')",
        },
    ],
});

/** Go with a waiver: the board names it, and the decision is signed. */
tours.add("dist_committee_decides_go", {
    steps: () => [
        openWave,
        {
            trigger: ".o_field_widget[name=recommendation]:contains('Waive')",
        },
        {
            trigger: ".o_notebook a[name=board]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=board]:contains('The count is repeated')",
        },
        {
            trigger: "button[name=action_decide_go]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=confirmed] input",
            run: "check",
        },
        {
            trigger: ".modal .o_field_widget[name=signature] .o_signature",
            run: "click",
        },
        {
            trigger: ".modal-footer button.btn-primary:contains('Adopt'):enabled",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=signature] img.o_signature",
        },
        {
            trigger: ".modal-footer button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".modal-footer button:contains('Close')",
            run: "click",
        },
        {
            trigger:
                ".o_statusbar_status .o_arrow_button_current:contains('Go Decided')",
        },
    ],
});
