from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError

# while the old system can still take over
WATCHED_STATES = ("cutover", "hypercare")


class DistWaveRollbackThreshold(models.Model):
    """What must hold at a site during cutover and hypercare, or the wave goes back.

    A criterion of one site: when its result turns to *failed* while the wave is in
    cutover or hypercare, the board recommends to roll back. *No evidence* and *stale*
    recommend nothing; they are shown.
    """

    _name = "dist.wave.rollback.threshold"
    _description = "Rollback Threshold"
    _inherit = "dist.criterion.mixin"
    _order = "wave_id, sequence, site_id, id"
    _immutable_fields = frozenset({"wave_id", "site_id"})

    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        required=True,
        ondelete="cascade",
        index=True,
    )
    wave_state = fields.Selection(related="wave_id.state", string="Wave Status")
    site_id = fields.Many2one(
        "dist.site", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(
        required=True,
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    is_crossed = fields.Boolean(
        string="Roll Back",
        compute="_compute_is_crossed",
        help="The threshold is crossed while the wave can still go back.",
    )

    _source_computed = models.Constraint(
        "CHECK (source = 'computed')",
        "A rollback threshold is a threshold on a measure.",
    )
    _site_measure_uniq = models.UniqueIndex(
        "(wave_id, site_id, measure_id) WHERE measure_id IS NOT NULL",
        "The site has a threshold on this measure in the wave already.",
    )

    @api.depends("measure_id")
    def _compute_name(self):
        for threshold in self:
            threshold.name = threshold.name or threshold.measure_id.name

    @api.depends("result", "wave_id.state")
    def _compute_is_crossed(self):
        for threshold in self:
            threshold.is_crossed = (
                threshold.result == "failed"
                and threshold.wave_id.state in WATCHED_STATES
            )

    @api.constrains("wave_id", "site_id")
    def _check_site_in_wave(self):
        # sudo: sites of every company count for the wave
        for threshold in self.sudo():
            if threshold.site_id not in threshold.wave_id.site_ids:
                raise UserError(
                    self.env._(
                        "%(site)s is not a site of %(wave)s.",
                        site=threshold.site_id.display_name,
                        wave=threshold.wave_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        thresholds = super().create(vals_list)
        thresholds._check_before_cutover()
        # sudo: results are protected outputs that follow from the measures
        thresholds.sudo()._evaluate()
        return thresholds

    def write(self, vals):
        is_other = not vals.keys().isdisjoint(
            self.env["dist.criterion.definition.mixin"]._fields
        )
        if is_other:
            self._check_before_cutover()
        result = super().write(vals)
        if is_other:
            # sudo: as above; another threshold has another result
            self.sudo()._evaluate()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_watched(self):
        self._check_before_cutover()

    def _check_before_cutover(self):
        """Raise when the thresholds are needed: they are agreed on beforehand."""
        for wave in self.wave_id:
            if wave.state in WATCHED_STATES:
                raise UserError(
                    self.env._(
                        "%(wave)s is in cutover or hypercare. Its rollback thresholds "
                        "were agreed on before and stay as they are.",
                        wave=wave.name,
                    )
                )

    def _threshold_vals(self):
        """Return the values for the same threshold at another site of the wave."""
        return {
            **self._definition_vals(),
            "wave_id": self.wave_id.id,
            "sequence": self.sequence,
            "name": self.name,
        }

    def _after_result_changed(self):
        """Put a crossed threshold before the wave lead."""
        result = super()._after_result_changed()
        crossed = self.filtered("is_crossed")
        for wave, thresholds in crossed.grouped("wave_id").items():
            wave._tell_thresholds_crossed(thresholds)
        return result

    def _sentence(self):
        """Return the threshold and what is there as a sentence for people."""
        self.ensure_one()
        return self.env._(
            "%(site)s: %(threshold)s is %(actual)s, must be %(criterion)s.",
            site=self.site_id.display_name,
            threshold=self.name,
            actual=self.actual_text,
            criterion=self.criterion_text,
        )

    def _sentences_as_html(self):
        return Markup("<br/>").join(escape(one._sentence()) for one in self)
