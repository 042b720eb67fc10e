import pathlib

from odoo import api, fields, models
from odoo.fields import Domain

from .dms_directory import UNUSABLE

# a file name has at most 255 bytes, and a letter up to four of them
STEM_LENGTH = 50


class DmsFile(models.Model):
    """A file of the rollout: the bytes of a released version of a document."""

    _inherit = "dms.file"
    _rollout_link = "dist_version_id"
    _rollout_fields = frozenset({"dist_version_id"})

    dist_version_id = fields.Many2one(
        "dist.document.version",
        string="Document Version",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    dist_document_id = fields.Many2one(
        related="dist_version_id.document_id",
        string="Controlled Document",
        store=True,
        index="btree_not_null",
    )

    _dist_version_uniq = models.UniqueIndex(
        "(dist_version_id) WHERE dist_version_id IS NOT NULL",
        "The version is filed already.",
    )

    @api.model
    def _rollout_read_domain(self):
        """Who may read the version may read its file, and nobody else."""
        Version = self.env["dist.document.version"]
        if not Version.has_access("read"):
            return Domain.FALSE
        return Domain("dist_version_id", "in", Version._search([]))

    @api.model
    def _rollout_change_domain(self):
        """Nothing else is put into the directories of the rollout either."""
        return super()._rollout_change_domain() & Domain(
            "directory_id.dist_program_id", "=", False
        )

    def check_access_token(self, access_token=False):
        # a link that opens without a log-in would pass by the roles
        if self.sudo().dist_version_id:
            return False
        return super().check_access_token(access_token)

    @api.constrains("extension")
    def _check_extension(self):
        """The limits are for what people upload here; a release is not to fail."""
        uploads = self.filtered(lambda file: not file.dist_version_id)
        return super(DmsFile, uploads)._check_extension()

    @api.constrains("size")
    def _check_size(self):
        """See :meth:`_check_extension`."""
        uploads = self.filtered(lambda file: not file.dist_version_id)
        return super(DmsFile, uploads)._check_size()

    @api.model
    def _rollout_name(self, version):
        """Return the name of the file of a version, one of a kind in its program."""
        path = pathlib.PurePath(UNUSABLE.sub("-", version.file_name or ""))
        name = f"{version.document_id.code[:STEM_LENGTH]} v{version.number}"
        if path.stem:
            name += f" {path.stem[:STEM_LENGTH]}"
        return UNUSABLE.sub("-", name) + path.suffix[:10]
