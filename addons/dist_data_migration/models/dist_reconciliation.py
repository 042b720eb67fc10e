from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..services.comparisons import CONTROLS

CONTROLLER = "dist_rollout_governance.group_finance_controller"


class DistReconciliation(models.Model):
    """One comparison of a legacy extract with Odoo, at one moment.

    A run never changes: it pins the files, the mapping, the figures and a hash over
    them. Doing it again makes another run. The finance controller signs the latest
    one; a later run or load turns the signature stale.
    """

    _name = "dist.reconciliation"
    _description = "Reconciliation"
    _inherit = ["dist.signoff.mixin", "mail.thread"]
    _order = "id desc"
    _mail_post_access = "read"

    name = fields.Char(required=True, readonly=True)
    cycle_id = fields.Many2one(
        "dist.migration.cycle",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    program_id = fields.Many2one(
        "dist.program", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
    )
    site_ids = fields.Many2many(
        "dist.site",
        "dist_reconciliation_site_rel",
        string="Sites",
        readonly=True,
    )
    run_at = fields.Datetime(string="As Of", required=True, readonly=True)
    run_by_id = fields.Many2one("res.users", string="Run By", readonly=True)
    load_revision = fields.Integer(string="Load", readonly=True)
    mapping_hash = fields.Char(string="Mapping SHA-256", readonly=True)
    parameters = fields.Json(readonly=True)
    files_text = fields.Text(string="Files", compute="_compute_files_text")
    result_hash = fields.Char(string="Result SHA-256", readonly=True)
    figures_hash = fields.Char(
        string="Figures SHA-256",
        readonly=True,
        help="Of the figures alone: two runs that found the same have the same.",
    )
    control_ids = fields.One2many(
        "dist.reconciliation.control", "reconciliation_id", readonly=True
    )
    discrepancy_ids = fields.One2many(
        "dist.reconciliation.discrepancy", "reconciliation_id", readonly=True
    )
    discrepancy_count = fields.Integer(compute="_compute_discrepancy_count")
    result = fields.Selection(
        [("passed", "Passed"), ("failed", "Differences")], required=True, readonly=True
    )
    is_latest = fields.Boolean(
        string="Latest Run",
        compute="_compute_is_latest",
        help="No later run or load of this cycle.",
    )

    is_signable = fields.Boolean(compute="_compute_is_signable")

    @api.depends("result", "is_latest")
    def _compute_is_signable(self):
        for record in self:
            record.is_signable = record.is_latest and not record._open_controls()

    @api.depends("parameters")
    def _compute_files_text(self):
        for record in self:
            files = (record.parameters or {}).get("files") or {}
            record.files_text = "\n".join(
                f"{name}: {checksum}" for name, checksum in files.items()
            )

    def _compute_discrepancy_count(self):
        counts = dict(
            self.env["dist.reconciliation.discrepancy"]._read_group(
                [("reconciliation_id", "in", self.ids)],
                ["reconciliation_id"],
                ["__count"],
            )
        )
        for record in self:
            record.discrepancy_count = counts.get(record, 0)

    def _compute_is_latest(self):
        # sudo: site managers read their reconciliation, not the cycle behind it
        cycles = self.sudo().cycle_id
        latest = dict(
            self.sudo()._read_group(
                [("cycle_id", "in", cycles.ids)], ["cycle_id"], ["id:max"]
            )
        )
        for record in self:
            cycle = record.sudo().cycle_id
            record.is_latest = (
                latest.get(cycle) == record.id
                and cycle.load_revision == record.load_revision
            )

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_edit()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_edit()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Reconciliations are evidence and can't be deleted.")
        )

    def _refuse_edit(self):
        if not self.env.su:
            raise AccessError(
                self.env._("A reconciliation is a result. Run it again instead.")
            )

    # -- sign-off -------------------------------------------------------------

    def _signoff_program(self):
        return self.program_id

    def _signoff_site(self):
        return self.site_ids if len(self.site_ids) == 1 else self.env["dist.site"]

    def _signoff_roles(self):
        return {"finance_controller": self.env._("Finance Controller")}

    def _signoff_content(self):
        # sudo: the cycle behind may not be readable for who reads the signature
        cycle = self.sudo().cycle_id
        latest = cycle.reconciliation_id
        if self.figures_hash:
            relied_on = {
                "latest_figures": latest.figures_hash or "",
                "accepted": self._accepted_cases(),
            }
        else:
            # a run of 19.0.1: its signature names the latest run
            relied_on = {"latest_run": latest.name or ""}
        return {
            "reconciliation": self.name,
            "result_hash": self.result_hash or "",
            "mapping_hash": self.mapping_hash or "",
            "load_revision": cycle.load_revision,
            **relied_on,
            "files": {
                source.name: source.checksum
                for source in cycle.source_ids.sorted("name")
            },
        }

    def _signoff_facts(self):
        return {
            "result": self.result,
            "controls": [control._facts() for control in self.control_ids],
        }

    def _check_signoff_allowed(self, role, verdict):
        self.ensure_one()
        if not self.env.user.has_group(CONTROLLER):
            raise AccessError(
                self.env._("Only finance controllers sign a reconciliation.")
            )
        # sudo: who took part is no secret, but the controller may lack the site
        cycle = self.sudo().cycle_id
        if self.env.user in cycle.participant_ids:
            raise AccessError(
                self.env._(
                    "You prepared or loaded %(cycle)s. Its figures must be signed by "
                    "somebody else.",
                    cycle=cycle.display_name,
                )
            )
        if verdict == "sign" and not self.is_latest:
            raise UserError(
                self.env._(
                    "%(name)s is outdated by a later run or load. Sign the latest run.",
                    name=self.name,
                )
            )
        open_controls = self._open_controls() if verdict == "sign" else None
        if open_controls:
            raise UserError(
                self.env._(
                    "These controls differ: %(names)s. Correct the data, load and "
                    "reconcile again, or accept each difference with a reason.",
                    names=", ".join(open_controls.mapped("name")),
                )
            )

    def _open_controls(self):
        """Failed controls with a difference that nobody has accepted."""
        self.ensure_one()
        failed = self.control_ids.filtered(lambda c: c.result != "passed")
        # sudo: which differences stand open decides for every signer alike
        cases = (
            self.env["dist.reconciliation.case"]
            .sudo()
            .search([("cycle_id", "=", self.sudo().cycle_id.id)])
        )
        accepted = cases.filtered(lambda case: case.state == "accepted")
        unsettled = cases.filtered(
            lambda case: case.state not in ("accepted", "fixed")
            and not case.is_tolerated
        )
        comparison = {control.code: control.comparison for control in CONTROLS}
        worked = {comparison[code] for code in accepted.mapped("control")}
        worked -= {comparison[code] for code in unsettled.mapped("control")}
        # the figures of one comparison share their keys, and so their cases
        return failed.filtered(lambda control: comparison[control.code] not in worked)

    def _accepted_cases(self):
        """Return what was accepted, for the signature: it must not change after."""
        # sudo: the content is the same for whoever reads it
        cases = (
            self.env["dist.reconciliation.case"]
            .sudo()
            .search(
                [("cycle_id", "=", self.cycle_id.id), ("state", "=", "accepted")],
                order="control, key, id",
            )
        )
        return {
            f"{case.control} / {case.key}": {
                "difference": f"{case.difference:.6f}",
                "reason": case.reason or "",
                "accepted_by": case.accepted_by_id.name,
            }
            for case in cases
        }

    def _after_sign(self, signoff):
        # sudo: protected state; follows from the signature that was just accepted
        cycle = self.sudo().cycle_id
        if signoff.verdict == "sign":
            cycle.state = "signed"
        elif cycle.state == "signed":
            cycle.state = "reconciled"

    @api.model
    def _signoff_claims(self, program):
        """Runs of signed cycles; the integrity check looks for their signature."""
        cycles = (
            self.env["dist.migration.cycle"]
            .sudo()
            .search([("program_id", "=", program.id), ("state", "=", "signed")])
        )
        return cycles.reconciliation_id

    # -- actions --------------------------------------------------------------

    def action_view_discrepancies(self):
        """Open the keys that differ."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_data_migration.dist_reconciliation_discrepancy_action"
        )
        return dict(action, domain=[("reconciliation_id", "=", self.id)], context={})

    def action_certificate(self):
        """Print the certificate."""
        self.ensure_one()
        self.check_access("read")
        return self.env.ref(
            "dist_data_migration.action_report_reconciliation_certificate"
        ).report_action(self)

    def action_certificate_xlsx(self):
        """Download the certificate as a workbook."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/dist_data_migration/certificate/{self.id}.xlsx",
            "target": "self",
        }

    def _certificate(self):
        """Return what the certificate shows: ``[(title, header, rows)]``, all text.

        Both forms of the certificate are made of it.
        """
        self.ensure_one()
        labels = dict(self._fields["result"]._description_selection(self.env))
        return [
            (
                self.env._("Run"),
                [self.env._("What"), self.env._("Value")],
                [
                    [self.env._("Run"), self.name],
                    [self.env._("As of (UTC)"), fields.Datetime.to_string(self.run_at)],
                    [self.env._("Result"), labels[self.result]],
                    [self.env._("Load"), str(self.load_revision)],
                    [self.env._("Mapping SHA-256"), self.mapping_hash or ""],
                    [self.env._("Result SHA-256"), self.result_hash or ""],
                ],
            ),
            (
                self.env._("Controls"),
                [
                    self.env._("Control"),
                    self.env._("Legacy"),
                    self.env._("Odoo"),
                    self.env._("Net Difference"),
                    self.env._("Sum of Absolute Differences"),
                    self.env._("Tolerance"),
                    self.env._("Discrepancies"),
                    self.env._("Result"),
                ],
                [control._certificate_row() for control in self.control_ids],
            ),
            (
                self.env._("Accepted Differences"),
                [
                    self.env._("Difference"),
                    self.env._("Amount"),
                    self.env._("Reason"),
                    self.env._("Accepted By"),
                ],
                [
                    [name, case["difference"], case["reason"], case["accepted_by"]]
                    # sudo: a site manager reads the whole certificate of a run
                    for name, case in self.sudo()._accepted_cases().items()
                ],
            ),
            (
                self.env._("Files"),
                [self.env._("File"), self.env._("SHA-256")],
                [
                    [name, checksum]
                    for name, checksum in (self.parameters or {})["files"].items()
                ],
            ),
            (
                self.env._("Signatures"),
                [
                    self.env._("Signed By"),
                    self.env._("As"),
                    self.env._("On (UTC)"),
                    self.env._("Verdict"),
                    self.env._("Hash"),
                ],
                [
                    [
                        row.signer_name or row.signer_id.name,
                        row.role_name or "",
                        fields.Datetime.to_string(row.signed_at),
                        row.verdict,
                        row.hash,
                    ]
                    # sudo: who signed a run is part of its certificate
                    for row in self.sudo().signoff_ids.filtered(
                        lambda row: row.res_model == self._name
                    )
                ],
            ),
        ]

    def _as_dict(self):
        """Return ``{control: {legacy, odoo, difference, result, …}}`` for reports."""
        self.ensure_one()
        return {control.code: control._facts() for control in self.control_ids}
