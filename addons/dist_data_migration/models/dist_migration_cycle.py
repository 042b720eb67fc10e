from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..services.loaders import LOADERS
from ..services.loaders.base import Row

STATES = [
    ("draft", "Draft"),
    ("staged", "Staged"),
    ("validated", "Validated"),
    ("simulated", "Simulated"),
    ("loading", "Loading"),
    ("reversing", "Reversing"),
    ("loaded", "Loaded"),
    ("reconciled", "Reconciled"),
    ("signed", "Signed"),
]
#: states in which each action may start
ALLOWED = {
    "upload": ("draft", "staged", "validated", "simulated", "loaded", "reconciled"),
    "stage": ("draft", "staged", "validated", "simulated", "loaded", "reconciled"),
    "validate": ("staged", "validated", "simulated", "loaded", "reconciled"),
    "simulate": ("validated", "simulated"),
    "stop": ("loading", "reversing"),
    "reverse": ("staged", "validated", "simulated", "loaded", "reconciled"),
    "probe": ("loaded", "reconciled", "signed"),
    "link": ("staged", "validated", "simulated", "loaded", "reconciled"),
    "load": ("validated", "simulated", "loaded", "reconciled"),
    "reconcile": ("loaded", "reconciled", "signed"),
}
STEWARD = "dist_rollout_governance.group_data_steward"
CONTROLLER = "dist_rollout_governance.group_finance_controller"


