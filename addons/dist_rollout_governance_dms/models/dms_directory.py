import re

from odoo import api, fields, models
from odoo.fields import Command, Domain

from odoo.addons.dist_rollout_governance.models.dist_document import CONFIDENTIALITY

# what no file system takes in a name
UNUSABLE = re.compile(r"[/\0]")


class DmsDirectory(models.Model):
    """Directories of the rollout: program / confidentiality / site.

    Each exists once. The names are in the source language, as everybody shares them.
    """

    _inherit = "dms.directory"
    _rollout_link = "dist_program_id"
    _rollout_fields = frozenset(
        {
            "dist_program_id",
            "dist_confidentiality",
            "dist_site_id",
            "dist_owner_group_id",
        }
    )

    dist_program_id = fields.Many2one(
        "dist.program",
        string="Rollout Program",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    dist_confidentiality = fields.Selection(
        CONFIDENTIALITY, string="Confidentiality", readonly=True, copy=False
    )
    dist_site_id = fields.Many2one(
        "dist.site",
        string="Rollout Site",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    dist_owner_group_id = fields.Many2one(
        "dms.access.group",
        string="Owners of the Documents",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )

    _dist_uniq = models.UniqueIndex(
        "(dist_program_id, COALESCE(dist_confidentiality, ''),"
        " COALESCE(dist_site_id, 0)) WHERE dist_program_id IS NOT NULL",
        "Somebody else has just made this directory. Try again.",
    )

    @api.model
    def _rollout_read_domain(self):
        """Program and site are the reader's to see, or a document in it is theirs."""
        owned = Domain("dist_owner_group_id.explicit_user_ids", "in", self.env.uid)
        Program = self.env["dist.program"].with_context(active_test=False)
        Site = self.env["dist.site"].with_context(active_test=False)
        if not Program.has_access("read") or not Site.has_access("read"):
            return Domain.FALSE
        site = Domain("dist_site_id", "=", False)
        site |= Domain("dist_site_id", "in", Site._search([]))
        program = Domain("dist_program_id", "in", Program._search([]))
        return owned | (program & site)

    @api.model
    def _rollout_change_domain(self):
        """Nothing is put below a directory of the rollout either."""
        return super()._rollout_change_domain() & Domain(
            "parent_id.dist_program_id", "=", False
        )

    def check_access_token(self, access_token=False):
        # a link that opens without a log-in would pass by the roles
        if self.sudo().dist_program_id:
            return False
        return super().check_access_token(access_token)

    @api.model
    def _of_document(self, document):
        """Return the directory of a document, made when there is none."""
        directory = self.browse()
        key = {
            "dist_program_id": document.program_id.id,
            "dist_confidentiality": False,
            "dist_site_id": False,
        }
        steps = [{}, {"dist_confidentiality": document.confidentiality}]
        if document.site_id:
            steps.append({"dist_site_id": document.site_id.id})
        for step in steps:
            key |= step
            found = self.search([(name, "=", value) for name, value in key.items()])
            directory = found or self.create(
                self._prepare_rollout_vals(directory, document, key)
            )
        return directory

    @api.model
    def _prepare_rollout_vals(self, parent, document, key):
        """Return the values of a directory of the rollout; no parent: of a program."""
        env = self.env
        vals = dict(key, parent_id=parent.id, is_root_directory=not parent)
        if key["dist_site_id"]:
            # who comes in follows from the confidentiality above
            return dict(vals, name=self._rollout_name(document.site_id))
        if key["dist_confidentiality"]:
            level = key["dist_confidentiality"]
            name = dict(CONFIDENTIALITY)[level]
        else:
            level = "internal"
            name = self._rollout_name(document.program_id)
            storage = env.ref("dist_rollout_governance_dms.storage")
            vals["storage_id"] = storage.id
        group = env.ref(f"dist_rollout_governance_dms.access_group_{level}")
        return dict(
            vals,
            name=name,
            inherit_group_ids=False,
            group_ids=[Command.set(group.ids)],
        )

    @api.model
    def _rollout_name(self, record):
        """Return the name of the directory of a program or a site."""
        return UNUSABLE.sub("-", f"{record.code} {record.name}".strip())

    def _rename_after(self, record):
        """Give directories the name of their program or site."""
        self.name = self._rollout_name(record)

    def _share_with_owners(self):
        """Let the owners of the documents in, whatever their role is."""
        for directory in self:
            documents = directory.with_context(active_test=False).file_ids
            owners = documents.dist_document_id.owner_id
            group = directory.dist_owner_group_id
            if not group and owners:
                group = group.create(
                    {
                        "name": f"Rollout: owners, directory {directory.id}",
                        "explicit_user_ids": [Command.set(owners.ids)],
                    }
                )
                directory.write(
                    {
                        "dist_owner_group_id": group.id,
                        "group_ids": [Command.link(group.id)],
                    }
                )
            elif group.explicit_user_ids != owners:
                group.explicit_user_ids = owners
