import {registry} from "@web/core/registry";

/** A member of the steering committee casts the vote that lets the site go. */
registry.category("web_tour.tours").add("dist_hypercare_exit", {
    url: "/odoo/hypercare",
    steps: () => [
        {
            trigger: ".o_kanban_record:contains(Site A):contains(Eligible)",
            run: "click",
        },
        {
            content: "Nothing stands in the way; see the decision",
            trigger: ".o_form_view button[name=action_open_decision]",
            run: "click",
        },
        {
            content: "The proposal says why",
            trigger: ".o_form_view:contains(clean days in a row)",
        },
        {
            trigger: ".o_form_view button[name=action_open_vote]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=choice] label:contains(For)",
            run: "click",
        },
        {
            trigger: ".modal-footer button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Approved)",
        },
        {
            content: "Back on the hypercare of the site",
            trigger: ".o_back_button, .o_breadcrumb a:contains(Site A)",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Exited)",
        },
    ],
});