class DistMigrationCycle(models.Model):
    """One numbered pass of the migration: mock load, dress rehearsal or final load.

    A cycle goes from files to signed figures: stage → validate → simulate → load →
    reconcile → sign. Each step is an ``action_*`` method that checks and then acts; the
    state is never written directly. Every step can be repeated with the same result.
    """

    _name = "dist.migration.cycle"
    _description = "Migration Cycle"
    _inherit = ["dist.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "program_id, sequence desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"
    _immutable_fields = frozenset({"program_id", "company_id"})
    _protected_fields = frozenset(
        {
            "state",
            "participant_ids",
            "load_revision",
            "load_started_at",
            "load_finished_at",
            "load_seconds",
            "load_row_count",
            "load_problem",
            "error_rate",
            "throughput",
            "variance",
            "simulation",
            "last_check_at",
            "last_check_error",
        }
    )

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(
        string="Number", default=1, help="Mock loads are numbered 1, 2, 3…"
    )
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("mock", "Mock Load"),
            ("rehearsal", "Dress Rehearsal"),
            ("final", "Final Load"),
        ],
        required=True,
        default="mock",
        tracking=True,
    )
    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
        index=True,
        help="Records are loaded into this company.",
    )
    site_ids = fields.Many2many(
        "dist.site",
        "dist_migration_cycle_site_rel",
        string="Sites",
        domain="[('program_id', '=', program_id), ('company_id', '=', company_id)]",
        help="Sites whose stock and orders the extract holds.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Default Warehouse",
        required=True,
        check_company=True,
        ondelete="restrict",
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Takes stock and orders for which the extract names no location.",
    )
    mapping_id = fields.Many2one(
        "dist.migration.mapping", required=True, ondelete="restrict", index=True
    )
    cutover_at = fields.Datetime(
        string="Cutover",
        required=True,
        tracking=True,
        default=fields.Datetime.now,
        help="Opening stock moves carry this date.",
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    participant_ids = fields.Many2many(
        "res.users",
        "dist_migration_cycle_participant_rel",
        string="Prepared By",
        readonly=True,
        copy=False,
        help="Who staged, validated or loaded. They can't sign the reconciliation.",
    )
    source_ids = fields.One2many("dist.migration.source", "cycle_id", string="Files")
    row_ids = fields.One2many("dist.migration.row", "cycle_id", string="Rows")
    finding_ids = fields.One2many("dist.migration.finding", "cycle_id")
    reconciliation_ids = fields.One2many("dist.reconciliation", "cycle_id")
    reconciliation_id = fields.Many2one(
        "dist.reconciliation",
        string="Latest Reconciliation",
        compute="_compute_reconciliation_id",
    )
    reconciliation_count = fields.Integer(compute="_compute_reconciliation_id")
    file_names = fields.Char(related="mapping_id.file_names", string="Files Needed")
    missing_files = fields.Char(compute="_compute_missing_files")
    row_count = fields.Integer(compute="_compute_counts")
    loaded_count = fields.Integer(compute="_compute_counts")
    failed_count = fields.Integer(compute="_compute_counts")
    invalid_count = fields.Integer(compute="_compute_counts")
    pending_count = fields.Integer(compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Rows loaded, in percent.")
    progress_text = fields.Char(string="Loaded", compute="_compute_counts")
    error_count = fields.Integer(string="Errors", compute="_compute_finding_counts")
    warning_count = fields.Integer(string="Warnings", compute="_compute_finding_counts")
    load_revision = fields.Integer(readonly=True, copy=False)
    load_started_at = fields.Datetime(readonly=True, copy=False)
    load_finished_at = fields.Datetime(readonly=True, copy=False)
    duration = fields.Float(
        string="Load Duration (min)", compute="_compute_duration", digits=(16, 2)
    )
    simulation = fields.Json(string="Simulation Data", readonly=True, copy=False)
    simulation_text = fields.Text(string="Simulation", compute="_compute_simulation")

    @api.depends("site_ids", "company_id")
    def _compute_warehouse_id(self):
        for cycle in self:
            company = cycle.company_id._origin
            houses = cycle.site_ids._origin.warehouse_ids.filtered(
                lambda house, company=company: house.company_id == company
            )
            current = cycle.warehouse_id._origin
            if current.company_id == company and (not houses or current in houses):
                continue
            # sudo: a steward without Inventory rights still gets a default
            cycle.warehouse_id = houses[:1] or self.env[
                "stock.warehouse"
            ].sudo().search([("company_id", "=", company.id)], limit=1)

    @api.depends("reconciliation_ids")
    def _compute_reconciliation_id(self):
        latest = dict(
            self.env["dist.reconciliation"]._read_group(
                [("cycle_id", "in", self.ids)], ["cycle_id"], ["id:recordset"]
            )
        )
        for cycle in self:
            runs = latest.get(cycle, self.env["dist.reconciliation"])
            cycle.reconciliation_id = runs.sorted("id")[-1:]
            cycle.reconciliation_count = len(runs)

    @api.depends("source_ids", "mapping_id")
    def _compute_missing_files(self):
        for cycle in self:
            there = {name.casefold() for name in cycle.source_ids.mapped("name")}
            wanted = (cycle.file_names or "").split(", ")
            missing = [name for name in wanted if name and name.casefold() not in there]
            cycle.missing_files = ", ".join(missing)

    def _compute_counts(self):
        groups = self.env["dist.migration.row"]._read_group(
            [("cycle_id", "in", self.ids)], ["cycle_id", "state"], ["__count"]
        )
        counts = {(cycle.id, state): count for cycle, state, count in groups}
        for cycle in self:
            states = {
                state: counts.get((cycle.id, state), 0)
                for state in ("staged", "valid", "invalid", "loaded", "failed")
            }
            cycle.row_count = sum(states.values())
            cycle.loaded_count = states["loaded"]
            cycle.failed_count = states["failed"]
            cycle.invalid_count = states["invalid"]
            cycle.pending_count = states["valid"] + states["staged"]
            cycle.progress = 100.0 * states["loaded"] / (cycle.row_count or 1)
            cycle.progress_text = self.env._(
                "%(done)s of %(total)s",
                done=states["loaded"],
                total=cycle.row_count,
            )

    def _compute_finding_counts(self):
        groups = self.env["dist.migration.finding"]._read_group(
            [("cycle_id", "in", self.ids)], ["cycle_id", "severity"], ["__count"]
        )
        counts = {(cycle.id, severity): count for cycle, severity, count in groups}
        for cycle in self:
            cycle.error_count = counts.get((cycle.id, "error"), 0)
            cycle.warning_count = counts.get((cycle.id, "warning"), 0)

    @api.depends("load_started_at", "load_finished_at")
    def _compute_duration(self):
        for cycle in self:
            begin, end = cycle.load_started_at, cycle.load_finished_at
            cycle.duration = (
                (end - begin).total_seconds() / 60 if begin and end else 0.0
            )

    @api.depends("simulation")
    def _compute_simulation(self):
        names = dict(
            self.env["dist.migration.object"]
            .search([("active", "=", True)])
            .mapped(lambda record: (record.code, record.name))
        )
        for cycle in self:
            cycle.simulation_text = "\n".join(
                self.env._(
                    "%(object)s: would create %(create)s, update %(update)s, leave "
                    "%(same)s, fail %(fail)s",
                    object=names.get(code, code),
                    **counts,
                )
                for code, counts in (cycle.simulation or {}).items()
            )

    @api.constrains("site_ids", "company_id", "program_id")
    def _check_sites(self):
        for cycle in self:
            foreign = cycle.site_ids.filtered(
                lambda site, own=cycle: site.company_id != own.company_id
                or site.program_id != own.program_id
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(sites)s belong to another company or program than "
                        "the cycle.",
                        sites=", ".join(foreign.mapped("name")),
                    )
                )

    def write(self, vals):
        fixed = {"site_ids", "warehouse_id", "mapping_id", "cutover_at", "kind"}
        started = self.filtered(lambda cycle: cycle.state != "draft")
        if started and not self.env.su and fixed & vals.keys():
            raise UserError(
                self.env._(
                    "%(cycle)s has been staged; its sites, warehouse, mapping, cutover "
                    "and kind stay as they are. Create a new cycle.",
                    cycle=started[0].display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.filtered("load_revision")
        if used:
            raise UserError(
                self.env._(
                    "%(cycle)s has been loaded and is kept as evidence. Archive it.",
                    cycle=used[0].display_name,
                )
            )

    # -- rights and steps -------------------------------------------------------------

    def _check_action(self, action):
        """Raise unless the user may take this step now; the buttons' server side."""
        self.ensure_one()
        groups = {"reconcile": (STEWARD, CONTROLLER)}.get(action, (STEWARD,))
        if not self.env.su and not any(
            self.env.user.has_group(name) for name in groups
        ):
            raise AccessError(
                self.env._("Only data stewards stage, validate and load extracts.")
                if action != "reconcile"
                else self.env._("Only data stewards and finance controllers reconcile.")
            )
        self.check_access("read")
        if self.state == "signed" and action not in ("reconcile", "probe"):
            raise UserError(
                self.env._(
                    "%(cycle)s is signed. Create a new cycle for another load.",
                    cycle=self.display_name,
                )
            )
        if self.state not in ALLOWED[action]:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(cycle)s is in state %(state)s. This step needs one of: "
                    "%(allowed)s.",
                    cycle=self.display_name,
                    state=labels[self.state],
                    allowed=", ".join(labels[state] for state in ALLOWED[action]),
                )
            )

    def _engine(self):
        """Return the cycle as the engine uses it: superuser, in its company.

        sudo: stewards have no rights on products, partners, stock moves and orders;
        they create them only through a checked load of rows they can't address
        freely. Each caller has run :meth:`_check_action`. The context is set afresh,
        so that no key sent by a client reaches the records.
        """
        self.ensure_one()
        user = self.env.user
        clean = self.env(
            su=True,
            context={
                "lang": user.lang,
                "allowed_company_ids": self.company_id.ids,
                "active_test": True,
                # nobody follows, is notified of or tracks what a load creates
                "tracking_disable": True,
                "mail_create_nosubscribe": True,
                "mail_auto_subscribe_no_notify": True,
                "mail_notrack": True,
            },
        )
        return self.with_env(clean)

    def _as_odoobot(self):
        """Return the cycle as the scheduled action of the load has it.

        For what goes through Odoo's own business code: some of it gives up the rights
        of the superuser and asks for those of the user, such as the value of products
        at FIFO, and a steward has none on stock moves.
        """
        return self.with_user(SUPERUSER_ID)

    def _set(self, vals):
        """Write the cycle's own fields, followed up in the chatter."""
        self.with_context(tracking_disable=False, mail_notrack=False).write(vals)

    def _take_part(self):
        """Remember who prepared the figures."""
        # sudo: protected field; the callers have checked the step
        self.sudo().participant_ids |= self.env.user

    def action_view_findings(self):
        """Open what the rules found."""
        return self._view("dist_migration_finding_action")

    def action_view_failed(self):
        """Open the rows that could not be loaded."""
        return self._view("dist_migration_row_action", [("state", "=", "failed")])

    def action_view_reconciliations(self):
        """Open the runs of this cycle."""
        return self._view("dist_reconciliation_action")

    def _view(self, xmlid, domain=()):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"dist_data_migration.{xmlid}"
        )
        return dict(action, domain=[("cycle_id", "=", self.id), *domain])

    # -- what loaders and rules ask for ------------------------------------------------

    def _loaders(self):
        """Yield ``(object, loader)``, each after all that it needs."""
        cycle = self._as_odoobot()
        for migration_object in cycle.env["dist.migration.object"]._ordered():
            loader = LOADERS[migration_object.loader](cycle, migration_object)
            yield migration_object, loader

    def _timezone(self):
        return self.site_ids[:1].tz or self.company_id.partner_id.tz or "UTC"

    def _warehouses(self):
        """Return the warehouses whose stock and orders the cycle answers for."""
        mine = self.site_ids.warehouse_ids.filtered(
            lambda house: house.company_id == self.company_id
        )
        return mine | self.warehouse_id

    def _countries(self):
        """Return ``{lower-case code or English name: id}``."""
        countries = self.env["res.country"].with_context(lang="en_US")
        countries = countries.search([("code", "!=", False)])
        found = {country.name.casefold(): country.id for country in countries}
        found.update({country.code.casefold(): country.id for country in countries})
        return found

    def _units_of_measure(self):
        units = self.env["uom.uom"].with_context(lang="en_US")
        units = units.search([("active", "=", True)])
        return {unit.name.casefold(): unit.id for unit in units}

    def _legacy_attributes(self, code, kind):
        """Return the legacy attributes of an object that are of a kind."""
        lines = self.mapping_id.object_ids.filtered(
            lambda item: item.object_id.code == code
        ).line_ids
        return lines.filtered(lambda line: line.is_legacy and line.kind == kind).mapped(
            "field_name"
        )

    # -- legacy keys ------------------------------------------------------------------

    def _sql_legacy_scope(self, alias, code):
        """SQL condition: rows of ``dist_legacy_key`` that this cycle may use."""
        name = SQL.identifier(alias)
        return SQL(
            "(%s.program_id = %s AND %s.source_system = %s AND %s.object_id = %s"
            " AND (%s.company_id = %s OR %s.company_id IS NULL))",
            name,
            self.program_id.id,
            name,
            self.mapping_id.source_system,
            name,
            self.env["dist.migration.object"]._get(code).id or 0,
            name,
            self.company_id.id,
            name,
        )

    def _sql_legacy_stock(self, product_keys):
        from ..services.comparisons import Comparisons

        return Comparisons(self).legacy_stock(product_keys=product_keys)

    def _legacy_ids(self, code, keys):
        """Return ``{legacy key: record id}`` in one query."""
        if not keys:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT k.legacy_key, k.res_id FROM dist_legacy_key k"
                    " WHERE %s AND k.legacy_key = ANY(%s)",
                    self._sql_legacy_scope("k", code),
                    list(keys),
                )
            )
        )

    def _remember_legacy(self, migration_object, model, entries):
        """Insert or update the cross-reference; see ``dist.legacy.key``."""
        self.env["dist.legacy.key"]._remember(self, migration_object, model, entries)

    def _rows_in_state(self, migration_object, state):
        """Return the keys of an object's rows in a state."""
        rows = self.env["dist.migration.row"].search(
            [
                ("cycle_id", "=", self.id),
                ("object_id", "=", migration_object.id),
                ("state", "=", state),
            ]
        )
        return rows.mapped("legacy_key")

    def _rows_by_key(self, migration_object, keys):
        """Return the staged rows of these keys as loaders see them."""
        rows = self.env["dist.migration.row"].search(
            [
                ("cycle_id", "=", self.id),
                ("object_id", "=", migration_object.id),
                ("legacy_key", "in", list(keys)),
            ]
        )
        return [
            Row(row.id, row.line, row.legacy_key, row.data or {}, row.legacy or {})
            for row in rows
        ]

    def _child_rows(self, migration_object, field, keys):
        """Return ``[(state, error, (id, line, key, data, legacy))]`` of child rows."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT state, error, id, line, legacy_key, data, legacy
                  FROM dist_migration_row
                 WHERE cycle_id = %s AND object_id = %s AND data->>%s = ANY(%s)
                 ORDER BY line
                """,
                self.id,
                migration_object.id,
                field,
                list(keys),
            )
        )
        return [(row[0], row[1], row[2:]) for row in rows]
