from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

KINDS = [
    ("carrier", "Carrier"),
    ("edi", "EDI"),
    ("3pl", "3PL"),
    ("bank", "Bank"),
    ("payment", "Payment"),
    ("tax", "Tax"),
    ("shop", "Webshop or Marketplace"),
    ("bi", "Reporting (BI)"),
    ("other", "Other"),
]
SCOPES = [
    ("program", "Whole Program"),
    ("company", "Companies"),
    ("sites", "Sites"),
]
VALID_DAYS = 90


class DistIntegration(models.Model):
    """An interface to somebody else's system: who answers for it, what was tested.

    It serves the sites of its scope. What was tested is kept in
    ``dist.integration.test``: of the tests that are about a site, its own and those of
    all sites, the latest one counts, until its last day. ``_sql_site_status`` says so
    for gates, forms and the activation alike.
    """

    _name = "dist.integration"
    _description = "Integration"
    _inherit = "dist.owned.mixin"
    _order = "program_id, kind, name, id"
    _protected_fields = frozenset({"state", "activated_at"})

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(KINDS, required=True, default="carrier", tracking=True)
    direction = fields.Selection(
        [("in", "Inbound"), ("out", "Outbound"), ("both", "Both Ways")],
        required=True,
        default="both",
        help="Inbound: the other side sends to this system.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Counterpart", ondelete="restrict", index="btree_not_null"
    )
    description = fields.Text(help="What is exchanged, how, and how often.")
    is_critical = fields.Boolean(
        string="Critical",
        default=True,
        tracking=True,
        help="A site does not go live before it has passed its test.",
    )
    dependence = fields.Selection(
        [
            ("waits", "Go-live waits for it"),
            ("workaround", "Goes live with a workaround"),
            ("later", "Comes after the go-live"),
        ],
        string="Go-live",
        required=True,
        default="waits",
        tracking=True,
    )
    workaround = fields.Text(help="What people do as long as it does not work.")
    volume_per_day = fields.Integer(help="Messages on a normal day.")
    tolerance = fields.Float(
        string="Tolerated Exceptions (%)",
        digits=(16, 2),
        tracking=True,
        help="Share of the messages of a test that may be exceptions.",
    )
    valid_days = fields.Integer(
        string="Test Valid For (Days)",
        default=VALID_DAYS,
        required=True,
        help="A passed test counts for so many days; 0 for ever.",
    )
    scope = fields.Selection(SCOPES, required=True, default="program", tracking=True)
    scope_company_ids = fields.Many2many(
        "res.company", "dist_integration_scope_company_rel", string="For Companies"
    )
    scope_site_ids = fields.Many2many(
        "dist.site",
        "dist_integration_scope_site_rel",
        string="For Sites",
        domain="[('program_id', '=', program_id)]",
    )
    served_site_ids = fields.Many2many(
        "dist.site",
        "dist_integration_served_site_rel",
        string="Sites Served",
        compute="_compute_served_site_ids",
        store=True,
        help="The program's sites in the scope.",
    )
    served_company_ids = fields.Many2many(
        "res.company",
        "dist_integration_served_company_rel",
        string="Companies Served",
        compute="_compute_served_site_ids",
        store=True,
        help="Who may see the integration. Empty: all companies of the program.",
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("active", "Active"),
            ("paused", "Paused"),
            ("retired", "Retired"),
        ],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    activated_at = fields.Datetime(string="Activated", readonly=True, copy=False)
    test_ids = fields.One2many(
        "dist.integration.test", "integration_id", string="Tests"
    )
    test_count = fields.Integer(compute="_compute_test_count")
    status = fields.Selection(
        [
            ("failed", "Failed"),
            ("untested", "Not Tested"),
            ("expired", "Expired"),
            ("passed", "Passed"),
        ],
        string="Test Status",
        compute="_compute_status",
        search="_search_status",
        help="The worst status among the sites it serves.",
    )
    last_tested_on = fields.Date(
        string="Last Test", compute="_compute_status", help="Of any site."
    )
    obstacles = fields.Text(
        string="Before the Activation",
        compute="_compute_obstacles",
        help="What is missing before it can be activated.",
    )

    _volume_positive = models.Constraint(
        "CHECK (volume_per_day >= 0 AND valid_days >= 0)",
        "Volumes and days can't be negative.",
    )
    _tolerance_percent = models.Constraint(
        "CHECK (tolerance >= 0 AND tolerance <= 100)",
        "The tolerance is a share between 0 and 100 percent.",
    )
    _critical_first = models.Constraint(
        "CHECK (dependence <> 'later' OR is_critical IS NOT TRUE)",
        "A critical integration can't come after the go-live.",
    )

    # -- whom it serves -------------------------------------------------------------

    @api.depends(
        "scope",
        "scope_company_ids",
        "scope_site_ids.company_id",
        "program_id.site_ids.active",
        "program_id.site_ids.company_id",
    )
    def _compute_served_site_ids(self):
        for integration in self:
            sites = integration.program_id.site_ids
            if integration.scope == "company":
                companies = integration.scope_company_ids
                sites = sites.filtered(lambda s, c=companies: s.company_id in c)
            elif integration.scope == "sites":
                sites = integration.scope_site_ids
                companies = sites.company_id
            else:
                companies = integration.env["res.company"]
            integration.served_site_ids = sites
            integration.served_company_ids = companies

    @api.constrains("scope", "scope_company_ids", "scope_site_ids", "program_id")
    def _check_scope(self):
        fields_of = {"company": "scope_company_ids", "sites": "scope_site_ids"}
        # sudo: the sites may belong to companies the user does not see
        for integration in self.sudo():
            name = fields_of.get(integration.scope)
            if name and not integration[name]:
                raise ValidationError(
                    self.env._(
                        "Fill in %(scope)s: whom the integration %(name)s serves.",
                        scope=self._fields[name]._description_string(self.env),
                        name=integration.name,
                    )
                )
            for site in integration.scope_site_ids:
                integration._check_program_of(site)

    @api.constrains("dependence", "workaround")
    def _check_workaround(self):
        for integration in self:
            if integration.dependence == "workaround" and not integration.workaround:
                raise ValidationError(
                    self.env._(
                        "Describe the workaround that %(name)s goes live with.",
                        name=integration.name,
                    )
                )

    # -- what was tested ------------------------------------------------------------

    @api.model
    def _sql_site_status(self):
        """Return the query of what the last test of each site says today.

        Its columns are ``integration_id``, ``site_id``, ``tested_on``, ``status`` and
        ``is_over``: whether there were more exceptions than tolerated. Integrations
        that are archived or retired are left out.
        """
        provider = self.env["dist.measure.provider"]
        return SQL(
            """
            SELECT i.id AS integration_id, r.dist_site_id AS site_id, i.is_critical,
                   t.tested_on,
                   CASE WHEN t.id IS NULL THEN 'untested'
                        WHEN t.result = 'passed' AND t.valid_until < %(today)s
                        THEN 'expired'
                        ELSE t.result END AS status,
                   COALESCE(
                       ROUND(100.0 * t.exception_count / NULLIF(t.volume, 0), 2)
                       > i.tolerance, FALSE) AS is_over
              FROM dist_integration i
              JOIN dist_integration_served_site_rel r ON r.dist_integration_id = i.id
              JOIN dist_site s ON s.id = r.dist_site_id AND s.active
              LEFT JOIN LATERAL (
                   SELECT t.id, t.result, t.tested_on, t.valid_until, t.volume,
                          t.exception_count
                     FROM dist_integration_test t
                    WHERE t.integration_id = i.id
                      AND (t.site_id IS NULL OR t.site_id = s.id)
                 ORDER BY t.tested_on DESC, t.id DESC LIMIT 1) t ON TRUE
             WHERE i.active AND i.state <> 'retired'
            """,
            today=provider._sql_today(SQL("s.tz")),
        )

    @api.model
    def _site_statuses(self, condition):
        """Return ``{integration id: [(site id, status, day of the test)]}``.

        :param condition: SQL on ``q``, a row of ``_sql_site_status``
        """
        self.env.flush_all()
        statuses = {}
        for integration, site, status, day in self.env.execute_query(
            SQL(
                """
                SELECT q.integration_id, q.site_id, q.status, q.tested_on
                  FROM (%s) q WHERE %s
                """,
                self._sql_site_status(),
                condition,
            )
        ):
            statuses.setdefault(integration, []).append((site, status, day))
        return statuses

    def _own_site_statuses(self):
        """Return what ``_site_statuses`` does, for these integrations."""
        return self._site_statuses(SQL("q.integration_id = ANY(%s)", list(self.ids)))

    @api.model
    def _worst_status(self, statuses):
        """Return the worst of the statuses of an integration's sites, or none."""
        order = list(dict(self._fields["status"].selection))
        found = [status for _site, status, _day in statuses]
        return min(found, key=order.index, default=False)

    @api.depends("test_ids", "served_site_ids", "active", "state")
    def _compute_status(self):
        statuses = self._own_site_statuses()
        for integration in self:
            found = statuses.get(integration._origin.id, [])
            integration.status = self._worst_status(found)
            integration.last_tested_on = max(
                (day for _site, _status, day in found if day), default=False
            )

    @api.model
    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        # a status of today that no column has: the integrations are named one by one
        statuses = self._site_statuses(SQL("TRUE"))
        found = [
            integration
            for integration, rows in statuses.items()
            if self._worst_status(rows) in value
        ]
        domain = fields.Domain("id", "in", found)
        if False in value:
            domain |= fields.Domain("id", "not in", list(statuses))
        return domain

    @api.depends("test_ids")
    def _compute_test_count(self):
        counts = dict(
            self.env["dist.integration.test"]._read_group(
                [("integration_id", "in", self.ids)], ["integration_id"], ["__count"]
            )
        )
        for integration in self:
            integration.test_count = counts.get(integration._origin, 0)

    @api.depends("test_ids", "served_site_ids", "state")
    def _compute_obstacles(self):
        for integration in self:
            waits = integration._origin and integration.state in ("planned", "paused")
            # sudo: what is missing counts, whoever may see it.
            obstacles = waits and integration.sudo()._activate_obstacles()
            integration.obstacles = "\n".join(obstacles or ()) or False

    def _check_may_test(self, site):
        """Raise unless the user may record a test: of own sites, or as a consultant."""
        self.ensure_one()
        self.check_access("read")
        if site:
            site._check_tester()
        elif not self.env.user.has_group("dist_rollout_governance.group_consultant"):
            raise AccessError(
                self.env._(
                    "Say which of your sites was tested. Only consultants record "
                    "tests for all sites."
                )
            )
        # sudo: the sites it serves may belong to companies the user does not see
        if site and site not in self.sudo().served_site_ids:
            raise UserError(
                self.env._(
                    "%(integration)s does not serve %(site)s.",
                    integration=self.name,
                    site=site.display_name,
                )
            )
        if self.state == "retired" or not self.active:
            raise UserError(
                self.env._("%(integration)s is retired.", integration=self.name)
            )

    def _testable_sites(self):
        """Return the sites it serves of which the user may record a test."""
        self.ensure_one()
        # sudo: of the sites it serves, the search finds those the user may see
        domain = [("id", "in", self.sudo().served_site_ids.ids)]
        if not self.env.user.has_group("dist_rollout_governance.group_consultant"):
            domain.append(("people_ids", "in", self.env.uid))
        return self.env["dist.site"].search(domain)

    def _record_test(self, site, values):
        """Add a test in the user's name and tell the owner when it failed.

        :param site: the site it is about, or none for all sites served
        :param values: the test's own fields, see ``dist.integration.test``
        """
        self._check_may_test(site)
        test = self.env["dist.integration.test"]._append(self, site, values)
        # sudo: site people read the integration; the test is recorded in its log
        integration = self.sudo()
        integration.message_post(body=test._sentence())
        if test.result == "failed":
            integration._tell_responsible(
                self.env._("Integration failed its test"), test._sentence()
            )
        integration._test_changed(site or integration.served_site_ids, test.tested_on)
        return test

    def _test_changed(self, sites, day):
        """Have the measures of the sites follow a test."""
        self.env["dist.measure.queue"]._enqueue(
            "integration_test", [(site.id, day) for site in sites]
        )
        sites._queue_levels()

    @api.model_create_multi
    def create(self, vals_list):
        integrations = super().create(vals_list)
        # sudo: the sites they serve may belong to companies the user does not see
        integrations.sudo().served_site_ids._queue_levels()
        return integrations

    def write(self, vals):
        # sudo: the sites it serves may belong to companies the user does not see
        before = self.sudo().served_site_ids
        result = super().write(vals)
        counted = {"active", "state", "is_critical", "tolerance", "program_id", "scope"}
        if vals.keys() & (counted | {"scope_company_ids", "scope_site_ids"}):
            (before | self.sudo().served_site_ids)._queue_levels()
        return result

    # -- steps ----------------------------------------------------------------------

    def action_record_test(self):
        """Open the dialog in which a person records a test."""
        self.ensure_one()
        own = self._testable_sites().filtered_domain(
            [("people_ids", "in", self.env.uid)]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record a Test"),
            "res_model": "dist.integration.test.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_integration_id": self.id,
                "default_site_id": own.id if len(own) == 1 else False,
            },
        }

    def action_open_tests(self):
        """Open the tests of the integration."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_integration_test_action"
        )
        return dict(action, domain=[("integration_id", "=", self.id)], context={})

    def _activate_obstacles(self):
        """Return what keeps the integration from being activated, as sentences."""
        obstacles = []
        if self.state not in ("planned", "paused"):
            obstacles.append(self.env._("It is active or retired already."))
        if not self.owner_id:
            obstacles.append(self.env._("Name its owner."))
        statuses = self._own_site_statuses().get(self.id, [])
        if not statuses:
            obstacles.append(self.env._("It serves no site."))
        sentences = {
            "untested": self.env._("%(sites)s: not tested."),
            "failed": self.env._("%(sites)s: the last test failed."),
            "expired": self.env._("%(sites)s: the last test is too old."),
        }
        for status, sentence in sentences.items():
            sites = self.env["dist.site"].browse(
                [site for site, found, _day in statuses if found == status]
            )
            if sites:
                names = ", ".join(sites.sorted().mapped("display_name"))
                obstacles.append(sentence % {"sites": names})
        return obstacles

    def _pause_obstacles(self):
        if self.state != "active":
            return [self.env._("Only an active integration can be paused.")]
        return []

    def _retire_obstacles(self):
        if self.state == "retired":
            return [self.env._("It is retired already.")]
        return []

    def action_activate(self):
        """Activate integrations whose sites have all passed a current test."""
        self._take_step(
            "activate", {"state": "active", "activated_at": fields.Datetime.now()}
        )

    def action_pause(self):
        """Take integrations out of use; a passed test brings them back."""
        self._take_step("pause", {"state": "paused"})

    def action_retire(self):
        """End integrations: gates ask for them no more."""
        self._take_step("retire", {"state": "retired"})
