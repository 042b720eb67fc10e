from functools import cached_property

from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class UserLoader(Loader):
    """Users with roles of this suite; never a password, never another right.

    A login that exists already is refused: an extract must not lay hands on an
    account that somebody uses. Roles are given when the user is created; afterwards
    they are the administrator's.
    """

    key = "user"
    model = "res.users"
    create_only = frozenset({"group_ids", "company_ids", "company_id"})
    targets = {
        "login": Target(_lt("Login"), "code", required=True),
        "name": Target(_lt("Name"), required=True),
        "email": Target(_lt("Email"), size=256),
        "roles": Target(_lt("Roles"), size=512),
    }

    def prepare(self, row):
        data = row.data
        vals = {"name": data["name"], "login": data["login"]}
        if data.get("email"):
            vals["email"] = data["email"]
        company = self.cycle.company_id.id
        groups = [self.env.ref("base.group_user").id, *self._roles(data)]
        vals.update(
            company_id=company,
            company_ids=[Command.set([company])],
            group_ids=[Command.set(groups)],
        )
        return vals

    def create_records(self, vals_list):
        logins = [vals["login"] for vals in vals_list]
        users = self.env[self.model].with_context(active_test=False)
        taken = users.search([("login", "in", logins)])
        if taken:
            raise LoadError(
                _lt(
                    "The login %(login)s exists already.",
                    login=", ".join(taken.mapped("login")),
                )
            )
        # no invitation: whoever takes over accounts sends them when the day has come
        users = self.env[self.model].with_context(no_reset_password=True)
        return users.create(vals_list)

    def take_back(self, records):
        """A user leaves traces wherever they worked: archived, never deleted."""
        reason = self.env._("Users are archived, not deleted.")
        return [(record.id, *self.retire(record, reason)) for record in records]

    def _roles(self, data):
        names = [name.strip() for name in (data.get("roles") or "").split(";")]
        ids = []
        for name in filter(None, names):
            group = self._groups.get(name.casefold())
            if not group:
                raise LoadError(
                    _lt(
                        "%(name)s is no role of the rollout; other rights are given "
                        "by hand.",
                        name=name,
                    )
                )
            ids.append(group)
        return ids

    @cached_property
    def _groups(self):
        data = self.env["ir.model.data"].search(
            [("model", "=", "res.groups"), ("module", "=like", "dist_%")]
        )
        groups = self.env["res.groups"].with_context(lang="en_US")
        return {
            group.name.casefold(): group.id
            for group in groups.browse(data.mapped("res_id"))
            if group.privilege_id
        }
