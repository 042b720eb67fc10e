from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

COMPUTE_PREFIX = "_dist_measure_"
FACTS_PREFIX = "_dist_facts_"
RECORDS_PREFIX = "_dist_records_"


class DistMeasure(models.Model):
    """What is measured, and which method answers for it.

    A measure is shipped as a data record by the addon that can compute it. Its
    provider method answers for all sites and a window of days with one grouped
    query (see ``dist.measure.provider``); the values are kept per site and local
    day as numerator and denominator, so days add up to weeks and sites to
    companies. A measure without a compute method is filled by another process, such
    as a reconciliation, through :meth:`_store_values`; its provider, if it has one,
    only answers which records stand behind a value.
    """

    _name = "dist.measure"
    _description = "Measure"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(
        string="Definition",
        translate=True,
        help="Numerator, denominator, grain, what is left out and the reference.",
    )
    unit = fields.Selection(
        [
            ("percent", "%"),
            ("count", "Count"),
            ("quantity", "Quantity"),
            ("amount", "Amount"),
            ("hours", "Hours"),
            ("days", "Days"),
        ],
        required=True,
        default="percent",
    )
    direction = fields.Selection(
        [("higher", "Higher is better"), ("lower", "Lower is better")],
        required=True,
        default="higher",
    )
    kind = fields.Selection(
        [
            ("ratio", "Ratio"),
            ("sum", "Sum"),
            ("level", "Level (snapshot)"),
            ("duration", "Duration"),
            ("rate", "Rate"),
        ],
        required=True,
        default="ratio",
        help="Ratio: numerator over denominator, in percent. Sum: adds up over days. "
        "Level: state at the end of the site's day, taken daily and never "
        "recomputed; one that was taken after the day's end says so. Duration: sum "
        "over number of cases. Rate: numerator over denominator, in the measure's "
        "unit.",
    )
    grain = fields.Selection(
        [("site", "Site"), ("company", "Company")],
        required=True,
        default="site",
        help="What has a value a day. Figures of the books belong to a company: the "
        "criteria of its sites use that one.",
    )
    workstream = fields.Selection(
        [
            ("sales", "Sales"),
            ("purchase_inventory", "Purchase and Inventory"),
            ("accounting", "Accounting"),
            ("support", "Support"),
        ],
        index=True,
        help="The board on which the measure stands.",
    )
    is_proxy = fields.Boolean(
        string="Approximation",
        help="Odoo keeps no record of the thing itself: the definition says what is "
        "counted instead.",
    )
    topic = fields.Char(
        help="Events of this topic queue the changed day for the measure.",
    )
    provider_model = fields.Char(readonly=True)
    compute_method = fields.Char(readonly=True)
    records_method = fields.Char(readonly=True)
    records_model = fields.Char(
        readonly=True, help="Model of the records that a provider of facts counts."
    )
    dimensions = fields.Char(
        readonly=True,
        help="What a provider of facts breaks the values down by, separated by commas.",
    )
    target_default = fields.Float(
        string="Default Target",
        digits=(16, 2),
        help="Used where neither the program nor the site sets a target.",
    )
    has_target_default = fields.Boolean(
        string="Has a Default Target",
        help="Without it, the measure is neither green nor red until a program or site "
        "sets a target.",
    )
    amber_margin = fields.Float(
        default=5.0,
        digits=(16, 2),
        help="Percent of the target by which a value may miss it and still be amber "
        "instead of red.",
    )
    target_ids = fields.One2many("dist.measure.target", "measure_id", string="Targets")
    last_computed_at = fields.Datetime(readonly=True)
    last_error = fields.Text(
        readonly=True,
        help="Why the last computation failed. Empty when it went well.",
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "A measure with this code exists already."
    )

    @api.constrains("provider_model", "compute_method", "records_method")
    def _check_provider(self):
        for measure in self.filtered("provider_model"):
            provider = self.env.get(measure.provider_model)
            if measure._has_facts():
                methods = [(measure.compute_method, FACTS_PREFIX)]
            else:
                methods = [(measure.records_method, RECORDS_PREFIX)]
                if measure.compute_method:
                    methods.append((measure.compute_method, COMPUTE_PREFIX))
            for name, prefix in methods:
                if (
                    not name
                    or not name.startswith(prefix)
                    or not callable(getattr(provider, name, None))
                ):
                    raise ValidationError(
                        self.env._(
                            "Measure %(code)s: %(model)s has no method %(method)s. "
                            "Provider methods start with %(prefix)s.",
                            code=measure.code,
                            model=measure.provider_model,
                            method=name,
                            prefix=prefix,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._refuse_provider_change(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._refuse_provider_change(vals)
        return super().write(vals)

    def _refuse_provider_change(self, *vals_list):
        """Which code computes a measure is decided by the addon that ships it."""
        provider_fields = {
            "provider_model",
            "compute_method",
            "records_method",
            "records_model",
            "dimensions",
        }
        if any(vals.get(name) for vals in vals_list for name in provider_fields):
            raise AccessError(
                self.env._("The provider of a measure comes with its addon.")
            )

    def _has_facts(self):
        """Say whether the provider answers with the rows that a value counts."""
        return (self.compute_method or "").startswith(FACTS_PREFIX)

    def _scopes(self, sites):
        """Return what has values of this measure: the sites, or their companies."""
        if self.grain == "company" and sites._name == "dist.site":
            return sites.company_id
        return sites

    def _dimension_names(self):
        return [name.strip() for name in (self.dimensions or "").split(",") if name]

    @api.model
    def _get(self, code):
        """Return the measure with this code, archived or not; empty when unknown."""
        return self.with_context(active_test=False).search(
            [("code", "=", code)], limit=1
        )

    def action_open_values(self):
        """Open the measure's values."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_measure_value_action"
        )
        return dict(action, domain=[("measure_id", "=", self.id)], context={})

    def action_backfill(self):
        """Queue the measure's days of every site since its cutover."""
        self.env["dist.measure"].check_access("write")
        sites = self.env["dist.site"].search([("cutover_at", "!=", False)])
        sites._backfill_since_cutover()
        # sudo: the job runs as the system; only its schedule is moved forward.
        self.env.ref(
            "dist_rollout_governance.ir_cron_measure_compute"
        ).sudo()._trigger()

    def _action_open_records(self, site, date_from, date_to, part=None):
        """Return the window action on exactly the records a value counted.

        :param site: the site; of a measure of companies, its company's records
        :param part: ``(dimension, label)`` of a breakdown, to open its records only
        :raises UserError: for a measure that has no records of its own
        """
        self.ensure_one()
        # A measure may outlive the addon that knows its records.
        provider = self.env.get(self.provider_model or "")
        if provider is None:
            raise UserError(
                self.env._(
                    "%(measure)s is filled by a reconciliation or an attestation: "
                    "open that document to see what stands behind it.",
                    measure=self.name,
                )
            )
        scope = self._scopes(site)
        if self._has_facts():
            model = self.records_model
            domain = provider._facts_domain(self, scope, date_from, date_to, part)
        else:
            model, domain = getattr(provider, self.records_method)(
                self, scope, date_from, date_to
            )
        return self._records_action(scope, model, domain)

    def _records_action(self, scope, model, domain):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(measure)s, %(site)s", measure=self.name, site=scope.display_name
            ),
            "res_model": model,
            # The card view is what a phone opens.
            "view_mode": "list,kanban,form",
            "domain": list(domain),
            "context": {"create": False, "active_test": False},
        }
