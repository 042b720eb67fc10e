import {inputFiles} from "@web/../tests/utils";
import {registry} from "@web/core/registry";

// A dot of one pixel: what counts is that a picture taken on the floor arrives.
const PHOTO =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A super user notes on the phone what happens on the floor, with a photo. */
registry.category("web_tour.tours").add("dist_super_user_observes", {
    steps: () => [
        {
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Pick lists are printed twice",
        },
        {
            trigger: ".o_field_widget[name=site_id] input",
            run: "click",
        },
        {
            content: "only the own site is offered",
            trigger:
                ".modal:not(:contains('Site B')) .o_kanban_record:contains('Site A')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_field_widget[name=process_id] input",
            run: "click",
        },
        {
            trigger:
                ".modal .o_kanban_record:contains('Fulfilment'), .modal .o_kanban_record:contains('Fulfillment')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_field_widget[name=image]",
            async run() {
                const bytes = Uint8Array.from(atob(PHOTO), (char) =>
                    char.charCodeAt(0)
                );
                const photo = new File([bytes], "floor.png", {type: "image/png"});
                await inputFiles(".o_field_widget[name=image] input[type=file]", [
                    photo,
                ]);
            },
        },
        {
            trigger: ".o_field_widget[name=image] img:not([src*=placeholder])",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});
