from odoo import api, models

from ..demo_program.program import DemoProgram


class DistRolloutDemo(models.AbstractModel):
    """Builds the demo program, see ``demo_program``. Nothing of it is callable."""

    _name = "dist.rollout.demo"
    _description = "Demo Program"

    @api.model
    def _build(self):
        """Build the demo program once; a second call leaves it as it is."""
        DemoProgram(self.env).build()
