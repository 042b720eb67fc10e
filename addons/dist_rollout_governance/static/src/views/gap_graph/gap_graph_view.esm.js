import {graphView} from "@web/views/graph/graph_view";
import {registry} from "@web/core/registry";

/**
 * What was not measured is a gap in the line, where Odoo draws a zero: a day without
 * cases has no rate.
 */
export class GapGraphModel extends graphView.Model {
    async load(searchParams) {
        const context = {...searchParams.context, fill_temporal: 0};
        return super.load({...searchParams, context});
    }

    _getData() {
        const data = super._getData(...arguments);
        const isGrouped = this.metaData.groupBy.length > 0;
        for (const dataset of data.datasets) {
            dataset.data = dataset.data.map((value, place) => {
                // There is a domain where there are records
                const isThere = !isGrouped || dataset.domains[place].length > 0;
                return isThere && typeof value === "number" ? value : null;
            });
        }
        return data;
    }
}

registry.category("views").add("dist_gap_graph", {
    ...graphView,
    Model: GapGraphModel,
});
