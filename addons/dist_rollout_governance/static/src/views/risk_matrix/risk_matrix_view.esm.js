import {PivotRenderer} from "@web/views/pivot/pivot_renderer";
import {_t} from "@web/core/l10n/translation";
import {pivotView} from "@web/views/pivot/pivot_view";
import {registry} from "@web/core/registry";

// Lowest score of each level, as in the model of risks.
const LEVELS = [
    [16, "critical", _t("critical")],
    [10, "high", _t("high")],
    [5, "medium", _t("medium")],
    [0, "low", _t("low")],
];

/**
 * A pivot of probability by impact whose cells carry the level of their score, as a
 * colour and as a word. Grouped in another way it is a pivot like any other.
 */
export class RiskMatrixRenderer extends PivotRenderer {
    static template = "dist_rollout_governance.RiskMatrixRenderer";

    /**
     * @returns {Boolean} whether the pivot shows probability by impact
     */
    get isRiskMatrix() {
        const {fullRowGroupBys, fullColGroupBys} = this.model.metaData;
        return (
            fullRowGroupBys.join() === "probability" &&
            fullColGroupBys.join() === "impact"
        );
    }

    /**
     * @param {Object} cell
     * @returns {Array|undefined} level of the cell: code and word
     */
    riskLevel(cell) {
        const [rows, columns] = cell.groupId;
        if (
            !this.isRiskMatrix ||
            rows.length !== 1 ||
            columns.length !== 1 ||
            cell.value === undefined
        ) {
            return undefined;
        }
        const score = rows[0] * columns[0];
        return LEVELS.find(([lowest]) => score >= lowest).slice(1);
    }
}

registry.category("views").add("dist_risk_matrix", {
    ...pivotView,
    Renderer: RiskMatrixRenderer,
});
