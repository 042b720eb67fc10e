import {registry} from "@web/core/registry";

/**
 * On a phone, the matrix scrolls by itself with its sites in view, and a cell leads to
 * its line.
 */
registry.category("web_tour.tours").add("dist_viewer_scrolls_matrix", {
    steps: () => [
        {
            trigger:
                ".o_form_view .o-form-buttonbox button, .o_form_view .o_button_more",
            run: "click",
        },
        {
            trigger: "button[name=action_open_matrix]",
            run: "click",
        },
        {
            trigger: ".o_dist_wave_matrix a:contains('No Evidence')",
            run({anchor}) {
                const matrix = anchor.closest(".o_dist_wave_matrix");
                if (document.documentElement.scrollWidth > window.innerWidth) {
                    throw new Error("the page is wider than the phone");
                }
                matrix.scrollLeft = 400;
                const site = matrix.querySelector("tbody th").getBoundingClientRect();
                if (site.left < 0 || site.right > window.innerWidth) {
                    throw new Error("the sites are scrolled out of view");
                }
                const link = new URL(anchor.href);
                if (!link.pathname.includes("/rollout-gate-lines/")) {
                    throw new Error(`a cell leads to ${link.pathname}`);
                }
            },
        },
    ],
});
