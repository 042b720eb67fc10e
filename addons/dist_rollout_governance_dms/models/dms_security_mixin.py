from functools import partial

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class DmsSecurityMixin(models.AbstractModel):
    """The suite's own rules decide on its files and directories as well.

    The access groups of a directory say which roles come in at all, as they do for
    every directory. On top of that a file is read by those who may read the version
    it was made from, and nobody but the superuser changes it.
    """

    _inherit = "dms.security.mixin"

    # The field that makes a record one of the suite's, and those like it. Only the
    # superuser sets them.
    _rollout_link = None
    _rollout_fields = frozenset()

    @api.model
    def _rollout_read_domain(self):
        """Return the domain of the suite's records that its rules let the user read."""
        return Domain.FALSE

    @api.model
    def _rollout_change_domain(self):
        """Return the domain of the records that are not the suite's to protect."""
        return Domain(self._rollout_link, "=", False)

    @api.model
    def _get_permission_domain(self, operator, value, operation):
        domain = Domain(super()._get_permission_domain(operator, value, operation))
        # sudo(False): record rules are evaluated as superuser for the acting user
        user_self = self.sudo(False) if self.env.su else self
        if user_self.env.su or not self._rollout_link:
            return domain
        if operation == "read":
            allowed = Domain(self._rollout_link, "=", False)
            allowed |= user_self._rollout_read_domain()
        else:
            allowed = user_self._rollout_change_domain()
        return domain & allowed if operator == "in" else domain | ~allowed

    def _check_access(self, operation):
        """Refuse the suite's records that the permissions do not allow.

        Odoo's own check evaluates the rules as superuser, which the documents do not
        let it; without this the picture and the attachment of a file would be open.
        """
        result = super()._check_access(operation)
        ids = [record_id for record_id in self._ids if record_id]
        if self.env.su or not self._rollout_link or not ids:
            return result
        everything = self.with_context(active_test=False)
        domain = Domain("id", "in", ids)
        # sudo: which records are the suite's, whoever may see them
        ours = everything.sudo().search(
            domain & Domain(self._rollout_link, "!=", False)
        )
        if not ours:
            return result
        allowed = everything.search(
            domain & Domain(f"permission_{operation}", "=", True)
        )
        forbidden = self.browse((ours.sudo(False) - allowed).ids)
        if result:
            forbidden |= result[0]
        if not forbidden:
            return None
        error = self.env["ir.rule"]._make_access_error
        return forbidden, partial(error, operation, forbidden)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._refuse_rollout_fields(vals)
            # set one by one, so that no default of the context takes their place
            nothing = dict.fromkeys(self._rollout_fields, False)
            vals_list = [{**vals, **nothing} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._refuse_rollout_fields(vals)
        return super().write(vals)

    def _refuse_rollout_fields(self, vals):
        if any(vals.get(name) for name in self._rollout_fields):
            raise AccessError(
                self.env._("The rollout files its documents itself, at their release.")
            )
