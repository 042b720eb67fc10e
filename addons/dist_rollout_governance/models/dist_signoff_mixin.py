import base64
import io

from PIL import Image

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..services.hash_chain import content_hash, differences

MAX_SIGNATURE_BYTES = 1_000_000
MAX_NAME_LENGTH = 128
MAX_STATEMENT_LENGTH = 10_000


class DistSignoffMixin(models.AbstractModel):
    """Records that people sign.

    A model that inherits this says who may sign (``_signoff_roles``,
    ``_check_signoff_allowed``), what a signature depends on (``_signoff_content``)
    and what is recorded beside it (``_signoff_facts``). The signature is a row of
    the program's chain, see ``dist.signoff``.

    Editing a signed record is allowed. The signature then turns *stale* and
    ``signoff_difference`` tells what changed.
    """

    _name = "dist.signoff.mixin"
    _description = "Signed Record"

    signoff_ids = fields.One2many(
        "dist.signoff", "res_id", string="Sign-offs", readonly=True
    )
    signoff_state = fields.Selection(
        [
            ("none", "Not Signed"),
            ("refused", "Declared Not Ready"),
            ("partial", "Partly Signed"),
            ("signed", "Signed, Content Unchanged"),
            ("stale", "Signed, Content Changed Since"),
        ],
        string="Signature",
        compute="_compute_signoff_state",
    )
    signoff_difference = fields.Text(
        string="Changed Since Signing", compute="_compute_signoff_state"
    )

    # -- to implement -------------------------------------------------------------

    def _signoff_program(self):
        """Return the program whose chain the record is signed in."""
        raise NotImplementedError

    def _signoff_site(self):
        """Return the record's site, empty when it belongs to none."""
        return self.env["dist.site"]

    def _signoff_roles(self):
        """Return ``{role: label}`` of the keys the record needs, all of them."""
        raise NotImplementedError

    def _signoff_content(self):
        """Return what a signature depends on, in the types of canonical JSON."""
        raise NotImplementedError

    def _signoff_facts(self):
        """Return what is recorded with a signature without making it stale."""
        return {}

    def _check_signoff_allowed(self, role, verdict):
        """Raise unless the user may give this verdict in this role now."""
        raise NotImplementedError

    def _signoff_asks_identity(self, role, verdict):
        """Say whether the signer has to type the password again."""
        return False

    def _after_sign(self, signoff):
        """Hook: ``signoff`` has just been added for this record."""

    @api.model
    def _signoff_claims(self, program):
        """Return the program's records whose own fields say that they are signed."""
        return self.browse()

    # -- state --------------------------------------------------------------------

    def _compute_signoff_state(self):
        for record in self:
            live = record._live_signoffs()
            record.signoff_state = record._signoff_state_of(live)
            record.signoff_difference = record._difference_text(live)

    def _is_fully_signed(self):
        """Say whether all keys are there and still hold, read afresh."""
        return self._signoff_state_of(self._live_signoffs()) == "signed"

    def _live_signoffs(self):
        """Return ``{role: sign-off}``: the last word of each role, if not revoked."""
        self.ensure_one()
        # sudo: whether a record is signed is a fact about a record the user may
        # read, even where the signer's row belongs to another company.
        rows = self.env["dist.signoff"].sudo()
        if self._origin:
            rows = rows.search(
                [("res_model", "=", self._name), ("res_id", "=", self._origin.id)],
                order="seq",
            )
        last = {row.role: row for row in rows}
        return {role: row for role, row in last.items() if row.verdict != "revoke"}

    def _signoff_state_of(self, live):
        """Return the state that follows from the live sign-offs."""
        if not live:
            return "none"
        if any(row.verdict == "refuse" for row in live.values()):
            return "refused"
        if self._stale_signoffs(live):
            return "stale"
        return "signed" if self._signoff_roles().keys() <= live.keys() else "partial"

    def _live_content(self):
        """Return the content as it is now, the same whoever asks.

        sudo and a fixed language: companies, rules and languages of the reader
        must not make a difference to what was signed.
        """
        return self.sudo().with_context(lang="en_US")._signoff_content()

    def _stale_signoffs(self, live):
        """Return the signed roles whose content is no longer the record's."""
        now = content_hash(self._live_content())
        return [
            role
            for role, row in live.items()
            if row.verdict == "sign" and content_hash(row._content()) != now
        ]

    def _difference_text(self, live):
        """Return a line for each thing that changed since the oldest stale key."""
        stale = self._stale_signoffs(live)
        if not stale:
            return False
        signed = live[stale[0]]._content()
        lines = [
            self.env._(
                "%(what)s: %(before)s → %(now)s",
                what=path,
                before=self._value_text(before),
                now=self._value_text(now),
            )
            for path, before, now in differences(signed, self._live_content())
        ]
        return "\n".join(lines)

    def _value_text(self, value):
        if value is None:
            return self.env._("(absent)")
        if isinstance(value, (dict, list)):
            return self.env._("(present)")
        return str(value) if value != "" else self.env._("(empty)")

    # -- signing --------------------------------------------------------------------

    def action_open_signoff(self):
        """Open the signature dialog for the role the user may sign in."""
        self.ensure_one()
        return self._signoff_wizard_action("sign")

    def action_open_not_ready(self):
        """Open the dialog in which the user declares the record not ready."""
        self.ensure_one()
        return self._signoff_wizard_action("refuse")

    def action_revoke(self):
        """Open the dialog in which a signer takes the signature back."""
        self.ensure_one()
        return self._signoff_wizard_action("revoke")

    def _signoff_wizard_action(self, verdict):
        role = self._my_signoff_role(verdict)
        titles = {
            "sign": self.env._("Sign"),
            "refuse": self.env._("Not Ready"),
            "revoke": self.env._("Revoke Signature"),
        }
        return {
            "type": "ir.actions.act_window",
            "name": titles[verdict],
            "res_model": "dist.signoff.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
                "default_role": role,
                "default_verdict": verdict,
            },
        }

    def _my_signoff_role(self, verdict):
        """Return the first role the user may use, or raise why there is none."""
        reasons = []
        for role in self._signoff_roles():
            try:
                self._check_signoff_allowed(role, verdict)
            except (AccessError, UserError) as error:
                reasons.append(error)
            else:
                return role
        raise reasons[0]

    def _sign(self, role, typed_name, signature=None, verdict="sign", statement=""):
        """Add the current user's signature to the chain and return its row.

        Repeating it is harmless: the same person, role, verdict and content give
        the row that is there. One person gives one key only.

        :param signature: base64 of a PNG or JPEG picture
        :raises UserError: somebody else signed this role already, in a sentence
        """
        self.ensure_one()
        self.check_access("read")
        self._check_signoff_allowed(role, verdict)
        typed_name = self._checked_name(typed_name)
        statement = self._checked_statement(statement, verdict)
        signature = self._checked_signature(signature) if verdict == "sign" else None
        live = self._live_signoffs()
        repeated = self._repeated_signoff(live, role, verdict)
        if repeated:
            return repeated
        self._check_one_key(live, role, verdict)
        # sudo: nobody has the right to add rows; the checks above stand for it.
        row = (
            self.env["dist.signoff"]
            .sudo()
            ._append(self.sudo(), role, verdict, typed_name, signature, statement)
        )
        self.invalidate_recordset(
            ["signoff_ids", "signoff_state", "signoff_difference"]
        )
        self._after_sign(row)
        row._send_receipt()
        return row

    def _revoke_signoff(self, role, reason):
        """Take back one's own live signature: a new row, never an edit."""
        self.ensure_one()
        row = self._live_signoffs().get(role)
        if not row:
            raise UserError(self.env._("There is no signature to revoke."))
        if row.signer_id != self.env.user:
            raise AccessError(
                self.env._(
                    "Only %(signer)s can revoke this signature.",
                    signer=row.signer_id.name,
                )
            )
        return self._sign(role, self.env.user.name, None, "revoke", reason)

    def _repeated_signoff(self, live, role, verdict):
        """Return the row that says the same already; raise if another person's."""
        row = live.get(role)
        if not row or row.verdict != verdict or verdict == "revoke":
            return None
        if verdict == "sign" and self._stale_signoffs({role: row}):
            return None
        if row.signer_id == self.env.user:
            return row if verdict == "sign" else None
        raise UserError(
            self.env._(
                "%(record)s was signed by %(signer)s on %(time)s (UTC). "
                "There is nothing left to sign.",
                record=self.display_name,
                signer=row.signer_id.name,
                time=fields.Datetime.to_string(row.signed_at),
            )
        )

    def _check_one_key(self, live, role, verdict):
        """Two keys are two persons."""
        for other, row in live.items():
            if (
                verdict == "sign"
                and other != role
                and row.verdict == "sign"
                and row.signer_id == self.env.user
            ):
                raise UserError(
                    self.env._(
                        "You signed as %(role)s already. The second key must be "
                        "given by another person.",
                        role=row.role_name,
                    )
                )

    def _checked_name(self, typed_name):
        typed_name = (typed_name or "").strip()
        if not 2 <= len(typed_name) <= MAX_NAME_LENGTH or self._has_control_characters(
            typed_name
        ):
            raise ValidationError(
                self.env._(
                    "Type your full name (2 to %(max)s characters).",
                    max=MAX_NAME_LENGTH,
                )
            )
        return typed_name

    def _has_control_characters(self, text):
        """Say whether a text has characters that are no text; new lines are."""
        return any(ord(one) < 32 and one not in "\t\n\r" for one in text)

    def _checked_statement(self, statement, verdict):
        statement = (statement or "").strip()
        if verdict != "sign" and not statement:
            raise ValidationError(self.env._("Say why, so that others can act on it."))
        if self._has_control_characters(statement):
            raise ValidationError(
                self.env._("The statement has control characters, which nobody sees.")
            )
        if len(statement) > MAX_STATEMENT_LENGTH:
            raise ValidationError(
                self.env._(
                    "The statement is longer than %(max)s characters.",
                    max=MAX_STATEMENT_LENGTH,
                )
            )
        return statement

    def _checked_signature(self, signature):
        """Return the signature as base64 text; raise unless it is a small picture."""
        if not signature:
            raise ValidationError(self.env._("Draw your signature first."))
        try:
            data = base64.b64decode(signature, validate=True)
            if len(data) > MAX_SIGNATURE_BYTES:
                raise ValidationError(
                    self.env._("The signature picture is larger than 1 MB.")
                )
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
                picture.verify()
        except (ValueError, OSError, SyntaxError) as error:
            raise ValidationError(
                self.env._("The signature is not a PNG or JPEG picture.")
            ) from error
        return base64.b64encode(data)
