from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError

from .dist_criterion_mixin import DistCriterionMixin
from .dist_risk import WATCHED_STATES


class DistRiskIndicator(models.Model):
    """An early warning: a criterion at a site that fails before the damage is done.

    The criterion says what is healthy; when it fails, the threshold is crossed. No
    evidence and old evidence warn of nothing and are shown as what they are.

    An indicator is *armed* until it has taken up a crossing, and again once the
    criterion has passed. So a crossing counts once, however often it is evaluated, and
    a value that goes missing in between is not a new crossing. A crossing while the
    risk is closed is not taken up: the indicator stays armed.
    """

    _name = "dist.risk.indicator"
    _description = "Risk Indicator"
    _inherit = "dist.criterion.mixin"
    _order = "risk_id, site_id, id"
    _rec_name = "measure_id"
    _protected_fields = DistCriterionMixin._protected_fields | {
        "is_armed",
        "crossed_at",
    }
    _immutable_fields = frozenset({"risk_id", "site_id"})

    risk_id = fields.Many2one(
        "dist.risk", required=True, ondelete="cascade", index=True
    )
    site_id = fields.Many2one(
        "dist.site",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('program_id', '=', program_id)]",
    )
    program_id = fields.Many2one(
        related="risk_id.program_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="site_id.company_id", store=True, index=True, precompute=True
    )
    risk_state = fields.Selection(related="risk_id.state", string="Risk Status")
    is_armed = fields.Boolean(
        string="Watching",
        default=True,
        readonly=True,
        copy=False,
        help="A crossing will be taken up. Not set: this one has been, and the figure "
        "has not been healthy since.",
    )
    crossed_at = fields.Datetime(
        string="Last Crossed", readonly=True, copy=False, index=True
    )

    _measure_uniq = models.UniqueIndex(
        "(risk_id, site_id, measure_id) WHERE measure_id IS NOT NULL",
        "The risk has an indicator with this measure at this site already.",
    )

    @api.depends("measure_id", "site_id")
    def _compute_display_name(self):
        for indicator in self:
            what = indicator.measure_id.name or self.env._("Attested")
            indicator.display_name = f"{what} / {indicator.site_id.display_name}"

    @api.constrains("risk_id", "site_id")
    def _check_site(self):
        # sudo: risk and site are compared whoever may read them.
        for indicator in self.sudo():
            risk = indicator.risk_id
            if indicator.site_id.program_id != risk.program_id or (
                risk.site_id and indicator.site_id != risk.site_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(risk)s does not concern %(site)s: choose a site of the "
                        "risk.",
                        risk=risk.name,
                        site=indicator.site_id.display_name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        definition = ("source", "measure_id", "operator", "threshold")
        if not vals.keys().isdisjoint(definition):
            # Another line is watched from here on.
            self.sudo()._rearm()
        return result

    def _rearm(self):
        """Watch for the next crossing."""
        self.filtered(lambda indicator: not indicator.is_armed).is_armed = True

    def _after_result_changed(self):
        result = super()._after_result_changed()
        # sudo: state and tasks follow from the measures, whoever brought the value.
        indicators = self.sudo()
        indicators.filtered(lambda line: line.result == "passed")._rearm()
        indicators._take_up()
        return result

    def _take_up(self):
        """Trigger the risks of the indicators that have crossed, once a crossing."""
        crossed = self.with_user(SUPERUSER_ID).filtered(
            lambda line: line.result == "failed"
            and line.is_armed
            and line.risk_id.active
            and line.risk_id.state in (*WATCHED_STATES, "triggered")
        )
        if not crossed:
            return
        crossed.write({"is_armed": False, "crossed_at": fields.Datetime.now()})
        for risk, lines in crossed.grouped("risk_id").items():
            reason = " ".join(dict.fromkeys(map(self._crossing_sentence, lines)))
            if risk.state == "triggered":
                risk.message_post(body=reason)
            else:
                risk._trigger(reason)

    @api.model
    def _crossing_sentence(self, line):
        """Return what was crossed as a sentence for the readers of the risk.

        A risk of the whole program is read in every company: which site it is and
        what its figure is stands on the indicators, which follow the site's company.
        """
        if not line.risk_id.site_id:
            return self.env._(
                "%(indicator)s: not healthy any more. The indicators show where.",
                indicator=line.measure_id.name or self.env._("Attestation"),
            )
        if line.source == "attested":
            return self.env._(
                "%(site)s: attested as not healthy.", site=line.site_id.display_name
            )
        return self.env._(
            "%(site)s: %(measure)s is %(actual)s, healthy is %(criterion)s.",
            site=line.site_id.display_name,
            measure=line.measure_id.name,
            actual=line.actual_text,
            criterion=line.criterion_text,
        )

    @api.model
    def _measures_changed(self, measures, site_ids):
        """Evaluate the indicators that a reconciliation has spoken to."""
        self.search(
            [
                ("measure_id", "in", measures.ids),
                ("site_id", "in", site_ids),
                ("risk_id.state", "!=", "closed"),
            ]
        )._evaluate()

    @api.model
    def _cron_evaluate(self):
        """Evaluate the indicators of the risks that are not closed, by program."""
        groups = self._read_group(
            [("risk_id.state", "!=", "closed"), ("risk_id.active", "=", True)],
            ["program_id"],
            ["id:recordset"],
        )
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=len(groups))
        for _program, indicators in groups:
            indicators._evaluate()
            if not Cron._commit_progress(1):
                break
