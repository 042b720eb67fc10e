from odoo import models
from odoo.exceptions import UserError

DISCARD = "dist_rollout_governance.discard_signoffs"


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def button_uninstall(self):
        """Refuse to drop the ledger of sign-offs along with the addon.

        Also when it would go with something it depends on. A system administrator who
        means it says so in a system parameter first.
        """
        doomed = self | self.downstream_dependencies()
        if "dist_rollout_governance" in doomed.mapped("name"):
            self._check_signoffs_discarded()
        return super().button_uninstall()

    def _check_signoffs_discarded(self):
        # sudo: the ledger counts, whoever uninstalls; nothing of it is shown
        count = self.env["dist.signoff"].sudo().search_count([])
        discard = self.env["ir.config_parameter"].sudo().get_param(DISCARD)
        if count and discard != "True":
            raise UserError(
                self.env._(
                    "The database holds %(count)s sign-offs that would be lost for "
                    "ever. Keep the addon, or, if they may go, print their receipts "
                    "and set the system parameter %(parameter)s to True.",
                    count=count,
                    parameter=DISCARD,
                )
            )
