import {registry} from "@web/core/registry";

/** A site manager opens My Readiness, looks at the evidence, signs and sees the receipt. */
registry.category("web_tour.tours").add("dist_site_manager_signs", {
    steps: () => [
        {
            content: "only the own site is listed",
            trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains('Site B')))",
        },
        {
            content: "open the gate of the own site",
            trigger: ".o_kanban_record:contains('Site A')",
            run: "click",
        },
        {
            content: "the lines and what stands behind them are there",
            trigger: ".o_field_widget[name=line_ids]:contains('Documents')",
        },
        {
            trigger: "button[name=action_open_signoff]",
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
            content: "a signature in the typed name is proposed",
            trigger: ".modal-footer button.btn-primary:contains('Adopt'):enabled",
            run: "click",
        },
        {
            content: "wait for the signature to be on the form",
            trigger: ".modal .o_field_widget[name=signature] img.o_signature",
        },
        {
            trigger: ".modal-footer button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "a gate with no-go lines asks for the password again",
            trigger: ".modal .o_field_widget[name=password] input",
            run: "edit rollout_manager_a",
        },
        {
            trigger: ".modal button[name=run_check]",
            run: "click",
        },
        {
            trigger: ".modal .alert-success:contains('Your signature is recorded')",
        },
        {
            content: "the receipt has the hash",
            trigger: ".modal .o_field_widget[name=hash]",
        },
        {
            trigger: ".modal-footer button:contains('Close')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=signoff_state]:contains('Signed')",
        },
    ],
});
