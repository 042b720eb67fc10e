from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

KINDS = [
    ("scanner", "Scanner"),
    ("mobile", "Mobile Device"),
    ("label_printer", "Label Printer"),
    ("label", "Label Layout"),
    ("document_printer", "Document Printer"),
    ("scale", "Scale"),
    ("workstation", "Workstation"),
    ("network", "Network"),
]
SCANNERS = ("scanner", "mobile")
PRINTERS = ("label_printer", "label", "document_printer")
OTHERS = ("scale", "workstation", "network")
RESULTS = [("untested", "Not Tested"), ("passed", "Passed"), ("failed", "Failed")]
STATUSES = [*RESULTS, ("expired", "Expired")]
VALID_DAYS = 60


class DistDeviceCheck(models.Model):
    """A device, label or connection of a site, and whether it was tested there.

    The site's people test it on their own phone: ``action_pass`` at once,
    ``action_fail`` with what does not work. A passed test ends with its last day. A
    device that is exchanged is one that nobody has tested yet.
    """

    _name = "dist.device.check"
    _description = "Device Check"
    _inherit = "dist.owned.mixin"
    _order = "site_id, sequence, id"
    _protected_fields = frozenset(
        {"item_id", "result", "finding", "tested_at", "tested_by_id", "valid_until"}
    )
    # what site people can't bend, so that a check passes by its test alone
    _consultant_fields = frozenset({"active", "kind", "valid_days"})

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=100)
    site_id = fields.Many2one(required=True)
    owner_id = fields.Many2one(string="Responsible")
    item_id = fields.Many2one(
        "dist.device.check.item",
        string="Standard Check",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    guidance = fields.Text(related="item_id.guidance")
    kind = fields.Selection(KINDS, required=True, default="scanner")
    serial = fields.Char(string="Serial Number")
    location = fields.Char(string="Place", help="Zone, dock or desk it stands at.")
    quantity = fields.Integer(
        default=1, required=True, help="Devices of the same kind that are tested."
    )
    valid_days = fields.Integer(
        string="Valid For (Days)",
        default=VALID_DAYS,
        required=True,
        help="A passed test counts for so many days; 0 for ever.",
    )
    image = fields.Image(
        "Photo",
        max_width=1920,
        max_height=1920,
        copy=False,
        help="The printed label, the screen of the scanner.",
    )
    note = fields.Text()
    result = fields.Selection(
        RESULTS,
        default="untested",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    finding = fields.Text(
        string="What Does Not Work", readonly=True, copy=False, tracking=True
    )
    tested_at = fields.Datetime(string="Tested", readonly=True, copy=False)
    tested_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict"
    )
    valid_until = fields.Date(
        readonly=True, copy=False, help="Last day of a passed test at the site."
    )
    status = fields.Selection(STATUSES, compute="_compute_status")

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "A check is about one device at least."
    )
    _valid_days_positive = models.Constraint(
        "CHECK (valid_days >= 0)", "A test is valid for no negative number of days."
    )
    _item_uniq = models.UniqueIndex(
        "(site_id, item_id) WHERE item_id IS NOT NULL",
        "The site has this standard check already.",
    )

    @api.depends("result", "valid_until", "site_id.tz")
    def _compute_status(self):
        for check in self:
            is_over = (
                check.result == "passed"
                and check.valid_until
                and check.valid_until < check.site_id._local_day()
            )
            check.status = "expired" if is_over else check.result

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_consultant_fields(
                name
                for name in ("active", "valid_days")
                if name in vals and vals[name] != self._protected_default_of(name)
            )
        checks = super().create(vals_list)
        checks.site_id._queue_levels()
        return checks

    def write(self, vals):
        self._check_consultant_fields(
            name
            for name in self._consultant_fields & vals.keys()
            if any(check._is_changed(name, vals[name]) for check in self)
        )
        exchanged = self._exchanged_by(vals)
        result = super().write(vals)
        # sudo: the result is protected; it follows from the exchange
        exchanged.sudo()._forget_result()
        if not vals.keys().isdisjoint(("active", "kind")):
            self.site_id._queue_levels()
        return result

    def unlink(self):
        sites = self.site_id
        result = super().unlink()
        sites._queue_levels()
        return result

    def _protected_default_of(self, name):
        return self._protected_default(self._fields[name])

    def _check_consultant_fields(self, names):
        """Raise when somebody else than a consultant sets one of the fields."""
        names = sorted(names)
        if (
            not names
            or self.env.su
            or self.env.user.has_group("dist_rollout_governance.group_consultant")
        ):
            return
        raise AccessError(
            self.env._(
                "Only consultants set %(fields)s of a device check.",
                fields=", ".join(
                    self._fields[name]._description_string(self.env) for name in names
                ),
            )
        )

    def _exchanged_by(self, vals):
        """Return the tested devices that ``vals`` make into other devices."""
        return self.filtered(
            lambda check: check.result != "untested"
            and any(
                name in vals and check[name] and check._is_changed(name, vals[name])
                for name in ("serial", "kind")
            )
        )

    # -- steps --------------------------------------------------------------------

    def action_pass(self):
        """Record, in the user's name, that the devices work."""
        self._record("passed")

    def action_fail(self):
        """Open the dialog that asks what does not work."""
        self.ensure_one()
        self._check_may_test()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What does not work?"),
            "res_model": "dist.device.fail.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_check_id": self.id},
        }

    def _fail(self, finding, image=False):
        """Record, in the user's name, what does not work."""
        if not (finding or "").strip():
            raise UserError(self.env._("Say what does not work."))
        self._record("failed", finding, image)
        self._tell_responsible(self.env._("Device failed its test"), finding)

    def _check_may_test(self):
        self.check_access("write")
        self.site_id._check_tester()

    def _record(self, result, finding=False, image=False):
        self._check_may_test()
        self._check_obstacles("record")
        # sudo: results are protected; whoever records one is checked above
        for check in self.sudo():
            check.write(
                {
                    "result": result,
                    "finding": finding,
                    "tested_at": fields.Datetime.now(),
                    "tested_by_id": self.env.uid,
                    "valid_until": check._last_valid_day(result),
                    **({"image": image} if image else {}),
                }
            )
        self.site_id._queue_levels()

    def _record_obstacles(self):
        """Return what keeps the check from being tested, as sentences."""
        if not self.active:
            return [self.env._("It is archived: the site does not have it.")]
        return []

    def _last_valid_day(self, result):
        """Return the last day of a test made now, in the site's calendar."""
        if result != "passed" or not self.valid_days:
            return False
        return self.site_id._local_day() + timedelta(days=self.valid_days)

    def _forget_result(self):
        if self:
            self.write(
                {
                    "result": "untested",
                    "finding": False,
                    "tested_at": False,
                    "tested_by_id": False,
                    "valid_until": False,
                }
            )
            self.site_id._queue_levels()
