from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import RolloutCommon

DRAWN = """
(async () => {
    const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
    for (let turn = 0; turn < 200; turn++) {
        await pause(100);
        const canvas = document.querySelector(".o_graph_renderer canvas");
        const chart = canvas && window.Chart.getChart(canvas);
        if (chart) {
            const found = Object.fromEntries(
                chart.data.datasets.map((line) => [line.label, line.data])
            );
            const wanted = %s;
            if (JSON.stringify(found) !== JSON.stringify(wanted)) {
                throw new Error(`drawn: ${JSON.stringify(found)}`);
            }
            console.log("test successful");
            return;
        }
    }
    throw new Error("there is no graph");
})();
"""


@tagged("post_install", "-at_install")
class TestGapGraph(RolloutCommon, HttpCase):
    def test_days_without_a_value_are_gaps(self):
        measure = self._create_measure("drawn")
        today = fields.Date.today()
        for site, age, numerator, denominator in (
            (self.site_a, 5, 3, 4),
            (self.site_b, 5, 1, 2),
            # nothing to count
            (self.site_a, 4, 0, 0),
            (self.site_b, 4, 0, 4),
            # the day between them is nobody's
            (self.site_b, 2, 1, 1),
        ):
            self._store(
                measure, site, today - timedelta(days=age), numerator, denominator
            )
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "Drawn",
                "res_model": "dist.measure.value",
                "view_mode": "graph",
                "domain": [("measure_id", "=", measure.id)],
            }
        )
        names = self.site_a.display_name, self.site_b.display_name
        self.browser_js(
            f"/odoo/action-{action.id}",
            DRAWN % f'{{"{names[0]}": [75, null, null], "{names[1]}": [50, 0, 100]}}',
            "Boolean(odoo.__WOWL_DEBUG__?.root)",
            login=self.user_viewer.login,
        )
