import io
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..services import reader


class DistMigrationSource(models.Model):
    """A file of a legacy extract, kept as evidence with its checksum.

    Files come in through the cycle's upload only, and never change: a corrected file
    replaces the old one, which stays archived.
    """

    _name = "dist.migration.source"
    _description = "Legacy File"
    _order = "cycle_id, name, id desc"

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="cycle_id.company_id", store=True, index=True)
    name = fields.Char(string="File", required=True)
    active = fields.Boolean(default=True, help="Off when a newer file replaced it.")
    attachment_id = fields.Many2one(
        "ir.attachment", required=True, ondelete="restrict", string="Content"
    )
    checksum = fields.Char(string="SHA-256", required=True)
    size = fields.Integer(string="Size (bytes)")
    encoding = fields.Char()
    delimiter = fields.Char()
    row_count = fields.Integer(string="Rows")
    column_names = fields.Text(string="Columns")
    uploaded_by_id = fields.Many2one("res.users", string="Uploaded By")
    uploaded_at = fields.Datetime(string="Uploaded")
    is_staged = fields.Boolean(string="Staged")
    encoding_confidence = fields.Integer(
        string="Confidence (%)",
        help="How sure the encoding is: 100 when it was chosen or can be proved.",
    )
    correction_object_id = fields.Many2one(
        "dist.migration.object",
        string="Corrects",
        ondelete="restrict",
        help="The object whose rows the file corrects; empty for the extract itself.",
    )
    integrity = fields.Selection(
        [("unchecked", "Not Checked"), ("intact", "Intact"), ("mismatch", "Changed")],
        default="unchecked",
        required=True,
        help="Whether the kept file still has the checksum it came with.",
    )
    verified_at = fields.Datetime(string="Last Checked")
    archive_location = fields.Char(
        string="Legacy Archive", help="Where the legacy system can be read afterwards."
    )
    retention_until = fields.Date(string="Keep Until")

    _name_uniq = models.UniqueIndex(
        "(cycle_id, lower(name)) WHERE active",
        "The cycle has a file of that name already.",
    )

    def write(self, vals):
        fixed = {"attachment_id", "checksum", "size", "name", "cycle_id"}
        if fixed & vals.keys():
            raise AccessError(
                self.env._("A legacy file is evidence and can't be changed.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_staged(self):
        if any(source.is_staged for source in self):
            raise UserError(
                self.env._("A staged file is evidence and can't be deleted.")
            )

    @api.model
    def _store(self, cycle, name, content, correction_object=None, **reading):
        """Check a file and keep it; the cycle has checked the rights.

        :param correction_object: object whose rows the file corrects
        :param reading: encoding, delimiter, sheet and header row, where they are known
        :raise UserError: the file can't be read, in a plain sentence
        """
        name = (name or "").replace("\\", "/").rsplit("/", 1)[-1].strip()[:128]
        if not name:
            raise UserError(self.env._("The file has no name."))
        checksum, size = reader.sha256(io.BytesIO(content))
        facts = self._inspect(name, content, reading)
        # sudo: files enter through the checked upload only, nobody creates them freely
        Source = self.sudo()
        old = Source.search([("cycle_id", "=", cycle.id)]).filtered(
            lambda source: source.name.casefold() == name.casefold()
        )
        encoding = reading.get("encoding")
        if old.checksum == checksum and (not encoding or old.encoding == encoding):
            return old
        old.active = False
        # the index must see it before the new row comes
        old.flush_recordset(["active"])
        attachment = Source.env["ir.attachment"].create(
            {"name": name, "raw": content, "res_model": self._name}
        )
        source = Source.create(
            {
                "cycle_id": cycle.id,
                "name": name,
                "attachment_id": attachment.id,
                "checksum": checksum,
                "size": size,
                "uploaded_by_id": self.env.uid,
                "uploaded_at": fields.Datetime.now(),
                "correction_object_id": correction_object and correction_object.id,
                **facts,
            }
        )
        # the file is readable for whoever may read the source
        attachment.res_id = source.id
        return source

    @api.model
    def _inspect(self, name, content, reading):
        """Read the whole file once: what can't be read is refused before it is kept."""
        try:
            with reader.open_table(io.BytesIO(content), name, **reading) as table:
                rows = sum(1 for _row in table.rows())
                return {
                    "encoding": table.encoding,
                    "encoding_confidence": table.confidence,
                    "delimiter": table.delimiter,
                    "row_count": rows,
                    "column_names": ", ".join(table.header),
                }
        except reader.ReaderError as error:
            raise UserError(
                self.env._("%(file)s: %(problem)s", file=name, problem=str(error))
            ) from error

    @contextmanager
    def _open(self, **reading):
        """Yield the table, streamed from the file store.

        :param reading: options of ``reader.open_table``
        """
        self.ensure_one()
        with (
            self._open_stream() as stream,
            reader.open_table(
                stream,
                self.name,
                **{"encoding": self.encoding or None, **reading},
            ) as table,
        ):
            yield table

    def _open_stream(self):
        """Return the bytes of the file, streamed from the file store."""
        attachment = self.attachment_id
        if attachment.store_fname:
            return open(attachment._full_path(attachment.store_fname), "rb")
        return io.BytesIO(attachment.raw or b"")

    def _note_table(self, table):
        """Keep what the table turned out to be."""
        if table.delimiter and table.delimiter != self.delimiter:
            self.delimiter = table.delimiter

    def action_download(self):
        """Download the file as it was uploaded."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "self",
        }

    # -- kept as it came --------------------------------------------------------------

    def action_verify(self):
        """Compare the kept files with the checksums they came with."""
        self.check_access("read")
        # sudo: whoever may read a file may have it checked; nothing else is written
        self.sudo()._verify()
        changed = self.filtered(lambda source: source.integrity == "mismatch")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if changed else "success",
                "message": self.env._(
                    "Changed since the upload: %(names)s.",
                    names=", ".join(changed.mapped("name")),
                )
                if changed
                else self.env._("All files are as they were uploaded."),
            },
        }

    def _verify(self):
        """Flag files that are no longer what was uploaded, or are gone."""
        now = fields.Datetime.now()
        for source in self:
            integrity = "intact" if source._is_intact() else "mismatch"
            is_news = integrity == "mismatch" != source.integrity
            source.write({"integrity": integrity, "verified_at": now})
            if is_news:
                source.cycle_id.message_post(
                    body=self.env._(
                        "The kept file %(name)s no longer has the checksum it was "
                        "uploaded with.",
                        name=source.name,
                    )
                )

    def _is_intact(self):
        try:
            with self._open_stream() as stream:
                return reader.sha256(stream) == (self.checksum, self.size)
        except OSError:
            return False

    @api.model
    def _cron_verify(self):
        """Check all files, those longest unchecked first, one commit each."""
        commit = self.env["ir.cron"]._commit_progress
        today = fields.Datetime.start_of(fields.Datetime.now(), "day")
        domain = ["|", ("verified_at", "=", False), ("verified_at", "<", today)]
        sources = self.with_context(active_test=False).search(
            domain, order="verified_at NULLS FIRST, id"
        )
        commit(remaining=len(sources))
        for source in sources:
            source._verify()
            if not commit(1):
                return
