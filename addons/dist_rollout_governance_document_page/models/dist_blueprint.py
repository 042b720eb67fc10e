from odoo import models


class DistBlueprint(models.Model):
    _inherit = "dist.blueprint"

    def _decision_obstacles(self):
        obstacles = super()._decision_obstacles()
        for element in self.element_ids:
            if element.page_id and not element.page_revision_id:
                obstacles.append(
                    self.env._(
                        "The page of %(element)s has no approved text yet.",
                        element=element.display_name,
                    )
                )
        return obstacles
