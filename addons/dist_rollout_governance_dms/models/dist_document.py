from odoo import api, fields, models
from odoo.fields import Command

# what of a document shows in its files: their names, places, marks and readers
FILED_FIELDS = frozenset({"state", "code", "confidentiality", "owner_id"})


class DistDocument(models.Model):
    """A controlled document, its released versions filed in the documents."""

    _inherit = "dist.document"

    dms_file_ids = fields.One2many(
        "dms.file", "dist_document_id", string="Filed Versions", readonly=True
    )
    dms_file_count = fields.Integer(string="Files", compute="_compute_dms_file_count")

    @api.depends("dms_file_ids")
    @api.depends_context("uid")
    def _compute_dms_file_count(self):
        counts = dict(
            self.env["dms.file"]._read_group(
                [("dist_document_id", "in", self.ids)],
                ["dist_document_id"],
                ["__count"],
            )
        )
        for document in self:
            document.dms_file_count = counts.get(document._origin, 0)

    def write(self, vals):
        result = super().write(vals)
        # every release, supersession and retirement writes the status
        if FILED_FIELDS & vals.keys():
            # sudo: nobody may write files of the rollout; the document was allowed
            self.sudo()._file_in_dms()
        return result

    def action_open_dms_files(self):
        """Open the filed versions in the documents."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("dms.action_dms_file")
        files = self.env["dms.file"].search([("dist_document_id", "=", self.id)])
        action |= {
            "domain": [("dist_document_id", "=", self.id)],
            "context": {"create": False},
        }
        if len(files) == 1:
            action |= {"res_id": files.id, "views": [(False, "form")]}
        return action

    def _file_in_dms(self):
        """File the released versions that are not filed, and put the others right.

        Run any number of times with the same outcome. A version that is an address
        has nothing to file.
        """
        Version = self.env["dist.document.version"].with_context(bin_size=False)
        for document in self:
            versions = Version.search(
                [
                    ("document_id", "=", document.id),
                    ("state", "!=", "draft"),
                    ("file", "!=", False),
                ]
            )
            if not versions:
                continue
            directory = self.env["dms.directory"]._of_document(document)
            files = document.with_context(active_test=False).dms_file_ids
            touched = directory | files.directory_id
            for version in versions:
                file = files.filtered(lambda f, v=version: f.dist_version_id == v)
                document._file_version(version, file, directory)
            touched._share_with_owners()

    def _file_version(self, version, file, directory):
        """Create the file of a version, or bring it in line with the document."""
        tags = self._dms_tags(version)
        vals = {
            "name": file._rollout_name(version),
            "directory_id": directory.id,
        }
        if not file:
            # no followers or log entries: nobody here has written the file
            file.with_context(tracking_disable=True).create(
                dict(
                    vals,
                    dist_version_id=version.id,
                    content=version.file,
                    tag_ids=[Command.set(tags.ids)],
                )
            )
            return
        changed = {
            name: value
            for name, value in vals.items()
            if value != file._fields[name].convert_to_write(file[name], file)
        }
        if file.tag_ids != tags:
            changed["tag_ids"] = [Command.set(tags.ids)]
        if changed:
            file.write(changed)

    def _dms_tags(self, version):
        """Return the marks of a version that is not in force any more."""
        mark = False
        if version.state == "superseded":
            mark = "superseded"
        elif self.state == "retired":
            mark = "retired"
        tag = mark and self.env.ref(
            f"dist_rollout_governance_dms.tag_{mark}", raise_if_not_found=False
        )
        return tag or self.env["dms.tag"]
