import {registry} from "@web/core/registry";

const FILES = {
    "locations.csv": "code,name,parent\nR1,Rack 1,R\nR,Row,\n",
    "suppliers.csv": "code,name,country\nV1,Würth Söhne,DE\nV2,Côté Mer,FR\n",
    "customers.csv": "code,name,city\nC1,Café Königlich,Köln\nC2,Padaria,São Paulo\n",
    "products.csv":
        "code,name,barcode,price,supplier,inactive,pack\n" +
        "P1,Apple,4006381333931,2.50,V1,0,\nP2,Pear,,1.25,V2,0,12 x 1 kg\n",
    "stock.csv": "product,location,qty\nP1,R1,10\nP2,R1,20\n",
    "orders.csv": "number,customer,date,shipped\n1001,C1,4/8/2026,\n",
    "lines.csv": "order,product,qty,price,discount\n1001,P1,3,2.45,0.15\n",
};

/**
 * Fill a file input the way a person does in the file dialog.
 *
 * @param {String} selector of the input
 * @param {Object} files content by name
 */
function chooseFiles(selector, files) {
    const transfer = new DataTransfer();
    for (const [name, content] of Object.entries(files)) {
        transfer.items.add(new File([content], name, {type: "text/csv"}));
    }
    const input = document.querySelector(selector);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", {bubbles: true}));
}

const click = (content, trigger) => ({content, trigger, run: "click"});
const see = (content, trigger) => ({content, trigger});

registry.category("web_tour.tours").add("dist_migration_steward", {
    steps: () => [
        see("the files that are needed are named", ".alert:contains('products.csv')"),
        click("open the upload", "button[name='action_upload']:contains('Upload')"),
        {
            content: "choose all files at once",
            trigger: ".modal .o_field_many2many_binary .o_attach",
            run: () => chooseFiles(".modal .o_field_many2many_binary input", FILES),
        },
        see(
            "all are there",
            ".modal .o_attachments:has(.o_attachment:eq(6)), .modal:has(.o_attachment:contains('lines.csv'))"
        ),
        click("add them", ".modal button[name='action_confirm']"),
        see("the file is listed", ".o_data_row:contains('products.csv')"),
        click("stage", "button[name='action_stage'].btn-primary"),
        click("validate", "button[name='action_validate'].btn-primary"),
        see(
            "validated",
            ".o_statusbar_status .o_arrow_button_current:contains('Validated')"
        ),
        click("see what was found", ".oe_stat_button:contains('Warnings')"),
        click(
            "findings are grouped by who fixes them",
            ".o_group_name:contains('Data Owner')"
        ),
        see("and by rule", ".o_group_name:contains('Pack size')"),
        click(
            "back to the cycle",
            ".o_back_button, .breadcrumb-item a:contains('Tour')"
        ),
        click("simulate", "button[name='action_simulate']"),
        click("see the outcome", ".nav-link:contains('Simulation')"),
        see(
            "what would happen",
            ".o_field_widget:contains('Products: would create 2')"
        ),
        click("load", "button[name='action_load'].btn-primary"),
        click("yes", ".modal .btn-primary:contains('Ok')"),
        see("it runs", ".alert:contains('running in the background')"),
    ],
});

registry.category("web_tour.tours").add("dist_migration_reconcile", {
    steps: () => [
        see("the load is done", ".o_field_widget:contains('12 of 12')"),
        click("reconcile", "button[name='action_reconcile']"),
        see("it agrees", ".ribbon:contains('Passed')"),
        see("controls", ".o_data_row:contains('On hand by product, location')"),
        click("evidence", ".nav-link:contains('Evidence')"),
        see("checksums", ".o_field_widget:contains('products.csv')"),
        click("discrepancies", "button[name='action_view_discrepancies']"),
        see("there are none", ".o_view_nocontent_smiling_face"),
    ],
});

registry.category("web_tour.tours").add("dist_migration_controller", {
    steps: () => [
        see("controls", ".o_data_row:contains('Open order lines')"),
        click("sign", "button[name='action_open_signoff']"),
        see("the signature dialog", ".modal .o_form_view"),
        click("not now", ".modal .btn-close, .modal button[special='cancel']"),
    ],
});

const openCase = () => [
    click(
        "its control",
        ".o_group_name:contains('On hand by product, location, lot and owner, quantity')"
    ),
    click("the difference", ".o_data_row:contains('P2') .o_data_cell"),
];

const settle = (button, text, state) => [
    click("open the dialog", `button[name='${button}']`),
    {
        content: "say why",
        trigger: ".modal .o_field_widget[name='text'] textarea",
        run: `edit ${text}`,
    },
    click("confirm", ".modal button[name='action_confirm']"),
    see(state, `.o_statusbar_status .o_arrow_button_current:contains('${state}')`),
];

registry.category("web_tour.tours").add("dist_migration_case_steward", {
    steps: () => [
        ...openCase(),
        click("take it", "button[name='action_assign']"),
        see("it is assigned", ".o_arrow_button_current:contains('Assigned')"),
        ...settle("action_explain", "Two crates were left behind.", "Explained"),
        see("only the controller accepts", "body:not(:has([name='action_accept']))"),
    ],
});

registry.category("web_tour.tours").add("dist_migration_case_controller", {
    steps: () => [
        ...openCase(),
        see("explained by the steward", ".o_form_view:contains('left behind')"),
        ...settle("action_accept", "Written off by the board.", "Accepted"),
    ],
});

registry.category("web_tour.tours").add("dist_migration_controller_signs", {
    steps: () => [
        click("sign", "button[name='action_open_signoff']"),
        {
            content: "the statement",
            trigger: ".modal .o_field_widget[name='confirmed'] input",
            run: "check",
        },
        click("draw", ".modal .o_field_widget[name='signature'] .o_signature"),
        click("adopt", ".modal-footer button.btn-primary:contains('Adopt'):enabled"),
        see("it is drawn", ".modal .o_field_widget[name='signature'] img.o_signature"),
        click("confirm", ".modal-footer button[name='action_confirm']:visible"),
        see("signed", ".modal:contains('Your signature is recorded')"),
        click("close", ".modal-footer button:contains('Close')"),
        see("on the run", ".o_form_view:contains('Signed')"),
    ],
});

// on a phone: registers are cards, and stat buttons hide behind "More"
registry.category("web_tour.tours").add("dist_migration_site_manager", {
    steps: () => [
        click("the run of the site", ".o_kanban_record:contains('Differences')"),
        see("the figures", ".o_form_view:contains('On hand by product, location')"),
        see(
            "finance signs, not the site",
            ".o_form_view:not(:has([name='action_open_signoff']))"
        ),
        click("what differs", "button[name='action_view_discrepancies']"),
        click("the goods of the site", ".o_kanban_record:contains('P2')"),
        see("what stands in Odoo", ".o_form_view .o_field_widget[name='odoo_value']"),
        click("open the record", "button[name='action_open_record']"),
        see("the goods on the shelf", ".o_form_view, .o_list_view, .o_kanban_view"),
    ],
});

registry.category("web_tour.tours").add("dist_migration_form", {
    steps: () => [see("the form", ".o_form_view .o_field_widget[name='name']")],
});
