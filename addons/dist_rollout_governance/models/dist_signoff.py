import base64
import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..services.canonical import canonical_json, moment_text
from ..services.hash_chain import row_hash

PAYLOAD_VERSION = 1

VERDICTS = [("sign", "Signed"), ("refuse", "Not Ready"), ("revoke", "Revoked")]


class DistSignoff(models.Model):
    """One row of a program's chain: who signed what, word for word.

    Append-only for everybody, superuser included: rows are added by
    :meth:`_append`, there is no write and no unlink. A revocation is a new row.
    The payload is the canonical JSON of what was signed; the hash covers it and
    the hash of the row before.
    """

    _name = "dist.signoff"
    _description = "Sign-off"
    _inherit = "dist.append.only.mixin"
    _order = "chain_id, seq desc"

    chain_id = fields.Many2one(
        "dist.signoff.chain",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    seq = fields.Integer(string="No.", required=True, readonly=True)
    program_id = fields.Many2one(
        "dist.program", required=True, readonly=True, ondelete="restrict", index=True
    )
    site_id = fields.Many2one(
        "dist.site", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, ondelete="restrict", index=True
    )
    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record ID",
        model_field="res_model",
        required=True,
        readonly=True,
        index=True,
    )
    res_name = fields.Char(string="Signed Record", readonly=True)
    role = fields.Char(required=True, readonly=True)
    role_name = fields.Char(string="Signed As", readonly=True)
    verdict = fields.Selection(VERDICTS, required=True, readonly=True)
    statement = fields.Text(readonly=True)
    signer_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="restrict", index=True
    )
    signer_name = fields.Char(string="Typed Name", readonly=True)
    signed_at = fields.Datetime(required=True, readonly=True)
    # Binary, not Image: the bytes are hashed and must not be resized.
    signature = fields.Binary(readonly=True, attachment=True)
    payload = fields.Text(
        required=True, readonly=True, help="Canonical JSON of what was signed."
    )
    previous_hash = fields.Char(required=True, readonly=True)
    hash = fields.Char(required=True, readonly=True)

    _seq_uniq = models.UniqueIndex(
        "(chain_id, seq)", "Another sign-off took this number. Please try again."
    )

    @api.depends("seq", "res_name", "verdict")
    def _compute_display_name(self):
        verdicts = dict(self._fields["verdict"]._description_selection(self.env))
        for row in self:
            row.display_name = self.env._(
                "No. %(seq)s: %(record)s, %(verdict)s",
                seq=row.seq,
                record=row.res_name,
                verdict=verdicts.get(row.verdict, ""),
            )

    # -- appending --------------------------------------------------------------

    @api.model
    def _append(self, record, role, verdict, typed_name, signature, statement):
        """Add a row for ``record`` in the current user's name and return it.

        The caller (``dist.signoff.mixin``) has checked that the user may sign, and
        runs this as superuser.

        :param record: record of a model with ``dist.signoff.mixin``
        :param signature: base64 of the drawn signature, checked, or None
        """
        program, site = record._signoff_program(), record._signoff_site()
        chain = self.env["dist.signoff.chain"]._of_program(program)
        seq, previous_hash = chain._next_seq()
        values = {
            "chain_id": chain.id,
            "seq": seq,
            "program_id": program.id,
            "site_id": site.id,
            "company_id": (site.company_id or program.company_id).id,
            "res_model": record._name,
            "res_id": record.id,
            "res_name": record.display_name,
            "role": role,
            "role_name": record._signoff_roles().get(role, role),
            "verdict": verdict,
            "statement": statement or "",
            "signer_id": self.env.uid,
            "signer_name": typed_name,
            "signed_at": fields.Datetime.now(),
            "signature": signature,
            "previous_hash": previous_hash,
        }
        values["payload"] = canonical_json(
            dict(
                self._payload_columns(values),
                signer={
                    "id": self.env.uid,
                    "login": self.env.user.login,
                    "name": self.env.user.name,
                },
                signature_sha256=self._signature_hash(signature),
                content=record._live_content(),
                facts=record._signoff_facts(),
            )
        )
        values["hash"] = row_hash(previous_hash, values["payload"])
        row = self._append_rows([values])
        self.env.cr.execute(
            SQL(
                "UPDATE dist_signoff_chain SET head_hash = %s WHERE id = %s",
                values["hash"],
                chain.id,
            )
        )
        chain.invalidate_recordset(["head_hash"])
        return row

    @api.model
    def _payload_columns(self, values):
        """Return the columns of a row as they stand in its payload.

        Columns are for searching; the payload is the truth. The chain check
        compares the two.
        """
        return {
            "version": PAYLOAD_VERSION,
            "chain": values["chain_id"],
            "seq": values["seq"],
            "program": values["program_id"],
            "site": values["site_id"] or 0,
            "model": values["res_model"],
            "record": values["res_id"],
            "record_name": values["res_name"],
            "role": values["role"],
            "role_name": values["role_name"],
            "verdict": values["verdict"],
            "statement": values["statement"],
            "signer_typed_name": values["signer_name"],
            "signed_at": moment_text(values["signed_at"]),
        }

    @api.model
    def _signature_hash(self, signature):
        if not signature:
            return ""
        return hashlib.sha256(base64.b64decode(signature)).hexdigest()

    def _columns_match(self):
        """Say whether the row's columns and picture still are what was signed."""
        self.ensure_one()
        try:
            payload = json.loads(self.payload)
        except (TypeError, ValueError):
            return False
        columns = self._payload_columns(
            {
                "chain_id": self.chain_id.id,
                "seq": self.seq,
                "program_id": self.program_id.id,
                "site_id": self.site_id.id,
                "res_model": self.res_model,
                "res_id": self.res_id,
                "res_name": self.res_name,
                "role": self.role,
                "role_name": self.role_name,
                "verdict": self.verdict,
                "statement": self.statement or "",
                "signer_name": self.signer_name,
                "signed_at": self.signed_at,
            }
        )
        return (
            all(payload.get(name) == value for name, value in columns.items())
            and payload["signer"]["id"] == self.signer_id.id
            and payload["signature_sha256"] == self._signature_hash(self.signature)
        )

    def _content(self):
        """Return the content dict that was signed."""
        self.ensure_one()
        return json.loads(self.payload)["content"]

    def action_open_record(self):
        """Open the signed record."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(
                self.env._("%(record)s no longer exists.", record=self.res_name)
            )
        return record._get_records_action()

    def _send_receipt(self):
        """Queue the receipt mail to the signer; the signature never waits for it."""
        self.ensure_one()
        template = self.env.ref(
            "dist_rollout_governance.mail_template_signoff_receipt",
            raise_if_not_found=False,
        )
        if template and self.signer_id.email and self.verdict != "revoke":
            template.sudo().send_mail(self.id)
