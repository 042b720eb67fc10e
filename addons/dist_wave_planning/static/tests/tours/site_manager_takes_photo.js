import {registry} from "@web/core/registry";

/** Put a file into a file input, as the camera of a phone does. */
function takePhoto(input, name, blob) {
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], name, {type: blob.type}));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change"));
}

/** Return a small picture, or bytes that are none. */
function picture() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/**
 * On a phone, a site manager attests a line with a photo, sees it on the line and
 * declares the site not ready. A file that is no photo is refused with a sentence.
 */
registry.category("web_tour.tours").add("dist_site_manager_takes_photo", {
    steps: () => [
        {
            trigger: ".o_kanban_record:contains('Site A')",
            run: "click",
        },
        {
            content: "both answers are offered side by side",
            trigger:
                ".o_dist_answer:has(button[name=action_open_signoff]) button[name=action_open_not_ready]",
        },
        {
            trigger:
                ".o_field_widget[name=line_ids] .o_kanban_record:contains('Documents') button[name=action_attest]",
            run: "click",
        },
        {
            content: "a file that is called a photo and is none",
            trigger: ".modal button:contains('Take a Photo')",
            run() {
                const input = document.querySelector(".modal input[capture]");
                takePhoto(
                    input,
                    "broken.png",
                    new Blob(["no photo"], {type: "image/png"})
                );
            },
        },
        {
            trigger: ".modal .o_attachment:contains('broken.png')",
        },
        {
            trigger: ".modal-footer button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".modal:contains('called an image and can')",
        },
        {
            trigger: ".modal:contains('called an image and can') .modal-footer button",
            run: "click",
        },
        {
            content: "take it away and take a real one",
            trigger: ".modal .o_attachment:contains('broken.png') .o_attachment_delete",
            run: "click",
        },
        {
            trigger: ".modal:not(:has(.o_attachment)) button:contains('Take a Photo')",
            async run() {
                const input = document.querySelector(".modal input[capture]");
                takePhoto(input, "floor.png", await picture());
            },
        },
        {
            trigger: ".modal .o_attachment:contains('floor.png')",
        },
        {
            trigger: ".modal-footer button[name=action_confirm]",
            run: "click",
        },
        {
            content: "the photo is on the line",
            trigger:
                "body:not(:has(.modal)) .o_kanban_record:contains('Documents') .o_dist_evidence img",
        },
        {
            trigger: ".o_dist_answer button[name=action_open_not_ready]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=statement] textarea:visible",
            run: "edit The printers are missing.",
        },
        {
            trigger: ".modal-footer button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=hash]",
        },
        {
            trigger: ".modal-footer button:contains('Close')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});
