/**
 * Opens screens one after the other, as a person would by clicking, and has axe-core
 * look at the action area of each where it is given. Ends with a message for the test
 * runner, or with what failed.
 *
 * @param {Object[]} screens action, views, model, and the id of a record to open
 * @param {Object|null} axe what axe-core needs:
 *   {Number} library the id of the attachment that holds it
 *   {String[]} views the kinds of views it looks at, beside forms
 *   {String[]|null} known defects of Odoo's own screens; null collects them instead
 *   {String[]} widgets how the classes of Odoo's widgets begin
 */
async (screens, axe) => {
    const {env} = odoo.__WOWL_DEBUG__.root;
    const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
    const found = new Set();

    const settled = async (what) => {
        for (let turn = 0; turn < 300; turn++) {
            await pause(50);
            if (document.querySelector(".o_error_dialog")) {
                throw new Error(`${what} shows an error`);
            }
            const view = document.querySelector(".o_action_manager .o_view_controller");
            if (view && !document.querySelector(".o_blockUI")) {
                return;
            }
        }
        throw new Error(`${what} does not open`);
    };

    /** The first class of Odoo's around an element, without numbers at its end. */
    const widget = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const name = [...one.classList].find((name) => /^o[_-]/.test(name));
            if (name) {
                return name.replace(/_?\d+$/, "");
            }
        }
    };

    const look = async (what) => {
        await pause(150);
        const {violations} = await window.axe.run(
            document.querySelector(".o_action_manager"),
            {elementRef: true, resultTypes: ["violations"]}
        );
        for (const {id, nodes} of violations) {
            for (const {element, html} of nodes) {
                const name = widget(element);
                const defect = `${id} ${element.tagName} ${name}`;
                if (!axe.known) {
                    found.add(defect);
                } else if (
                    !axe.known.includes(defect) &&
                    !axe.widgets.some((start) => name?.startsWith(start))
                ) {
                    found.add(`${what}: ${defect}: ${html}`);
                }
            }
        }
    };

    const show = async (what, action, options) => {
        await env.services.action.doAction(action, options);
        await settled(what);
        const view = options?.viewType;
        if (axe && (!view || axe.views.includes(view))) {
            await look(what);
        }
    };

    try {
        if (axe) {
            (0, eval)(await (await fetch(`/web/content/${axe.library}`)).text());
        }
        for (const {action, views, model, record, groupBy} of screens) {
            for (const viewType of views) {
                await show(`${action} ${viewType}`, action, {
                    clearBreadcrumbs: true,
                    viewType,
                    additionalContext: groupBy ? {group_by: [groupBy]} : {},
                });
            }
            if (record) {
                await show(`${model} ${record}`, {
                    type: "ir.actions.act_window",
                    res_model: model,
                    res_id: record,
                    views: [[false, "form"]],
                });
            }
        }
        if (window.stolen) {
            throw new Error("a name was run as a script");
        }
        if (axe && !axe.known) {
            await env.services.orm.create("ir.attachment", [
                {name: "known defects", description: JSON.stringify([...found])},
            ]);
        } else if (found.size) {
            throw new Error([...found].join("\n"));
        }
        console.log("test successful");
    } catch (error) {
        console.error(error.message);
    }
};
