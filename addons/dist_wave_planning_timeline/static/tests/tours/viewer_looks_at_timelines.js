import {registry} from "@web/core/registry";

/** Somebody looks at the waves on the timeline: a row a program, the status in words. */
registry.category("web_tour.tours").add("dist_viewer_looks_at_waves", {
    steps: () => [
        {
            trigger: ".oe_timeline_widget .vis-label:contains('Test Program')",
        },
        {
            trigger: ".oe_timeline_widget .vis-item:contains('Wave 1 · Draft')",
        },
    ],
});

registry.category("web_tour.tours").add("dist_viewer_looks_at_blackouts", {
    steps: () => [
        {
            trigger: ".oe_timeline_widget .vis-item:contains('Stocktaking (blocks)')",
        },
    ],
});
