from odoo import api, fields, models


class DistWave(models.Model):
    _name = "dist.wave"
    _inherit = ["dist.wave", "dist.wave.command.center.mixin"]

    hypercare_ids = fields.One2many("dist.hypercare", "wave_id", string="Hypercare")
    hypercare_count = fields.Integer(compute="_compute_hypercare_count")
    hypercare_exited_count = fields.Integer(
        string="Sites Exited", compute="_compute_hypercare_count"
    )

    @api.depends("hypercare_ids.state")
    def _compute_hypercare_count(self):
        states = dict(
            self.env["dist.hypercare"]._read_group(
                [("wave_id", "in", self.ids)], ["wave_id"], ["state:array_agg"]
            )
        )
        for wave in self:
            found = states.get(wave._origin, [])
            wave.hypercare_count = len(found)
            wave.hypercare_exited_count = found.count("exited")

    def action_start_hypercare(self):
        result = super().action_start_hypercare()
        # sudo: role and conditions were checked by the step itself; the sites may
        # belong to companies the user does not see.
        self.sudo()._create_hypercare()
        return result

    def _create_hypercare(self):
        """Create the hypercare of each site that has none in this wave yet."""
        self.env["dist.hypercare"].create(
            [
                {"wave_id": wave.id, "site_id": site.id}
                for wave in self
                for site in wave.site_ids - wave.hypercare_ids.site_id
            ]
        )

    def _stabilize_obstacles(self):
        obstacles = super()._stabilize_obstacles()
        exited = self.hypercare_ids.filtered(
            lambda hypercare: hypercare.state == "exited"
        )
        return obstacles + [
            self.env._(
                "%(site)s has not been exited from hypercare.", site=site.display_name
            )
            for site in self.site_ids - exited.site_id
        ]

    def action_open_hypercare(self):
        """Open the hypercare board of the wave."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_hypercare.dist_hypercare_action"
        )
        return dict(action, domain=[("wave_id", "=", self.id)], context={})
