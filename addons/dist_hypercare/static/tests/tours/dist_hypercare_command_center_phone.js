import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dist_hypercare_command_center_phone", {
    url: "/odoo/command-center",
    steps: () => [
        {
            content: "The way of the site to the exit",
            trigger: ".o_dist_exit:contains(Site NYC) [role=progressbar]",
        },
        {
            trigger: "[data-section=roster]",
        },
        {
            content: "Nothing is wider than the screen",
            trigger: ".o_dist_command_center",
            run() {
                const {scrollWidth, clientWidth} = this.anchor;
                if (scrollWidth > clientWidth) {
                    throw new Error(`${scrollWidth} px do not fit in ${clientWidth}`);
                }
            },
        },
        {
            trigger: ".o_dist_command_center button[name=refresh]",
            run: "click",
        },
        {
            trigger: "[data-section=blockers] .o_dist_entry:contains(No labels)",
        },
    ],
});
